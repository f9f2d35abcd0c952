package feature_test

import (
	"math"
	"slices"
	"testing"

	"daycast/feature"
)

func TestFrequent(t *testing.T) {
	if got := feature.Frequent([]int{20, 19, 50, 20, 0}); !slices.Equal(got, []int{2, 0, 3}) {
		t.Errorf("levels %v, want 2, 0 and 3", got)
	}
	if got := feature.Frequent(slices.Repeat([]int{30}, 300)); len(got) != 200 || got[199] != 199 {
		t.Errorf("%d levels, want the first 200", len(got))
	}
}

func TestLevelOf(t *testing.T) {
	for _, v := range []float32{-1, 3, float32(math.NaN()), float32(math.Inf(1))} {
		if level, ok := feature.LevelOf(v, 3); ok {
			t.Errorf("%g of 3 levels is level %d", v, level)
		}
	}
	if level, ok := feature.LevelOf(2, 3); !ok || level != 2 {
		t.Errorf("2 of 3 levels is level %d, %t", level, ok)
	}
}
