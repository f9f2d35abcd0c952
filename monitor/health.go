package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"daycast"
)

// A Verdict is how something is.
type Verdict string

// The verdicts. What is bad has to be mended now: forecasts are missing, old
// or not served. A warning can wait for the next working day.
const (
	OK   Verdict = "ok"
	Warn Verdict = "warn"
	Bad  Verdict = "bad"
)

// worse is the worse of two; the zero Verdict is better than any.
func (v Verdict) worse(o Verdict) Verdict {
	rank := []Verdict{OK, Warn, Bad}
	if slices.Index(rank, o) > slices.Index(rank, v) {
		return o
	}
	return v
}

// A Finding is a verdict on one part of the system, in plain words.
type Finding struct {
	Verdict Verdict  `json:"verdict"`
	Says    []string `json:"says"`
}

func (f *Finding) say(v Verdict, format string, args ...any) {
	f.Verdict = f.Verdict.worse(v)
	f.Says = append(f.Says, fmt.Sprintf(format, args...))
}

// Health is the verdict on each part, with the figures that it rests on.
type Health struct {
	Time     time.Time      `json:"time"`
	Verdict  Verdict        `json:"verdict"` // the worst
	Data     DataHealth     `json:"data"`
	Run      RunHealth      `json:"run"`
	Model    ModelHealth    `json:"model"`
	Accuracy AccuracyHealth `json:"accuracy"`
	Serving  *ServingHealth `json:"serving,omitempty"` // nil: no server was asked
}

// DataHealth is how new the data is.
type DataHealth struct {
	Finding
	Snapshot    string `json:"snapshot,omitempty"`
	LastDay     string `json:"last_day,omitempty"`
	AgeDays     int    `json:"age_days"` // of the last day against today
	Quarantined int64  `json:"quarantined_rows"`
	Failures    int64  `json:"fallback_series"`
	RetainedLog int64  `json:"retained_log_bytes,omitempty"` // of the shop's server, for source.changes
}

// RunHealth is how the newest run ended.
type RunHealth struct {
	Finding
	Run         string    `json:"run,omitempty"`
	State       string    `json:"state,omitempty"`
	Ended       time.Time `json:"ended,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	Seconds     float64   `json:"seconds"`
	Error       string    `json:"error,omitempty"`
}

// ModelHealth is which model serves.
type ModelHealth struct {
	Finding
	Champion string `json:"champion,omitempty"`
	Name     string `json:"name,omitempty"`
	Origin   string `json:"last_day,omitempty"` // that it has seen
	AgeDays  int    `json:"age_days"`           // of that day against today
	Promoted int    `json:"promoted"`           // decisions of the gate
	Refused  int    `json:"refused"`
	ByHand   int    `json:"by_hand"` // promotions that an operator asked for
}

// AccuracyHealth is how forecasts do.
type AccuracyHealth struct {
	Finding
	Accuracy
	Trend *float64 `json:"trend"` // WAPE of the newest 7 days over that of the 56 before; nil where not known
}

// ServingHealth is what a server answers.
type ServingHealth struct {
	Finding
	URL       string  `json:"url"`
	Snapshot  string  `json:"snapshot,omitempty"`
	Requests  float64 `json:"requests"`
	ErrorRate float64 `json:"error_rate"` // since the server started
}

// Check judges what is known of a shop.
func Check(in Inputs, l Limits) Health {
	h := Health{
		Time: in.Now, Data: checkData(in, l), Run: checkRun(in, l), Model: checkModel(in),
		Accuracy: checkAccuracy(in, l), Serving: checkServing(in, l),
	}
	for _, p := range h.parts() {
		h.Verdict = h.Verdict.worse(p.Verdict)
	}
	return h
}

// A part is a finding by name.
type part struct {
	name string
	*Finding
}

func (h *Health) parts() []part {
	parts := []part{{"data", &h.Data.Finding}, {"run", &h.Run.Finding}, {"model", &h.Model.Finding}, {"accuracy", &h.Accuracy.Finding}}
	if h.Serving != nil {
		parts = append(parts, part{"serving", &h.Serving.Finding})
	}
	return parts
}

// Err is nil unless something is bad.
func (h Health) Err() error {
	var bad []string
	for _, p := range h.parts() {
		if p.Verdict == Bad {
			bad = append(bad, p.name)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "bad: %s", strings.Join(bad, ", "))
}
