package contract

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"daycast"
)

// A Result is what a table's rows showed.
type Result struct {
	Table  string    `json:"table"`
	Rows   int64     `json:"rows"`            // read
	Aside  int64     `json:"set_aside"`       // by the contract
	Unread int64     `json:"unreadable"`      // of another width than the table
	Newest time.Time `json:"newest,omitzero"` // zero where there is no column of times
	Days   []DayRows `json:"days,omitempty"`  // the newest that are over, the oldest first
	Rules  []Outcome `json:"rules,omitempty"`
}

// An Outcome is what broke a rule.
type Outcome struct {
	Table    string   `json:"table"`
	Rule     string   `json:"rule"`
	Promise  string   `json:"promise"` // what the rule promises, in words
	Severity Severity `json:"severity"`
	Broken   bool     `json:"broken"` // more rows than are allowed
	Rows     int64    `json:"rows"`   // that break it; of volume: days
	Of       int64    `json:"of"`     // rows, or days, that were judged
	Units    float64  `json:"units"`  // of the rows that break it
	Allowed  float64  `json:"allowed"`
	Examples []string `json:"examples,omitempty"`
	// Sampled says that one key in so many was looked at, because there are
	// more than memory has room for; 0 and 1: each was.
	Sampled int `json:"sampled,omitempty"`
}

// Share is how many of the judged rows break the rule.
func (o Outcome) Share() float64 {
	if o.Of == 0 {
		return 0
	}
	return float64(o.Rows) / float64(o.Of)
}

// String says what was promised and what came.
func (o Outcome) String() string {
	s := fmt.Sprintf("%s: %s: %s", o.Table, o.Rule, o.Promise)
	if o.Of > 0 {
		what := "rows"
		if o.Rule == string(Volume) {
			what = "days"
		}
		s += fmt.Sprintf("; broken by %d of %d %s", o.Rows, o.Of, what)
	}
	switch {
	case len(o.Examples) > 0 && o.Of == 0:
		s += "; " + o.Examples[0]
	case len(o.Examples) > 0:
		s += ", such as " + strings.Join(o.Examples, "; ")
	}
	return s
}

// End is the result over all rows. The Checker takes no more.
func (k *Checker) End() *Result {
	r := &Result{Table: k.table, Rows: k.rows, Aside: k.aside, Unread: k.unread}
	if k.times != nil {
		r.Newest = k.times.newest
		r.Days = shown(usual.volume(k.times.all(k.options), k.times.today))
	}
	for _, w := range k.rules {
		out := Outcome{Table: k.table, Rule: w.Name(), Promise: w.Rule.String(), Severity: w.Severity, Allowed: w.Allowed}
		switch w.Check {
		case Freshness:
			k.fresh(w, &out)
		case Volume:
			r.Days = k.volume(w, &out)
		default:
			out.Of, out.Units, out.Examples = k.rows-k.unread, w.units, w.examples
			out.Rows = min(w.rows, out.Of) // a sample may say more
			out.Broken = out.Rows > 0 && float64(out.Rows) > w.Allowed*float64(out.Of)
			if w.keys != nil && w.keys.Sampled() > 1 {
				out.Sampled = w.keys.Sampled()
			}
		}
		r.Rules = append(r.Rules, out)
	}
	return r
}

func (k *Checker) fresh(w *watched, out *Outcome) {
	newest := k.times.newest
	switch {
	case newest.IsZero() && k.options.Since != 0:
		out.Broken = true
		out.Examples = []string{"none has come since " + k.options.Since.String()}
	case newest.IsZero():
		out.Broken = true
		out.Examples = []string{"no row has a time that can be read"}
	case k.options.Now.Sub(newest) > w.Within:
		out.Broken = true
		out.Examples = []string{fmt.Sprintf("the newest is of %s, %s ago", newest.Format("2006-01-02 15:04"), age(k.options.Now.Sub(newest)))}
	}
}

// shownDays is how many days of volume a result shows: a quarter.
const shownDays = 91

func shown(days []DayRows) []DayRows { return days[max(0, len(days)-shownDays):] }

// usual says what to expect of a day where no rule limits it.
var usual = Rule{Weeks: 4, Highest: math.Inf(1)}

func (k *Checker) volume(w *watched, out *Outcome) []DayRows {
	spans := w.Rule.volume(k.times.all(k.options), k.times.today)
	if len(spans) == 0 {
		return nil
	}
	from := k.options.firstJudged(spans[len(spans)-1].Day)
	for _, s := range slices.Backward(spans) {
		if s.Expected == 0 || s.Day < from && !k.changed(s) {
			continue
		}
		out.Of++
		if s.Broken {
			out.Rows++
			if len(out.Examples) < mostExamples {
				out.Examples = append(out.Examples, s.String())
			}
		}
	}
	out.Broken = out.Rows > 0
	return shown(spans)
}

// changed reports whether a day was read again and has other rows than before.
func (k *Checker) changed(s DayRows) bool {
	before, known := k.options.Past[s.Day]
	return known && s.Day > k.options.Since && before != s.Rows
}

// Err is code invalid where a rule that stops a run is broken, and where no
// row is left.
func (r *Result) Err() error {
	var wrong []error
	for _, o := range r.Rules {
		if o.Broken && o.Severity == Stop {
			wrong = append(wrong, daycast.Errorf(daycast.Invalid, "the contract stops this run: %s", o).
				WithHint("mend the source, or change the rule or its severity under contract.%s", r.Table).WithField("contract."+r.Table))
		}
	}
	if wrong == nil && r.Aside > 0 && r.Aside == r.Rows-r.Unread {
		wrong = append(wrong, daycast.Errorf(daycast.Invalid, "the contract sets all %d rows of %s aside", r.Aside, r.Table).
			WithHint("daycast quality says by which rule").WithField("contract."+r.Table))
	}
	if len(wrong) == 1 {
		return wrong[0]
	}
	return errors.Join(wrong...)
}

// Volumes are the rows by day that a table had, for a later run's Past.
func (k *Checker) Volumes() map[daycast.Day]int64 {
	if k.times == nil {
		return nil
	}
	return k.times.all(k.options)
}

// LastJudged is the newest day whose volume this run judged, for a later run's
// Judged; 0 where none was.
func (r *Result) LastJudged() daycast.Day {
	if len(r.Days) == 0 {
		return 0
	}
	return r.Days[len(r.Days)-1].Day
}
