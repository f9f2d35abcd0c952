package classic

import (
	"context"

	"daycast"
	"daycast/model"
)

// WindowMean forecasts every later period with the plain mean of the last
// Periods periods that are evidence; it ignores the weekday.
//
//	forecast = (y[n] + y[n-1] + ... + y[n-Periods+1]) / Periods
//
// The mean of four weeks is the yardstick of retail practice: a model that
// does not beat it has learnt nothing of the level.
type WindowMean struct {
	Periods int // >= 0; 0 is four weeks: 28 days, or 4 weeks of a weekly panel
}

// Name is "window_mean".
func (WindowMean) Name() string { return "window_mean" }

// Fit learns nothing: the forecast reads the request's panel.
func (m WindowMean) Fit(ctx context.Context, _ model.Training) (model.Fitted, error) {
	return fit(ctx, m)
}

func (m WindowMean) valid() error {
	if m.Periods < 0 {
		return daycast.Errorf(daycast.Invalid, "model window_mean: window of %d periods: want 0 or more", m.Periods).WithField("periods")
	}
	return nil
}

func (m WindowMean) forecast(p *daycast.Panel, i int, out []float32) {
	window := m.Periods
	if window == 0 {
		window = 28 / int(p.Step)
	}
	units, state := p.SpreadOf(i), p.StateOf(i)
	sum, n := 0.0, 0
	for t := len(units) - 1; t >= 0 && n < window; t-- {
		if state[t].Evidence() {
			sum += float64(units[t])
			n++
		}
	}
	fill(out, sum/float64(max(1, n)))
}
