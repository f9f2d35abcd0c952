package model

import (
	"context"
	"math"
	"slices"

	"daycast"
)

// MaxHorizon is the longest horizon in periods that Predict answers: ten
// years of days, beyond which a request is a slip of the keyboard.
const MaxHorizon = 3650

// Fallback is the name in Forecasts.Models of a series whose model gave a
// number that is not finite: those periods hold the series' recent mean.
const Fallback = "fallback"

// Ended is the name there of a series that is over: nothing is expected of it, at
// any level.
const Ended = "ended"

// fallbackDays is the window of the recent mean: four whole weeks, so that
// every weekday weighs the same.
const fallbackDays = 28

// Predict is the one way to ask f for forecasts. It checks the request (code
// invalid, with the field at fault) and the answer's shape (code internal),
// and makes of what the model says what the shop can use, in this order:
//
//   - a mean that is not finite becomes the mean of the series' last four
//     weeks of evidence, 0 without any; a quantile that is not becomes the mean;
//   - where the panel is NonNegative, means and quantiles are clipped at zero;
//   - quantiles are sorted along the levels;
//   - periods known to be closed are 0.
func Predict(ctx context.Context, f Fitted, r Request) (*daycast.Forecasts, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out, err := f.Forecast(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := checkShape(f.Kind(), out, r); err != nil {
		return nil, err
	}
	for i := range r.Panel.Series {
		replaceNonFinite(out, r.Panel, i)
		if r.Panel.NonNegative {
			clip(out.MeanOf(i))
		}
		for h := range out.Horizon {
			q := out.QuantilesAt(i, h)
			if r.Panel.NonNegative {
				clip(q)
			}
			slices.Sort(q)
			if closed(&r.Panel.Ahead, i, h) {
				out.MeanOf(i)[h] = 0
				clear(q)
			}
		}
	}
	return out, nil
}

func (r Request) validate() error {
	switch {
	case r.Panel == nil:
		return daycast.Errorf(daycast.Invalid, "no panel to forecast").WithField("panel")
	case !whole(r.Panel):
		return daycast.Errorf(daycast.Invalid, "the panel's step, offsets and values do not fit its %d series", len(r.Panel.Series)).WithField("panel")
	case r.Horizon < 1 || r.Horizon > MaxHorizon:
		return daycast.Errorf(daycast.Invalid, "horizon %d: want 1 to %d periods", r.Horizon, MaxHorizon).WithField("horizon")
	case r.Threads < 1:
		return daycast.Errorf(daycast.Invalid, "threads %d: want at least 1", r.Threads).WithField("threads")
	}
	below := 0.0
	for _, level := range r.Levels {
		if !(level > below && level < 1) {
			return daycast.Errorf(daycast.Invalid, "quantile levels %v: want ascending numbers between 0 and 1", r.Levels).WithField("levels")
		}
		below = level
	}
	return nil
}

// whole reports whether the panel can be read without leaving its slices.
func whole(p *daycast.Panel) bool {
	n := len(p.Series)
	if p.Step != daycast.Daily && p.Step != daycast.Weekly || len(p.Offsets) != n+1 || len(p.Start) != n || p.Offsets[0] != 0 {
		return false
	}
	end := p.Offsets[n]
	return slices.IsSorted(p.Offsets) && len(p.Units) == end && len(p.Train) == end &&
		(p.Spread == nil || len(p.Spread) == end) && len(p.State) == end && len(p.Price) == end
}

// checkShape finds the model whose answer would be read out of bounds.
func checkShape(kind string, f *daycast.Forecasts, r Request) error {
	cells := len(r.Panel.Series) * r.Horizon
	switch {
	case f == nil:
		return daycast.Errorf(daycast.Internal, "model %s gave no forecasts", kind)
	case f.Origin != r.Panel.Origin || f.Step != r.Panel.Step || f.Horizon != r.Horizon:
		return daycast.Errorf(daycast.Internal, "model %s forecast %d periods from %s, asked for %d from %s",
			kind, f.Horizon, f.Origin, r.Horizon, r.Panel.Origin)
	case len(f.Mean) != cells || len(f.Quantiles) != cells*len(f.Levels) || len(f.Models) != len(r.Panel.Series):
		return daycast.Errorf(daycast.Internal, "model %s gave %d means, %d quantiles and %d names for %d series of %d periods",
			kind, len(f.Mean), len(f.Quantiles), len(f.Models), len(r.Panel.Series), r.Horizon)
	case len(f.Levels) > 0 && !slices.Equal(f.Levels, r.Levels):
		return daycast.Errorf(daycast.Internal, "model %s gave quantiles %v, asked for %v", kind, f.Levels, r.Levels)
	}
	return nil
}

func replaceNonFinite(f *daycast.Forecasts, p *daycast.Panel, i int) {
	means := f.MeanOf(i)
	if slices.ContainsFunc(means, notFinite) {
		recent := recentMean(p, i)
		for h, v := range means {
			if notFinite(v) {
				means[h] = recent
			}
		}
		f.Models[i] = Fallback
	}
	for h, mean := range means {
		for k, v := range f.QuantilesAt(i, h) {
			if notFinite(v) {
				f.QuantilesAt(i, h)[k] = mean
			}
		}
	}
}

// recentMean is the mean of series i's last four weeks of evidence.
func recentMean(p *daycast.Panel, i int) float32 {
	units, state := p.TrainOf(i), p.StateOf(i)
	sum, n, window := 0.0, 0, fallbackDays/int(p.Step)
	for t := len(units) - 1; t >= 0 && n < window; t-- {
		if state[t].Evidence() && !notFinite(units[t]) {
			sum += float64(units[t])
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return float32(sum / float64(n))
}

func closed(a *daycast.Ahead, i, h int) bool {
	at := i*a.Periods + h
	return h < a.Periods && at < len(a.Closed) && a.Closed[at]
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

func clip(v []float32) {
	for i := range v {
		v[i] = max(0, v[i])
	}
}
