package classic

import (
	"context"

	"daycast/model"
)

// Croston is Croston's method for intermittent demand with the correction of
// Syntetos and Boylan (SBA): it smooths the size of a sale and the number of
// periods between sales apart.
//
//	z[t] = z[t-1] + Alpha * (y[t] - z[t-1])    only where y[t] > 0
//	p[t] = p[t-1] + Alpha * (q[t] - p[t-1])    q: periods since the last sale
//	forecast of every later period = (1 - Alpha/2) * z[n] / p[n]
//
// Croston (1972), "Forecasting and stock control for intermittent demands",
// ORQ 23(3). Syntetos, Boylan (2005), "The accuracy of intermittent demand
// estimates", IJF 21(2), correct its bias. We start at the mean size and mean
// interval of the first eight sales rather than at the first sale, which is
// noisy on short series, and q counts only periods of evidence.
type Croston struct {
	Alpha float64 // smoothing of size and interval, in (0, 1]; 0 is .1
}

// Name is "croston".
func (Croston) Name() string { return "croston" }

// Fit learns nothing, but refuses negative units with code invalid.
func (m Croston) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	m.Alpha = orUsual(m.Alpha)
	return fitCounts(ctx, t, m)
}

func (m Croston) validate() error { return mustBeIn(m.Name(), "alpha", m.Alpha) }

// Learn reads h.
func (m Croston) Learn(h *History) State {
	s := &croston{alpha: orUsual(m.Alpha)}
	size, chance := firstSales(h.Units)
	if s.size = size; size > 0 {
		s.interval = 1 / chance
	}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

// croston is 56 bytes a series.
type croston struct {
	alpha          float64
	size, interval float64 // 0 before the first sale
	since          float64 // periods of evidence since the last sale
	errors         residuals
}

func (s *croston) Update(y float64, _ []float64) {
	if y != y {
		return
	}
	s.errors.add(y - s.mean())
	s.since++
	if y <= 0 {
		return
	}
	if s.size == 0 {
		s.size, s.interval = y, s.since
	}
	s.size += s.alpha * (y - s.size)
	s.interval += s.alpha * (s.since - s.interval)
	s.since = 0
}

func (s *croston) mean() float64 {
	if s.size == 0 {
		return 0
	}
	return (1 - s.alpha/2) * s.size / s.interval
}

func (s *croston) Forecast(f *Forecast) {
	fill(f.Mean, s.mean())
	for h := range f.Mean {
		f.normal(h, s.errors.deviation())
	}
}

func (s *croston) Parameters() []float64 { return nil }

// orUsual puts the smoothing constant for the zero value of a field: the
// middle of the .05 to .2 that Syntetos and Boylan (2005) try.
func orUsual(v float64) float64 {
	if v == 0 {
		return .1
	}
	return v
}

// startSales is how many sales start the intermittent methods: enough to
// steady the mean, few enough to leave the rest to the smoothing.
const startSales = 8

// firstSales is the mean size of a series' first eight sales, and the share
// of the periods up to the last of them that had one; both 0 without sales.
func firstSales(units []float64) (size, chance float64) {
	sum, sales, periods := 0.0, 0.0, 0.0
	for _, y := range units {
		if y != y {
			continue
		}
		periods++
		if y <= 0 {
			continue
		}
		sum += y
		sales++
		size, chance = sum/sales, sales/periods
		if sales == startSales {
			break
		}
	}
	return size, chance
}
