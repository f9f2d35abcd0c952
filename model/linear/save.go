package linear

import (
	"encoding/json"
	"io"
	"math"
	"slices"

	"daycast"
	"daycast/model"
)

// Kind is "ridge", "lasso", "elastic_net" or "glm".
func (p *Predictor) Kind() string {
	if p.Model == "" {
		return Ridge{}.Name()
	}
	return p.Model
}

// Save writes the predictor as JSON.
func (p *Predictor) Save(w io.Writer) error { return json.NewEncoder(w).Encode(p) }

// Load reads what Save wrote; all else it refuses with code invalid.
func Load(r io.Reader) (model.Predictor, error) {
	p := &Predictor{}
	if _, err := model.ReadHead(r, p); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "linear model: %w", err)
	}
	if !slices.Contains([]string{"", Lasso{}.Name(), ElasticNet{}.Name(), GLM{}.Name()}, p.Model) {
		return nil, daycast.Errorf(daycast.Invalid, "linear model %q is not known", p.Model)
	}
	if p.Encoder == nil || !p.Encoder.fits(len(p.Coefficients)) || !(p.Least <= p.Most) ||
		math.Abs(p.Least) > math.MaxFloat32 || math.Abs(p.Most) > math.MaxFloat32 {
		return nil, daycast.Errorf(daycast.Invalid, "model %s: columns, coefficients or bounds do not fit together", p.Kind())
	}
	return p, nil
}

// fits reports whether all design columns lie within width and all
// deviations divide.
func (e *encoder) fits(width int) bool {
	for _, in := range e.Inputs {
		if in.Column >= width || in.Missing >= width || in.Column >= 0 && !(in.Deviation > 0) {
			return false
		}
		for _, column := range in.Categories {
			if column >= width {
				return false
			}
		}
	}
	return true
}
