package evaluate

import (
	"math"

	"daycast"
	"daycast/model"
	"daycast/model/interval"
	"daycast/model/life"
)

// OnSaleDays is how recently a series must have sold to be on sale, and so
// scored, at an origin.
const OnSaleDays = 56

// A Window is one origin of a backtest: the series known there, and what then
// came.
type Window struct {
	Origin  daycast.Day
	Horizon int
	Step    daycast.Step
	Series  []daycast.Series
	OnSale  []bool           // by series: sold in the 56 days up to the origin
	Actual  []float32        // series x Horizon; NaN where the period is not scored
	Open    []bool           // series x Horizon: the place traded
	Own     []interval.Own   // by series: how it sold up to the origin
	life    *life.Correction // of new and ended series; nil: of none
	scales  []scale
	Models  []Attempt // by candidate
}

// An Attempt is one candidate at one window.
type Attempt struct {
	Model     string
	Grouped   bool      // it forecasts groups and spreads what comes
	Repeating bool      // it says single past periods again
	Mean      []float32 // series x Horizon, of the model alone; nil where it failed
	Levels    []float64
	Quantiles []float32 // series x Horizon x levels, may be empty
	Seconds   float64   // fit and forecast
	Err       error     // why there is no forecast

	// Where Backtest.Keep asked for them, else empty:
	Fitted  model.Fitted
	Fitting float64 // the seconds of Seconds that the fit took
}

// newWindow reads what came after the panel's origin, and a gap of so many periods,
// from the final panel.
func newWindow(p, final *daycast.Panel, horizon, gap int) *Window {
	n := len(p.Series)
	w := &Window{
		Origin: p.Origin, Horizon: horizon, Step: p.Step, Series: p.Series,
		OnSale: make([]bool, n), Actual: make([]float32, n*horizon), Open: make([]bool, n*horizon), scales: make([]scale, n),
	}
	w.Own = interval.OwnOfAll(p)
	at := 0
	for i, s := range p.Series {
		for at < len(final.Series) && final.Series[at].Less(s) {
			at++
		}
		w.OnSale[i] = onSale(p, i)
		w.scales[i] = scaleOf(p.UnitsOf(i), p.StateOf(i), p.Step.Season())
		found := at < len(final.Series) && final.Series[at] == s
		for h := range horizon {
			y := float32(math.NaN())
			if found && h >= gap {
				y, w.Open[i*horizon+h] = Actual(final, at, p.Origin+daycast.Day(h+1)*daycast.Day(p.Step))
			}
			w.Actual[i*horizon+h] = y
		}
	}
	return w
}

func onSale(p *daycast.Panel, i int) bool {
	units := p.UnitsOf(i)
	for t := max(0, len(units)-OnSaleDays/int(p.Step)); t < len(units); t++ {
		if units[t] != 0 {
			return true
		}
	}
	return false
}

// Actual is what forecasts of series i for the period that begins on a day are
// scored against, and whether the place traded. A stock-out, told or inferred, hides demand, and
// of a lost day or one outside the panel nothing is known: the units are then
// NaN, and nothing is scored. A closed period counts as its units, mostly zero.
func Actual(final *daycast.Panel, i int, d daycast.Day) (units float32, open bool) {
	step := int(final.Step)
	t := int(d-final.Start[i]) / step
	if d < final.Start[i] || t >= final.Len(i) || int(d-final.Start[i])%step != 0 {
		return float32(math.NaN()), false
	}
	switch units := final.UnitsOf(i)[t]; final.StateOf(i)[t] {
	case daycast.Sold, daycast.Zero:
		return units, true
	case daycast.Closed, daycast.NotListed:
		return units, false
	}
	return float32(math.NaN()), false
}

// Score scores means and quantiles over the window's series on sale.
func (w *Window) Score(mean []float32, levels []float64, quantiles []float32) Score {
	t := tally{}
	w.add(&t, mean, levels, quantiles)
	return t.score()
}

func (w *Window) add(t *tally, mean []float32, levels []float64, quantiles []float32) {
	k := len(levels)
	for i := range w.Series {
		if !w.OnSale[i] {
			continue
		}
		own := tally{}
		for c := i * w.Horizon; c < (i+1)*w.Horizon; c++ {
			y := float64(w.Actual[c])
			if y != y {
				continue
			}
			t.pair(y, float64(mean[c]))
			own.pair(y, float64(mean[c]))
			for q, level := range levels {
				t.quantile(y, float64(quantiles[c*k+q]), level)
			}
			if k >= 2 && w.Open[c] {
				t.interval(y, float64(quantiles[c*k]), float64(quantiles[c*k+k-1]))
			}
		}
		if own.n > 0 {
			s := own.score()
			t.series(s.MAE, s.RMSE, w.scales[i])
		}
	}
}

// right makes of what models forecast what would have been served, in place:
// new and ended series are on a road of their own.
func (w *Window) right(mean []float32) []float32 {
	if w.life != nil && mean != nil {
		w.life.Apply(&daycast.Forecasts{Origin: w.Origin, Step: w.Step, Horizon: w.Horizon, Mean: mean})
	}
	return mean
}

// Residuals are the forecasts of open periods on sale, with what came, of one
// series in every so many (1: all).
func (w *Window) Residuals(mean []float32, every int) []interval.Residual {
	var out []interval.Residual
	for c, y := range w.Actual {
		if c/w.Horizon%every == 0 && y == y && w.Open[c] && w.OnSale[c/w.Horizon] {
			out = append(out, interval.Residual{H: c%w.Horizon + 1, Mean: mean[c], Actual: y, Own: w.Own[c/w.Horizon], Series: int32(c / w.Horizon)})
		}
	}
	return out
}
