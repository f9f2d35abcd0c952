package daycast_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

// threeSeries have 2, 0 and 3 periods; every value says where it came from.
func threeSeries() *daycast.Panel {
	units := []float32{1, 2, 31, 32, 33}
	return &daycast.Panel{
		Step: daycast.Daily, Origin: 10,
		Series:  []daycast.Series{{Item: "a"}, {Item: "b"}, {Item: "c"}},
		Offsets: []int{0, 2, 2, 5},
		Start:   []daycast.Day{9, 11, 8},
		Units:   units,
		Train:   units,
		Spread:  []float32{1, 2, 31, 32, 30},
		State:   []daycast.DayState{1, 1, 2, 3, 4},
		Price:   []float32{5, 6, 7, 8, 9},
		Levels:  []daycast.Level{{Name: "category", Names: []string{"x", "y"}, Of: []int32{0, -1, 1}}},
		Signals: []daycast.PanelSignal{{
			Name: "holiday", Vector: []int32{0, -1, 0}, First: []daycast.Day{8},
			Vectors: [][]float32{{0, 1, 2}}, Step: daycast.Daily,
		}},
		Ahead: daycast.Ahead{
			Periods: 2,
			Price:   []float32{1, 2, 3, 4, 5, 6},
			Closed:  []bool{true, false, false, false, false, true},
		},
		Waited:      []int32{0, 7, 2},
		Totals:      &daycast.Totals{First: 8, Step: daycast.Daily},
		NonNegative: true,
	}
}

func TestSelect(t *testing.T) {
	p := threeSeries()
	want := &daycast.Panel{
		Step: daycast.Daily, Origin: 10,
		Series:  []daycast.Series{{Item: "c"}, {Item: "b"}},
		Offsets: []int{0, 3, 3},
		Start:   []daycast.Day{8, 11},
		Units:   []float32{31, 32, 33},
		Train:   []float32{31, 32, 33},
		Spread:  []float32{31, 32, 30},
		State:   []daycast.DayState{2, 3, 4},
		Price:   []float32{7, 8, 9},
		Levels:  []daycast.Level{{Name: "category", Names: []string{"x", "y"}, Of: []int32{1, -1}}},
		Signals: []daycast.PanelSignal{{
			Name: "holiday", Vector: []int32{0, -1}, First: []daycast.Day{8},
			Vectors: [][]float32{{0, 1, 2}}, Step: daycast.Daily,
		}},
		Ahead: daycast.Ahead{
			Periods: 2,
			Price:   []float32{5, 6, 3, 4},
			Closed:  []bool{false, true, false, false},
		},
		Waited:      []int32{2, 7},
		Totals:      p.Totals,
		NonNegative: true,
	}
	if d := cmp.Diff(want, p.Select([]int{2, 1})); d != "" {
		t.Errorf("Select (-want +got):\n%s", d)
	}
}

func TestSelectSharesNothingOfASeries(t *testing.T) {
	p := threeSeries()
	q := p.Select([]int{0, 1, 2})
	q.Units[0], q.State[0], q.Price[0], q.Start[0] = 99, 5, 99, 99
	q.Levels[0].Of[0], q.Signals[0].Vector[0], q.Ahead.Price[0] = 99, 99, 99
	if d := cmp.Diff(threeSeries(), p); d != "" {
		t.Errorf("writing to the selection changed the panel:\n%s", d)
	}
	if q.Totals != p.Totals || &q.Signals[0].Vectors[0][0] != &p.Signals[0].Vectors[0][0] {
		t.Error("totals or signal vectors were copied")
	}
	if q.Train[0] != 99 {
		t.Error("train is apart from units though the panel's is not")
	}
}

func TestSelectKeepsTrainApart(t *testing.T) {
	p := threeSeries()
	p.Train = slices.Clone(p.Units)
	p.Train[2] = 7
	q := p.Select([]int{2})
	if q.TrainOf(0)[0] != 7 || q.UnitsOf(0)[0] != 31 {
		t.Errorf("train %v, units %v", q.TrainOf(0), q.UnitsOf(0))
	}
}

func TestSelectWithoutOptionalParts(t *testing.T) {
	p := threeSeries()
	p.Price, p.Levels, p.Signals, p.Ahead = nil, nil, nil, daycast.Ahead{}
	q := p.Select(nil)
	if len(q.Series) != 0 || len(q.Units) != 0 || q.Price != nil || q.Ahead.Price != nil {
		t.Errorf("got %+v", q)
	}
}
