package classic

import (
	"context"
	"math"

	"daycast/model"
)

// AutoARIMA is ARIMA whose orders are chosen by series: the seasonal
// difference by the strength of the season (above .64), differences by the test
// of Kwiatkowski and others at 5%, all else by a stepwise search for the least
// AICc, from (2,d,2)(1,D,1), (0,d,0), (1,d,0)(1,D,0) and (0,d,1)(0,D,1).
//
// Hyndman, Khandakar (2008), "Automatic time series forecasting: the forecast
// package for R", Journal of Statistical Software 27(3); the steps, limits and
// refusals are those of statsforecast's AutoARIMA. We differ in that
//
//   - where one of these is refused for a root near the unit circle, a second
//     climb starts from the best of (0,d,1), (1,d,1) and (1,d,1)(1,D,1): the first
//     one may end far from the best (of 37 series of M5 one lost 80 of AICc);
//   - seasonal roots may be as near to the unit circle as others: see unsound;
//   - each step begins at the coefficients of the order before, and every one
//     has its exact likelihood, which costs no more than the approximation that
//     the paper takes for long series;
//   - with gaps the orders are chosen by conditional sums of squares with a
//     gap's error 0, and the best is fitted by the Kalman filter;
//   - seasons of more than 24 periods, a year of weeks, have no seasonal orders:
//     Fourier terms of the year, up to three pairs as the AICc wants, are
//     cheaper, and two or three years do not tell more (Hyndman,
//     Athanasopoulos 2021, section 12.1). They need two years of history;
//   - outside factors that cannot be told apart are dropped: see ARIMA.
type AutoARIMA struct{}

// Name is "auto_arima".
func (AutoARIMA) Name() string { return "auto_arima" }

// Fit finds orders and coefficients of every series.
func (m AutoARIMA) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (AutoARIMA) validate() error { return nil }

func (AutoARIMA) regresses() {}

// Learn finds orders and coefficients for h.
func (m AutoARIMA) Learn(h *History) State { return m.LearnFrom(h, nil) }

// LearnFrom searches from the order and the coefficients that h had.
func (AutoARIMA) LearnFrom(h *History, warm []float64) State {
	best := autoARIMA(h, warm)
	if best == nil {
		return arimaMean(h, true)
	}
	if s, ok := filterArima(h, best.parameters()); ok {
		return s
	}
	return arimaMean(h, true)
}

// Filter reads h with parameters that are known.
func (AutoARIMA) Filter(h *History, parameters []float64) (State, bool) {
	return filterArima(h, parameters)
}

const (
	// strongSeason is Hyndman's threshold for a seasonal difference.
	strongSeason = .64
	// longestARMA is the longest season with orders of its own.
	longestARMA = 24
	// maxPairs is the most Fourier terms of a year, yearsForPairs the history
	// that they need.
	maxPairs, yearsForPairs = 3, 2
	// leastARIMA is the evidence below which there is but a mean.
	leastARIMA = 4
)

// autoARIMA is the best model of h, nil where the mean is.
func autoARIMA(h *History, warm []float64) *arimaSearch {
	base := arimaOrder{Season: h.Season}
	pairs := 0
	if h.Season > longestARMA && len(h.Units) >= yearsForPairs*h.Season {
		pairs = maxPairs
	}
	d := newArimaData(h, fourierColumns(h, pairs))
	if d.n < leastARIMA || constant(d.units) {
		return nil
	}
	base.D, base.SD = chosenDifferences(d, base)
	var best *arimaSearch
	for k := range pairs + 1 {
		s := newArimaSearch(h, base, k)
		if s == nil {
			continue
		}
		if s.run(warm); best == nil || s.best.aicc < best.best.aicc {
			best = s
		}
	}
	return best
}

// chosenDifferences are those of time and of the season that d needs, once
// regressed on what else is known.
func chosenDifferences(d *arimaData, o arimaOrder) (plain, seasonal int) {
	o.Constant = true
	d.choose(o)
	units := append([]float64(nil), d.units...)
	if len(d.columns) > 0 {
		f := &arimaFitter{data: d}
		f.fit(o, nil, true, rough)
		for t, y := range units {
			if y == y {
				units[t] = f.errors[t]
			}
		}
	}
	if o.Season <= longestARMA && seasonStrength(units, o.Season) > strongSeason {
		seasonal = 1
		units = lagged(units, o.Season)
	}
	evident := units[:0]
	for _, y := range units {
		if y == y {
			evident = append(evident, y)
		}
	}
	if len(evident) == 0 {
		return 0, 0
	}
	return differencesNeeded(evident), seasonal
}

// arimaSearch walks through the orders of one series.
type arimaSearch struct {
	fitter arimaFitter
	data   *arimaData
	places []int // of the factors among the columns
	pairs  int
	quick  bool

	maxP, maxQ, maxSP, maxSQ int
	seen                     []arimaResult
	best                     arimaResult
}

// maxModels is where a search ends, as statsforecast's does.
const maxModels = 94

func newArimaSearch(h *History, base arimaOrder, pairs int) *arimaSearch {
	d := newArimaData(h, fourierColumns(h, pairs))
	base.Constant = true
	s := &arimaSearch{data: d, pairs: pairs, places: d.choose(base), quick: d.gaps}
	if d.n-base.lost() < leastARIMA {
		return nil
	}
	d.shift(base)
	s.fitter.data = d
	s.maxP, s.maxQ = min(maxARMA, d.n/3), min(maxARMA, d.n/3)
	if m := base.Season; m > 1 {
		s.maxP, s.maxQ = min(s.maxP, m-1), min(s.maxQ, m-1)
		if m <= longestARMA {
			s.maxSP, s.maxSQ = min(maxSeasonalARMA, d.n/3/m), min(maxSeasonalARMA, d.n/3/m)
		}
	}
	s.best = arimaResult{order: base, aicc: math.Inf(1)}
	return s
}

// run leaves the best model in best, one with exact coefficients.
func (s *arimaSearch) run(warm []float64) {
	base := s.best.order
	base.Constant = base.D+base.SD <= 1
	if was, ok := orderOf(warm, base.Season); ok && was.D == base.D && was.SD == base.SD && s.within(was) {
		s.try(was, startOf(warm, was))
	} else {
		s.begin(base)
	}
	refused := false
	for _, r := range s.seen {
		refused = refused || math.IsInf(r.aicc, 1)
	}
	for s.improve() {
	}
	if refused {
		s.again(base)
	}
	s.finish(base)
}

// again climbs once more, from orders with one lag of each kind.
func (s *arimaSearch) again(base arimaOrder) {
	s.best.aicc = math.Inf(1)
	for _, own := range [][4]int{{0, 1, 0, 0}, {1, 1, 0, 0}, {1, 1, 1, 1}} {
		o := base
		o.P, o.Q, o.SP, o.SQ = own[0], own[1], own[2], own[3]
		if s.within(o) {
			s.try(o, nil)
		}
	}
	for s.best.aicc < math.Inf(1) && s.improve() {
	}
}

// begin tries the models that the search may start from.
func (s *arimaSearch) begin(base arimaOrder) {
	p, q, sp, sq := 2, 2, 1, 1
	const few = 10 // periods
	if len(s.data.units) < few {
		p, q, sp, sq = 1, 1, 0, 0
	}
	p, q, sp, sq = min(p, s.maxP), min(q, s.maxQ), min(sp, s.maxSP), min(sq, s.maxSQ)
	at := func(p, q, sp, sq int) arimaOrder {
		o := base
		o.P, o.Q, o.SP, o.SQ = p, q, sp, sq
		return o
	}
	s.try(at(p, q, sp, sq), nil)
	s.try(at(0, 0, 0, 0), nil)
	s.try(at(min(1, s.maxP), 0, min(1, s.maxSP), 0), nil)
	s.try(at(0, min(1, s.maxQ), 0, min(1, s.maxSQ)), nil)
	if base.constant() {
		plain := base
		plain.Constant = false
		if s.try(plain, nil) {
			// The steps go on with a constant, as auto.arima's do.
			s.best.order.Constant = true
		}
	}
}

// arimaSteps are tried in this order: p, q, P, Q.
var arimaSteps = [][4]int{
	{0, 0, -1, 0}, {0, 0, 0, -1}, {0, 0, 1, 0}, {0, 0, 0, 1},
	{0, 0, -1, -1}, {0, 0, -1, 1}, {0, 0, 1, -1}, {0, 0, 1, 1},
	{-1, 0, 0, 0}, {0, -1, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0},
	{-1, -1, 0, 0}, {-1, 1, 0, 0}, {1, -1, 0, 0}, {1, 1, 0, 0},
}

// improve goes to the first better neighbour.
func (s *arimaSearch) improve() bool {
	from := s.best
	for _, step := range arimaSteps {
		o := from.order
		o.P, o.Q, o.SP, o.SQ = o.P+step[0], o.Q+step[1], o.SP+step[2], o.SQ+step[3]
		if s.within(o) && s.try(o, carried(from.order, from.partial, o)) {
			return true
		}
	}
	o := from.order
	o.Constant = !o.Constant
	return o.D+o.SD <= 1 && s.try(o, carried(from.order, from.partial, o))
}

func (s *arimaSearch) within(o arimaOrder) bool {
	return o.P >= 0 && o.Q >= 0 && o.SP >= 0 && o.SQ >= 0 && o.P <= s.maxP && o.Q <= s.maxQ && o.SP <= s.maxSP && o.SQ <= s.maxSQ
}

// try fits an order that has not been seen and reports whether it is the best.
func (s *arimaSearch) try(o arimaOrder, start []float64) bool {
	for _, r := range s.seen {
		if r.order == o {
			return false
		}
	}
	if len(s.seen) >= maxModels {
		return false
	}
	r := s.fitter.fit(o, start, s.quick, rough)
	s.seen = append(s.seen, r)
	if !(r.aicc < s.best.aicc) {
		return false
	}
	s.best = r
	return true
}

// finish fits the best order to the end; one that is then refused makes room
// for the next. White noise around the differences is always there.
func (s *arimaSearch) finish(base arimaOrder) {
	for range s.seen {
		k := -1
		for i, r := range s.seen {
			if r.aicc < math.Inf(1) && (k < 0 || r.aicc < s.seen[k].aicc) {
				k = i
			}
		}
		if k < 0 {
			break
		}
		r := s.seen[k]
		end := precise
		if s.quick {
			end = dear
		}
		s.best = s.fitter.fit(r.order, carried(r.order, r.partial, r.order), false, end)
		if !s.quick {
			for _, start := range [][]float64{nil, usualStart(r.order)} {
				if other := s.fitter.fit(r.order, start, false, precise); other.aicc < s.best.aicc {
					s.best = other
				}
			}
		}
		if s.best.aicc < math.Inf(1) {
			return
		}
		s.seen[k].aicc = math.Inf(1)
	}
	base.Constant = base.D+base.SD == 0
	s.best = s.fitter.fit(base, nil, false, precise)
}

// usualStart is where differenced series often end: most of a difference taken
// back by an MA, a slow AR beside it.
func usualStart(o arimaOrder) []float64 {
	partial := make([]float64, o.coefficients())
	for _, part := range []struct {
		at, n int
		v     float64
	}{{0, o.P, .3}, {o.P, o.Q, .5 * float64(min(1, o.D))}, {o.P + o.Q, o.SP, .2}, {o.P + o.Q + o.SP, o.SQ, .7 * float64(o.SD)}} {
		if part.n > 0 {
			partial[part.at] = part.v
		}
	}
	return carried(o, partial, o)
}

func (s *arimaSearch) parameters() []float64 {
	return arimaParameters(s.best, s.pairs, s.places, s.data.scales)
}
