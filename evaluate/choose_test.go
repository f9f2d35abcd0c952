package evaluate

import (
	"math"
	"slices"
	"testing"

	"daycast"
)

// windowOf has one series that sold actual, and candidates by name.
func windowOf(actual []float32, candidates map[string][]float32) *Window {
	n := len(actual)
	w := &Window{Horizon: n, Series: make([]daycast.Series, 1), OnSale: []bool{true}, Actual: actual, Open: make([]bool, n), scales: make([]scale, 1)}
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
	if got := w.Mean([]string{"a", "b"}); !slices.Equal(got, []float32{2, 4}) {
		t.Errorf("mean of a and b is %v", got)
	}
	if w.Mean([]string{"a", "c"}) != nil || w.Mean([]string{"a", "d"}) != nil {
		t.Error("a mean without one of its members")
	}
	if name := (Choice{Members: []string{"a", "b"}}).Name(); name != "mean(a,b)" {
		t.Errorf("name %q", name)
	}
}

func TestScoresOfNothingAreLast(t *testing.T) {
	if s := (&tally{}).score(); !math.IsNaN(s.WAPE) {
		t.Errorf("WAPE of no pairs is %g", s.WAPE)
	}
}
