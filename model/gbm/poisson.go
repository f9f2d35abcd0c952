package gbm

import (
	"math"

	"daycast/model/tree"
)

// Poisson is the negative log-likelihood of counts with mean exp(f), for
// targets y >= 0, whole or not:
//
//	loss = exp(f) - y*f    gradient = exp(f) - y    hessian = exp(f)    link log
//
// LightGBM multiplies the hessian by exp(0.7) to keep steps short; here the
// steps of all log links are cut at maxStep instead.
type Poisson struct{}

func (Poisson) check(y []float32) error { return refuseNegative(y, "poisson") }
func (Poisson) link() tree.Link         { return tree.Log }

func (p Poisson) start(rows []uint32, t target) float64 { return p.startOf(t.of(rows)) }

func (Poisson) startOf(rows examples) float64 {
	var sum, exposure float64
	rows(func(y, w, shift float64) {
		sum += w * y
		exposure += w * exp(shift)
	})
	return math.Log(max(sum/exposure, minMean))
}

func (Poisson) loss(y, f float64) float64 { return math.Exp(f) - y*f }

func (Poisson) derive(y []float32, f []float64, gradient, hessian []float32) {
	for i, v := range y {
		mu := exp(f[i])
		gradient[i], hessian[i] = float32(mu-float64(v)), float32(mu)
	}
}
