package life

import (
	"slices"

	"daycast"
)

const (
	// matureDays is how long a series has to have sold to be kin of others, and
	// how recently it has to have sold to be on sale.
	matureDays = 56
	// seenDays is how many days after the shop's first day a series has to be
	// on offer for the first time for its launch to have been seen: one that
	// begins before may be old.
	seenDays = 28
)

// firstDay is the first day of any series.
func firstDay(p *daycast.Panel) daycast.Day {
	first := p.Origin
	for i, s := range p.Start {
		if p.Len(i) > 0 {
			first = min(first, s)
		}
	}
	return first
}

// seen reports whether the launch of series i was seen, in a shop whose first
// day is given.
func seen(p *daycast.Panel, i int, first daycast.Day) bool {
	return p.Start[i]-daycast.Day(waited(p, i))*daycast.Day(p.Step) >= first+seenDays
}

// waited is for how many periods series i was on offer before its first sale.
func waited(p *daycast.Panel, i int) int {
	if p.Waited == nil {
		return 0
	}
	return int(p.Waited[i])
}

// matureOf are the series on sale that are old enough to be kin, or all on sale
// where few are.
func matureOf(p *daycast.Panel, first daycast.Day) []int {
	var selling, old []int
	window := periods(p.Step, matureDays)
	for i := range p.Series {
		state := p.StateOf(i)
		if !slices.Contains(state[max(0, len(state)-window):], daycast.Sold) {
			continue
		}
		selling = append(selling, i)
		if len(state) >= window || !seen(p, i, first) {
			old = append(old, i)
		}
	}
	if len(old) < fewestKin {
		return selling
	}
	return old
}

// against is what series i sold on the days of evidence of its periods
// [from, to), and what the mean mature series did.
func against(p *daycast.Panel, i, from, to int, s *Sizes) (sold, expected float64) {
	state, units := p.StateOf(i), p.SpreadOf(i)
	for t := max(0, from); t < min(to, len(state)); t++ {
		if size := s.at(day(p, i, t)); state[t].Evidence() && size > 0 {
			sold += float64(units[t])
			expected += size
		}
	}
	return sold, expected
}

// day is the first day of series i's t-th period.
func day(p *daycast.Panel, i, t int) daycast.Day {
	return p.Start[i] + daycast.Day(p.Step)*daycast.Day(t)
}
