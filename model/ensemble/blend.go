// Package ensemble joins fitted models into one.
package ensemble

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"daycast"
	"daycast/model"
)

// Blend is the mean of its members' means, weighed by small whole numbers.
// Weights near equal beat estimated ones where the history to estimate them on
// is short (Bates and Granger 1969; Claeskens et al. 2016, "The forecast
// combination puzzle").
type Blend struct {
	Members []model.Fitted // >= 1
	Names   []string       // of the members
	Weights []int          // of the members, 1 to 255; nil: 1 each
}

// Kind names the type for its loader.
func (b *Blend) Kind() string { return "blend" }

// Label is what Forecasts.Models says.
func (b *Blend) Label() string {
	if len(b.Names) == 1 {
		return b.Names[0]
	}
	names := make([]string, len(b.Names))
	for k, name := range b.Names {
		names[k] = name
		if w := b.weight(k); w > 1 {
			names[k] = fmt.Sprintf("%d %s", w, name)
		}
	}
	return "mean(" + strings.Join(names, ",") + ")"
}

func (b *Blend) weight(k int) int {
	if b.Weights == nil {
		return 1
	}
	return b.Weights[k]
}

// Forecast asks every member through model.Predict, so that one that fails on
// a series is replaced there before the mean is taken.
func (b *Blend) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	sum := make([]float64, len(out.Mean))
	r.Levels = nil
	weights := 0
	for n, m := range b.Members {
		f, err := model.Predict(ctx, m, r)
		if err != nil {
			return nil, err
		}
		w := b.weight(n)
		weights += w
		for k, v := range f.Mean {
			sum[k] += float64(w) * float64(v)
		}
	}
	for k := range sum {
		out.Mean[k] = float32(sum[k] / float64(weights))
	}
	for i := range out.Models {
		out.Models[i] = b.Label()
	}
	return out, nil
}

// Save writes the names, the weights and the members' own envelopes.
func (b *Blend) Save(w io.Writer) error {
	if err := binary.Write(w, binary.LittleEndian, uint32(len(b.Members))); err != nil {
		return err
	}
	for k, m := range b.Members {
		if err := binary.Write(w, binary.LittleEndian, uint32(len(b.Names[k]))); err != nil {
			return err
		}
		if _, err := io.WriteString(w, b.Names[k]); err != nil {
			return err
		}
		if _, err := w.Write([]byte{byte(b.weight(k))}); err != nil {
			return err
		}
		if err := model.Save(w, m); err != nil {
			return err
		}
	}
	return nil
}

// Load is the loader of a Blend.
func Load(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	var n uint32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "blend: cut short: %w", err)
	}
	const most = 64
	if n == 0 || n > most {
		return nil, daycast.Errorf(daycast.Invalid, "blend: %d members, want 1 to %d", n, most)
	}
	b := &Blend{}
	for range n {
		var size uint32
		if err := binary.Read(r, binary.LittleEndian, &size); err != nil || size > 255 {
			return nil, daycast.Errorf(daycast.Invalid, "blend: no member's name")
		}
		name := make([]byte, size+1) // and the weight
		if _, err := io.ReadFull(r, name); err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "blend: cut short: %w", err)
		}
		if name[size] == 0 {
			return nil, daycast.Errorf(daycast.Invalid, "blend: a member of no weight")
		}
		m, err := load(r)
		if err != nil {
			return nil, err
		}
		b.Members, b.Names, b.Weights = append(b.Members, m), append(b.Names, string(name[:size])), append(b.Weights, int(name[size]))
	}
	return b, nil
}
