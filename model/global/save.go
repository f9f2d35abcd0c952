package global

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// header is the saved description of a fitted model; its blocks' predictors
// follow, each a length and its own bytes.
type header struct {
	Label string
	Set   *feature.Set
	Ends  []int
	Kinds []string // by block; "" for a shop that was too small
}

// Save writes the set of features and each block's predictor.
func (f *Fitted) Save(w io.Writer) error {
	h := header{Label: f.Label, Set: f.Set, Ends: f.ends()}
	var bodies [][]byte
	for _, b := range f.Blocks {
		if b.predictor == nil {
			h.Kinds = append(h.Kinds, "")
			bodies = append(bodies, nil)
			continue
		}
		var body bytes.Buffer
		if err := b.predictor.Save(&body); err != nil {
			return err
		}
		h.Kinds = append(h.Kinds, b.predictor.Kind())
		bodies = append(bodies, body.Bytes())
	}
	head, err := json.Marshal(h)
	if err != nil {
		return err
	}
	for _, part := range append([][]byte{head}, bodies...) {
		if err := binary.Write(w, binary.LittleEndian, uint64(len(part))); err != nil {
			return err
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// Loader reads a fitted global model whose predictors are of the given kinds.
func Loader(predictors map[string]model.PredictorLoader) model.Loader {
	return func(r io.Reader, _ func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
		head, err := part(r)
		if err != nil {
			return nil, err
		}
		var h header
		if err := json.Unmarshal(head, &h); err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "global model: %w", err)
		}
		if h.Set == nil || len(h.Ends) == 0 || len(h.Ends) != len(h.Kinds) {
			return nil, daycast.Errorf(daycast.Invalid, "global model: the header is not whole")
		}
		if err := h.Set.Check(); err != nil {
			return nil, err
		}
		f := &Fitted{Label: h.Label, Set: h.Set}
		for k, kind := range h.Kinds {
			b := Block{Last: h.Ends[k]}
			if b.predictor, err = predictor(r, kind, predictors); err != nil {
				return nil, err
			}
			f.Blocks = append(f.Blocks, b)
		}
		return f, nil
	}
}

func predictor(r io.Reader, kind string, predictors map[string]model.PredictorLoader) (model.Predictor, error) {
	body, err := part(r)
	if err != nil || kind == "" {
		return nil, err
	}
	load, ok := predictors[kind]
	if !ok {
		return nil, daycast.Errorf(daycast.Invalid, "global model: unknown predictor %q", kind)
	}
	return load(bytes.NewReader(body))
}

// part reads a length and so many bytes, believing the length only as far as
// bytes arrive.
func part(r io.Reader) ([]byte, error) {
	var n uint64
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "global model: cut short: %w", err)
	}
	if n > 1<<40 {
		return nil, daycast.Errorf(daycast.Invalid, "global model: a part of %d bytes", n)
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, r, int64(n)); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "global model: cut short: %w", err)
	}
	return b.Bytes(), nil
}
