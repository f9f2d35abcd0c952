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
// whole range and may end in a lesser valley: ours looks at sixteen constants
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

// LearnFrom is Learn: the search costs no more than a few readings.
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

// likeliestSES is the constant with the least squared errors, to about .001.
func likeliestSES(units []float64) float64 {
	wide := make([][4]float64, 0, len(units))
	for _, y := range units {
		if y == y {
			wide = append(wide, [4]float64{y, y, y, y})
		}
	}
	const enough, few = 3, .1
	if len(wide) < enough {
		return few
	}
	return deepest(lanesGrid(leastSES, mostSES), func(at *[lanes]float64) [lanes]float64 { return squaresSES(wide, at) })
}

// squaresSESSingly are the squared errors of several constants; the first
// evidence is the first level. Evidence is there four times, since code for
// vectors must not read numbers one by one in between.
func squaresSESSingly(evidence [][4]float64, alphas *[lanes]float64) (sums [lanes]float64) {
	var levels [lanes]float64
	fill(levels[:], evidence[0][0])
	for _, y := range evidence[1:] {
		for k := range levels {
			e := y[0] - levels[k]
			sums[k] += e * e
			levels[k] += alphas[k] * e
		}
	}
	return sums
}

const leastSES, mostSES = .01, .99 // statsforecast's
