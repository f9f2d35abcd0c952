package pipeline_test

import (
	"math"
	"testing"

	"daycast/pipeline"
	"daycast/simulate"
)

// The errors by horizon and category add up to the proof, and the features
// that forecasts rest on are known, each with its group.
func TestWhatARunStoresToLookAt(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, simulate.Shop{Items: 25, Days: 200, Seed: 2}), set: func(r *pipeline.Run) { r.Settings.Scored = 2 }}
	w.run(t, "")
	s, err := pipeline.ReadSummary(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	got := w.result(t).Snapshot
	for _, proof := range s.Trained.Proof {
		var absolute, sold, signed float64
		var open, inside int64
		horizons, categories := map[int32]bool{}, map[string]bool{}
		for _, e := range got.Errors {
			if e.Origin.String() != proof.Origin {
				continue
			}
			if e.Model != proof.Model {
				t.Errorf("errors of %s, proof of %s", e.Model, proof.Model)
			}
			absolute, sold, signed = absolute+e.Absolute, sold+e.Sold, signed+e.Signed
			open, inside = open+e.Open, inside+e.Inside
			horizons[e.Horizon], categories[e.Category] = true, true
		}
		for name, pair := range map[string][2]float64{
			"WAPE":     {absolute / sold, float64(proof.WAPE)},
			"bias":     {signed / sold, float64(proof.Bias)},
			"coverage": {float64(inside) / float64(open), float64(proof.Coverage)},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 {
				t.Errorf("%s at %s: %g by the errors, %g by the proof", name, proof.Origin, pair[0], pair[1])
			}
		}
		if len(horizons) != 14 || len(categories) < 2 || categories[""] {
			t.Errorf("at %s: %d horizons, categories %v", proof.Origin, len(horizons), categories)
		}
	}
	groups, best := map[string]bool{}, math.Inf(-1)
	for _, i := range got.Importances {
		groups[i.Group], best = true, max(best, i.Increase)
		if i.Model != "ridge" || i.Feature == "" || i.Group == "" || math.IsNaN(i.Increase) {
			t.Errorf("%+v", i)
		}
	}
	if len(groups) < 4 || best <= 0.01 {
		t.Errorf("groups %v, the most important feature is worth %g", groups, best)
	}
}
