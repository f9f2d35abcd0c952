package effects

import (
	"encoding/json"
	"io"

	"daycast"
	"daycast/model"
)

// Save writes the effects as JSON.
func (f *Fitted) Save(w io.Writer) error { return json.NewEncoder(w).Encode(f) }

// Load is the loader of a Fitted.
func Load(r io.Reader, _ func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	f := &Fitted{}
	if _, err := model.ReadHead(r, f); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "effects: %w", err)
	}
	return f, f.valid()
}

func (f *Fitted) valid() error {
	d := &f.Design
	ok := (d.Step == daycast.Daily || d.Step == daycast.Weekly) && len(d.Signals) <= maxSignals &&
		f.HalfLife > 0 && f.HalfLife <= model.MaxHorizon && d.Monthly >= 0 && d.Monthly <= 100 && d.Yearly >= 0 && d.Yearly <= 100
	for _, s := range d.Signals {
		ok = ok && s.Scale > 0 && len(s.Codes) <= maxCodes
	}
	for _, l := range f.Levels {
		ok = ok && l.Recent > 0
		for _, e := range l.Groups {
			ok = ok && len(e.Beta) == d.width()
		}
	}
	if !ok {
		return daycast.Errorf(daycast.Invalid, "effects: the model is not whole")
	}
	return nil
}
