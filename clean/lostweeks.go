package clean

import (
	"fmt"
	"math"
	"slices"

	"daycast"
)

const (
	// A week is silent beside so many before and after it.
	aroundWeeks = 4
	// A longer silence may be the end of a season or, at the end of the history, of
	// the demand.
	longestLoss, longestLossAtEnd = 3, 1
	// So few weeks do not show that a series is steady.
	fewWeeks = 16
)

// lostWeeks types weeks without a row as Missing that cannot have sold nothing, of
// a shop by the week: no place that sells five series or more around it sells none
// of them, nor does a series that sells nearly always, and much on its poorest week.
func (a *assembly) lostWeeks() {
	for _, g := range a.places() {
		g.count(a)
		g.quiet(minExpected, aroundWeeks)
		for _, r := range losses(g.silent) {
			n := 0
			for _, i := range g.series {
				at := int(a.panel.Start[i]-g.first) / int(a.panel.Step)
				n += a.lose(i, r[0]-at, r[1]-at)
			}
			first := g.first + daycast.Day(a.panel.Step)*daycast.Day(r[0])
			a.tellLost(Inference{
				Scope: daycast.ScopePlace, Key: g.name, Periods: n, Probability: notChance(math.Exp(-minExpected), outageOneIn),
				Evidence: "next to nothing sold where five series and more sell around it",
			}, first, r[1]-r[0])
		}
	}
	for i := range a.panel.Series {
		lost, sold, open := a.steadyWeeks(i)
		for _, r := range lost {
			a.tellLost(Inference{
				Scope: daycast.ScopeSeries, Key: a.panel.Series[i].ID(), Periods: a.lose(i, r[0], r[1]), Probability: float64(sold) / float64(open),
				Evidence: fmt.Sprintf("silent, where the series sells in %d of %d weeks and much in its poorest", sold, open),
			}, a.day(i, r[0]), r[1]-r[0])
		}
	}
}

// losses are the runs of silent weeks, from and to, that are not too long.
func losses(silent []bool) [][2]int {
	return slices.DeleteFunc(runs(silent), func(r [2]int) bool {
		longest := longestLoss
		if r[1] == len(silent) {
			longest = longestLossAtEnd
		}
		return r[1]-r[0] > longest
	})
}

// lose types series i's silent weeks from lo to hi that have no row, and says how many.
func (a *assembly) lose(i, lo, hi int) (n int) {
	state, first := a.panel.StateOf(i), a.panel.Offsets[i]
	for t := max(lo, 0); t < min(hi, len(state)); t++ {
		if state[t] == daycast.Zero && !a.rowed[first+t] {
			state[t] = daycast.Missing
			n++
		}
	}
	return n
}

// steadyWeeks are the runs of silent weeks of a series that can hardly miss one, none
// of any other's, and in how many of how many weeks it sells, too long runs apart.
func (a *assembly) steadyWeeks(i int) (lost [][2]int, sold, open int) {
	state := a.panel.StateOf(i)
	silent := make([]bool, len(state))
	for t, s := range state {
		silent[t] = s == daycast.Zero
		if s == daycast.Sold || s == daycast.StockOut {
			sold++
		}
	}
	lost, open = losses(silent), sold
	for _, r := range lost {
		open += r[1] - r[0]
	}
	if open < fewWeeks || float64(sold) < steadyShare*float64(open) || !farFromZero(a.panel.UnitsOf(i)) {
		return nil, sold, open
	}
	return lost, sold, open
}

// tellLost reports so many lost weeks from the first on.
func (a *assembly) tellLost(i Inference, first daycast.Day, weeks int) {
	i.Days = weeks * int(a.panel.Step)
	a.inferred.add(i, daycast.Missing, first, first+daycast.Day(i.Days-int(a.panel.Step)))
}
