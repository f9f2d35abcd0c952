package pipeline

import (
	"context"

	"daycast"
	"daycast/feature"
	"daycast/warehouse"
)

// storeFeatures keeps what a model of all series reads of each series for its
// first period ahead, so that a forecast can be looked into.
func (r *Run) storeFeatures(ctx context.Context, p *daycast.Panel) error {
	set := feature.NewSet(p)
	columns, bound := set.Columns(), set.Bind(p)
	rows := func(yield func(warehouse.FeatureRow, error) bool) {
		row := make([]float32, len(columns))
		for i, s := range p.Series {
			if p.Len(i) == 0 {
				continue
			}
			bound.Row(bound.At(i, p.Len(i)-1), 1, row)
			values := make(map[string]float32, len(columns))
			for k, c := range columns {
				values[c.Name] = row[k]
			}
			if !yield(warehouse.FeatureRow{Series: s, Origin: p.Origin, Values: values}, nil) {
				return
			}
		}
	}
	_, err := r.Warehouse.Features().Replace(ctx, r.ID, rows)
	return err
}
