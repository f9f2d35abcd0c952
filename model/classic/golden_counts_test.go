package classic

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"daycast"
)

// Means and upper bounds are statsforecast's, written by testdata/counts.py.
// Both search smoothing constants, it to 1e-12 of a flat minimum; 1e-6 of the
// forecast is what that leaves open.
func TestCountsAreStatsforecasts(t *testing.T) {
	text, err := os.ReadFile("testdata/counts.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Units      []float64
		Mean, High map[string][]float64
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	// Where we start otherwise by default, the start is theirs.
	for _, m := range []Method{
		ADIDA{}, Croston{Start: 1}, CrostonClassic{}, CrostonOptimized{}, Drift{}, HistoricAverage{},
		IMAPA{}, Naive{}, SeasonalNaive{}, SeasonalWindowAverage{}, TSB{Start: 1}, WindowMean{},
	} {
		t.Run(m.Name(), func(t *testing.T) {
			for i, g := range golden {
				mean := g.Mean[m.Name()]
				f := Forecast{Mean: make([]float64, len(mean)), Levels: []float64{.95}, Quantiles: make([]float64, len(mean))}
				m.Learn(&History{Units: g.Units, Season: 7, Step: daycast.Daily}).Forecast(&f)
				alike(t, "mean", i, f.Mean, mean)
				if high, ok := g.High[m.Name()]; ok {
					alike(t, "upper bound", i, f.Quantiles, high)
				}
			}
		})
	}
}

func alike(t *testing.T, what string, series int, got, want []float64) {
	t.Helper()
	for h := range want {
		if !(math.Abs(got[h]-want[h]) <= 1e-6*(1e-3+math.Abs(want[h]))) {
			t.Fatalf("series %d, %s: %v, want %v", series, what, got, want)
		}
	}
}
