package daycast

// A Forecasts is the answer for a block of series: row-major, series x
// Horizon, day h of series i at [i*Horizon+h]; its first day is Origin+Step.
type Forecasts struct {
	Origin    Day
	Step      Step
	Horizon   int       // periods, >= 1
	Mean      []float32 // series x Horizon, units
	Levels    []float64 // quantile levels in (0, 1), ascending; may be empty
	Quantiles []float32 // series x Horizon x levels, ascending along the levels
	Models    []string  // by series: the model that made it
}

// NewForecasts has room for n series.
func NewForecasts(p *Panel, horizon int, levels []float64) *Forecasts {
	n := len(p.Series)
	return &Forecasts{
		Origin: p.Origin, Step: p.Step, Horizon: horizon,
		Mean:      make([]float32, n*horizon),
		Levels:    levels,
		Quantiles: make([]float32, n*horizon*len(levels)),
		Models:    make([]string, n),
	}
}

// MeanOf is the slice of series i's means, Horizon long.
func (f *Forecasts) MeanOf(i int) []float32 {
	return f.Mean[i*f.Horizon : (i+1)*f.Horizon : (i+1)*f.Horizon]
}

// QuantilesAt is the slice of series i's quantiles on its h-th period (from 0).
func (f *Forecasts) QuantilesAt(i, h int) []float32 {
	k := len(f.Levels)
	at := (i*f.Horizon + h) * k
	return f.Quantiles[at : at+k : at+k]
}

// Day is the first day of the h-th period of the horizon, from 0.
func (f *Forecasts) Day(h int) Day { return f.Origin + Day(f.Step)*Day(h+1) }
