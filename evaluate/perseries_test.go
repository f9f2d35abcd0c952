package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
)

const (
	countedSeries = 40
	countedDays   = 7
)

// errorWindows are count non-overlapping windows of series that sell around ten, in which model k
// errs on series i with a standard deviation of spread(k, i).
func errorWindows(seed uint64, count, models int, spread func(k, i int) float64) []*Window {
	r := rand.New(rand.NewPCG(seed, 5))
	var windows []*Window
	for n := range count {
		w := &Window{Origin: daycast.Day(20000 - n*countedDays), Horizon: countedDays, Step: daycast.Daily}
		for i := range countedSeries {
			w.Series = append(w.Series, daycast.Series{Item: fmt.Sprintf("item-%02d", i)})
			w.OnSale, w.scales = append(w.OnSale, true), append(w.scales, scale{1, 1})
			for range countedDays {
				w.Actual = append(w.Actual, float32(10+2*r.NormFloat64()))
				w.Open = append(w.Open, true)
			}
		}
		for k := range models {
			a := Attempt{Model: fmt.Sprintf("model-%d", k)}
			for c, y := range w.Actual {
				a.Mean = append(a.Mean, y+float32(spread(k, c/countedDays)*r.NormFloat64()))
			}
			w.Models = append(w.Models, a)
		}
		windows = append(windows, w)
	}
	return windows
}

// halves is a shop in which model 0 is right for even series and model 1 for
// odd ones.
func halves(k, i int) float64 {
	if i%2 == k {
		return .5
	}
	return 8
}

func TestPerSeriesFindsWhatSeriesWant(t *testing.T) {
	windows := errorWindows(1, 5, 2, halves)
	c, ok := PerSeries(windows, "wape")
	if !ok {
		t.Fatal("no choice")
	}
	if !c.Wins("wape") || c.Own.WAPE > .6*c.Whole.WAPE {
		t.Errorf("by series %+v, for the whole shop %+v: want a clear win", c.Own, c.Whole)
	}
	for i, s := range windows[0].Series {
		if got := c.Choices[c.Of[s]].Name(); got != fmt.Sprintf("model-%d", i%2) {
			t.Errorf("series %d has %s", i, got)
		}
	}
}

func TestSelectTakesWhatSeriesWant(t *testing.T) {
	windows := errorWindows(1, 5, 2, halves)
	own, ok := Select(windows, "wape")
	all, _ := Choose(windows, "wape")
	if !ok || own.BySeries == nil || !(own.Score.WAPE < all.Score.WAPE) {
		t.Errorf("selected %s with %+v, for all %s with %+v", own.Name(), own.Score, all.Name(), all.Score)
	}
	alike := errorWindows(1, 5, 2, func(int, int) float64 { return 2 })
	if c, ok := Select(alike, "wape"); !ok || c.BySeries != nil {
		t.Errorf("models that are alike: selected %s", c.Name())
	}
}

func TestPerSeriesDoesNotBelieveChance(t *testing.T) {
	for seed := range uint64(20) {
		windows := errorWindows(seed, 5, 3, func(k, _ int) float64 { return 2 + .05*float64(k) })
		c, ok := PerSeries(windows, "wape")
		if !ok || c.Wins("wape") {
			t.Errorf("seed %d: models that are alike for every series: by series wins with %+v over %+v", seed, c.Own, c.Whole)
		}
	}
}

// The test's choice must not know the newest window.
func TestPerSeriesTestIsHonest(t *testing.T) {
	windows := errorWindows(2, 4, 2, halves)
	then, _ := PerSeries(windows[1:], "wape")
	now, _ := PerSeries(windows, "wape")
	want := windows[0].Score(then.Mean(windows[0]), nil, nil)
	if diff := cmp.Diff(want, now.Own, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("the test's score is not that of what older windows chose:\n%s", diff)
	}
	overlapping := slices.Clone(windows)
	for k, w := range overlapping {
		moved := *w
		moved.Origin = windows[0].Origin - daycast.Day(k)
		overlapping[k] = &moved
	}
	if c, ok := PerSeries(overlapping, "wape"); !ok || c.Own.N != 0 || c.Wins("wape") {
		t.Errorf("windows whose days had not come were used: %+v, %v", c, ok)
	}
}

func TestPerSeriesPriors(t *testing.T) {
	c, _ := PerSeries(errorWindows(3, 5, 2, func(k, i int) float64 {
		if i == 0 && k == 1 {
			return 3.8 // hardly better than model 0 on this series, far worse elsewhere
		}
		return 4 + 12*float64(k)
	}), "wape")
	if len(c.Of) != 0 {
		t.Errorf("%v left the choice of the shop for a trifle %v %v", c.Of, c.Choices[0].Name(), c.Choices[1].Name())
	}
}

func TestPerSeriesMean(t *testing.T) {
	windows := errorWindows(4, 3, 2, halves)
	c, _ := PerSeries(windows, "rmse")
	got := c.Mean(windows[0])
	for i, s := range windows[0].Series {
		want := Choice{Members: c.Choices[c.Of[s]].Members}.Mean(windows[0])[i*countedDays : (i+1)*countedDays]
		if !slices.Equal(got[i*countedDays:(i+1)*countedDays], want) {
			t.Errorf("series %d: %v, want %v", i, got[i*countedDays:(i+1)*countedDays], want)
		}
	}
	windows[0].Models[0].Mean = nil
	if c.Mean(windows[0]) != nil && slices.ContainsFunc(c.Choices, func(x Choice) bool { return slices.Contains(x.Members, "model-0") }) {
		t.Error("means without those of a model that failed")
	}
}

func TestPerSeriesIsDeterministic(t *testing.T) {
	want, _ := PerSeries(errorWindows(5, 4, 4, halves), "wape")
	for range 5 {
		got, _ := PerSeries(errorWindows(5, 4, 4, halves), "wape")
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("two choices on the same windows:\n%s", diff)
		}
	}
}

func TestPerSeriesWithLittleToGoBy(t *testing.T) {
	if _, ok := PerSeries(nil, "wape"); ok {
		t.Error("a choice without windows")
	}
	one := errorWindows(6, 1, 2, halves)
	if c, ok := PerSeries(one, "wape"); !ok || c.Wins("wape") {
		t.Error("one window: want a choice that has not won")
	}
	for c := range one[0].Actual {
		one[0].Actual[c] = float32(math.NaN())
	}
	one[0].OnSale[3] = false
	if c, ok := PerSeries(one, "wape"); ok && (len(c.Of) > 0 || c.Wins("wape")) {
		t.Errorf("nothing to score: %+v", c)
	}
}

// No series gets a model alone that repeats single days, however good it was there.
func TestPerSeriesLeavesRepeatingModels(t *testing.T) {
	for _, repeating := range []bool{false, true} {
		windows := errorWindows(1, 5, 2, halves)
		for _, w := range windows {
			w.Models[1].Repeating = repeating
		}
		c, ok := PerSeries(windows, "wape")
		if !ok {
			t.Fatal("nothing was chosen")
		}
		alone := slices.ContainsFunc(c.Choices[1:], func(c Choice) bool { return slices.Equal(c.Members, []string{"model-1"}) })
		if alone == repeating {
			t.Errorf("repeating %v: %+v", repeating, c.Choices)
		}
	}
}
