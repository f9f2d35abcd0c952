package mlp

import (
	"encoding/json"
	"io"
	"math"
	"slices"

	"daycast"
	"daycast/model"
)

// Kind is "mlp".
func (*Predictor) Kind() string { return Regressor{}.Name() }

// Save writes the predictor as JSON.
func (p *Predictor) Save(w io.Writer) error { return json.NewEncoder(w).Encode(p) }

// Load reads what Save wrote; all else it refuses with code invalid.
func Load(r io.Reader) (model.Predictor, error) {
	p := &Predictor{}
	if _, err := model.ReadHead(r, p); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "model mlp: %w", err)
	}
	if p.Encoder == nil || len(p.Networks) == 0 || !(p.Least <= p.Most) || !p.fits() {
		return nil, daycast.Errorf(daycast.Invalid, "model mlp: columns, weights or bounds do not fit together")
	}
	return p, nil
}

// maxWeight bounds weights, so that no sum of them overflows; learnt ones are
// far smaller.
const maxWeight = 1e6

func (p *Predictor) fits() bool {
	e := p.Encoder
	if e.Dense < 0 || e.Levels < 0 || e.Dense > math.MaxInt32 || e.Levels > math.MaxInt32 {
		return false
	}
	for _, in := range e.Inputs {
		if in.Column >= e.Dense || in.Missing >= e.Dense || in.Column >= 0 && !(in.Deviation > 0 && in.Spread > 0) {
			return false
		}
		if slices.ContainsFunc(in.Categories, func(k int) bool { return k >= e.Levels }) {
			return false
		}
	}
	want := (shape{e.Dense, e.Levels}).weights()
	return !slices.ContainsFunc(p.Networks, func(n network) bool {
		return len(n.Weights) != want || slices.ContainsFunc(n.Weights, func(v float32) bool { return math.Abs(float64(v)) > maxWeight })
	})
}
