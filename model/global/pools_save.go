package global

import (
	"io"
	"slices"

	"daycast"
	"daycast/model"
)

// Save writes which groups have fits, and their envelopes, the shop's first.
func (f *Pooled) Save(w io.Writer) error {
	if err := saveHead(w, f.pooling); err != nil {
		return err
	}
	for _, fit := range f.fits {
		if err := model.Save(w, fit); err != nil {
			return err
		}
	}
	return nil
}

// LoadPooled is the loader of a Pooled.
func LoadPooled(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	f := &Pooled{}
	if err := loadHead(r, &f.pooling); err != nil {
		return nil, err
	}
	if len(f.Groups) > mostPools || !slices.IsSorted(f.Groups) {
		return nil, daycast.Errorf(daycast.Invalid, "pooled model: %d pools, want at most %d in order", len(f.Groups), mostPools)
	}
	for range len(f.Groups) + 1 {
		fit, err := load(r)
		if err != nil {
			return nil, err
		}
		f.fits = append(f.fits, fit)
	}
	return f, nil
}
