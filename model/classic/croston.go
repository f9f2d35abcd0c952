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

func (m Croston) valid() error { return mustBeIn(m.Name(), "alpha", m.Alpha) }

func (m Croston) forecast(p *daycast.Panel, i int, out []float32) {
	units, state := p.SpreadOf(i), p.StateOf(i)
	size, chance := firstSales(units, state)
	if size == 0 {
		fill(out, 0)
		return
	}
	interval, since := 1/chance, 0.0
	for t, y := range units {
		if !state[t].Evidence() {
			continue
		}
		since++
		if y > 0 {
			size += m.Alpha * (float64(y) - size)
			interval += m.Alpha * (since - interval)
			since = 0
		}
	}
	fill(out, (1-m.Alpha/2)*size/interval)
}

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
func firstSales(units []float32, state []daycast.DayState) (size, chance float64) {
	sum, sales, periods := 0.0, 0.0, 0.0
	for t, y := range units {
		if !state[t].Evidence() {
			continue
		}
		periods++
		if y <= 0 {
			continue
		}
		sum += float64(y)
		sales++
		size, chance = sum/sales, sales/periods
		if sales == startSales {
			break
		}
	}
	return size, chance
}
