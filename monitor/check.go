package monitor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

const runHint = "daycast run publishes"

func checkData(in Inputs, l Limits) (h DataHealth) {
	d := in.Data
	if d.Broken != "" {
		h.say(Bad, "The published snapshot cannot be read: %s.", d.Broken)
		return h
	}
	if d.Snapshot == "" {
		h.say(Bad, "Nothing has been published yet: %s.", runHint)
		return h
	}
	h.Snapshot, h.LastDay, h.AgeDays = d.Snapshot, d.Last.String(), int(in.Today-d.Last)
	h.Quarantined, h.Failures = d.Quarantined, d.Failures
	stale := l.Stale + time.Duration(max(d.Step, 1)-1)*24*time.Hour // weeks count once they are over
	verdict, more := OK, "."
	if in.Now.Sub(d.Last.Time()) > stale {
		verdict, more = Bad, fmt.Sprintf(", more than the %s that are usual: is the shop's database still filled?", count(int64(stale.Hours()/24), "day"))
	}
	h.say(verdict, "The newest sales are of %s, %s%s", d.Last, daysAgo(h.AgeDays), more)
	if d.Quarantined > 0 {
		h.say(OK, "%s of the shop's tables could not be read and count nowhere.", count(d.Quarantined, "row"))
	}
	h.sayContract(in.Contract)
	h.sayChanges(in.Changes)
	h.saySignals(in)
	if d.Failures > 0 {
		h.say(OK, "%s got a simple forecast, because the model failed on them.", count(d.Failures, "series"))
	}
	return h
}

// sayChanges tells where changes of the shop's tables are not followed, or cost
// it much room.
func (h *DataHealth) sayChanges(c Changes) {
	h.RetainedLog = c.Retained
	if c.Broken != "" {
		h.say(Warn, "The record of followed changes cannot be read: %s.", c.Broken)
		return
	}
	if c.Warning != "" {
		h.say(Warn, "Changes of the shop's tables were not followed: %s", sentence(c.Warning))
	}
	if c.Retained > MostRetained {
		h.say(Warn, "The shop's server kept %s of its log for changes that were not read: did runs fail, or is the slot another's?", humanize.IBytes(uint64(c.Retained))) //nolint:gosec // not negative
	}
}

// saySignals tells which outside sources did not answer.
func (h *DataHealth) saySignals(in Inputs) {
	if in.Signals.Broken != "" {
		h.say(Warn, "The record of signals cannot be read: %s.", in.Signals.Broken)
	}
	for _, s := range in.Signals.Sources {
		if s.Stale == "" {
			continue
		}
		since := "it has never answered"
		if !s.Answered.IsZero() {
			since = "it last answered " + ago(in.Now, s.Answered)
		}
		h.say(Warn, "Signals of %s are not fresh (%s): %s", s.Name, since, sentence(s.Stale))
	}
}

// sayContract tells which rules of the data contract are broken.
func (h *DataHealth) sayContract(c Contract) {
	if c.Broken != "" {
		h.say(Warn, "The report on the data contract cannot be read: %s.", c.Broken)
		return
	}
	var parts []string
	for _, severity := range slices.Sorted(maps.Keys(c.Rules)) {
		if n := c.Rules[severity]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n, severity))
		}
	}
	if parts != nil {
		h.say(Warn, "Rules of the data contract are broken: %s. daycast quality says which.", strings.Join(parts, ", "))
	}
}

func checkRun(in Inputs, l Limits) (h RunHealth) {
	if in.Runs.Broken != "" {
		h.say(Bad, "The record of runs cannot be read: %s.", in.Runs.Broken)
		return h
	}
	newest, success := in.Runs.newest(), in.Runs.success()
	if newest != nil {
		h.Run, h.State, h.Ended, h.Error = newest.ID, newest.State, newest.Ended, newest.Error
		h.Seconds = newest.Ended.Sub(newest.Began).Seconds()
		h.sayNewest(in, newest)
	}
	if success != nil {
		h.LastSuccess = success.Ended
	}
	switch {
	case success == nil && in.Runs.Current == nil:
		h.say(Bad, "No run has ended well yet: %s.", runHint)
	case success == nil:
		h.say(Warn, "No run has ended well yet.")
	case in.Now.Sub(success.Ended) > l.Missing:
		h.say(Bad, "The last run that ended well did so %s, and a run a day is expected: is daycast schedule running?", ago(in.Now, success.Ended))
	}
	if r := in.Runs.Current; r != nil {
		h.say(OK, "A run began %s and has not ended.", ago(in.Now, r.Began))
	}
	return h
}

// sayNewest tells how the newest run ended.
func (h *RunHealth) sayNewest(in Inputs, r *Run) {
	switch r.State {
	case Failed:
		verdict := Bad
		if r.passing() {
			verdict = Warn
		}
		h.say(verdict, "The newest run failed %s: %s", ago(in.Now, r.Ended), sentence(or(r.Error, "it did not say why")))
	case Unchanged:
		h.say(OK, "The newest run ended %s: nothing had changed.", ago(in.Now, r.Ended))
	default:
		h.say(OK, "The newest run ended well %s and took %s.", ago(in.Now, r.Ended), span(h.Seconds))
	}
}

func checkModel(in Inputs) (h ModelHealth) {
	m := in.Model
	if m.Broken != "" {
		h.say(Bad, "The models cannot be read: %s.", m.Broken)
		return h
	}
	h.Promoted, h.Refused, h.ByHand = m.decided()
	if m.Champion == nil {
		h.say(Bad, "No model serves yet: %s.", runHint)
		return h
	}
	c := m.Champion
	h.Champion, h.Name, h.Origin, h.AgeDays = c.ID, c.Name, c.Origin.String(), int(in.Today-c.Origin)
	h.say(OK, "%s forecasts. It has learned from sales up to %s, %s.", c.Name, c.Origin, daysAgo(h.AgeDays))
	if in.Data.Version != "" && in.Data.Version != c.ID {
		h.say(Warn, "The published forecasts are of another model, %s; the next run makes them anew.", in.Data.Version)
	}
	if n := len(m.Decisions); n > 0 {
		d := m.Decisions[n-1]
		what := "was refused"
		if d.Promoted {
			what = "took over"
		}
		h.say(OK, "The newest model, %s, %s: %s", d.Challenger, what, sentence(or(strings.Join(d.Reasons, "; "), "no reason was stored")))
	}
	return h
}

func checkAccuracy(in Inputs, l Limits) AccuracyHealth {
	a := in.Accuracy
	h := AccuracyHealth{Accuracy: a, Trend: known(a.Week.All.WAPE / a.Reference.WAPE)}
	switch week, month := a.Week.All, a.Month.All; {
	case month.Pairs+a.Reference.Pairs == 0:
		h.say(OK, "No forecast's day has come yet: figures begin with a run on a later day.")
	case week.Pairs == 0:
		h.say(Warn, "The forecasts of the newest 7 days have no score: none was due.")
	case month.Pairs < l.Pairs:
		h.say(OK, "Only %s of a forecast and its sales are scored so far, too few to judge.", count(month.Pairs, "pair"))
	default:
		h.sayWeek(l)
	}
	if a.Month.All.Pairs >= l.Pairs {
		h.sayMonth(l)
	}
	return h
}

// sayWeek compares the newest 7 days with the 56 before.
func (h *AccuracyHealth) sayWeek(l Limits) {
	switch week, before := h.Week.All, h.Reference; {
	case known(week.WAPE) == nil:
		h.say(Warn, "The forecasts of the newest 7 days have no score: nothing was sold.")
	case h.Trend == nil || min(week.Pairs, before.Pairs) < l.Pairs:
		h.say(OK, "Forecasts of the newest 7 days were off by %s of sales; too few are scored to compare with the 56 days before.", percent(week.WAPE))
	case *h.Trend > l.Worse:
		h.say(Warn, "Forecasts got worse: those of the newest 7 days were off by %s of sales, those of the 56 days before by %s.",
			percent(week.WAPE), percent(before.WAPE))
	default:
		h.say(OK, "Forecasts of the newest 7 days were off by %s of sales, those of the 56 days before by %s.",
			percent(week.WAPE), percent(before.WAPE))
	}
}

// sayMonth tells where bias or coverage of the newest 28 days is off.
func (h *AccuracyHealth) sayMonth(l Limits) {
	month := h.Month.All
	switch {
	case month.Bias > l.Bias:
		h.say(Warn, "Over 28 days forecasts were %s too high in total: too much is ordered.", percent(month.Bias))
	case month.Bias < -l.Bias:
		h.say(Warn, "Over 28 days forecasts were %s too low in total: shelves run empty.", percent(-month.Bias))
	}
	switch {
	case month.Coverage < l.CoverageLow:
		h.say(Warn, "Only %s of sales lay in the range that should hold 80%%: sales are less certain than it says.", percent(month.Coverage))
	case month.Coverage > l.CoverageHigh:
		h.say(Warn, "%s of sales lay in the range that should hold 80%%: it is wider than it need be.", percent(month.Coverage))
	}
}

func checkServing(in Inputs, l Limits) *ServingHealth {
	s := in.Server
	if s == nil {
		return nil
	}
	h := &ServingHealth{URL: s.URL, Snapshot: s.Snapshot, Requests: s.Requests}
	if s.Requests > 0 {
		h.ErrorRate = s.Failed / s.Requests
	}
	switch {
	case s.Broken != "":
		h.say(Bad, "The server at %s does not answer: %s.", s.URL, s.Broken)
		return h
	case !s.Ready:
		h.say(Bad, "The server at %s answers, and has no forecasts to serve.", s.URL)
	case in.Data.Snapshot != "" && s.Snapshot != in.Data.Snapshot && in.Now.Sub(in.Data.Published) > l.Swap:
		h.say(Bad, "The server at %s serves the forecasts of run %s, and those of %s were published %s.",
			s.URL, s.Snapshot, in.Data.Snapshot, ago(in.Now, in.Data.Published))
	default:
		h.say(OK, "The server at %s serves the forecasts of run %s.", s.URL, s.Snapshot)
	}
	if s.LoadErrors > 0 {
		h.say(Warn, "It failed %s to load a snapshot; its log says why.", count(int64(s.LoadErrors), "time"))
	}
	if h.ErrorRate > l.Errors {
		h.say(Bad, "%s of its %s requests failed; its log says why.", percent(h.ErrorRate), humanize.Comma(int64(s.Requests)))
	}
	return h
}
