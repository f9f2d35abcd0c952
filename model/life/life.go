// Package life forecasts series at the ends of their lives, where their own
// history says little or everything: new ones from their kin, by their groups
// and price, by how series like them began, and more and more by their own
// days; ended ones as nothing.
package life

import (
	"context"

	"daycast"
	"daycast/model"
)

// handOver is after how many days of its own the wrapped model's forecast of a
// series counts half: 14 did better than 7 on Online Retail and M5 (make
// bench-cold).
const handOver = 14

// Names in Forecasts.Models of series that another road than the model's
// forecasts.
const (
	Launch = "launch"    // new: mostly by its kin
	Ended  = model.Ended // silent beyond chance: nothing
)

// Fitted forecasts young and ended series, and leaves the others to the model
// that it wraps. A series is young if its launch was seen within the last 56 days, or
// is still to come. Its forecast is
//
//	w * Inner + (1-w) * level * curve(age) * size(day)
//	level = kin * (Strength + sold) / (Strength + expected)
//	w     = n^2 / (n^2 + handOver^2)
//
// with n days of its own history: the posterior mean of a gamma prior about
// what its kin sell, then more and more the model.
//
// Of an ended one, see ended, nothing is expected, in a shop whose series did not
// come back.
type Fitted struct {
	Inner model.Fitted
	Prior *Prior
}

// Wrap learns what new series sell from a panel, and makes inner forecast them
// accordingly, by means alone; it is inner itself where the shop has too little to learn from.
// What the shop as a whole will sell is asked of inner, for so many periods.
func Wrap(ctx context.Context, inner model.Fitted, p *daycast.Panel, horizon, threads int) (model.Fitted, error) {
	prior, ok := newPrior(p)
	if !ok {
		return inner, nil
	}
	if err := prior.lookAhead(ctx, inner, p, horizon, threads); err != nil {
		return nil, err
	}
	if !prior.valid() {
		return inner, nil // units beyond all measure
	}
	return &Fitted{Inner: inner, Prior: prior}, nil
}

// Kind names the type for its loader.
func (f *Fitted) Kind() string { return "life" }

// Forecast asks the inner model and sets right what it says of young and ended
// series.
func (f *Fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out, err := model.Predict(ctx, f.Inner, r)
	if err != nil || r.Panel.Step != f.Prior.Sizes.Step {
		return out, err
	}
	f.Prior.correction(r.Panel).Apply(out)
	return out, nil
}
