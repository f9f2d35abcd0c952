package classic

import (
	"math"
	"slices"

	"daycast"
)

// arimaState is an ARIMA at the end of a history: 16 bytes for each pair of
// states of its filter, which has max(p+m*P, q+m*Q+1) + d + m*D; 9 kB of a
// (2,1,2)(1,1,1) with a season of 7.
type arimaState struct {
	order      arimaOrder
	parameters []float64
	pairs      int // Fourier terms
	beta       []float64
	constant   float64
	used       float64 // coefficients that were estimated

	arma    arma
	filter  kalman
	day     daycast.Day
	step    daycast.Step
	first   int     // periods before the first evidence
	n       int     // periods
	offset  float64 // of the first evidence, where differences take it off
	squares float64 // of the errors, standardised
	errors  float64 // number of them
	logs    float64 // sum of the logarithms of their variances
	terms   []float64
	begun   bool
}

// The parameters of an ARIMA are its order, its pairs of Fourier terms, the
// partial autocorrelations, the constant if it has one, and a coefficient for
// each outside factor and Fourier term, 0 where it was dropped.
func arimaParameters(r arimaResult, pairs int, places []int, scales []float64) []float64 {
	out := append(r.order.numbers(), float64(pairs))
	for _, p := range r.partial {
		out = append(out, min(max(p, -nearestPartial), nearestPartial))
	}
	beta := r.beta
	if r.order.constant() {
		out, beta = append(out, beta[0]), beta[1:]
	}
	for _, place := range places {
		b := 0.0
		if place >= 0 {
			b = beta[place] / scales[place]
		}
		out = append(out, b)
	}
	return out
}

// newArimaState is the state before h's first period; false where the
// parameters cannot be those of such a history.
func newArimaState(h *History, parameters []float64) (*arimaState, bool) {
	o, ok := orderOf(parameters, h.Season)
	if !ok || h.Season > maxSeason || len(parameters) <= orderNumbers || slices.ContainsFunc(parameters, odd) {
		return nil, false
	}
	s := &arimaState{order: o, parameters: slices.Clone(parameters), day: h.Start, step: h.Step}
	rest := s.parameters[orderNumbers:]
	if v := rest[0]; v < 0 || v > maxPairs || v != math.Trunc(v) {
		return nil, false
	}
	s.pairs, rest = int(rest[0]), rest[1:]
	k, constants := o.coefficients(), 0
	if o.constant() {
		constants = 1
	}
	if len(rest) != k+constants+len(h.Factors)+2*s.pairs {
		return nil, false
	}
	for _, p := range rest[:k] {
		if !(math.Abs(p) < 1) {
			return nil, false
		}
	}
	s.used = float64(k + constants)
	s.arma.set(o, rest[:k])
	if constants == 1 {
		s.constant = rest[k]
	}
	s.beta = rest[k+constants:]
	for _, b := range s.beta {
		if b != 0 {
			s.used++
		}
	}
	s.terms = make([]float64, 2*s.pairs)
	s.filter.start(&s.arma, o.differences())
	return s, true
}

func odd(v float64) bool { return math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 }

// filterArima reads h with parameters that are known.
func filterArima(h *History, parameters []float64) (State, bool) {
	s, ok := newArimaState(h, parameters)
	if !ok {
		return nil, false
	}
	factors := make([]float64, len(h.Factors))
	for t, y := range h.Units {
		for c, column := range h.Factors {
			factors[c] = column[t]
		}
		s.Update(y, factors)
	}
	return s, true
}

// regression is what constant and factors say of the period n.
func (s *arimaState) regression(n int, factors func(c int) float64) float64 {
	sum := s.constant * float64(1+(n-s.first)*(s.order.D+s.order.SD))
	outside := len(s.beta) - len(s.terms)
	for c, b := range s.beta[:outside] {
		sum += b * factors(c)
	}
	if s.pairs > 0 {
		fourier(s.terms, s.day+daycast.Day(n)*daycast.Day(s.step), s.pairs)
		for k, b := range s.beta[outside:] {
			sum += b * s.terms[k]
		}
	}
	return sum
}

func (s *arimaState) Update(y float64, factors []float64) {
	n := s.n
	s.n++
	if !s.begun && y != y {
		s.first = s.n
		return
	}
	y -= s.regression(n, func(c int) float64 {
		if c < len(factors) {
			return factors[c]
		}
		return 0
	})
	if !s.begun && s.order.lost() > 0 {
		s.offset = y
	}
	s.begun = true
	e, variance := s.filter.step(y - s.offset)
	if e == e && (s.order.lost() == 0 || variance < unlearnt) {
		s.squares += e * e / variance
		s.errors++
		if variance != 1 {
			s.logs += math.Log(variance)
		}
	}
}

// Likelihood is the logarithm of the history's, and the AICc that orders of the
// same differences are compared by. The variance is that of the greatest
// likelihood.
func (s *arimaState) Likelihood() (logarithm, aicc float64) {
	n := s.errors
	logarithm = -n/2*(math.Log(2*math.Pi*s.squares/n)+1) - s.logs/2
	k := s.used + 1
	return logarithm, -2*logarithm + 2*k + 2*k*(k+1)/(n-k-1)
}

// Forecast has the variances of the filter; that of the coefficients is left
// out, as is usual.
func (s *arimaState) Forecast(f *Forecast) {
	filter := s.filter.clone()
	sigma2 := s.squares / max(1, s.errors-s.used)
	for h := range f.Mean {
		f.Mean[h] = s.offset + filter.expected() + s.regression(s.n+h, func(c int) float64 {
			if c < len(f.Factors) && h < len(f.Factors[c]) {
				return f.Factors[c][h]
			}
			return 0
		})
		filter.move()
		if len(f.Levels) > 0 {
			variance := filter.variance()
			f.normal(h, math.Sqrt(max(0, sigma2*variance)))
			filter.spread(0, variance)
		}
	}
}

// clone is a filter that goes on by itself.
func (k *kalman) clone() *kalman {
	c := *k
	c.state, c.gain = slices.Clone(k.state), slices.Clone(k.gain)
	c.covariance, c.next, c.first = slices.Clone(k.covariance), slices.Clone(k.next), nil
	return &c
}

func (s *arimaState) Parameters() []float64 { return slices.Clone(s.parameters) }
