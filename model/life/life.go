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
	Launch = "launch" // new: mostly by its kin
	Ended  = "ended"  // silent beyond chance: nothing
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
// accordingly; it is inner itself where the shop has too little to learn from.
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

// Forecast asks the inner model and sets right what it says of young series.
func (f *Fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out, err := model.Predict(ctx, f.Inner, r)
	if err != nil || r.Panel.Step != f.Prior.Sizes.Step {
		return out, err
	}
	at := f.Prior.Kin.reader(r.Panel)
	for i := range r.Panel.Series {
		switch {
		case f.young(r.Panel, i):
			f.begin(out, r.Panel, i, at.groups(i))
		case f.Prior.Ends && ended(r.Panel.StateOf(i), r.Panel.Step):
			end(out, i)
		}
	}
	return out, nil
}

func (f *Fitted) young(p *daycast.Panel, i int) bool {
	return p.Len(i) < periods(p.Step, matureDays) && (seen(p, i, f.Prior.First) || p.Len(i) == 0 && waited(p, i) == 0)
}

// begin mixes the prior's forecast into series i's.
func (f *Fitted) begin(out *daycast.Forecasts, p *daycast.Panel, i int, groups []string) {
	r := f.Prior
	x := r.Kin.size(groups)
	c := r.Curves.of(groups, r.Trust)
	e := r.evidenceOf(p, i, p.Len(i), x, c)
	w := f.weight(e, p.Step)
	level := x * e.factor(r.Strength)
	spread := r.Spread * r.Strength / (r.Strength + e.expected)
	mean := out.MeanOf(i)
	for h := range mean {
		own := level * r.Sizes.at(out.Day(h)) * c.at((p.Len(i)+h)*int(p.Step))
		for k, q := range out.QuantilesAt(i, h) {
			own := r.quantile(own, spread, out.Levels[k])
			out.QuantilesAt(i, h)[k] = float32(w*float64(q) + (1-w)*own)
		}
		mean[h] = float32(w*float64(mean[h]) + (1-w)*own)
	}
	if w < 0.5 {
		out.Models[i] = Launch
	}
}

// weight is that of the inner model.
func (f *Fitted) weight(e evidence, step daycast.Step) float64 {
	n := float64(e.periods * int(step))
	return n * n / (n*n + handOver*handOver)
}
