package classic

import (
	"math"
	"slices"
)

// thetaSearch finds the alpha, theta and first level with the least squared
// errors. For a given alpha an error is a straight function of the other two
//
//	x[t] - l[t-1] = first*(1-alpha)^(t-1) + weight*c[t] + error
//
// where l begins at 0 and c is what A and B give, so that they are found at once,
// and the search is one for alpha alone. Statsforecast's simplex goes for all
// three, a thousand times along the history.
type thetaSearch struct {
	units       []float64 // without the season
	dynamic     bool
	line        lineSums // through the whole history
	weight      float64  // as it has to be; NaN: free
	least, most float64  // bounds of the first level
	ats, slopes []float64
}

const (
	leastAlpha, mostAlpha = .1, .99 // statsforecast's
	standardWeight        = .5      // theta 2
)

// searchTheta is the likeliest model for h among the static and the dynamic
// ones, with a weight that is given, or NaN where it is free.
func searchTheta(h *History, static, dynamic bool, weight float64) *thetaModel {
	base := thetaModel{start: h.Start}
	base.kind, base.season = seasonOf(h)
	s := thetaSearch{units: make([]float64, len(h.Units)), weight: weight, least: math.Inf(1), most: math.Inf(-1)}
	base.begin()
	evidence := 0
	for t, y := range h.Units {
		s.units[t] = y
		if y == y {
			base.position = t % max(1, len(base.season))
			s.units[t] = base.seasonless(y)
			s.line.add(float64(t+1), s.units[t])
			s.least, s.most = min(s.least, s.units[t]), max(s.most, s.units[t])
			evidence++
		}
	}
	base.position = 0
	if evidence <= skipped {
		base.alpha, base.first, base.dynamic = standardWeight, s.line.y, !static
		return base.read(h.Units)
	}
	// After the errors that do not count a quick alpha has left a millionth of
	// the first level, which so may have to be far away.
	const farthest = 1e8
	s.least, s.most = s.least-farthest*(s.most-s.least), s.most+farthest*(s.most-s.least)
	lowest := math.Inf(1)
	best := base
	for _, d := range []bool{false, true} {
		if d && !dynamic || !d && !static {
			continue
		}
		s.prepare(d)
		m := base
		m.dynamic = d
		m.alpha = deepest(leastAlpha, mostAlpha, func(alpha float64) float64 {
			sum, _, _ := s.solve(alpha)
			return sum
		})
		var sum float64
		sum, m.first, m.weight = s.solve(m.alpha)
		if !d {
			m.at, m.slope = s.line.line()
		}
		if sum < lowest {
			lowest, best = sum, m
		}
	}
	return best.read(h.Units)
}

// prepare sets the line as it is known before each period.
func (s *thetaSearch) prepare(dynamic bool) {
	s.dynamic = dynamic
	s.ats, s.slopes = sized(s.ats, len(s.units)), sized(s.slopes, len(s.units))
	if !dynamic {
		at, slope := s.line.line()
		fill(s.ats, at)
		fill(s.slopes, slope)
		return
	}
	var l lineSums
	for t, x := range s.units {
		s.ats[t], s.slopes[t] = l.line()
		if x == x {
			l.add(float64(t+1), x)
		}
	}
}

// solve is the least sum of squared errors with alpha, and the first level and
// the weight that have it.
func (s *thetaSearch) solve(alpha float64) (sum, first, weight float64) {
	keep := 1 - alpha
	level, lagA, lagB := 0.0, 1.0, 1.0
	var rr, rp, rc, pp, pc, cc float64
	skip := skipped
	ats, slopes := s.ats[:len(s.units)], s.slopes[:len(s.units)]
	for t, x := range s.units {
		if x != x {
			lagB++
			continue
		}
		r := x - level
		if skip == 0 {
			c := ats[t]*lagA + slopes[t]*lagB
			rr += r * r
			rp += r * lagA
			rc += r * c
			pp += lagA * lagA
			pc += lagA * c
			cc += c * c
		} else {
			skip--
		}
		level += alpha * r
		lagA *= keep
		lagB = keep*lagB + 1
	}
	levelOf := func(weight float64) float64 {
		return min(s.most, max(s.least, (rp-weight*pc)/max(pp, math.SmallestNonzeroFloat64)))
	}
	const alike = 1e-10 // where level and line have the same course, no theta can be told
	weight = s.weight
	if weight != weight {
		weight = standardWeight
		if det := pp*cc - pc*pc; det > alike*pp*cc {
			weight = (rc*pp - rp*pc) / det
			if l := (rp - weight*pc) / pp; l < s.least || l > s.most {
				weight = (rc - min(s.most, max(s.least, l))*pc) / cc
			}
		}
		weight = min(1, max(0, weight))
	}
	first = levelOf(weight)
	sum = rr - 2*(first*rp+weight*rc) + first*first*pp + 2*first*weight*pc + weight*weight*cc
	return max(0, sum), first, weight
}

// seasonOf is the season that theta methods take off: none where there are
// less than two seasons, or where the autocorrelation at a season is no larger
// than chance makes it (Fiorucci et al., section 3: a level of 90%); in
// proportion where all units are above zero.
func seasonOf(h *History) (etsSeason, []float64) {
	const shortest = 4
	if h.Season < shortest || len(h.Units) < 2*h.Season || !beyondChance(h) {
		return noSeason, nil
	}
	positive := !slices.ContainsFunc(h.Units, func(y float64) bool { return y <= 0 })
	if positive {
		const least = .01 // else dividing by it blows up what is sold there
		if season := decompose(h.Units, h.Season, true); slices.Min(season) >= least {
			return multiplicative, season
		}
	}
	return additive, decompose(h.Units, h.Season, false)
}

// beyondChance is the test of a season's autocorrelation against those of shorter
// lags, by Bartlett's formula.
func beyondChance(h *History) bool {
	mean, n := 0.0, 0.0
	for _, y := range h.Units {
		if y == y {
			n++
			mean += (y - mean) / n
		}
	}
	variance := 0.0
	for _, y := range h.Units {
		if y == y {
			variance += (y - mean) * (y - mean)
		}
	}
	if !(variance > 0) {
		return false
	}
	variance /= n
	lagged := func(lag int) float64 {
		sum, pairs := 0.0, 0.0
		for t, y := range h.Units[lag:] {
			if p := (y - mean) * (h.Units[t] - mean); p == p {
				sum += p
				pairs++
			}
		}
		length := float64(len(h.Units))
		return sum / max(1, pairs) / variance * (length - float64(lag)) / length
	}
	squares := 0.0
	for lag := 1; lag < h.Season; lag++ {
		squares += lagged(lag) * lagged(lag)
	}
	const quantile = 1.6448536269514722 // of the normal distribution, at .95
	return math.Abs(lagged(h.Season)) > quantile*math.Sqrt((1+2*squares)/n)
}
