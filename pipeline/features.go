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
	columns, reader := set.Columns(), set.Bind(p).Live()
	rows := func(yield func(warehouse.FeatureRow, error) bool) {
		row := feature.NewFrame(columns, 1)
		for i, s := range p.Series {
			if p.Len(i) == 0 {
				continue
			}
			reader.Open(i, []feature.Want{{T: p.Len(i) - 1, H: 1}})
			reader.Fill(row, 0)
			values := make(map[string]float32, len(columns))
			for k, c := range columns {
				values[c.Name] = row.Data[k][0]
			}
			if !yield(warehouse.FeatureRow{Series: s, Origin: p.Origin, Values: values}, nil) {
				return
			}
		}
	}
	_, err := r.Warehouse.Features().Replace(ctx, r.ID, rows)
	return err
}
