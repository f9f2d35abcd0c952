package clean

import (
	"fmt"
	"maps"
	"slices"

	"daycast"
)

// Absent is what a day without a row means.
type Absent string

// What an absent day may mean; AbsentAuto finds out from the data.
const (
	AbsentAuto    Absent = "auto"
	AbsentZero    Absent = "zero"
	AbsentClosed  Absent = "closed"
	AbsentMissing Absent = "missing"
)

// ParseAbsent reads the flag's value.
func ParseAbsent(s string) (Absent, error) {
	switch a := Absent(s); a {
	case AbsentAuto, AbsentZero, AbsentClosed, AbsentMissing:
		return a, nil
	}
	return "", daycast.Errorf(daycast.Invalid, "absent %q: want auto, zero, closed or missing", s).WithField("absent")
}

// Findings say what the builder inferred about the days, and why.
type Findings struct {
	Absent Absent // what absent days were taken for
	Why    string
	Days   map[daycast.DayState]int // series-periods by state
	Closed []string                 // closed weekdays and dates, in words
	// Inferences are states that no row says, the largest of each state, and
	// Inferred how many there are, by state.
	Inferences []Inference
	Inferred   map[string]int
	Series     int // known at the origin
	Idle       int // of them, on offer and never sold: 0 is forecast
	New        int // of them, without any day that says something of demand
	// Outlook says of the signals that are forecast whence their values ahead
	// are, by signal.
	Outlook map[string]Outlook
}

const (
	// A series silent for a year is no longer listed: shorter silences are
	// seasons.
	delistedDays = 364
	// Where zeros are written, one without rows for eight weeks is no longer
	// listed: shorter gaps are lost days.
	droppedDays = 56
	// Explicit zeros below this share of the rows are returns that cancel a
	// sale, not a feed that writes zeros.
	writesZeros = 0.005
	// A series that is on offer this soon after the shop's first day may always
	// have been.
	seenDays = 28
	// A day on which less than this share of its stock is there is a stock-out.
	outOfStock = 0.5
)

// typeStates gives every period its state, and closes periods ahead.
func (a *assembly) typeStates() Findings {
	p := a.panel
	p.State = make([]daycast.DayState, len(p.Units))
	p.Ahead.Closed = make([]bool, len(p.Series)*p.Ahead.Periods)
	found := a.decideAbsent()
	for i := range p.Series {
		a.typeSeries(i, found.Absent)
	}
	if p.Step == daycast.Daily {
		c := newClosures(a)
		c.apply()
		found.Closed = c.words()
	} else {
		a.lostWeeks()
	}
	a.closedBySignal()
	a.delist(found.Absent)
	a.expected = newExpected(a)
	if p.Step == daycast.Daily {
		a.silences(found.Absent)
	}
	found.Days = map[daycast.DayState]int{}
	for _, s := range p.State {
		found.Days[s]++
	}
	found.Inferences, found.Inferred = a.inferred.list(), map[string]int{}
	maps.Copy(found.Inferred, a.inferred.count)
	found.Series = len(p.Series)
	for i := range p.Series {
		switch {
		case a.idle(i):
			found.Idle++
		case p.Len(i) == 0:
			found.New++
		}
	}
	return found
}

// decideAbsent settles what an absent day means: a feed that writes zero rows
// leaves a row out only where it knows nothing; one that never does leaves
// out the zeros.
func (a *assembly) decideAbsent() Findings {
	if a.b.Absent != AbsentAuto && a.b.Absent != "" {
		return Findings{Absent: a.b.Absent, Why: "as asked"}
	}
	var rows, zeros, gaps int
	for k, has := range a.rowed {
		switch {
		case !has:
			gaps++
		case a.panel.Units[k] == 0:
			zeros++
			rows++
		default:
			rows++
		}
	}
	if gaps == 0 {
		return Findings{Absent: AbsentZero, Why: "every day from a series' first sale on has a row"}
	}
	if float64(zeros) > writesZeros*float64(rows) {
		return Findings{Absent: AbsentMissing, Why: fmt.Sprintf(
			"%d of %d rows are zeros, so the %d days without a row are unknown, not zero", zeros, rows, gaps)}
	}
	return Findings{Absent: AbsentZero, Why: fmt.Sprintf(
		"%d of %d rows are zeros: the data leaves zeros out, so the %d days without a row are zeros or closed", zeros, rows, gaps)}
}

// typeSeries types what one series' own rows say.
func (a *assembly) typeSeries(i int, absent Absent) {
	p := a.panel
	for k := p.Offsets[i]; k < p.Offsets[i+1]; k++ {
		switch {
		case out(a.inStock[k]):
			p.State[k] = daycast.StockOut
		case p.Units[k] != 0:
			p.State[k] = daycast.Sold
		case a.blank[k] && !a.rowed[k]:
			p.State[k] = daycast.Missing
		case a.rowed[k] || absent == AbsentZero:
			p.State[k] = daycast.Zero
		case absent == AbsentClosed:
			p.State[k] = daycast.Closed
		default:
			p.State[k] = daycast.Missing
		}
	}
}

// out reports a stock-out; an unknown stock is none.
func out(inStock float32) bool { return inStock < outOfStock }

// closedBySignal trusts a column named "open" that is zero: the place did not,
// or will not, trade.
func (a *assembly) closedBySignal() {
	p := a.panel
	for k := range p.Signals {
		s := &p.Signals[k]
		if s.Name != "open" || s.Codes != nil {
			continue
		}
		for i := range p.Series {
			for t, state := range p.StateOf(i) {
				if s.At(i, a.day(i, t)) == 0 && state != daycast.Sold {
					p.State[p.Offsets[i]+t] = daycast.Closed
				}
			}
			for h := range p.Ahead.Periods {
				at := i*p.Ahead.Periods + h
				switch open := s.At(i, a.ahead(h)); {
				case open == 0:
					p.Ahead.Closed[at] = true
				case open > 0:
					p.Ahead.Closed[at] = false
				}
			}
		}
	}
}

// delist types the days after the last sale of a series that has been silent
// for a year, or without rows for eight weeks where zeros are written, and
// expects no more of it, nor of one that never sold. A row ahead says that it
// is still listed.
func (a *assembly) delist(absent Absent) {
	p := a.panel
	for i := range p.Series {
		if t, gone := a.gone(i, absent); gone && !slices.Contains(a.future[i*p.Ahead.Periods:(i+1)*p.Ahead.Periods], true) {
			for state := p.StateOf(i); t < len(state); t++ {
				state[t] = daycast.NotListed
			}
			for h := range p.Ahead.Periods {
				p.Ahead.Closed[i*p.Ahead.Periods+h] = true
			}
		}
	}
}

// gone is since which period a series is silent, if that is for good.
func (a *assembly) gone(i int, absent Absent) (int, bool) {
	p, lo := a.panel, a.panel.Offsets[i]
	state := p.StateOf(i)
	t := len(state)
	for t > 0 && state[t-1] != daycast.Sold && !a.rowed[lo+t-1] && !a.blank[lo+t-1] {
		t--
	}
	dropped := absent == AbsentMissing && a.b.Absent != AbsentMissing && slices.Contains(state[t:], daycast.Missing)
	if dropped && (len(state)-t)*int(p.Step) >= droppedDays {
		return t, true
	}
	t = len(state)
	lost := absent != AbsentMissing // a lost day then lies in a silence, it does not end it
	for t > 0 && (state[t-1] == daycast.Zero || state[t-1] == daycast.Closed || lost && state[t-1] == daycast.Missing) {
		t--
	}
	return t, (len(state)-t)*int(p.Step) >= delistedDays || a.idle(i)
}

// idle reports whether series i has been on offer for eight weeks, or as long
// as the shop's rows reach, and never sold. One that is newer may yet begin.
func (a *assembly) idle(i int) bool {
	p := a.panel
	offered := int(p.Waited[i]) * int(p.Step)
	return p.Len(i) == 0 && offered > 0 && (offered >= droppedDays || p.Start[i]-daycast.Day(offered) <= a.begins+seenDays)
}

// day is the first day of series i's t-th period.
func (a *assembly) day(i, t int) daycast.Day {
	return a.panel.Start[i] + daycast.Day(a.panel.Step)*daycast.Day(t)
}

// ahead is the first day of the h-th period after the origin, from 0.
func (a *assembly) ahead(h int) daycast.Day {
	return a.origin + daycast.Day(a.panel.Step)*daycast.Day(h+1)
}
