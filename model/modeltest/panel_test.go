package modeltest_test

import (
	"slices"
	"testing"
	"time"

	"daycast"
	"daycast/model/modeltest"
)

func TestPanel(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin,
		modeltest.Series{Category: "b", Units: []float32{1, 0, 3}},
		modeltest.Series{Category: "a", Units: []float32{5, 7}, State: []daycast.DayState{daycast.Sold, daycast.Missing}},
		modeltest.Series{Units: []float32{4}},
	)
	if modeltest.Origin.Weekday() != time.Sunday || modeltest.Origin.String() != "2024-10-06" {
		t.Errorf("the origin is %s", modeltest.Origin)
	}
	if !slices.Equal(p.Units, []float32{1, 0, 3, 5, 0, 4}) || !slices.Equal(p.Offsets, []int{0, 3, 5, 6}) {
		t.Errorf("units %v, offsets %v", p.Units, p.Offsets)
	}
	if want := []daycast.Day{modeltest.Origin - 2, modeltest.Origin - 1, modeltest.Origin}; !slices.Equal(p.Start, want) {
		t.Errorf("starts %v, want %v", p.Start, want)
	}
	if p.State[1] != daycast.Zero || !slices.Equal(p.Levels[0].Of, []int32{1, 0, -1}) {
		t.Errorf("state %v, levels %+v", p.State, p.Levels)
	}
	if shop := p.Totals.Mean[0][0]; !slices.Equal(shop, []float32{1, 2.5, 3.5}) {
		t.Errorf("shop totals %v", shop)
	}
	if a := p.Totals.Mean[1][0]; a[1] != 5 || a[2] == a[2] {
		t.Errorf("totals of a %v, want NaN, 5, NaN", a)
	}
}

func TestSplitIsThePanel(t *testing.T) {
	p := modeltest.Shop(1, 7, 60)
	var units []float32
	var series []daycast.Series
	for block, err := range modeltest.Split(p, 3).Blocks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range block.Series {
			units = append(units, block.UnitsOf(i)...)
			at := len(series) + i
			if day := block.Origin - 5; block.Signals[0].At(i, day) != p.Signals[0].At(at, day) || block.Levels[0].Of[i] != p.Levels[0].Of[at] {
				t.Errorf("series %d has other signals or levels in its block", at)
			}
		}
		series = append(series, block.Series...)
	}
	if !slices.Equal(units, p.Units) || !slices.Equal(series, p.Series) {
		t.Error("the blocks do not make up the panel")
	}
}
