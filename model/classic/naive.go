package classic

import (
	"context"
	"math"

	"daycast/model"
)

// Naive repeats the last period:
//
//	forecast[n+h] = y[n]
//	variance      = h * mean((y[t] - y[t-g])^2 / g)
//
// Hyndman, Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd
// edition, sections 5.2 and 5.5. Periods without evidence are time that
// passes: the last evidence is repeated, and over a gap of g periods a random
// walk has g times the variance. Before any evidence the forecast is 0.
type Naive struct{}

// Name is "naive".
func (Naive) Name() string { return "naive" }

// Repeats says that it is a model.Repeating.
func (Naive) Repeats() {}

// Fit learns nothing: the forecast reads the request's panel.
func (m Naive) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (Naive) validate() error { return nil }

// Learn reads h.
func (Naive) Learn(h *History) State {
	s := naive{last: nan}
	for _, y := range h.Units { // Update, in registers
		s.since++
		if y == y {
			s.errors.addOver(y-s.last, s.since)
			s.last, s.since = y, 0
		}
	}
	return &s
}

// naive is 32 bytes a series.
type naive struct {
	last   float64 // evidence; NaN before any
	since  float64 // periods since
	errors residuals
}

func (s *naive) Update(y float64, _ []float64) {
	s.since++
	if y != y {
		return
	}
	s.errors.addOver(y-s.last, s.since)
	s.last, s.since = y, 0
}

func (s *naive) Forecast(f *Forecast) {
	last := s.last
	if last != last {
		last = 0
	}
	fill(f.Mean, last)
	for h := range f.Mean {
		f.normal(h, s.errors.deviation()*math.Sqrt(float64(h+1)+s.since))
	}
}

func (s *naive) Parameters() []float64 { return nil }
