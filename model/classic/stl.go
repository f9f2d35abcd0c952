package classic

import "math"

// stl splits a series into a season, a trend and a rest, by smoothing in turn
// each position of the season over the seasons, and what is left of the series
// over time.
//
// Cleveland, Cleveland, McRae, Terpenning (1990), "STL: a seasonal-trend
// decomposition procedure based on loess", Journal of Official Statistics 6(1):
// the inner loop, with the windows and the five rounds of statsmodels, and a
// season smoothed to a local mean, as in Hyndman's mstl. The outer loop, robust
// weights, is left out as statsforecast leaves it out. A gap has weight 0: the
// decomposition goes on through it.
type stl struct {
	period, n       int
	weights         []float64 // 0 in a gap; nil without gaps
	seasons         []*loess  // by position
	trends, lows    *loess
	season, trend   []float64 // n
	cycle, low      []float64 // n + 2*period
	part, next, old []float64
}

const stlRounds = 5

// newSTL plans for n periods. window is the season's, an odd number of seasons
// >= 3; period >= 2.
func newSTL(n, period, window int, weights []float64) *stl {
	s := &stl{period: period, n: n, weights: weights}
	s.seasons = make([]*loess, period)
	for j := range s.seasons {
		k := (n - j - 1 + period) / period
		switch {
		case weights != nil:
			own := make([]float64, k)
			for i := range own {
				own[i] = weights[i*period+j]
			}
			s.seasons[j] = newLoess(k, window, 0, own)
		case j > 0 && s.seasons[j-1].n == k:
			s.seasons[j] = s.seasons[j-1]
		default:
			s.seasons[j] = newLoess(k, window, 0, nil)
		}
	}
	trend := int(math.Ceil(1.5*float64(period)/(1-1.5/float64(window)))) | 1
	s.trends = newLoess(n, trend, 1, weights)
	s.lows = newLoess(n, (period+1)|1, 1, nil)
	s.season, s.trend = make([]float64, n), make([]float64, n)
	s.cycle, s.low = make([]float64, n+2*period), make([]float64, n+2*period)
	s.part, s.next, s.old = make([]float64, n+2*period), make([]float64, n+2*period), make([]float64, n/period+3)
	return s
}

// split fills season and trend from y, whose gaps hold any number.
func (s *stl) split(y []float64) {
	clear(s.trend)
	for range stlRounds {
		for t := range s.n {
			s.part[t] = y[t] - s.trend[t]
		}
		s.cycles()
		s.lowPass()
		s.lows.smooth(s.low, s.next)
		for t := range s.n {
			s.season[t] = s.cycle[s.period+t] - s.next[t]
			s.part[t] = y[t] - s.season[t]
		}
		s.trends.smooth(s.part, s.trend)
	}
}

// cycles smooths each position of part over the seasons into cycle, which
// begins a season earlier and ends a season later.
func (s *stl) cycles() {
	for j, l := range s.seasons {
		own := s.next[:l.n]
		for i := range own {
			own[i] = s.part[i*s.period+j]
		}
		out := s.old[:l.n+2]
		for place := range out {
			out[place] = l.at(place, own)
		}
		level(out)
		for m, v := range out {
			s.cycle[m*s.period+j] = v
		}
	}
}

// lowPass writes into low, n periods, what of cycle is slower than the season:
// moving averages of a season, a season and three.
func (s *stl) lowPass() {
	n := s.n + 2*s.period
	movingMean(s.cycle[:n], s.period, s.low)
	movingMean(s.low[:n-s.period+1], s.period, s.next)
	movingMean(s.next[:n-2*s.period+2], 3, s.low)
}

// movingMean writes the means of window values each.
func movingMean(x []float64, window int, out []float64) {
	sum := 0.0
	for _, v := range x[:window] {
		sum += v
	}
	out[0] = sum / float64(window)
	for k := window; k < len(x); k++ {
		sum += x[k] - x[k-window]
		out[k-window+1] = sum / float64(window)
	}
}

// seasonStrength is 1 - Var(rest) / Var(rest + season), in [0, 1]: Wang, Smith,
// Hyndman (2006). NaN in units is a gap. It is 0 where there are not more than
// two seasons.
func seasonStrength(units []float64, season int) float64 {
	if season < 2 || len(units) <= 2*season {
		return 0
	}
	y, weights := gapWeights(units)
	const window = 11 // Hyndman's mstl
	s := newSTL(len(y), season, window, weights)
	s.split(y)
	var rest, seasonal moments
	for t, v := range units {
		if v == v {
			rest.add(v - s.trend[t] - s.season[t])
			seasonal.add(v - s.trend[t])
		}
	}
	if !(seasonal.squares > 0) {
		return 0
	}
	return min(max(1-rest.squares/seasonal.squares, 0), 1)
}

// gapWeights are y with 0 in a gap, and weights that are 0 there, nil without
// gaps.
func gapWeights(units []float64) (y, weights []float64) {
	y = make([]float64, len(units))
	copy(y, units)
	for t, v := range units {
		if v == v {
			continue
		}
		if weights == nil {
			weights = make([]float64, len(units))
			fill(weights, 1)
		}
		y[t], weights[t] = 0, 0
	}
	return y, weights
}

// moments are a mean and the sum of squares around it: Welford (1962).
type moments struct{ n, mean, squares float64 }

func (m *moments) add(v float64) {
	m.n++
	d := v - m.mean
	m.mean += d / m.n
	m.squares += d * (v - m.mean)
}
