package pipeline_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/model"
	"daycast/pipeline"
)

// The snapshot of a shop that goes by blocks says of each series what its run
// has stored, and its model forecasts the same once more, whichever series are
// asked for together.
func TestShelf(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small), set: inBlocks}
	w.run(t, "")
	s := w.openSnapshot(t)
	defer func() { _ = s.Close() }()
	if s.Panel != nil || s.Shelf == nil {
		t.Fatal("the shop was opened whole")
	}
	var all []daycast.Series
	for p, err := range s.Panels(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Series...)
		stored(t, s, p)
	}
	if len(all) != s.Shelf.Len() {
		t.Errorf("%d series, want %d", len(all), s.Shelf.Len())
	}
	for _, some := range [][]daycast.Series{all[:1], {all[len(all)-1], all[0], {Item: "none"}, all[0]}, nil} {
		asked := 0
		for p, err := range s.Shelf.Panels(t.Context(), some) {
			if err != nil {
				t.Fatal(err)
			}
			asked += len(p.Series)
			stored(t, s, p)
		}
		if want := min(len(some), 2); asked != want {
			t.Errorf("%d series of %v", asked, some)
		}
	}
	if f, err := s.Shelf.Forecast(t.Context(), daycast.Series{Item: "none"}); f != nil || err != nil {
		t.Errorf("%v, %v", f, err)
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, "runs", "*.bin*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// stored checks that the model forecasts of the panel what the run has stored.
func stored(t *testing.T, s *pipeline.Snapshot, p *daycast.Panel) {
	t.Helper()
	horizon := s.Manifest.Spec.Horizon
	f, err := model.Predict(t.Context(), s.Fitted, model.Request{Panel: p, Horizon: horizon, Levels: pipeline.Levels(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, series := range p.Series {
		want, err := s.Shelf.Forecast(t.Context(), series)
		if err != nil || want == nil {
			t.Fatalf("series %s: %v", series.ID(), err)
		}
		n := horizon * len(f.Levels)
		got := &daycast.Forecasts{
			Origin: f.Origin, Step: f.Step, Horizon: horizon, Levels: f.Levels, Models: f.Models[i : i+1],
			Mean: f.MeanOf(i), Quantiles: slices.Clone(f.Quantiles[i*n : (i+1)*n]),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("series %s (-stored +forecast again): %s", series.ID(), diff)
		}
	}
}

// A run with less memory than the last one had publishes the same shop anew, on
// disk, with the model that it has.
func TestShelfOfAShopThatWasWhole(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small)}
	w.run(t, "")
	whole := w.openSnapshot(t)
	w.set = inBlocks
	w.run(t, "")
	s := w.openSnapshot(t)
	defer func() { _ = s.Close() }()
	if whole.Shelf != nil || s.Shelf == nil || s.Manifest.Version != whole.Manifest.Version || s.Shelf.Len() != len(whole.Panel.Series) {
		t.Errorf("before %+v, now %+v", whole.Manifest, s.Manifest)
	}
}
