package classic

import (
	"context"
	"math"

	"daycast/model"
)

// SES is simple exponential smoothing, with the constant whose errors one
// period ahead have the least squares:
//
//	l[t] = l[t-1] + alpha*(y[t] - l[t-1])      l[1] = y[1], alpha in [0.01, 0.99]
//	forecast[n+h] = l[n]
//
// Brown (1956), "Exponential smoothing for predicting demand"; statsforecast's
// SimpleExponentialSmoothingOptimized, whose golden section begins with the
// whole range and may end in a lesser valley: ours looks at eight constants
// first. A period without evidence leaves the level alone. Less than three
// periods of evidence have alpha 0.1. 40 bytes a series.
type SES struct{}

// Name is "ses".
func (SES) Name() string { return "ses" }

// Fit searches for each series' constant.
func (m SES) Fit(ctx context.Context, t model.Training) (model.Fitted, error) { return fit(ctx, t, m) }

func (SES) validate() error { return nil }

// Learn searches for the constant.
func (SES) Learn(h *History) State { return readSES(h, likeliestSES(h.Units)) }

// LearnFrom is Learn: the search costs no more than twenty readings.
func (m SES) LearnFrom(h *History, _ []float64) State { return m.Learn(h) }

// Filter reads h with a known constant.
func (SES) Filter(h *History, parameters []float64) (State, bool) {
	if len(parameters) != 1 || !(parameters[0] > 0 && parameters[0] < 1) {
		return nil, false
	}
	return readSES(h, parameters[0]), true
}

func readSES(h *History, alpha float64) State {
	s := &smoothed{alpha: alpha}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

type smoothed struct {
	alpha, level float64
	begun        bool
	errors       residuals
}

func (s *smoothed) Update(y float64, _ []float64) {
	if y != y {
		return
	}
	if !s.begun {
		s.begun, s.level = true, y
		return
	}
	e := y - s.level
	s.errors.add(e)
	s.level += s.alpha * e
}

// Forecast has the variance of ETS(A,N,N).
func (s *smoothed) Forecast(f *Forecast) {
	fill(f.Mean, s.level)
	for h := range f.Mean {
		f.normal(h, s.errors.deviation()*math.Sqrt(1+float64(h)*s.alpha*s.alpha))
	}
}

func (s *smoothed) Parameters() []float64 { return []float64{s.alpha} }

// squaresSES are the squared errors of four constants.
func squaresSES(units []float64, alphas [lanes]float64) (sums [lanes]float64) {
	for len(units) > 0 && units[0] != units[0] {
		units = units[1:]
	}
	if len(units) == 0 {
		return sums
	}
	a0, a1, a2, a3 := alphas[0], alphas[1], alphas[2], alphas[3]
	l0, l1, l2, l3 := units[0], units[0], units[0], units[0]
	var s0, s1, s2, s3 float64
	for _, y := range units[1:] {
		if y != y {
			continue
		}
		e0, e1, e2, e3 := y-l0, y-l1, y-l2, y-l3
		s0 += e0 * e0
		s1 += e1 * e1
		s2 += e2 * e2
		s3 += e3 * e3
		l0 += a0 * e0
		l1 += a1 * e1
		l2 += a2 * e2
		l3 += a3 * e3
	}
	return [lanes]float64{s0, s1, s2, s3}
}

// gridSES is denser where sales mostly have their best constant.
var gridSES = [2 * lanes]float64{.01, .04, .1, .2, .35, .55, .8, .99}

// likeliestSES is the constant with the least squared errors, to about .001.
func likeliestSES(units []float64) float64 {
	evidence := 0
	for _, y := range units {
		if y == y {
			evidence++
		}
	}
	const least, few = 3, .1
	if evidence < least {
		return few
	}
	return deepest(gridSES, 3, func(at [lanes]float64) [lanes]float64 { return squaresSES(units, at) })
}
