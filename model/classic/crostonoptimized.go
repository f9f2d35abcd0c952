package classic

import (
	"context"

	"daycast/model"
)

// CrostonOptimized is CrostonClassic whose sizes and intervals have a smoothing
// constant each, in [.1, .3], with the least squared errors one sale ahead.
//
//	forecast of every later period = z[n] / p[n]    z, p as in Croston
//
// statsforecast's method of that name: the range keeps sizes of few sales from
// being followed one by one. The parameters are the constants of size and
// interval.
type CrostonOptimized struct{}

// Name is "croston_optimized".
func (CrostonOptimized) Name() string { return "croston_optimized" }

// The range of searched smoothing constants, statsforecast's.
const lowSmoothing, highSmoothing = .1, .3

// Fit searches the constants; it refuses negative units with code invalid.
func (m CrostonOptimized) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fitCounts(ctx, t, m)
}

func (CrostonOptimized) validate() error { return nil }

// Learn searches the constants and reads h.
func (m CrostonOptimized) Learn(h *History) State { return m.LearnFrom(h, []float64{0, 0}) }

// LearnFrom begins at the constants of warm.
func (m CrostonOptimized) LearnFrom(h *History, warm []float64) State {
	sales := make([]float64, 0, 2*len(h.Units)) // sizes in front, intervals behind
	intervals := sales[len(h.Units):len(h.Units)]
	since := 0.0
	for _, y := range h.Units {
		if y != y {
			continue
		}
		since++
		if y > 0 {
			sales, intervals = append(sales, y), append(intervals, since)
			since = 0
		}
	}
	if len(warm) != 2 {
		warm = []float64{0, 0}
	}
	s := &crostonOptimized{croston{
		size:       bestSmoothing(sales, lowSmoothing, highSmoothing, warm[0]),
		interval:   bestSmoothing(intervals, lowSmoothing, highSmoothing, warm[1]),
		correction: 1,
	}}
	s.read(h, 1)
	return s
}

// Filter reads h with constants in (0, 1].
func (m CrostonOptimized) Filter(h *History, parameters []float64) (State, bool) {
	if len(parameters) != 2 || !(parameters[0] > 0 && parameters[0] <= 1 && parameters[1] > 0 && parameters[1] <= 1) {
		return nil, false
	}
	s := &crostonOptimized{croston{size: parameters[0], interval: parameters[1], correction: 1}}
	s.read(h, 1)
	return s, true
}

// crostonOptimized is 80 bytes a series.
type crostonOptimized struct{ croston }

func (s *crostonOptimized) Parameters() []float64 { return []float64{s.size, s.interval} }
