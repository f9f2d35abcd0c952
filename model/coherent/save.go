package coherent

import (
	"encoding/json"
	"io"

	"daycast"
	"daycast/model"
)

// most is beyond what any factor is, upwards and downwards: those of alignment
// end at 20 a level.
const most = 1e9

// Save writes the factors as a line of JSON and the inner model's own envelope.
func (f *Fitted) Save(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(f.Factors); err != nil {
		return err
	}
	return model.Save(w, f.Inner)
}

// Load is the loader of a Fitted.
func Load(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	f := &Fitted{}
	rest, err := model.ReadHead(r, &f.Factors)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "coherent: %w", err)
	}
	for _, l := range f.Factors {
		for _, by := range l.By {
			if !(by > 1/most && by < most) {
				return nil, daycast.Errorf(daycast.Invalid, "coherent: a factor of %g", by)
			}
		}
	}
	inner, err := load(rest)
	if err != nil {
		return nil, err
	}
	f.Inner = inner
	return f, nil
}
