package daycast_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

// A part is Select's panel without the groups, vectors and totals of others.
func TestPart(t *testing.T) {
	p := threeSeries()
	p.Signals[0].Vector, p.Signals[0].First = []int32{0, -1, 1}, []daycast.Day{8, 9}
	p.Signals[0].Vectors = [][]float32{{0, 1, 2}, {5, 6}}
	p.Totals = &daycast.Totals{
		First: 8, Step: daycast.Daily, Levels: []string{"shop", "category"},
		Mean:  [][][]float32{{{1}}, {{2}, {3}}},
		Count: [][][]int32{{{4}}, {{5}, {6}}},
	}
	want := p.Select([]int{2, 1})
	want.Levels[0].Names, want.Levels[0].Of = []string{"y"}, []int32{0, -1}
	want.Signals[0].Vector, want.Signals[0].First, want.Signals[0].Vectors = []int32{0, -1}, []daycast.Day{9}, [][]float32{{5, 6}}
	want.Totals = &daycast.Totals{
		First: 8, Step: daycast.Daily, Levels: []string{"shop", "category"},
		Mean:  [][][]float32{{{1}}, {{3}}},
		Count: [][][]int32{{{4}}, {{6}}},
	}
	if diff := cmp.Diff(want, p.Part([]int{2, 1})); diff != "" {
		t.Error(diff)
	}
	if len(p.Totals.Mean[1]) != 2 || len(p.Levels[0].Names) != 2 {
		t.Error("the panel itself has changed")
	}
}
