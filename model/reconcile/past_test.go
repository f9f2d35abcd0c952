package reconcile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast"
)

// TestChangingTrees: an item leaves, another comes, a third changes its group.
func TestChangingTrees(t *testing.T) {
	level := func(of ...int32) []daycast.Level {
		return []daycast.Level{{Name: "category", Names: []string{"dairy", "bread"}, Of: of}}
	}
	items := func(ids ...string) (out []daycast.Series) {
		for _, id := range ids {
			out = append(out, daycast.Series{Item: id})
		}
		return out
	}
	then, err := New(items("a", "b", "c"), level(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	now, err := New(items("a", "c", "d"), []daycast.Level{{Name: "category", Names: []string{"bread", "fruit"}, Of: []int32{0, 0, 1}}})
	if err != nil {
		t.Fatal(err)
	}
	w := Window{Hierarchy: then, Base: NewValues(then, 1), Actual: NewValues(then, 1)}
	copy(w.Actual.Bottom, []float32{1, 2, 4})
	then.Sum(w.Actual, 1)
	got, err := ErrorsAt(now, []Window{w, w})
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	if want := "[7 7 4 4 NaN NaN] [1 1 4 4 NaN NaN]"; fmt.Sprint(got.Upper, got.Bottom) != want {
		t.Errorf("errors %v %v, want %s", got.Upper, got.Bottom, want)
	}
	shrunk, err := Shrunk(now, got, 1)
	if err != nil {
		t.Fatal(err)
	}
	base := Values{Horizon: 1, Upper: []float64{10, 6, 3}, Bottom: []float32{2, 3, 4}}
	out, err := MinT{W: shrunk}.Reconcile(t.Context(), now, base, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	coherent(t, now, out)
	w.Actual.Bottom[0] = float32(nan)
	if got, err = ErrorsAt(now, []Window{w}); err != nil || !math.IsNaN(float64(got.Bottom[0])) {
		t.Errorf("an error that nobody knows is %g, %v", got.Bottom[0], err)
	}
}

// past is windows in which the categories' forecasts are good, the places' are
// wrong, and the series' are noisy and low.
func past(t *testing.T, n int) []Window {
	var out []Window
	rng := rand.New(rand.NewPCG(2, 9))
	for k := range n {
		h := shop(t, uint64(k), 60)
		w := Window{Hierarchy: h, Base: NewValues(h, 7), Actual: NewValues(h, 7)}
		for i := range w.Actual.Bottom {
			w.Actual.Bottom[i] = float32(5 * math.Exp(.5*rng.NormFloat64()))
			w.Base.Bottom[i] = float32(4 * math.Exp(.2*rng.NormFloat64()))
		}
		h.Sum(w.Actual, 1)
		copy(w.Base.Upper, w.Actual.Upper)
		for _, u := range []int{h.Upper("place", "place0"), h.Upper("place", "place1"), 0} {
			for c := range w.Base.UpperOf(u) {
				w.Base.UpperOf(u)[c] *= .3
			}
		}
		out = append(out, w)
	}
	return out
}

func TestLearnStrength(t *testing.T) {
	windows := past(t, 3)
	l := Learning{NonNegative: true, Threads: 2}
	a, gain, err := l.Align(t.Context(), windows)
	if err != nil {
		t.Fatal(err)
	}
	if a.Strength["shop"] != 0 || a.Strength["place"] != 0 || gain < .2 || a.Strength["category"]+a.Strength["category@place"] < .75 {
		t.Errorf("strengths %v, gain %.3f: want the categories', not the places'", a.Strength, gain)
	}
	for k := 1; k < 3; k++ { // one window of three is not enough, much as it gains
		copy(windows[k].Base.Bottom, windows[k].Actual.Bottom)
		for i := range windows[k].Base.Bottom {
			windows[k].Base.Bottom[i] *= .9
		}
		for u := range windows[k].Base.Upper {
			windows[k].Base.Upper[u] *= .9 - 1e-6
		}
	}
	if a, gain, err = l.Align(t.Context(), windows); err != nil || len(a.Strength) != 0 || gain != 0 {
		t.Errorf("a level that helps in one window of three has strengths %v, gain %g, %v", a.Strength, gain, err)
	}
	for k := range windows {
		copy(windows[k].Base.Bottom, windows[k].Actual.Bottom)
		for i := range windows[k].Base.Bottom {
			windows[k].Base.Bottom[i] *= 1.01
		}
		for u := range windows[k].Base.Upper {
			windows[k].Base.Upper[u] *= .5
		}
	}
	if a, gain, err = l.Align(t.Context(), windows); err != nil || len(a.Strength) != 0 || gain != 0 {
		t.Errorf("levels that do not help have strengths %v, gain %g, %v", a.Strength, gain, err)
	}
}

func TestLearnLevels(t *testing.T) {
	windows := past(t, 3)
	l := Learning{NonNegative: true, Threads: 2}
	levels, gain, err := l.Levels(t.Context(), windows, func(k int) (MinT, error) {
		return MinT{W: Structural(windows[k].Hierarchy)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(levels, "shop") || slices.Contains(levels, "place") || len(levels) == 0 || gain < .05 {
		t.Errorf("levels %v, gain %.3f: want some, without the shop and the places", levels, gain)
	}
	if _, _, err := l.Levels(t.Context(), nil, nil); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("without windows: %v, want code invalid", err)
	}
}
