package classic

import (
	"context"
	"math"

	"daycast/model"
)

// HistoricAverage is the mean of all evidence:
//
//	forecast[n+h] = (y[1] + ... + y[n]) / n
//	variance      = (1 + 1/n) * sum((y[t] - mean)^2) / (n-1)
//
// Hyndman, Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd
// edition, sections 5.2 and 5.5. n counts periods that are evidence only.
type HistoricAverage struct{}

// Name is "historic_average".
func (HistoricAverage) Name() string { return "historic_average" }

// Fit learns nothing: the forecast reads the request's panel.
func (m HistoricAverage) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (HistoricAverage) validate() error { return nil }

// Learn reads h.
func (HistoricAverage) Learn(h *History) State {
	s := &historicAverage{}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

// historicAverage is 32 bytes a series.
type historicAverage struct{ units runningMoments }

func (s *historicAverage) Update(y float64, _ []float64) {
	if y == y {
		s.units.add(y)
	}
}

func (s *historicAverage) Forecast(f *Forecast) {
	u := &s.units
	fill(f.Mean, u.mean())
	deviation := math.Sqrt(u.scatter() / max(1, u.n-1) * (1 + 1/max(1, u.n)))
	for h := range f.Mean {
		f.normal(h, deviation)
	}
}

func (s *historicAverage) Parameters() []float64 { return nil }

// runningMoments sum up values and their squares, both from the first value on, which
// is near enough to the others that little is lost by cancellation.
type runningMoments struct {
	n            float64 // values
	first        float64
	sum, squares float64 // of the distances to it
}

func (s *runningMoments) add(v float64) {
	if s.n == 0 {
		s.first = v
	}
	d := v - s.first
	s.n++
	s.sum += d
	s.squares += d * d
}

func (s *runningMoments) mean() float64 { return s.first + s.sum/max(1, s.n) }

// scatter is the sum of squared distances to the mean.
func (s *runningMoments) scatter() float64 { return max(0, s.squares-s.sum*s.sum/max(1, s.n)) }
