package reconcile

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast"
)

func TestRescale(t *testing.T) {
	f := &daycast.Forecasts{
		Horizon: 2, Levels: []float64{.1, .5, .9},
		Mean:      []float32{2, 0, .01, 3},
		Quantiles: []float32{1, 2, 4, 0, 0, 1, 0, 0, 1, 1, 3, 6},
	}
	if err := Rescale(f, []float32{3, 2, 1, 0}, true); err != nil {
		t.Fatal(err)
	}
	for k, want := range []float32{1.5, 3, 6, 2, 2, 3, .96, .96, 4.96, 0, 0, 0} {
		if math.Abs(float64(f.Quantiles[k]-want)) > 1e-6 {
			t.Errorf("quantile %d is %g, want %g", k, f.Quantiles[k], want)
		}
	}
	if want := []float32{3, 2, 1, 0}; !slices.Equal(f.Mean, want) {
		t.Errorf("means %v, want %v", f.Mean, want)
	}
	if err := Rescale(f, nil, true); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("no means: %v, want code invalid", err)
	}
}

// TestPaths: paths agree one by one, their mean is the reconciled one, and their
// quantiles ascend.
func TestPaths(t *testing.T) {
	h := shop(t, 5, 24)
	const samples, horizon = 400, 3
	base := disagreeing(h, 6, horizon, .3)
	rng := rand.New(rand.NewPCG(3, 3))
	paths := NewValues(h, samples*horizon)
	for i := range h.Series {
		own := paths.BottomOf(i)
		for k := range own {
			own[k] = float32(rng.ExpFloat64()) * base.BottomOf(i)[k%horizon]
		}
		for k := range horizon { // exactly the mean of the samples
			base.BottomOf(i)[k] = 0
			for s := range samples {
				base.BottomOf(i)[k] += own[s*horizon+k] / samples
			}
		}
	}
	o := Options{Threads: 2, NonNegative: true}
	mean, err := MinT{W: Structural(h)}.Reconcile(t.Context(), h, base, o)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := Paths(h, paths, base, mean, o)
	if err != nil {
		t.Fatal(err)
	}
	coherent(t, h, moved)
	for u := range h.Uppers() {
		for k := range horizon {
			var sum float64
			for s := range samples {
				sum += moved.UpperOf(u)[s*horizon+k] / samples
			}
			if want := mean.UpperOf(u)[k]; math.Abs(sum-want) > 1e-4*want {
				t.Errorf("the paths of %s have mean %g, want %g", h.Node(u), sum, want)
			}
		}
	}
	levels := []float64{0, .1, .5, .9, 1}
	upper, bottom, err := Quantiles(moved, horizon, levels, 2)
	if err != nil {
		t.Fatal(err)
	}
	for k := range len(bottom) / len(levels) {
		if q := bottom[k*len(levels) : (k+1)*len(levels)]; !slices.IsSorted(q) || q[0] < 0 {
			t.Fatalf("quantiles %v", q)
		}
	}
	first := make([]float64, samples)
	for s := range first {
		first[s] = moved.Upper[s*horizon]
	}
	slices.Sort(first)
	// A tenth of the way through 400 paths lies between the 40th and the 41st.
	if want := .1*first[39] + .9*first[40]; upper[0] != first[0] || math.Abs(upper[1]-want) > 1e-9 || upper[4] != first[samples-1] {
		t.Errorf("the shop's quantiles are %v, want %g, %g, ..., %g", upper[:5], first[0], want, first[samples-1])
	}
	if _, _, err := Quantiles(moved, 7, levels, 1); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("broken paths: %v, want code invalid", err)
	}
}

// TestPathsAreColumns: a method reconciles all paths at once as it does each alone.
func TestPathsAreColumns(t *testing.T) {
	h := shop(t, 5, 24)
	all := disagreeing(h, 6, 6, 4)
	m, o := MinT{W: Structural(h)}, Options{Threads: 2, NonNegative: true}
	whole, err := m.Reconcile(t.Context(), h, all, o)
	if err != nil {
		t.Fatal(err)
	}
	one := NewValues(h, 1)
	for k := range all.Horizon {
		for u := range h.Uppers() {
			one.Upper[u] = all.UpperOf(u)[k]
		}
		for i := range h.Series {
			one.Bottom[i] = all.BottomOf(i)[k]
		}
		got, err := m.Reconcile(t.Context(), h, one, o)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "one path", got, 0, column(whole, k), 1e-9)
	}
}
