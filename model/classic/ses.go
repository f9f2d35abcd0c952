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
// SimpleExponentialSmoothingOptimized. bestSmoothing has the search. A period
// without evidence leaves the level alone. 40 bytes a series.
type SES struct{}

// Name is "ses".
func (SES) Name() string { return "ses" }

// Fit searches for each series' constant.
func (m SES) Fit(ctx context.Context, t model.Training) (model.Fitted, error) { return fit(ctx, t, m) }

func (SES) validate() error { return nil }

// Learn searches for the constant.
func (m SES) Learn(h *History) State { return m.LearnFrom(h, nil) }

// LearnFrom is Learn whose search begins at an earlier constant.
func (SES) LearnFrom(h *History, warm []float64) State {
	begin := 0.0
	if len(warm) == 1 {
		begin = warm[0]
	}
	evidence := h.Units
	if h.Evidence() < len(evidence) {
		evidence = evidenceOf(nil, h)
	}
	return readSES(h, bestSmoothing(evidence, leastSES, mostSES, begin))
}

// Filter reads h with a known constant.
func (SES) Filter(h *History, parameters []float64) (State, bool) {
	if len(parameters) != 1 || !(parameters[0] > 0 && parameters[0] < 1) {
		return nil, false
	}
	return readSES(h, parameters[0]), true
}

// readSES is Update for a whole history, without its branches.
func readSES(h *History, alpha float64) State {
	s := &smoothed{alpha: alpha}
	units := h.Units
	for len(units) > 0 && !s.begun {
		s.Update(units[0], nil)
		units = units[1:]
	}
	level, n, squares := s.level, 0.0, 0.0
	for _, y := range units {
		if e := y - level; e == e {
			n++
			squares += e * e
			level += alpha * e
		}
	}
	s.level, s.errors = level, residuals{n, squares}
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

const leastSES, mostSES = .01, .99 // statsforecast's
