package classic

import (
	"context"
	"math"

	"daycast/model"
)

// Drift is the random walk with drift: the line through the first and the last
// period, drawn on.
//
//	slope         = (y[n] - y[1]) / (n-1)
//	forecast[n+h] = y[n] + h*slope
//	variance      = (h + h^2/(n-1)) * mean((y[t] - y[t-g] - g*slope)^2 / g)
//
// Hyndman, Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd
// edition, sections 5.2 and 5.5. Periods without evidence are time that
// passes: n and h count them, and a step over a gap of g periods has g times
// the slope and the variance. A single period of evidence has no slope.
type Drift struct{}

// Name is "drift".
func (Drift) Name() string { return "drift" }

// Fit learns nothing: the forecast reads the request's panel.
func (m Drift) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (Drift) validate() error { return nil }

// Learn reads h.
func (Drift) Learn(h *History) State {
	s := &drift{first: nan, last: nan}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

// drift is 48 bytes a series. With the first period, the sums of squared steps
// are enough: the steps themselves add up to last - first.
type drift struct {
	first, last float64 // evidence; NaN before any
	since       float64 // periods since the last
	steps       float64 // number of them
	periods     float64 // that they took
	squares     float64 // sum of their squares over their periods
}

func (s *drift) Update(y float64, _ []float64) {
	s.since++
	if y != y {
		return
	}
	if s.last == s.last {
		step := y - s.last
		square := step * step
		if s.since != 1 {
			square /= s.since
		}
		s.squares += square
		s.steps++
		s.periods += s.since
	} else {
		s.first = y
	}
	s.last, s.since = y, 0
}

func (s *drift) Forecast(f *Forecast) {
	if s.last != s.last {
		fill(f.Mean, 0)
		clear(f.Quantiles)
		return
	}
	periods := max(1, s.periods)
	slope := (s.last - s.first) / periods
	variance := max(0, s.squares-slope*slope*periods) / max(1, s.steps)
	for h := range f.Mean {
		ahead := float64(h+1) + s.since
		f.Mean[h] = s.last + ahead*slope
		f.normal(h, math.Sqrt(variance*(ahead+ahead*ahead/periods)))
	}
}

func (s *drift) Parameters() []float64 { return nil }
