package reconcile

import (
	"math"
	"testing"

	"daycast"
)

// TestSpread compares with shares taken group by group through Members.
func TestSpread(t *testing.T) {
	h := shop(t, 5, 24)
	base := disagreeing(h, 6, 3, .3)
	ask := func(m Spread, o Options) Values {
		t.Helper()
		o.Threads = 2
		got, err := m.Reconcile(t.Context(), h, base, o)
		if err != nil {
			t.Fatal(err)
		}
		coherent(t, h, got)
		return got
	}
	share := func(weights Values, i, k int, members []int) float64 {
		var sum float64
		for _, j := range members {
			sum += float64(weights.BottomOf(j)[k])
		}
		return float64(weights.BottomOf(i)[k]) / sum
	}
	is := func(what string, got Values, want func(i, k int) float64) {
		t.Helper()
		for i := range h.Series {
			for k, y := range got.BottomOf(i) {
				if math.Abs(float64(y)-want(i, k)) > 1e-5*want(i, k) {
					t.Errorf("%s: series %d is %g in column %d, want %g", what, i, y, k, want(i, k))
				}
			}
		}
	}
	all := h.Members(0)
	is("top-down by forecasts", ask(Spread{Path: []string{"shop"}}, Options{}), func(i, k int) float64 {
		return base.Upper[k] * share(base, i, k, all)
	})
	recent := make([]float64, len(h.Series))
	weights := NewValues(h, base.Horizon)
	for i := range recent {
		recent[i] = float64(i + 1)
		for k := range base.Horizon {
			weights.BottomOf(i)[k] = float32(recent[i])
		}
	}
	is("top-down by recent shares", ask(Spread{Path: []string{"shop"}, Shares: recent}, Options{}), func(i, k int) float64 {
		return base.Upper[k] * share(weights, i, k, all)
	})
	category := func(i int) int { return h.Levels[1].First + i/2%3 }
	is("middle-out", ask(Spread{Path: []string{"category"}}, Options{}), func(i, k int) float64 {
		return base.UpperOf(category(i))[k] * share(base, i, k, h.Members(category(i)))
	})
	is("top-down by forecast proportions", ask(Spread{Path: []string{"shop", "category"}}, Options{}), func(i, k int) float64 {
		var categories float64
		for c := range 3 {
			categories += base.UpperOf(h.Levels[1].First + c)[k]
		}
		return base.Upper[k] * base.UpperOf(category(i))[k] / categories * share(base, i, k, h.Members(category(i)))
	})
	brand := ask(Spread{Path: []string{"brand"}}, Options{})
	for i := range h.Series {
		if h.groupsOf(int(h.cellOf[i]))[4] < 0 && brand.BottomOf(i)[0] != base.BottomOf(i)[0] {
			t.Errorf("series %d has no brand and went from %g to %g", i, base.BottomOf(i)[0], brand.BottomOf(i)[0])
		}
	}
	o := Options{Locks: Locks{Bottom: make([]bool, len(base.Bottom)), Upper: make([]bool, len(base.Upper))}}
	o.Locks.Bottom[4], o.Locks.Upper[1] = true, true
	if got := ask(Spread{Path: []string{"shop"}}, o); got.Bottom[4] != base.Bottom[4] {
		t.Errorf("a locked series went from %g to %g", base.Bottom[4], got.Bottom[4])
	}
}

func TestSpreadOverNothing(t *testing.T) {
	h := shop(t, 5, 24)
	base := NewValues(h, 1)
	base.Upper[0] = 48
	got, err := Spread{Path: []string{"shop"}}.Reconcile(t.Context(), h, base, Options{Threads: 1, NonNegative: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, y := range got.Bottom {
		if y != 2 {
			t.Errorf("series %d is %g, want all alike", i, y)
		}
	}
}

func TestSpreadRefuses(t *testing.T) {
	h := shop(t, 5, 24)
	base := disagreeing(h, 6, 3, .3)
	lock := Options{Locks: Locks{Upper: make([]bool, len(base.Upper))}}
	lock.Locks.Upper[5] = true
	for name, c := range map[string]struct {
		s Spread
		o Options
	}{
		"no path":          {Spread{}, Options{}},
		"unknown level":    {Spread{Path: []string{"colour"}}, Options{}},
		"crossed levels":   {Spread{Path: []string{"category", "place"}}, Options{}},
		"too few shares":   {Spread{Path: []string{"shop"}, Shares: []float64{1}}, Options{}},
		"a lock it breaks": {Spread{Path: []string{"shop"}}, lock},
	} {
		if _, err := c.s.Reconcile(t.Context(), h, base, c.o); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	series := []daycast.Series{{Item: "a"}, {Item: "b"}}
	for name, levels := range map[string][]daycast.Level{
		"twice":       {{Name: "x", Of: []int32{-1, -1}}, {Name: "x", Of: []int32{-1, -1}}},
		"the shop's":  {{Name: ShopLevel, Of: []int32{-1, -1}}},
		"too short":   {{Name: "x", Of: []int32{-1}}},
		"no group":    {{Name: "x", Names: []string{"g"}, Of: []int32{0, 1}}},
		"below minus": {{Name: "x", Names: []string{"g"}, Of: []int32{0, -2}}},
	} {
		if _, err := New(series, levels); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
}
