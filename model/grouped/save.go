package grouped

import (
	"encoding/json"
	"io"

	"daycast"
	"daycast/model"
)

// header is all but the inner model.
type header struct {
	Label    string
	HalfLife float64 // of a series' share, periods
	Levels   []Level
	Signals  []string // that the groups see
	Alone    bool     // there is no inner model
}

// Save writes the header as a line of JSON, and the inner model's own envelope.
func (f *Fitted) Save(w io.Writer) error {
	head := f.header
	head.Alone = f.inner == nil
	if err := json.NewEncoder(w).Encode(head); err != nil || head.Alone {
		return err
	}
	return model.Save(w, f.inner)
}

// Load is the loader of a Fitted.
func Load(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	f := &Fitted{}
	rest, err := model.ReadHead(r, &f.header)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "grouped: %w", err)
	}
	if !(f.HalfLife > 0) || f.HalfLife > 1e4 || len(f.Levels) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "grouped: the model is not whole")
	}
	if f.Alone {
		return f, nil
	}
	f.inner, err = load(rest)
	return f, err
}
