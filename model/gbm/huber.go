package gbm

import (
	"cmp"
	"math"

	"daycast/model/tree"
)

// Huber is squared error for misses up to Delta and absolute error beyond, so
// that a few huge days do not move the mean of a leaf far:
//
//	loss     = (f-y)^2 / 2 where |f-y| <= Delta, Delta * (|f-y| - Delta/2) elsewhere
//	gradient = f - y, cut to [-Delta, Delta]
//	link identity
//
// Huber (1964), "Robust estimation of a location parameter". Trees are grown
// with a hessian of 1, as in LightGBM, for the true one is 0 beyond Delta. A
// leaf gets the median of its residuals plus the mean of what each is off it,
// cut to Delta: M TreeBoost of Friedman (2001), one step of the iteration to
// the leaf's best value.
type Huber struct {
	Delta float64 // in the target's unit, above 0; default 1
}

func (h Huber) delta() float64 { return cmp.Or(h.Delta, 1) }

func (h Huber) check([]float32) error { return refuse("delta", h.delta(), 0, math.MaxFloat32) }

func (Huber) link() tree.Link { return tree.Identity }

func (h Huber) start(rows []uint32, t target) float64 {
	low, high := bracket(t.of(rows))
	return root(h, t.of(rows), low, high)
}

func (h Huber) loss(y, f float64) float64 {
	miss, delta := math.Abs(f-y), h.delta()
	if miss <= delta {
		return miss * miss / 2
	}
	return delta * (miss - delta/2)
}

func (h Huber) derive(y []float32, f []float64, gradient, hessian []float32) {
	delta := h.delta()
	for i, v := range y {
		gradient[i], hessian[i] = float32(max(-delta, min(delta, f[i]-float64(v)))), 1
	}
}

func (h Huber) renew(rows []uint32, residual func(row uint32) float64, w []float32) float64 {
	median, delta := Quantile{}.renew(rows, residual, w), h.delta()
	var sum, weights float64
	for _, r := range rows {
		weight := at(w, r, 1)
		sum += weight * max(-delta, min(delta, residual(r)-median))
		weights += weight
	}
	return median + sum/weights
}
