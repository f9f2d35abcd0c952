package pipeline

import (
	"daycast"
	"daycast/feature"
	"daycast/warehouse"
)

// putFeatures keeps what a model of all series reads of each series for its
// first period ahead, so that a forecast can be looked into.
func putFeatures(p *daycast.Panel, features *sink[warehouse.FeatureRow]) {
	set := feature.NewSet(p)
	columns, reader := set.Columns(), set.Bind(p).Live()
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
		features.put(warehouse.FeatureRow{Series: s, Origin: p.Origin, Values: values})
	}
}
