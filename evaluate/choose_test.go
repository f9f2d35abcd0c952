package evaluate

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

// windowOf has one series that sold actual, and candidates by name.
func windowOf(actual []float32, candidates map[string][]float32) *Window {
	return windowOfSeries(1, actual, candidates)
}

// windowOfSeries has so many series that sold actual, and candidates by name.
func windowOfSeries(series int, actual []float32, candidates map[string][]float32) *Window {
	w := &Window{
		Horizon: len(actual) / series, Series: make([]daycast.Series, series), OnSale: slices.Repeat([]bool{true}, series),
		Actual: actual, Open: make([]bool, len(actual)), scales: make([]scale, series),
	}
	var names []string
	for name := range candidates {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		w.Models = append(w.Models, Attempt{Model: name, Mean: candidates[name]})
	}
	return w
}

// weightsOf are those of what is chosen on a window.
func weightsOf(w *Window) map[string]int {
	got, _ := Choose([]*Window{w}, "wape")
	weights := map[string]int{}
	for k, name := range got.Members {
		weights[name] = got.Weight(k)
	}
	return weights
}

func TestChoose(t *testing.T) {
	actual := []float32{10, 10, 10, 10}
	for _, c := range []struct {
		name       string
		candidates map[string][]float32
		metric     string
		want       []string
	}{
		{"the best", map[string][]float32{"a": {9, 11, 9, 11}, "b": {7, 13, 7, 13}}, "wape", []string{"a"}},
		{"two that are as good", map[string][]float32{"a": {9, 11, 9, 11}, "b": {9, 11, 9, 11}, "c": {4, 16, 4, 16}}, "wape", []string{"a", "b"}},
		{"errors that cancel", map[string][]float32{"a": {9, 11, 9, 11}, "b": {11, 9, 11, 9}}, "wape", []string{"a", "b"}},
		{"one that failed", map[string][]float32{"a": nil, "b": {13, 7, 13, 7}}, "rmse", []string{"b"}},
		{"all too low, the least", map[string][]float32{"a": {2, 2, 2, 2}, "b": {3, 3, 3, 3}}, "rmse", []string{"b"}},
		{"two that are biased save each other", map[string][]float32{"a": {12, 12, 12, 12}, "b": {8, 8, 8, 8}}, "rmse", []string{"a", "b"}},
	} {
		got, ok := Choose([]*Window{windowOf(actual, c.candidates)}, c.metric)
		if !ok || !slices.Equal(got.Members, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got.Members, c.want)
		}
	}
	if _, ok := Choose([]*Window{windowOf(actual, map[string][]float32{"a": nil})}, "wape"); ok {
		t.Error("chose a model that never forecast")
	}
	if _, ok := Choose(nil, "wape"); ok {
		t.Error("chose without a window")
	}
}

func TestLowForecastsDoNotBuyWAPE(t *testing.T) {
	// A series that sells one day in four: the median is nothing.
	actual := make([]float32, 40)
	low, mean := make([]float32, 40), make([]float32, 40)
	for k := range actual {
		if k%4 == 0 {
			actual[k] = 4
		}
		low[k], mean[k] = .88, 1
	}
	w := windowOf(actual, map[string][]float32{"low": low, "mean": mean})
	ranked := Rank([]*Window{w}, "wape")
	if ranked[0].Members[0] != "mean" {
		t.Errorf("ranked %v first", ranked[0].Members)
	}
}

func TestATotalTooLowRanksLast(t *testing.T) {
	w := windowOf([]float32{10, 10, 10, 10}, map[string][]float32{"a": {8.8, 8.8, 8.8, 8.8}, "b": {12, 8, 12, 8}})
	if ranked := Rank([]*Window{w}, "mae"); ranked[0].Members[0] != "b" {
		t.Errorf("ranked %v first", ranked[0].Members)
	}
}

func TestMeanOfMembers(t *testing.T) {
	w := windowOf([]float32{1, 1}, map[string][]float32{"a": {1, 2}, "b": {3, 6}, "c": nil})
	if got := (Choice{Members: []string{"a", "b"}}).Mean(w); !slices.Equal(got, []float32{2, 4}) {
		t.Errorf("mean of a and b is %v", got)
	}
	weighed := Choice{Members: []string{"a", "b"}, Weights: []int{3, 1}}
	if got := weighed.Mean(w); !slices.Equal(got, []float32{1.5, 3}) {
		t.Errorf("mean of three times a and b is %v", got)
	}
	for _, names := range [][]string{{"a", "c"}, {"a", "d"}} {
		if (Choice{Members: names}).Mean(w) != nil {
			t.Error("a mean without one of its members")
		}
	}
	if name := (Choice{Members: []string{"a", "b"}}).Name(); name != "mean(a,b)" {
		t.Errorf("name %q", name)
	}
	if name := weighed.Name(); name != "mean(3 a,b)" {
		t.Errorf("name %q", name)
	}
}

func TestScoresOfNothingAreLast(t *testing.T) {
	if s := (&tally{}).score(); !math.IsNaN(s.WAPE) {
		t.Errorf("WAPE of no pairs is %g", s.WAPE)
	}
}

// A model of groups that is about as good has its share where there are many series,
// a bad one has not.
func TestGroupsHaveTheirShare(t *testing.T) {
	const many = fewSeries + 2
	actual := make([]float32, many)
	good, near, far := make([]float32, many), make([]float32, many), make([]float32, many)
	for k := range actual {
		off := float32(1)
		if k%2 == 1 {
			off = -1
		}
		actual[k], good[k], near[k], far[k] = 10, 10+off, 10+1.04*off, 10+1.5*off
	}
	for _, c := range []struct {
		series  int
		grouped string
		want    map[string]int
	}{
		{many, "", map[string]int{"good": 1, "near": 1}},
		{many, "near", map[string]int{"good": 4, "near": 7}},
		{many, "far", map[string]int{"good": 1, "near": 1}},
		{many / 2, "near", map[string]int{"good": 1, "near": 1}},
	} {
		w := windowOfSeries(c.series, actual, map[string][]float32{"good": good, "near": near, "far": far})
		for k := range w.Models {
			w.Models[k].Grouped = w.Models[k].Model == c.grouped
		}
		if diff := cmp.Diff(c.want, weightsOf(w)); diff != "" {
			t.Errorf("%q is of groups: %s", c.grouped, diff)
		}
	}
}

// Models that repeat single days have no more than their share where there are others,
// however good they were; those that repeat weeks of a year ago may have all.
func TestRepeatingModelsAreLimited(t *testing.T) {
	actual := make([]float32, 40)
	again, near, far := make([]float32, 40), make([]float32, 40), make([]float32, 40)
	for k := range actual {
		off := float32(1)
		if k%2 == 1 {
			off = -1
		}
		actual[k], again[k], near[k], far[k] = 10, 10+.1*off, 10+.104*off, 10+3*off
	}
	for _, c := range []struct {
		step       daycast.Step
		candidates map[string][]float32
		want       map[string]int
	}{
		{daycast.Daily, map[string][]float32{"again": again, "near": near}, map[string]int{"again": 1, "near": 3}},
		{daycast.Daily, map[string][]float32{"again": again, "far": far}, map[string]int{"again": 1}},
		{daycast.Daily, map[string][]float32{"again": far, "near": near}, map[string]int{"near": 1}},
		{daycast.Daily, map[string][]float32{"again": again}, map[string]int{"again": 1}},
		{daycast.Weekly, map[string][]float32{"again": again, "far": far}, map[string]int{"again": 1}},
	} {
		w := windowOf(actual, c.candidates)
		w.Step, w.Models[0].Repeating = c.step, true
		if diff := cmp.Diff(c.want, weightsOf(w)); diff != "" {
			t.Error(diff)
		}
	}
}
