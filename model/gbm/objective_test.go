package gbm

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// losses are the formulas of the objectives' comments.
var losses = map[string]func(y, f float64) float64{
	"squared": func(y, f float64) float64 { return (f - y) * (f - y) / 2 },
	"poisson": func(y, f float64) float64 { return math.Exp(f) - y*f },
	"tweedie": func(y, f float64) float64 {
		const p = 1.1
		return -y*math.Exp((1-p)*f)/(1-p) + math.Exp((2-p)*f)/(2-p)
	},
	"quantile": func(y, f float64) float64 {
		if y >= f {
			return .8 * (y - f)
		}
		return (1 - .8) * (f - y)
	},
}

func TestDerivativesAgreeWithDifferences(t *testing.T) {
	const step = 1e-4
	for name, loss := range losses {
		for _, y := range []float64{0, .5, 3, 40} {
			for _, f := range []float64{-2.3, -.1, .7, 3.1} {
				gradient, hessian := objectives[name].derive(y, f)
				if want := (loss(y, f+step) - loss(y, f-step)) / (2 * step); math.Abs(gradient-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%s(%g, %g): gradient %g, want %g", name, y, f, gradient, want)
				}
				want := (loss(y, f+step) - 2*loss(y, f) + loss(y, f-step)) / (step * step)
				if name == "quantile" {
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
	rows, y, w := []uint32{}, make([]float32, 200), make([]float32, 200)
	for i := range y {
		y[i], w[i] = float32(rng.ExpFloat64()), rng.Float32()
		if i%3 > 0 {
			rows = append(rows, uint32(i))
		}
	}
	for name, loss := range losses {
		for _, w := range [][]float32{nil, w} {
			total := func(f float64) (sum float64) {
				for _, r := range rows {
					sum += weight(w, r) * loss(float64(y[r]), f)
				}
				return sum
			}
			start := objectives[name].start(rows, y, w)
			for _, step := range []float64{-.01, .01} {
				if total(start+step) < total(start)-1e-9 {
					t.Errorf("%s: a start %g from %g is better", name, step, start)
				}
			}
		}
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
