package life

import (
	"encoding/json"
	"io"
	"math"
	"slices"

	"daycast"
	"daycast/model"
	"daycast/model/interval"
)

// Save writes the prior as a line of JSON and the inner model's own envelope.
func (f *Fitted) Save(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(f.Prior); err != nil {
		return err
	}
	return model.Save(w, f.Inner)
}

// Load is the loader of a Fitted.
func Load(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	f := &Fitted{Prior: &Prior{}}
	head := struct {
		*Prior
		Spread float64 // programs until November 2026 saved it
	}{Prior: f.Prior}
	rest, err := model.ReadHead(r, &head)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "life: %w", err)
	}
	if !f.Prior.valid() {
		return nil, daycast.Errorf(daycast.Invalid, "life: the prior is not whole")
	}
	inner, err := load(rest)
	if err != nil {
		return nil, err
	}
	if whole, ok := inner.(*interval.Fitted); ok { // as programs until November 2026 saved it
		f.Inner = whole.Inner
		return &interval.Fitted{Inner: f, Calibration: whole.Calibration}, nil
	}
	f.Inner = inner
	return f, nil
}

// most is beyond what any of a prior's numbers is.
const most = 1e15

func (r *Prior) valid() bool {
	fine := func(v float64) bool { return v >= 0 && v < most }
	ok := (r.Sizes.Step == daycast.Daily || r.Sizes.Step == daycast.Weekly) && fine(r.Kin.Base) && r.Strength > 0 && r.Strength < most && r.Trust >= 0 && r.Trust <= 1 &&
		len(r.Kin.Bands) < priceBands &&
		len(r.Curves.Groups) == len(r.Kin.Levels) && r.Curves.Shop.valid() &&
		!slices.ContainsFunc(r.Sizes.Values, func(v float64) bool { return !fine(v) })
	for n, l := range r.Kin.Levels {
		for _, e := range l.Effects {
			ok = ok && fine(e)
		}
		if !ok {
			return false
		}
		for _, g := range r.Curves.Groups[n] {
			ok = ok && g != nil && g.valid()
		}
	}
	return ok
}

func (l *Launches) valid() bool {
	for k := range l.Sold {
		if !(math.Abs(l.Sold[k]) < most && l.Expected[k] >= 0 && l.Expected[k] < most) {
			return false
		}
	}
	return l.N >= 1 || *l == (Launches{})
}
