package clean

import (
	"fmt"
	"math"
	"slices"

	"daycast"
)

const (
	// A day's weekday is judged by the same weekday of so many weeks before and
	// after it.
	nearWeeks = 4
	// A feed fails by itself on about one day in so many, and what has no
	// chance to be demand or luck is an outage from this probability on.
	outageOneIn = 400
	outageSure  = 0.99
	// A drop takes at least this share of the series that usually sell.
	dropShare = 0.5
	// The counts of series that sell vary at least by so much beyond chance, as
	// a variance of their ratio to the usual: a tenth up or down is nothing.
	leastOver = 0.01
)

// ownWeekdays marks the days of weekdays that are mostly silent in the weeks
// around them.
func ownWeekdays(silent, long []bool) []bool {
	own := make([]bool, len(silent))
	for t := range silent {
		quiet, days := 0, 0
		for k := -nearWeeks; k <= nearWeeks; k++ {
			if s := t + 7*k; k != 0 && s >= 0 && s < len(silent) && !long[s] {
				days++
				if silent[s] {
					quiet++
				}
			}
		}
		own[t] = days >= 3 && 2*quiet > days
	}
	return own
}

func (g *group) closedWeekday(t int) bool { return g.own[t] }

// expect finds what is usual: the median of the same weekday in the weeks
// around a day, silent days apart; and how much days differ from it.
func (g *group) expect() {
	n := len(g.sold)
	g.usual, g.low = make([]float64, n), make([]bool, n)
	near, off := make([]int, 0, 2*nearWeeks), make([]float64, 0, n)
	for t := range n {
		near = near[:0]
		for k := -nearWeeks; k <= nearWeeks; k++ {
			if s := t + 7*k; k != 0 && s >= 0 && s < n && !g.silent[s] {
				near = append(near, g.sold[s])
			}
		}
		if len(near) < 3 {
			continue
		}
		slices.Sort(near)
		g.usual[t] = float64(near[len(near)/2]+near[(len(near)-1)/2]) / 2
		if g.usual[t] > 0 && !g.silent[t] {
			off = append(off, math.Abs(float64(g.sold[t])/g.usual[t]-1))
			g.low[t] = float64(g.sold[t]) < dropShare*g.usual[t]
		}
	}
	g.over = leastOver
	if len(off) > 0 {
		slices.Sort(off)
		wide := 1.4826 * off[len(off)/2] // a normal's deviation from its median one
		g.over = max(leastOver, wide*wide)
	}
}

// chance is that of so few series having sold on a day.
func (g *group) chance(t int) float64 {
	g, t = g.judged(t)
	if g.usual[t] <= 0 {
		return 1
	}
	return negativeBinomial{g.usual[t], g.over}.atMost(g.sold[t])
}

// explain finds what makes each silent day a closure. A break holds together:
// with one of its days all are explained.
func (g *group) explain(a *assembly, dates calendar) {
	g.why = make([]string, len(g.silent))
	for lo := 0; lo < len(g.silent); lo++ {
		if !g.silent[lo] {
			continue
		}
		hi, reason := lo, ""
		for ; hi < len(g.silent) && g.silent[hi]; hi++ {
			d := g.first + daycast.Day(hi)
			switch {
			case g.own[hi]:
				g.why[hi] = d.Weekday().String() + "s are silent"
			case g.rows[hi] > 0 && 2*g.rows[hi] > g.rowsNear(hi):
				g.why[hi] = fmt.Sprintf("the feed has %d rows of that day, and no sale", g.rows[hi])
			default:
				g.why[hi] = dates.explains(a, d)
				if reason == "" && g.why[hi] != "" {
					reason = "next to " + d.String() + ", " + g.why[hi]
				}
			}
		}
		for t := lo; t < hi; t++ {
			if g.why[t] == "" {
				g.why[t] = reason
			}
		}
		lo = hi
	}
}

// rowsNear is how many rows a day has in the weeks around.
func (g *group) rowsNear(t int) int {
	sum, n := 0, 0
	for s := max(0, t-7*nearWeeks); s < min(len(g.rows), t+7*nearWeeks+1); s++ {
		if !g.silent[s] {
			sum += g.rows[s]
			n++
		}
	}
	return sum / max(n, 1)
}

// tell reports the silences of a place: one for each weekday, and one for each
// run of other days of one state.
func (a *assembly) tell(g *group, typed []int) {
	for w := range g.weekly {
		days, all, periods, first, last := 0, 0, 0, -1, 0
		for t, silent := range g.silent {
			if g.own[t] && int((g.first+daycast.Day(t)).Weekday()) == w {
				all++
				if silent {
					if first < 0 {
						first = t
					}
					days, periods, last = days+1, periods+typed[t], t
				}
			}
		}
		if days > 0 {
			a.inferred.add(Inference{
				Scope: daycast.ScopePlace, Key: g.name, Days: days, Periods: periods, Probability: notChance(g.chance(last), outageOneIn),
				Evidence: fmt.Sprintf("%d of %d such %ss were silent", days, all, (g.first + daycast.Day(last)).Weekday()),
			}, daycast.Closed, g.first+daycast.Day(max(first, 0)), g.first+daycast.Day(last))
		}
	}
	for lo := 0; lo < len(g.silent); lo++ {
		if !g.silent[lo] || g.own[lo] {
			continue
		}
		state, hi, last, periods, days, chance, usual := g.silence(lo), lo, lo, 0, 0, 1.0, 0.0
		for ; hi < len(g.silent) && g.silent[hi] && (g.own[hi] || g.silence(hi) == state); hi++ {
			if !g.own[hi] {
				periods, days, last = periods+typed[hi], days+1, hi
				by, at := g.judged(hi)
				chance, usual = chance*g.chance(hi), usual+by.usual[at]
			}
		}
		words := g.why[lo]
		if state == daycast.Missing {
			words = fmt.Sprintf("nothing sold where %.0f series sell on such days, and no weekday, date or feast explains it", usual/float64(days))
		}
		if g.long[lo] {
			words = fmt.Sprintf("silent for %d days: nobody closes for so long", hi-lo)
		}
		a.inferred.add(Inference{
			Scope: daycast.ScopePlace, Key: g.name, Days: days, Periods: periods, Probability: notChance(chance, outageOneIn), Evidence: words,
		}, state, g.first+daycast.Day(lo), g.first+daycast.Day(last))
		lo = hi - 1
	}
}

// lostParts types what a feed lost of a day on which the place sold: of most
// of it, or of one category, those series that are silent without a row. A day
// that is as short every year is none.
func (a *assembly) lostParts(g *group, dates calendar) {
	for t, low := range g.low {
		if !low || g.own[t] {
			continue
		}
		d := g.first + daycast.Day(t)
		if why := dates.lowToo(d); why != "" {
			a.inferred.add(Inference{
				Scope: daycast.ScopePlace, Key: g.name, Days: 1, Periods: g.sold[t], Probability: notChance(g.chance(t), outageOneIn),
				Evidence: fmt.Sprintf("a short day: %d series sold where %.0f do, %s", g.sold[t], g.usual[t], why),
			}, daycast.Sold, d, d)
			continue
		}
		a.lost(g, t, daycast.ScopePlace, "")
	}
	for _, part := range a.parts(g) {
		for t := range part.sold {
			at := t + int(part.first-g.first)
			if part.sold[t] == 0 && part.usual[t] > 0 && !g.silent[at] && !part.own[t] &&
				float64(g.sold[at]) > dropShare*(g.usual[at]-part.usual[t]) {
				a.lost(part, t, daycast.ScopeCategory, " while the rest sold")
			}
		}
	}
}

// parts are a place's categories that sell enough to be judged.
func (a *assembly) parts(g *group) []*group {
	var parts []*group
	for _, l := range a.panel.Levels {
		if l.Name != "category" {
			continue
		}
		of := map[int32]*group{}
		for _, i := range g.series {
			c := l.Of[i]
			if c < 0 {
				continue
			}
			if of[c] == nil {
				of[c] = &group{name: l.Names[c] + "@" + g.name}
				if g.name == daycast.OnlyPlace {
					of[c].name = l.Names[c]
				}
				parts = append(parts, of[c])
			}
			of[c].series = append(of[c].series, i)
		}
	}
	parts = slices.DeleteFunc(parts, func(part *group) bool { return len(part.series) < minExpected || len(part.series) == len(g.series) })
	for _, part := range parts {
		part.count(a)
		part.judge(nil)
	}
	return parts
}

// lost types a day's series without a row as Missing, where so few sales have
// no chance to be demand or luck.
func (a *assembly) lost(g *group, t int, scope daycast.Scope, where string) {
	sure := notChance(g.chance(t), outageOneIn)
	if sure < outageSure {
		return
	}
	p, d, n := a.panel, g.first+daycast.Day(t), 0
	for _, i := range g.series {
		k := p.Offsets[i] + int(d-p.Start[i])
		if d >= p.Start[i] && p.State[k] == daycast.Zero && !a.rowed[k] {
			p.State[k] = daycast.Missing
			n++
		}
	}
	a.inferred.add(Inference{
		Scope: scope, Key: g.name, Days: 1, Periods: n, Probability: sure,
		Evidence: fmt.Sprintf("%d series sold where %.0f do on such days%s", g.sold[t], g.usual[t], where),
	}, daycast.Missing, d, d)
}
