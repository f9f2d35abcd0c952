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
func (m WindowMean) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (m WindowMean) validate() error {
	if m.Periods < 0 {
		return daycast.Errorf(daycast.Invalid, "model window_mean: window of %d periods: want 0 or more", m.Periods).WithField("periods")
	}
	return nil
}

// Learn reads h's last window.
func (m WindowMean) Learn(h *History) State {
	window := m.Periods
	if window == 0 {
		window = 28 / max(1, int(h.Step))
	}
	s := &windowMean{window: window, recent: make([]float64, 0, min(window, len(h.Units)))}
	rest := h.Units
	for len(rest) > 0 && len(s.recent) < window {
		s.Update(rest[0], nil)
		rest = rest[1:]
	}
	s.read(rest)
	return s
}

// read is Update for many periods once the ring is full, without a division
// and with its sums in registers: reading is most of what a forecast costs.
func (s *windowMean) read(units []float64) {
	sum, next, share := s.sum, s.next, 1/float64(s.window)
	squares, n := 0.0, 0.0
	for _, y := range units {
		if y != y {
			continue
		}
		e := y - sum*share
		squares += e * e
		n++
		sum += y - s.recent[next]
		s.recent[next] = y
		if next++; next == len(s.recent) {
			next, sum = 0, total(s.recent)
		}
	}
	s.sum, s.next = sum, next
	s.errors.squares += squares
	s.errors.n += n
}

// windowMean is 8 bytes a period of the window.
type windowMean struct {
	window int
	recent []float64 // evidence, at most a window of it, as a ring
	next   int       // in the ring, once it is full
	sum    float64   // of recent
	errors residuals
}

func (s *windowMean) Update(y float64, _ []float64) {
	if y != y {
		return
	}
	if len(s.recent) > 0 {
		s.errors.add(y - s.mean())
	}
	if len(s.recent) < s.window {
		s.recent = append(s.recent, y)
		s.sum += y
		return
	}
	s.sum += y - s.recent[s.next]
	s.recent[s.next] = y
	if s.next++; s.next == s.window {
		s.next, s.sum = 0, total(s.recent) // so that rounding does not pile up
	}
}

func (s *windowMean) mean() float64 { return s.sum / float64(max(1, len(s.recent))) }

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// Forecast has the deviation of the means' own errors one period ahead: they
// hardly grow with the horizon.
func (s *windowMean) Forecast(f *Forecast) {
	fill(f.Mean, s.mean())
	for h := range f.Mean {
		f.normal(h, s.errors.deviation())
	}
}

func (s *windowMean) Parameters() []float64 { return nil }
