package gbm

import (
	"io"

	"daycast/model/tree"
)

// ReadXGBoost reads a model that XGBoost saved as JSON or UBJSON, so that it
// predicts and is saved like one of ours; see tree.ReadXGBoost for what it has
// to be and how its columns are understood.
func ReadXGBoost(r io.Reader) (*Predictor, error) {
	e, err := tree.ReadXGBoost(r)
	if err != nil {
		return nil, err
	}
	return &Predictor{e}, nil
}

// ReadLightGBM reads a model that LightGBM saved as text; see
// tree.ReadLightGBM.
func ReadLightGBM(r io.Reader) (*Predictor, error) {
	e, err := tree.ReadLightGBM(r)
	if err != nil {
		return nil, err
	}
	return &Predictor{e}, nil
}

// Columns is how many columns a frame has that it predicts from.
func (p *Predictor) Columns() int { return p.ensemble.Columns() }

// WriteXGBoostJSON writes the trees as a model that XGBoost loads. Names of
// the columns may be nil.
func (p *Predictor) WriteXGBoostJSON(w io.Writer, names []string) error {
	return p.ensemble.WriteXGBoostJSON(w, names)
}

// WriteXGBoostUBJSON is WriteXGBoostJSON in XGBoost's binary JSON.
func (p *Predictor) WriteXGBoostUBJSON(w io.Writer, names []string) error {
	return p.ensemble.WriteXGBoostUBJSON(w, names)
}

// WriteLightGBM writes the trees as a model that LightGBM loads. Names of the
// columns may be nil.
func (p *Predictor) WriteLightGBM(w io.Writer, names []string) error {
	return p.ensemble.WriteLightGBM(w, names)
}
