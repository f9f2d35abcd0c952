package reconcile

import (
	"math"
	"math/rand/v2"
	"testing"

	"daycast"
)

// FuzzReconcile draws a shop, base forecasts and locks from a seed. Whatever they
// are, an answer agrees, keeps its locks and is not below zero where it may not
// be, or it is refused with code invalid, which without locked groups it never is.
func FuzzReconcile(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint8(30), 2.0, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, size uint8, spread float64, how uint8) {
		if !(math.Abs(spread) < 1e6) {
			t.Skip("no forecasts of a shop")
		}
		h := shop(t, seed, 6+int(size))
		base := disagreeing(h, seed, 2, spread)
		rng := rand.New(rand.NewPCG(seed, 4))
		o := Options{Threads: 1, NonNegative: how&1 != 0}
		if how&2 != 0 {
			o.Locks.Bottom = make([]bool, len(base.Bottom))
			for k, y := range base.Bottom {
				o.Locks.Bottom[k] = rng.IntN(4) == 0 && (y >= 0 || !o.NonNegative)
			}
		}
		if how&4 != 0 {
			o.Locks.Upper = make([]bool, len(base.Upper))
			for k := range base.Upper {
				o.Locks.Upper[k] = rng.IntN(8) == 0
			}
		}
		shrunk, err := Shrunk(h, errorsLike(h, seed, 3+int(how)/8), 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []Method{MinT{W: Structural(h)}, MinT{W: shrunk}, Spread{Path: []string{"category"}}, Align{Strength: map[string]float64{"shop": .5, "brand": 1}}} {
			got, err := m.Reconcile(t.Context(), h, base, o)
			if err != nil {
				if daycast.CodeOf(err) != daycast.Invalid || o.Locks.Upper == nil {
					t.Fatalf("%T: %v", m, err)
				}
				continue
			}
			for u := range h.Uppers() {
				for k, y := range got.UpperOf(u) {
					var sum, size float64
					for _, i := range h.Members(u) {
						sum += float64(got.BottomOf(i)[k])
						size += math.Abs(float64(got.BottomOf(i)[k]))
					}
					if !(math.Abs(sum-y) <= 1e-9*(1+size)) {
						t.Fatalf("%T: %s is %g, its series %g", m, h.Node(u), y, sum)
					}
				}
			}
			for k, y := range got.Bottom {
				if o.NonNegative && y < 0 || o.Locks.bottom(k) && y != base.Bottom[k] {
					t.Fatalf("%T: series %d is %g, base %g", m, k/2, y, base.Bottom[k])
				}
			}
		}
	})
}
