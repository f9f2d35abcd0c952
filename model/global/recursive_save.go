package global

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"math"

	"daycast"
	"daycast/model"
)

// Save writes the path, and the envelope of the fit of its stride.
func (f *Recursion) Save(w io.Writer) error {
	if err := saveHead(w, f.path); err != nil {
		return err
	}
	return model.Save(w, f.near)
}

// saveHead writes v as JSON, after its length.
func saveHead(w io.Writer, v any) error {
	head, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(head))); err != nil {
		return err
	}
	_, err = w.Write(head)
	return err
}

// loadHead reads what saveHead wrote.
func loadHead(r io.Reader, v any) error {
	head, err := part(r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(head, v); err != nil {
		return daycast.Errorf(daycast.Invalid, "global model: %w", err)
	}
	return nil
}

// mostPaths bounds the copies of a series in memory.
const mostPaths = 100

// LoadRecursion is the loader of a Recursion.
func LoadRecursion(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	f := &Recursion{}
	if err := loadHead(r, &f.path); err != nil {
		return nil, err
	}
	if f.Stride < 1 || f.Stride > model.MaxHorizon || f.Paths < 0 || f.Paths > mostPaths || !f.Noise.sound() {
		return nil, daycast.Errorf(daycast.Invalid, "recursive model: a stride of %d, %d paths or a noise that cannot be", f.Stride, f.Paths)
	}
	near, err := load(r)
	if err != nil {
		return nil, err
	}
	f.near, _ = near.(*Fitted)
	if f.near == nil {
		return nil, daycast.Errorf(daycast.Invalid, "recursive model: it is around a %s", near.Kind())
	}
	return f, nil
}

// sound reports whether the numbers can be drawn with.
func (n noise) sound() bool {
	finite := func(v float64) bool { return math.Abs(v) <= math.MaxFloat32 }
	for k, b := range n.Bins {
		if !finite(b.UpTo) || !finite(b.Dispersion) || b.Dispersion < 0 || k > 0 && b.UpTo < n.Bins[k-1].UpTo {
			return false
		}
		for _, e := range b.Errors {
			if !finite(e) {
				return false
			}
		}
	}
	return true
}
