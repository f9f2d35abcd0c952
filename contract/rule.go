// Package contract checks the rows of a shop's tables, while they pass,
// against what the shop has promised of them. It reads each row once and
// keeps no table: what it holds is bounded, however many rows there are.
package contract

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// A Severity says what becomes of rows that break a rule.
type Severity string

// The severities, the mildest first.
const (
	Warn       Severity = "warn"       // they are counted
	Quarantine Severity = "quarantine" // they are set aside
	Stop       Severity = "stop"       // the run ends before anything is replaced
)

// Severities are all of them, the mildest first.
func Severities() []Severity { return []Severity{Warn, Quarantine, Stop} }

// A Check is what a rule looks at.
type Check string

// The checks. Those of rows judge each row by itself, but for Unique, which
// remembers keys; those of tables judge all rows together, at their end.
const (
	Required  Check = "required"  // row: the column has a value
	Typed     Check = "type"      // row: its value is of Rule.Kind
	Range     Check = "range"     // row: it is a number from Min to Max
	OneOf     Check = "values"    // row: it is one of Values
	Matches   Check = "pattern"   // row: all of it matches Pattern
	Known     Check = "known"     // row: the table Rule.In has its id
	Unique    Check = "unique"    // row: no earlier row has the same values in Columns
	Freshness Check = "freshness" // table: the newest time is at most Within old
	Volume    Check = "volume"    // table: a day has as many rows as its weekday used to
)

// whole reports whether a check judges all rows together.
func (c Check) whole() bool { return c == Freshness || c == Volume }

// A Rule is one promise about a table. A missing value breaks Required alone.
// Outer spaces of values do not count.
type Rule struct {
	Table    string
	Check    Check
	Columns  []string // one; of Unique one or more; of Freshness and Volume that of the times
	Severity Severity
	Allowed  float64 // share of rows that may break it, 0 to 1; of a table's checks always 0

	Kind     Kind    // of Typed
	Min, Max float64 // of Range; infinite where there is no bound
	Values   []string
	Pattern  string        // RE2
	In       string        // of Known: a table
	Within   time.Duration // of Freshness
	// Of Volume: the least and most rows that a day may have, as a share of
	// the median of its weekday in the Weeks before.
	Lowest, Highest float64
	Weeks           int
}

// Name tells a rule from the table's others, such as "quantity.range".
func (r Rule) Name() string {
	if r.Check.whole() {
		return string(r.Check)
	}
	return strings.Join(r.Columns, "+") + "." + string(r.Check)
}

// String is what the rule promises, for a message.
func (r Rule) String() string {
	column := strings.Join(r.Columns, ", ")
	switch r.Check {
	case Required:
		return column + " is never missing"
	case Typed:
		return fmt.Sprintf("%s is %s", column, kindWords[r.Kind])
	case Range:
		return column + " is " + within(r.Min, r.Max)
	case OneOf:
		return fmt.Sprintf("%s is one of %s", column, strings.Join(r.Values, ", "))
	case Matches:
		return fmt.Sprintf("%s matches %s", column, r.Pattern)
	case Known:
		return fmt.Sprintf("%s is in the table of %s", column, r.In)
	case Unique:
		return fmt.Sprintf("no two rows have the same %s", column)
	case Freshness:
		return fmt.Sprintf("the newest %s is at most %s old", column, age(r.Within))
	default:
		return fmt.Sprintf("a day's rows are %s times those of its weekday in the %d weeks before", within(r.Lowest, r.Highest), r.Weeks)
	}
}

// within are bounds in words; one may be infinite.
func within(least, most float64) string {
	switch {
	case math.IsInf(most, 1):
		return "at least " + number(least)
	case math.IsInf(least, -1):
		return "at most " + number(most)
	}
	return "from " + number(least) + " to " + number(most)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 10, 64) }

// age is a length of time, in days where it is whole ones.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == day:
		return "1 day"
	case d%day == 0 || d > 4*day:
		return fmt.Sprintf("%d days", d/day)
	}
	return d.Round(time.Minute).String()
}

// A Contract is the rules of all tables.
type Contract []Rule

// Of are the rules of one table.
func (c Contract) Of(table string) (of Contract) {
	for _, r := range c {
		if r.Table == table {
			of = append(of, r)
		}
	}
	return of
}

// Needs are the tables whose ids another's rules ask for.
func (c Contract) Needs() (tables []string) {
	for _, r := range c {
		if r.Check == Known && !slices.Contains(tables, r.In) {
			tables = append(tables, r.In)
		}
	}
	return tables
}

// Stops reports whether a rule of the contract can stop a run.
func (c Contract) Stops() bool {
	return slices.ContainsFunc(c, func(r Rule) bool { return r.Severity == Stop })
}

// Fit names each rule that cannot be checked on a table with the given
// columns: code invalid.
func (c Contract) Fit(columns []string) []error {
	var wrong []error
	for _, r := range c {
		for _, column := range r.Columns {
			if !slices.Contains(columns, column) {
				wrong = append(wrong, daycast.Errorf(daycast.Invalid, "the contract's rule %s: %s has no column %q", r.Name(), r.Table, column).
					WithHint("its columns are %s", strings.Join(columns, ", ")).WithField("contract."+r.Table))
			}
		}
		if _, err := regexp.Compile(r.Pattern); err != nil {
			wrong = append(wrong, daycast.Errorf(daycast.Invalid, "the contract's rule %s: %w", r.Name(), err).WithField("contract."+r.Table))
		}
	}
	return wrong
}
