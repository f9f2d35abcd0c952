package interval

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestMomentsTwin goes over all pairs one by one.
func TestMomentsTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rs []Residual
	var zs []float64
	for i := range 9 {
		for h := 1; h <= 6; h++ {
			if rng.Float64() < .8 { // days out of stock are not there
				rs, zs = append(rs, Residual{Series: int32(i), H: h}), append(zs, rng.NormFloat64())
			}
		}
	}
	in := func(c int) bool { return c%5 != 0 }
	var got, want moments
	got.addWindow(rs, zs, in)
	for a := range rs {
		for b := range rs {
			if a == b || !in(a) || !in(b) {
				continue
			}
			product, sameSeries, apart := zs[a]*zs[b], rs[a].Series == rs[b].Series, rs[b].H-rs[a].H
			switch {
			case sameSeries:
				want.series.add(product, 1)
			case apart == 0:
				want.day.add(product, 1)
			default:
				want.far.add(product, 1)
			}
			switch {
			case apart == 1 && sameSeries:
				want.next.add(product, 1)
			case apart == 1:
				want.across.add(product, 1)
			}
		}
	}
	for name, pair := range map[string][2]pairs{
		"series": {got.series, want.series}, "day": {got.day, want.day}, "far": {got.far, want.far},
		"next": {got.next, want.next}, "across": {got.across, want.across},
	} {
		if math.Abs(pair[0].sum-pair[1].sum) > 1e-9 || math.Abs(pair[0].n-pair[1].n) > 1e-9 {
			t.Errorf("%s: %v, pair by pair %v", name, pair[0], pair[1])
		}
	}
}

func TestLevelOfUndoesAt(t *testing.T) {
	sorted := []float32{-2, -1, 0, 4, 9}
	for _, level := range []float64{.2, .3, .5, .7, .8} {
		if got := levelOf(sorted, at(sorted, level)); math.Abs(got-level) > 1e-6 {
			t.Errorf("level %g came back as %g", level, got)
		}
	}
}
