package pipeline_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"daycast"
	"daycast/pipeline"
	"daycast/simulate"
	"daycast/warehouse"
)

// The published adjustments undo what the panel's training units differ from
// what was observed by, to the bit; an older run's go with its snapshot.
func TestAdjustments(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, simulate.Shop{Items: 12, Days: 200, Seed: 3})}
	w.run(t, "")
	s := w.openSnapshot(t)
	house, err := warehouse.OpenSnapshot(t.Context(), filepath.Join(pipeline.Snapshots(w.dir), "current"), warehouse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = house.Close() }()
	adjusted := rows(t, house.Adjustments().Read(t.Context(), s.Manifest.Run))
	p, kinds := s.Panel, map[string]int{}
	index := map[daycast.Series]int{}
	for i, series := range p.Series {
		index[series] = i
	}
	train := slices.Clone(p.Train)
	for _, a := range adjusted { // outliers come before stock-outs of the same day: the last change first
		kinds[a.Kind]++
		k := p.Offsets[index[a.Series]] + int(a.Day-p.Start[index[a.Series]])
		if a.Kind != "bulk" {
			if train[k] != a.After {
				t.Fatalf("%+v, where the panel trains with %v", a, train[k])
			}
			train[k] = a.Before
		}
	}
	for k := range train {
		if math.Float32bits(train[k]) != math.Float32bits(p.Units[k]) {
			t.Fatalf("period %d is restored to %v, observed were %v", k, train[k], p.Units[k])
		}
	}
	if kinds["stock_out"] == 0 || kinds["bulk"] == 0 {
		t.Errorf("published %v", kinds)
	}
}
