package reconcile

import (
	"math"
	"testing"

	"daycast"
)

// slowAlign is the definition, a group at a time through Members, its factor made
// anew from all of its series.
func slowAlign(h *Hierarchy, base Values, strength map[string]float64, k int) []float64 {
	log := make([]float64, h.Uppers())
	scaled := func(i int) float64 {
		sum := 0.0
		for u := range log {
			for _, j := range h.Members(u) {
				if i == j {
					sum += log[u]
				}
			}
		}
		return max(0, float64(base.BottomOf(i)[k])) * math.Exp(sum)
	}
	for range 60 {
		for l, level := range h.Levels {
			s := strength[level.Name]
			for u := h.Levels[l].First; s > 0 && u < level.First+len(level.Names); u++ {
				sum := 0.0
				for _, i := range h.Members(u) {
					sum += scaled(i)
				}
				if sum > 0 {
					log[u] = s * (log[u] + math.Log(base.UpperOf(u)[k]/sum))
				}
			}
		}
	}
	out := make([]float64, len(h.Series))
	for i := range out {
		out[i] = scaled(i)
	}
	return out
}

func TestAlign(t *testing.T) {
	h := shop(t, 5, 24)
	base := disagreeing(h, 6, 2, .5)
	for _, strength := range []map[string]float64{
		nil,
		{"shop": 1},
		{"category": .5},
		{"shop": .3, "category": .5, "place": .25, "category@place": .75, "brand": .5},
	} {
		got, err := Align{Strength: strength}.Reconcile(t.Context(), h, base, Options{Threads: 2, NonNegative: true})
		if err != nil {
			t.Fatal(err)
		}
		coherent(t, h, got)
		factors, err := Align{Strength: strength}.Factors(t.Context(), h, base, Options{Threads: 2, NonNegative: true})
		if err != nil {
			t.Fatal(err)
		}
		for k := range base.Horizon {
			scaled := make([]float64, len(h.Series))
			for i := range scaled {
				scaled[i] = max(0, float64(base.BottomOf(i)[k]))
			}
			for u := range h.Uppers() {
				for _, i := range h.Members(u) {
					scaled[i] *= factors[u*base.Horizon+k]
				}
			}
			for i, want := range slowAlign(h, base, strength, k) {
				if math.Abs(scaled[i]-want) > 1e-5*(1+want) {
					t.Fatalf("%v: the factors make %g of series %d in column %d, want %g", strength, scaled[i], i, k, want)
				}
				if y := float64(got.BottomOf(i)[k]); math.Abs(y-want) > 1e-5*(1+want) {
					t.Fatalf("%v: series %d is %g in column %d, want %g", strength, i, y, k, want)
				}
			}
		}
	}
}

func TestAlignKeepsWhatAgrees(t *testing.T) {
	h := shop(t, 5, 24)
	base := disagreeing(h, 6, 3, .5)
	h.Sum(base, 1)
	got, err := Align{Strength: map[string]float64{"shop": 1, "brand": .5, "category": .2}}.Reconcile(t.Context(), h, base, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for k := range base.Horizon {
		near(t, "what agrees", got, k, column(base, k), 1e-6)
	}
}

func TestAlignMeetsMarginsAndLocks(t *testing.T) {
	h := shop(t, 5, 24)
	base, truth := disagreeing(h, 6, 3, .5), disagreeing(h, 7, 3, .5)
	h.Sum(truth, 1)
	base.Upper = truth.Upper // margins that agree with each other
	full := Align{Strength: map[string]float64{"shop": 1, "category": 1, "place": 1}}
	got, err := full.Reconcile(t.Context(), h, base, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for u := range h.Levels[3].First {
		for k, y := range got.UpperOf(u) {
			if math.Abs(y-truth.UpperOf(u)[k]) > 1e-4*y {
				t.Errorf("%s is %g, want %g", h.Node(u), y, truth.UpperOf(u)[k])
			}
		}
	}
	o := Options{Threads: 1, Locks: Locks{Upper: make([]bool, len(base.Upper)), Bottom: make([]bool, len(base.Bottom))}}
	for u := range h.Levels[3].First {
		o.Locks.Upper[u*base.Horizon] = true
	}
	o.Locks.Bottom[0], o.Locks.Bottom[10] = true, true
	if got, err = (Align{Strength: map[string]float64{"brand": .5}}).Reconcile(t.Context(), h, base, o); err != nil {
		t.Fatal(err)
	}
	coherent(t, h, got)
	if got.Bottom[0] != base.Bottom[0] {
		t.Errorf("a locked series went from %g to %g", base.Bottom[0], got.Bottom[0])
	}
	if _, err := (Align{Strength: map[string]float64{"shop": 2}}).Reconcile(t.Context(), h, base, o); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a strength of 2: %v, want code invalid", err)
	}
}
