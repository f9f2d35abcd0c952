package pipeline

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"daycast/evaluate"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/ensemble"
)

// What was chosen is fitted again within the time that is left, the quickest first;
// the others forecast as they were fitted at the newest window, whose fits are let
// go of.
func TestAfford(t *testing.T) {
	now := time.Unix(1e9, 0)
	blend := evaluate.Choice{Members: []string{"ets", "forest", "gbm", "ridge"}}
	apart := blend
	apart.BySeries = &evaluate.SeriesChoice{Choices: []evaluate.Choice{blend, {Members: []string{"theta"}}}}
	for _, c := range []struct {
		choice evaluate.Choice
		left   time.Duration // 0: nobody waits
		want   []string      // that are not fitted again
	}{
		{blend, 0, nil},
		{blend, 98 * time.Second, nil},
		{blend, 95 * time.Second, []string{"gbm"}},
		{blend, 45 * time.Second, []string{"forest", "gbm"}},
		{blend, -time.Hour, []string{"ets", "forest", "gbm", "ridge"}},
		{apart, 98 * time.Second, []string{"gbm"}},
		{apart, 100 * time.Second, nil},
	} {
		w := &evaluate.Window{Horizon: 1}
		for name, fitting := range map[string]float64{"gbm": 36, "ets": 4, "forest": 18, "ridge": 7, "theta": 1, "drift": 1} {
			a := evaluate.Attempt{Model: name, Fitting: fitting, Seconds: fitting, Mean: []float32{}, Fitted: &ensemble.Blend{}}
			if name == "gbm" {
				a.Seconds += 7 // of forecasting, which is needed in any case
			}
			w.Models = append(w.Models, a)
		}
		l := Learning{Now: func() time.Time { return now }}
		if c.left != 0 {
			l.Until = now.Add(c.left)
		}
		out := &Learned{Windows: []*evaluate.Window{w}}
		out.afford(l, c.choice)
		if diff := cmp.Diff(c.want, slices.Sorted(maps.Keys(out.early))); diff != "" || len(out.Notes) != len(c.want) {
			t.Errorf("%s left for %s: %s, notes %q", c.left, c.choice.Name(), diff, out.Notes)
		}
		if c.left != 0 && slices.ContainsFunc(w.Models, func(a evaluate.Attempt) bool { return a.Fitted != nil }) {
			t.Errorf("%s left: a fit of the newest window is still held", c.left)
		}
	}
}

// A model that there is no time to fit again forecasts as it was fitted.
func TestEarlyFitsAreUsed(t *testing.T) {
	early := &ensemble.Blend{}
	out := &Learned{early: map[string]model.Fitted{"ets": early}, fits: map[string]model.Fitted{}}
	l := Learning{Models: []model.Model{classic.ETS{}}}
	blend, err := out.fit(t.Context(), l, evaluate.Choice{Members: []string{"ets"}})
	if err != nil || len(blend.Members) != 1 || blend.Members[0] != model.Fitted(early) {
		t.Errorf("%+v, %v", blend, err)
	}
}
