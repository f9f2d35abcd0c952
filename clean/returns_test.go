package clean

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

type taken struct {
	Day   daycast.Day
	Units float64
}

// slowUndo says in the plainest way what undo does.
func slowUndo(sales []openSale, units float64) (got []taken, rest float64) {
	for i := len(sales) - 1; i >= 0; i-- {
		if sales[i].units >= units {
			sales[i].units -= units
			return []taken{{sales[i].day, units}}, 0
		}
	}
	for i := len(sales) - 1; i >= 0 && units > 0; i-- {
		if n := min(units, sales[i].units); n > 0 {
			sales[i].units -= n
			units -= n
			got = append(got, taken{sales[i].day, n})
		}
	}
	return got, units
}

func TestUndoEqualsSlowTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var fast ledger
		var slow []openSale
		for day := range daycast.Day(40) {
			if units := float64(1 + rng.IntN(8)); rng.IntN(2) == 0 {
				fast.sell(day, units)
				slow = append(slow, openSale{day, units})
				continue
			}
			units := float64(1+rng.IntN(12)) / 2
			var got []taken
			rest := fast.undo(units, func(day daycast.Day, units float64) { got = append(got, taken{day, units}) })
			want, wantRest := slowUndo(slow, units)
			if diff := cmp.Diff(want, got); diff != "" || rest != wantRest {
				t.Fatalf("a return of %g: %s; rest %g, want %g", units, diff, rest, wantRest)
			}
		}
	}
}

// A million returns to a customer without a name end, whatever they ask for.
func TestUndoIsBounded(t *testing.T) {
	var l ledger
	l.sell(0, 1e6)
	const n = 200_000
	for range n {
		l.sell(1, 1)
	}
	units := 0.0
	for range n {
		l.undo(2, func(_ daycast.Day, u float64) { units += u })
	}
	if units != 2*n {
		t.Errorf("%g units came back, want %d", units, 2*n)
	}
}

func TestUndoForgivesRounding(t *testing.T) {
	var l ledger
	l.sell(1, 0.1+0.2)
	var got []taken
	rest := l.undo(0.3, func(day daycast.Day, units float64) { got = append(got, taken{day, units}) })
	if rest != 0 || len(l.sales) != 0 || len(got) != 1 {
		t.Errorf("rest %g, %v, left %v", rest, got, l.sales)
	}
}
