package gbm

import (
	"math"

	"daycast/model/tree"
)

// Absolute is absolute error, which the median minimises:
//
//	loss = |f - y|    gradient = the sign of f - y, 0 at y    link identity
//
// The loss has no curvature: trees are grown with a hessian of 1, and each
// leaf then gets the median of its residuals: LAD TreeBoost of Friedman
// (2001), "Greedy function approximation: a gradient boosting machine".
type Absolute struct{}

func (Absolute) check([]float32) error { return nil }
func (Absolute) link() tree.Link       { return tree.Identity }

func (Absolute) start(rows []uint32, t target) float64 { return Quantile{}.start(rows, t) }

func (Absolute) loss(y, f float64) float64 { return math.Abs(f - y) }

func (Absolute) derive(y []float32, f []float64, gradient, hessian []float32) {
	for i, v := range y {
		gradient[i], hessian[i] = 0, 1
		if miss := f[i] - float64(v); miss > 0 {
			gradient[i] = 1
		} else if miss < 0 {
			gradient[i] = -1
		}
	}
}

func (Absolute) renew(rows []uint32, residual func(row uint32) float64, w []float32) float64 {
	return Quantile{}.renew(rows, residual, w)
}
