package gbm

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// derivatives are those at one score.
func derivatives(o Objective, y, f float64) (gradient, hessian float64) {
	var g, h [1]float32
	o.derive([]float32{float32(y)}, []float64{f}, g[:], h[:])
	return float64(g[0]), float64(h[0])
}

func TestDerivativesAgreeWithDifferences(t *testing.T) {
	const step = 1e-4
	for name, o := range objectives {
		targets := []float64{0, .5, 3, 40}
		if name == "logistic" {
			targets = []float64{0, .25, 1}
		}
		for _, y := range targets {
			for _, f := range []float64{-2.3, -.1, .7, 3.3} {
				gradient, hessian := derivatives(o, y, f)
				if want := (o.loss(y, f+step) - o.loss(y, f-step)) / (2 * step); math.Abs(gradient-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%s(%g, %g): gradient %g, want %g", name, y, f, gradient, want)
				}
				want := (o.loss(y, f+step) - 2*o.loss(y, f) + o.loss(y, f-step)) / (step * step)
				if _, own := o.(renewer); own {
					want = 1 // by choice
				}
				if math.Abs(hessian-want) > 1e-4*(1+math.Abs(want)) {
					t.Errorf("%s(%g, %g): hessian %g, want %g", name, y, f, hessian, want)
				}
			}
		}
	}
}

// TestStartIsBestConstant walks a little up and down from the start.
func TestStartIsBestConstant(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	rows := []uint32{}
	all := target{make([]float32, 200), make([]float32, 200), make([]float32, 200)}
	for i := range all.y {
		all.y[i], all.w[i], all.offset[i] = float32(rng.ExpFloat64()), rng.Float32(), float32(rng.NormFloat64())
		if i%3 > 0 {
			rows = append(rows, uint32(i))
		}
	}
	for name, o := range objectives {
		for _, d := range []target{{y: all.y}, {y: all.y, w: all.w}, {y: all.y, offset: all.offset}, all} {
			d.y = fitting(o, d.y)
			total := func(f float64) (sum float64) {
				for _, r := range rows {
					sum += d.weight(r) * o.loss(float64(d.y[r]), f+d.shift(r))
				}
				return sum
			}
			start := o.start(rows, d)
			for _, step := range []float64{-.01, .01} {
				if total(start+step) < total(start)-1e-9 {
					t.Errorf("%s: a start %g from %g is better", name, step, start)
				}
			}
		}
	}
}

func TestExpAgreesWithMath(t *testing.T) {
	for x := -699.9; x < 700; x += .0137 {
		if got, want := exp(x), math.Exp(x); math.Abs(got/want-1) > 3e-12 {
			t.Fatalf("exp(%g) = %g, want %g", x, got, want)
		}
	}
	if exp(1e30) != exp(700) || exp(-1e30) != exp(-700) || exp(0) != 1 {
		t.Error("exp is not cut at 700, or not 1 at 0")
	}
}

func TestRenewIsTheWeightedQuantile(t *testing.T) {
	y := []float32{5, 1, 3, 2, 4}
	at := func(r uint32) float64 { return float64(y[r]) }
	for _, c := range []struct {
		level float64
		w     []float32
		want  float64
	}{
		{.5, nil, 3}, {.2, nil, 1}, {.21, nil, 2}, {.99, nil, 5}, {.01, nil, 1},
		{.5, []float32{10, 1, 1, 1, 1}, 5}, {.5, []float32{1, 4, 1, 1, 1}, 1},
	} {
		if got := (Quantile{c.level}).renew([]uint32{0, 1, 2, 3, 4}, at, c.w); got != c.want {
			t.Errorf("level %g weights %v: %g, want %g", c.level, c.w, got, c.want)
		}
	}
}

func TestSelectAgreesWithSorting(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 5))
	for range 500 {
		values := make([]weighted, 1+rng.IntN(40))
		var total float64
		for i := range values {
			values[i] = weighted{float64(rng.IntN(30)), float64(rng.IntN(4))}
			total += values[i].weight
		}
		want := total * rng.Float64()
		sorted := slices.SortedFunc(slices.Values(values), func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
		i, below := 0, sorted[0].weight
		for below < want {
			i++
			below += sorted[i].weight
		}
		if got := selectWeighted(values, want); got != sorted[i].value {
			t.Fatalf("want %g of %v: %g, want %g", want, sorted, got, sorted[i].value)
		}
	}
}

// BenchmarkDerive is the time of one row's derivatives, half the targets zero.
func BenchmarkDerive(b *testing.B) {
	const rows = 8192
	rng := rand.New(rand.NewPCG(3, 5))
	y, f := make([]float32, rows), make([]float64, rows)
	for i := range y {
		y[i], f[i] = float32(rng.IntN(2))*rng.Float32(), 2*rng.NormFloat64()
	}
	gradient, hessian := make([]float32, rows), make([]float32, rows)
	for name, o := range objectives {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				o.derive(y, f, gradient, hessian)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
}
