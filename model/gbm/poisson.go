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
// steps of all log links are cut at maxLogStep instead.
type Poisson struct{}

func (Poisson) check(y []float32) error { return refuseNegative(y, "poisson") }
func (Poisson) link() tree.Link         { return tree.Log }

func (Poisson) start(rows []uint32, y, w []float32) float64 { return logMean(rows, y, w) }

func (Poisson) derive(y, f float64) (gradient, hessian float64) {
	mu := math.Exp(f)
	return mu - y, mu
}
