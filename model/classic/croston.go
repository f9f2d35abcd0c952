package classic

import (
	"context"

	"daycast"
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
//
// Quantiles are those of a hurdle with a size of mean z[n] and a chance of
// (1-Alpha/2) / (p[n]-Alpha/2), which unlike 1/p[n] is hardly biased: Syntetos,
// Boylan (2001), "On the bias of intermittent demand estimates", IJPE 71.
type Croston struct {
	Alpha float64 // smoothing of size and interval, in (0, 1]; 0 is .1
	Start int     // sales whose means it starts from, >= 1; 0 is 8, 1 is Croston's own start
}

// Name is "croston".
func (Croston) Name() string { return "croston" }

// Fit learns nothing, but refuses negative units with code invalid.
func (m Croston) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	m.Alpha = orUsual(m.Alpha)
	return fitCounts(ctx, t, m)
}

func (m Croston) validate() error {
	if err := mustBeIn(m.Name(), "alpha", orUsual(m.Alpha)); err != nil {
		return err
	}
	return mustStart(m.Name(), m.Start)
}

// Learn reads h.
func (m Croston) Learn(h *History) State {
	alpha := orUsual(m.Alpha)
	s := &croston{size: alpha, interval: alpha, correction: 1 - alpha/2}
	return s.read(h, orStartSales(m.Start))
}

// CrostonClassic is Croston's method as he published it: Croston without the
// correction, so that it forecasts Alpha/2 too much where sales pause, started
// from the first sale and the periods up to it.
//
//	forecast of every later period = z[n] / p[n]    z, p as in Croston
//
// Croston (1972), "Forecasting and stock control for intermittent demands",
// ORQ 23(3).
type CrostonClassic struct {
	Alpha float64 // smoothing of size and interval, in (0, 1]; 0 is .1
}

// Name is "croston_classic".
func (CrostonClassic) Name() string { return "croston_classic" }

// Fit learns nothing, but refuses negative units with code invalid.
func (m CrostonClassic) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fitCounts(ctx, t, m)
}

func (m CrostonClassic) validate() error { return mustBeIn(m.Name(), "alpha", orUsual(m.Alpha)) }

// Learn reads h.
func (m CrostonClassic) Learn(h *History) State {
	alpha := orUsual(m.Alpha)
	s := &croston{size: alpha, interval: alpha, correction: 1}
	return s.read(h, 1)
}

// croston is 80 bytes a series.
type croston struct {
	size, interval float64 // smoothing constants
	correction     float64 // of the ratio
	z, p           float64 // 0 before the first sale
	since          float64 // periods of evidence since the last sale
	sizes          sizes
}

// read starts from the first sales of h and reads it.
func (s *croston) read(h *History, sales int) *croston {
	size, chance := firstSales(h.Units, sales)
	if size > 0 {
		s.z, s.p = size, 1/chance
	}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

func (s *croston) Update(y float64, _ []float64) {
	if y != y {
		return
	}
	s.since++
	if y <= 0 {
		return
	}
	if s.z == 0 {
		s.z, s.p = y, s.since
	}
	s.sizes.add(y, s.z)
	s.z += s.size * (y - s.z)
	s.p += s.interval * (s.since - s.p)
	s.since = 0
}

func (s *croston) Forecast(f *Forecast) {
	if s.z == 0 {
		fill(f.Mean, 0)
		clear(f.Quantiles)
		return
	}
	fill(f.Mean, s.correction*s.z/s.p)
	half := s.interval / 2
	s.sizes.hurdle((1-half)/(s.p-half), s.z).fill(f)
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

func orStartSales(n int) int {
	if n == 0 {
		return startSales
	}
	return n
}

func mustStart(name string, sales int) error {
	if sales >= 0 {
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "model %s: start %d: want 0 or more sales", name, sales).WithField("start")
}

// firstSales is the mean size of a series' first sales, and the share of the
// periods up to the last of them that had one; both 0 without sales.
func firstSales(units []float64, most int) (size, chance float64) {
	sum, sales, periods := 0.0, 0, 0.0
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
		size, chance = sum/float64(sales), float64(sales)/periods
		if sales == most {
			break
		}
	}
	return size, chance
}
