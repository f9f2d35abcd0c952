package clean

import (
	"fmt"
	"math"

	"daycast"
)

const (
	// An item runs out by itself once in so many days, and a silence is an
	// empty shelf rather than bad luck from this probability on.
	emptyOneIn = 300
	emptySure  = 0.99
	// The rate of a series is that of so many days on which it could sell before
	// a silence, and after it; a level needs the fewer of them.
	rateDays = 28
	fewDays  = 7
	// What sells at less than this share of its rate before has not come back.
	backShare = 0.5
	// A silence longer than this is no late delivery: the item was taken off.
	longestEmpty = 42
)

// silences types the runs of days without a sale that a series' own rate makes
// too improbable: days on which the shelf was empty, and after six weeks days
// on which it was not on sale. Until it sells again at its usual rate a silence
// may be the end of the demand, and stays as it is. What a stock table tells
// is not guessed.
func (a *assembly) silences(absent Absent) {
	p := a.panel
	for i := range p.Series {
		if absent == AbsentMissing && a.b.Absent != AbsentMissing {
			a.unlisted(i)
		}
		lo, n := p.Offsets[i], p.Len(i)
		var u *usual
		for t := 0; t < n; t++ {
			if p.State[lo+t] != daycast.Zero {
				continue
			}
			from, days := t, 0
			known := false
			for ; t < n && p.State[lo+t] != daycast.Sold && p.State[lo+t] != daycast.StockOut && p.State[lo+t] != daycast.NotListed; t++ {
				if p.State[lo+t] == daycast.Zero {
					days++
					known = known || a.inStock[lo+t] == a.inStock[lo+t]
				}
			}
			if known || t == n || days < fewestSilent || a.common(i, from, days) {
				continue
			}
			if u == nil {
				u = a.expected.of(i)
			}
			a.silence(u, i, from, t)
		}
	}
}

// fewestSilent is the shortest run that is looked at: one day's or two days'
// silence is too cheap a coincidence over a whole shop.
const fewestSilent = 3

// common reports at little cost that a series is silent for as long as a run
// by itself: it then need not be looked at.
func (a *assembly) common(i, from, days int) bool {
	p, lo := a.panel, a.panel.Offsets[i]
	zero, all := 1.0, 2.0
	for t := from - 1; t >= 0 && all < rateDays; t-- {
		switch p.State[lo+t] {
		case daycast.Zero:
			zero++
			all++
		case daycast.Sold:
			all++
		}
	}
	return all < fewDays+2 || notChance(math.Pow(zero/all, float64(days)), emptyOneIn) < emptySure
}

// rate is what a series sells to its factors and lifts on the days nearest to a
// silence, on one side, and the share of them on which it sold nothing.
func (u *usual) rate(t, step int) (rate, none float64, days int) {
	var units, weight float64
	zero := 0
	for ; t >= 0 && t < len(u.units) && days < rateDays; t += step {
		if u.counts[t] {
			days++
			units += u.units[t]
			weight += u.factor[t] * u.lift[t]
			if u.units[t] == 0 {
				zero++
			}
		}
	}
	return units / max(weight, 1e-9), float64(zero+1) / float64(days+2), days
}

// silence judges the run [from, to) of series i. The chance of a silent day is
// the larger of what the negative binomial says of its expected sales and of
// what the series itself did around: some sell in packs, seldom and much.
func (a *assembly) silence(u *usual, i, from, to int) {
	before, noneBefore, n := u.rate(from-1, -1)
	after, noneAfter, m := u.rate(to, 1)
	if n < fewDays || m < fewDays || after < backShare*before {
		return
	}
	rate, none := min(before, after), max(noneBefore, noneAfter)
	p, lo := a.panel, a.panel.Offsets[i]
	var logChance, expected float64
	days := 0
	for t := from; t < to; t++ {
		if p.State[lo+t] != daycast.Zero {
			continue
		}
		days++
		mean := rate * u.factor[t]
		expected += mean
		own := negativeBinomial{mean / a.expected.unit, a.expected.over}.none()
		logChance += math.Log(max(own, math.Pow(none, u.factor[t])))
	}
	sure := notChance(math.Exp(logChance), emptyOneIn)
	if sure < emptySure {
		return
	}
	state, words := daycast.StockOut, "an empty shelf: nothing sold where %.1f pieces were expected at its rate before and after; %g on %s"
	if to-from > longestEmpty {
		state, words = daycast.NotListed, "not on sale: nothing sold where %.1f pieces were expected at its rate before and after; %g on %s"
	}
	for t := from; t < to; t++ {
		if p.State[lo+t] == daycast.Zero {
			p.State[lo+t] = state
		}
	}
	a.inferred.add(Inference{
		Scope: daycast.ScopeSeries, Key: p.Series[i].ID(), Days: days, Periods: days, Probability: sure,
		Evidence: fmt.Sprintf(words, expected, p.Units[lo+to], a.day(i, to)),
	}, state, a.day(i, from), a.day(i, to-1))
}

// unlisted types the gaps of eight weeks and more in a series' rows, where the
// feed writes zeros: the item was not on sale.
func (a *assembly) unlisted(i int) {
	p, lo := a.panel, a.panel.Offsets[i]
	for t := 0; t < p.Len(i); t++ {
		from := t
		for t < p.Len(i) && !a.rowed[lo+t] && !a.blank[lo+t] {
			t++
		}
		if t == p.Len(i) || t-from < droppedDays {
			continue
		}
		n := 0
		for k := from; k < t; k++ {
			if p.State[lo+k] == daycast.Missing {
				p.State[lo+k] = daycast.NotListed
				n++
			}
		}
		a.inferred.add(Inference{
			Scope: daycast.ScopeSeries, Key: p.Series[i].ID(), Days: t - from, Periods: n, Probability: 1,
			Evidence: fmt.Sprintf("not on sale: no row for %d days in a feed that writes zeros", t-from),
		}, daycast.NotListed, a.day(i, from), a.day(i, t-1))
	}
}
