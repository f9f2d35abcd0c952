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

// Of models that are as good series by series the one is taken whose errors
// cancel in the totals.
func TestTotalsDecide(t *testing.T) {
	const n = 20
	actual := make([]float32, 2*n)
	apart, along, plain := make([]float32, 2*n), make([]float32, 2*n), make([]float32, 2*n)
	for k := range actual {
		actual[k], plain[k] = 10, 11
		off := float32(1)
		if k%2 == 1 {
			off = -1
		}
		along[k], apart[k] = 10+off, 10+off // on each day as the day says
		if k < n {
			apart[k] = 10 - off // the two series against each other
		}
	}
	w := windowOf(actual, map[string][]float32{"along": along, "apart": apart, "plain": plain})
	w.Horizon, w.Series, w.OnSale, w.scales = n, make([]daycast.Series, 2), []bool{true, true}, make([]scale, 2)
	ranked := Rank([]*Window{w}, "wape")
	c, _ := Choose([]*Window{w}, "wape")
	if k := slices.Index(c.Members, "apart"); k < 0 || c.Weight(k) <= 2 {
		t.Errorf("%s, want most of it apart: %v", c.Name(), ranked)
	}
	if e := totalsError([]*Window{w}, func(*Window) []float32 { return apart }); e != 0 {
		t.Errorf("errors that cancel in the total add up to %g", e)
	}
	if e := totalsError([]*Window{w}, func(*Window) []float32 { return along }); e != .1 {
		t.Errorf("errors that do not cancel: %g, want .1", e)
	}
	w.levels = []daycast.Level{{Name: "a", Names: []string{"x", "y"}, Of: []int32{0, 1}}}
	if e := totalsError([]*Window{w}, func(*Window) []float32 { return apart }); e != .05 {
		t.Errorf("the shop's error is 0 and the groups' .1: mean %g", e)
	}
}
