package modeltest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"daycast"
	"daycast/model"
)

// checkOwnQuantiles wants quantiles that Predict need not mend but for their
// sign.
func checkOwnQuantiles(t *testing.T, f *daycast.Forecasts) {
	t.Helper()
	for i := range f.Models {
		for h := range f.Horizon {
			q := f.QuantilesAt(i, h)
			if !slices.IsSorted(q) || slices.ContainsFunc(q, notFinite) {
				t.Fatalf("quantiles of series %d, period %d are %v: want finite, ascending numbers", i, h, q)
			}
		}
	}
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

// checkQuantiles wants what Predict promises.
func checkQuantiles(t *testing.T, f *daycast.Forecasts, nonNegative bool) {
	t.Helper()
	for i := range f.Models {
		for h := range f.Horizon {
			q := f.QuantilesAt(i, h)
			if !slices.IsSorted(q) || nonNegative && len(q) > 0 && q[0] < 0 {
				t.Fatalf("predicted quantiles of series %d, period %d are %v", i, h, q)
			}
		}
	}
}

// CoversCounts claims that upper quantiles of intermittent demand cover what
// they say, within the tolerance. Whole numbers step past a level: less than a
// quantile is sold at most with the level's chance, and no more than it at least.
func CoversCounts(tolerance float64) Check {
	return func(t *testing.T, s suite) {
		const history = 240
		var past []Series
		var future [][]float32
		for seed := range uint64(240) {
			mean := []float64{.1, .3, 1, 3}[seed%4]
			units := Counts(seed+1, history+Horizon, mean, []float64{.3, 1, 4}[seed%3])
			past = append(past, Series{Item: fmt.Sprint(seed), Units: units[:history]})
			future = append(future, units[history:])
		}
		p := Panel(Origin, past...)
		levels := []float64{.8, .95}
		f, err := model.Predict(t.Context(), s.fit(t, p), model.Request{Panel: p, Horizon: Horizon, Levels: levels, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Levels) == 0 {
			t.Fatal("the model has no quantiles")
		}
		for k, level := range levels {
			below, upTo := 0.0, 0.0
			for i, units := range future {
				for h, y := range units {
					q := f.QuantilesAt(i, h)[k]
					if y < q {
						below++
					}
					if y <= q {
						upTo++
					}
				}
			}
			n := float64(len(future) * Horizon)
			if below/n > level+tolerance || upTo/n < level-tolerance {
				t.Errorf("quantile %g: %.3f sold less, %.3f no more", level, below/n, upTo/n)
			}
		}
	}
}
