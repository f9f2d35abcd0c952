package pipeline

import (
	"testing"
	"time"

	"daycast/evaluate"
)

// What was chosen is fitted again within the time that is left: the lightest go
// first, and what makes most of the forecast stays whatever it takes.
func TestAfford(t *testing.T) {
	now := time.Unix(1e9, 0)
	w := &evaluate.Window{Horizon: 1}
	for name, seconds := range map[string]float64{"gbm": 40, "ets": 4, "forest": 20, "ridge": 8, "theta": 1} {
		w.Models = append(w.Models, evaluate.Attempt{Model: name, Seconds: seconds, Mean: []float32{}})
	}
	blend := evaluate.Choice{Members: []string{"ets", "forest", "gbm", "ridge"}, Weights: []int{5, 3, 10, 2}}
	apart := blend
	apart.BySeries = &evaluate.SeriesChoice{Choices: []evaluate.Choice{blend, {Members: []string{"theta"}}}}
	for _, c := range []struct {
		choice evaluate.Choice
		left   time.Duration // 0: nobody waits
		want   string
		notes  int
	}{
		{blend, 0, "mean(5 ets,3 forest,10 gbm,2 ridge)", 0},
		{blend, 90 * time.Second, "mean(5 ets,3 forest,10 gbm,2 ridge)", 0},
		{blend, 85 * time.Second, "mean(5 ets,3 forest,10 gbm)", 1},
		{blend, 60 * time.Second, "mean(5 ets,10 gbm)", 2},
		{blend, -time.Hour, "mean(5 ets,10 gbm)", 2},
		{evaluate.Choice{Members: []string{"gbm"}}, -time.Hour, "gbm", 0},
		{apart, 92 * time.Second, apart.Name(), 0},
		{apart, 90 * time.Second, blend.Name(), 0},
		{apart, 60 * time.Second, "mean(5 ets,10 gbm)", 2},
	} {
		l := Learning{Now: func() time.Time { return now }}
		if c.left != 0 {
			l.Until = now.Add(c.left)
		}
		out := &Learned{Windows: []*evaluate.Window{w}}
		if got := out.afford(l, c.choice).Name(); got != c.want || len(out.Notes) != c.notes {
			t.Errorf("%s left for %s: %s, notes %q, want %s", c.left, c.choice.Name(), got, out.Notes, c.want)
		}
	}
}
