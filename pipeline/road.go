package pipeline

import (
	"context"
	"fmt"

	"daycast"
	"daycast/model"
	"daycast/model/life"
	"daycast/warehouse"
)

// road is why a series is not forecast by the chosen model alone, by what its
// forecast is called; "" where it is.
func road(name string) string {
	switch name {
	case model.Fallback:
		return "the model gave no finite number; the recent mean stands in"
	case life.Launch:
		return "new: forecast by what series like it sell, until it has two weeks of its own"
	case life.Ended:
		return "silent for longer than chance allows: 0 is forecast"
	}
	return ""
}

// Roads counts the forecasts of a shop by who made them.
type Roads map[string]int

// Add counts those of a block.
func (r Roads) Add(f *daycast.Forecasts) {
	for _, name := range f.Models {
		r[name]++
	}
}

// Notes tell how many series are new and how many have ended.
func (r Roads) Notes() []string {
	var notes []string
	if n := r[life.Launch]; n > 0 {
		notes = append(notes, fmt.Sprintf("%d new series are forecast by what series like them sell", n))
	}
	if n := r[life.Ended]; n > 0 {
		notes = append(notes, fmt.Sprintf("%d series have been silent for longer than chance allows: 0 is forecast for them", n))
	}
	return notes
}

// Failed is how many series of a run the model gave no forecast for. Those
// that are new or have ended are in the same table, and no failures.
func Failed(ctx context.Context, w warehouse.Warehouse, run string) (int64, error) {
	n := int64(0)
	for row, err := range w.Failures().Read(ctx, run) {
		if err != nil {
			return 0, err
		}
		if row.Model != life.Launch && row.Model != life.Ended {
			n++
		}
	}
	return n, nil
}
