package classic

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"daycast"
	"daycast/model/modeltest"
)

// Decompositions are statsforecast's, to rounding.
func TestMSTLIsStatsforecasts(t *testing.T) {
	text, err := os.ReadFile("testdata/mstl.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Y       []float64
		Periods []int
		Seasons [][]float64
		Trend   []float64
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	for _, g := range golden {
		got := mstl(g.Y, g.Periods)
		for k := range g.Seasons {
			near(t, "season", got[k], g.Seasons[k])
		}
		if len(g.Periods) == 1 {
			s := newSTL(len(g.Y), g.Periods[0], 11, nil)
			s.split(g.Y)
			near(t, "trend", s.trend, g.Trend)
		}
	}
}

// Weights that are all alike are none, and what a gap hides does not count.
func TestSTLGaps(t *testing.T) {
	h := historyOf(modeltest.Noisy(1, modeltest.Weekly(120, 3, 4, 5, 6, 9, 14, 8), 2))
	ones := make([]float64, len(h.Units))
	fill(ones, 1)
	a, b := newSTL(len(ones), 7, 11, nil), newSTL(len(ones), 7, 11, ones)
	a.split(h.Units)
	b.split(h.Units)
	near(t, "weighted alike", b.season, a.season)
	near(t, "weighted alike", b.trend, a.trend)

	for k := 10; k < 120; k += 9 {
		ones[k] = 0
	}
	holes := newSTL(len(ones), 7, 11, ones)
	holes.split(h.Units)
	want := slices.Clone(holes.season)
	for k := 10; k < 120; k += 9 {
		h.Units[k] = 1e6
	}
	holes.split(h.Units)
	near(t, "gaps", holes.season, want)
	for k, v := range want {
		if math.Abs(v-a.season[k]) > 2 {
			t.Fatalf("period %d: season %g with gaps, %g without", k, v, a.season[k])
		}
	}
}

// With two years of days the year is a season too.
func TestMSTLKnowsTheYear(t *testing.T) {
	h := &History{Season: 7, Step: daycast.Daily}
	for t := range 3 * yearOfWeeks {
		h.Units = append(h.Units, 100+10*math.Sin(2*math.Pi*float64(t)/yearOfWeeks)+float64(t%7))
	}
	n := len(h.Units) - 100
	c := methodCase{method: MSTL{Trend: "window_mean"}}
	f := c.forecast(t, c.method.Learn(h.cut(n)), h.cut(n), 100)
	for k, v := range f.Mean {
		if math.Abs(v-h.Units[n+k]) > .5 {
			t.Fatalf("day %d: %g, want %g", k, v, h.Units[n+k])
		}
	}
}
