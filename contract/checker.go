package contract

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// Options are what rules need beside rows.
type Options struct {
	Now     time.Time
	Zone    *time.Location           // of times without an offset, and where days begin; nil: UTC
	Ids     map[string]*Keys         // by table: what Known asks
	Measure string                   // the column of units, "" where there is none
	Times   string                   // the column of times, whose days are counted; "" where there is none
	Private func(column string) bool // whose values no report shows; nil: none
	Since   daycast.Day              // rows of earlier days are not read; 0: all are
	Past    map[daycast.Day]int64    // rows by day that earlier runs read; nil: none
	Judged  daycast.Day              // the newest day whose volume an earlier run judged; 0: none
	Keys    int                      // bytes of memory of each Unique; 0: DefaultKeys
}

// A Checker checks one table's rows as they pass. It is not safe for
// concurrent use.
type Checker struct {
	table   string
	rules   []*watched
	width   int
	measure int // column, or -1
	options Options
	times   *times   // nil where no rule asks for times
	key     []string // of the row at hand

	rows, aside, unread int64
}

// watched is a rule and what broke it.
type watched struct {
	Rule
	columns  []int
	breaks   func(value string) bool // of a check of single values
	keys     *Keys                   // of Unique, what came before; of Known, the ids
	private  []bool                  // by column
	rows     int64
	units    float64
	examples []string
}

// mostExamples is how many rows a result shows of each rule.
const mostExamples = 3

// NewChecker begins with a table of the given columns. All rules have to be of
// that table and to Fit.
func (c Contract) NewChecker(table string, columns []string, o Options) *Checker {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	k := &Checker{table: table, width: len(columns), measure: slices.Index(columns, o.Measure), options: o}
	if at := slices.Index(columns, o.Times); at >= 0 {
		k.times = newTimes(at, o)
	}
	for _, r := range c {
		w := &watched{Rule: r}
		for _, column := range r.Columns {
			w.columns = append(w.columns, slices.Index(columns, column))
			w.private = append(w.private, o.Private != nil && o.Private(column))
		}
		switch {
		case r.Check.whole():
			k.times = newTimes(w.columns[0], o)
		case r.Check == Unique:
			w.keys = NewKeys(o.Keys)
		default:
			w.breaks = r.breaks(o)
			if r.Check == Known {
				w.keys = o.Ids[r.In]
			}
		}
		k.rules = append(k.rules, w)
	}
	return k
}

// breaks judges one value by a check of single values.
func (r Rule) breaks(o Options) func(value string) bool {
	present := func(broken func(string) bool) func(string) bool {
		return func(v string) bool { return v != "" && broken(v) }
	}
	switch r.Check {
	case Required:
		return func(v string) bool { return v == "" }
	case Typed:
		return present(func(v string) bool { return !r.Kind.fits(v) })
	case Range:
		return present(func(v string) bool { n := numberOf(v); return !(n >= r.Min && n <= r.Max) })
	case OneOf:
		known := map[string]bool{}
		for _, v := range r.Values {
			known[strings.TrimSpace(v)] = true
		}
		return present(func(v string) bool { return !known[v] })
	case Matches:
		pattern := regexp.MustCompile(`^(?:` + r.Pattern + `)$`)
		return present(func(v string) bool { return !pattern.MatchString(v) })
	default: // Known
		ids := o.Ids[r.In]
		return present(func(v string) bool { return ids != nil && ids.lacks(hashOf(v)) })
	}
}

// Row checks the n-th row. It returns the rule that sets the row aside, nil
// where it stays. A row of another width can be judged by none: callers set it
// aside themselves.
func (k *Checker) Row(n int64, row []string) *Rule {
	k.rows++
	if len(row) != k.width {
		k.unread++
		return nil
	}
	var aside *watched
	for _, w := range k.rules {
		if w.breaks != nil && w.breaks(strings.TrimSpace(row[w.columns[0]])) {
			k.note(w, n, row)
			if aside == nil && w.Severity == Quarantine {
				aside = w
			}
		}
	}
	if aside == nil { // a row that is not there has no key
		aside = k.unique(n, row)
	}
	if aside != nil {
		k.aside++
		return &aside.Rule
	}
	if k.times != nil {
		k.times.add(row)
	}
	return nil
}

// unique looks for an earlier row with the same key. A row without a value of
// the key has none.
func (k *Checker) unique(n int64, row []string) (aside *watched) {
	for _, w := range k.rules {
		if w.Check != Unique || aside != nil {
			continue
		}
		k.key = k.key[:0]
		missing := true
		for _, c := range w.columns {
			v := strings.TrimSpace(row[c])
			missing = missing && v == ""
			k.key = append(k.key, v)
		}
		if missing || !w.keys.add(hashOf(k.key...)) {
			continue
		}
		k.note(w, n, row)
		if w.Severity == Quarantine {
			aside = w
		}
	}
	return aside
}

// note counts a row that breaks a rule.
func (k *Checker) note(w *watched, n int64, row []string) {
	stands := 1 // for so many rows
	if w.keys != nil {
		stands = w.keys.Sampled()
	}
	w.rows += int64(stands)
	if k.measure >= 0 {
		if units := numberOf(strings.TrimSpace(row[k.measure])); units == units {
			w.units += units * float64(stands)
		}
	}
	if len(w.examples) < mostExamples {
		w.examples = append(w.examples, w.example(n, row))
	}
}

// example shows a row by the columns of the rule. What may be a person's is
// withheld.
func (w *watched) example(n int64, row []string) string {
	text := "row " + strconv.FormatInt(n, 10) + ": "
	for i, c := range w.columns {
		if i > 0 {
			text += ", "
		}
		text += w.Columns[i] + " "
		if w.private[i] {
			text += "(withheld)"
		} else {
			text += strconv.Quote(clip(row[c]))
		}
	}
	return text
}

// clip shortens a value for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
