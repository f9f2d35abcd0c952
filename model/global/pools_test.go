package global_test

import (
	"slices"
	"testing"

	"daycast/model"
	"daycast/model/global"
	"daycast/model/modeltest"
)

func TestPools(t *testing.T) {
	unlessShort(t)
	modeltest.Run(t, global.Pools{Inner: boosting(), LeastRows: 100}, around())
}

// TestPoolsAreFitsOfTheirSeries checks the plain definition: each group's series
// are forecast by a fit of their own panel, those of others by that of all.
func TestPoolsAreFitsOfTheirSeries(t *testing.T) {
	var series []modeltest.Series
	for i := range 20 {
		s := modeltest.Series{Category: []string{"a", "b"}[i%2], Units: modeltest.Counts(uint64(i), 120, 4, 3)}
		if i == 7 {
			s.Category, s.Units = "rare", s.Units[:40]
		}
		series = append(series, s)
	}
	p := modeltest.Panel(modeltest.Origin, series...)
	got := means(t, global.Pools{Inner: few(), LeastRows: 500}, p)
	for _, category := range []string{"a", "b", "rare"} {
		var own []int
		for i := range p.Series {
			if series[i].Category == category {
				own = append(own, i)
			}
		}
		panel := p.Select(own)
		learnt := panel
		if category == "rare" {
			learnt = p
		}
		f, err := few().Fit(t.Context(), model.Training{Panels: learnt, Horizon: 14, Seed: 1, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		want, err := model.Predict(t.Context(), f, model.Request{Panel: panel, Horizon: 14, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		for n, i := range own {
			if !slices.Equal(got[i*14:(i+1)*14], want.MeanOf(n)) {
				t.Errorf("series %d of %s: %v, want %v", i, category, got[i*14:(i+1)*14], want.MeanOf(n))
			}
		}
	}
}

func FuzzLoadPooled(f *testing.F) {
	fuzzAround(f, global.Pools{Inner: few(), LeastRows: 50}, "pooled")
}
