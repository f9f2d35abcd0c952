package interval

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"daycast"
	"daycast/model"
)

// Fitted is a model with quantiles around its means.
type Fitted struct {
	Inner model.Fitted
	Calibration
}

// A Calibration is what past errors say about those to come.
type Calibration struct {
	Table      Table
	Dependence Dependence
}

// Calibrate learns from residuals, those of a window together, a series'
// together within it, and ascending by H.
func Calibrate(rs []Residual, step daycast.Step, horizon int) Calibration {
	shift := levelShift(rs)
	t := NewTable(rs, step, horizon, shift)
	return Calibration{t, newDependence(t, rs, shift)}
}

// Kind names the type for its loader.
func (f *Fitted) Kind() string { return "interval" }

// Forecast asks the inner model and adds the quantiles that r wants.
func (f *Fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	inner := r
	inner.Levels = nil
	out, err := model.Predict(ctx, f.Inner, inner)
	if err != nil {
		return nil, err
	}
	f.Table.Fill(out, OwnOfAll(r.Panel), r.Levels, r.Panel.NonNegative)
	for i, name := range out.Models {
		if name == model.Ended {
			width := out.Horizon * len(r.Levels)
			clear(out.Quantiles[i*width : (i+1)*width])
		}
	}
	return out, nil
}

// Fill puts quantiles of the given levels around the means of f, whose series
// sold as own says.
func (t Table) Fill(f *daycast.Forecasts, own []Own, levels []float64, nonNegative bool) {
	f.Levels = levels
	f.Quantiles = make([]float32, len(f.Mean)*len(levels))
	for c, mean := range f.Mean {
		h := c%f.Horizon + 1
		for k, level := range levels {
			f.Quantiles[c*len(levels)+k] = t.Quantile(h, mean, own[c/f.Horizon], level, nonNegative)
		}
	}
}

// Save writes the calibration and the inner model's own envelope.
func (f *Fitted) Save(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(f.Calibration); err != nil {
		return err
	}
	return model.Save(w, f.Inner)
}

// Load is the loader of a Fitted.
func Load(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	f := &Fitted{}
	rest, err := model.ReadHead(r, &f.Calibration)
	if err != nil {
		return nil, refused(err.Error())
	}
	if err := f.Table.check(); err != nil {
		return nil, err
	}
	if err := f.Dependence.check(); err != nil {
		return nil, err
	}
	inner, err := load(rest)
	if err != nil {
		return nil, err
	}
	f.Inner = inner
	return f, nil
}

func refused(what string) error {
	return daycast.Errorf(daycast.Invalid, "interval: %s", what).WithHint("the model is older than this program, or damaged: daycast train makes a new one")
}

// check refuses tables from before errors were in units of the spread, and
// numbers of which no quantile could be made.
func (t Table) check() error {
	if len(t.Groups) == 0 {
		return nil
	}
	if s := t.Spread; !(s.Scale > 0 && s.Least > 0 && s.Power >= 1 && s.Power <= 2) {
		return refused("no spread to measure errors by")
	}
	for _, g := range t.Groups {
		if len(g.Bins) == 0 {
			return refused("a group of horizons without bins")
		}
		for _, b := range g.Bins {
			if !slices.IsSorted(b.Errors) {
				return refused("errors that do not ascend")
			}
		}
	}
	return nil
}
