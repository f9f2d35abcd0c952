package gbm

import (
	"math"
	"slices"

	"daycast"
	"daycast/model/tree"
)

// Logistic is the negative log-likelihood of a yes or no, such as whether
// anything is sold at all, for targets y in [0, 1]; the prediction is the
// chance of a yes. With p = 1 / (1 + exp(-f)):
//
//	loss = log(1 + exp(f)) - y*f    gradient = p - y    hessian = p * (1-p)    link logistic
//
// Friedman, Hastie, Tibshirani (2000), "Additive logistic regression".
type Logistic struct{}

func (Logistic) check(y []float32) error {
	if i := slices.IndexFunc(y, func(v float32) bool { return v < 0 || v > 1 }); i >= 0 {
		return daycast.Errorf(daycast.Invalid, "target of row %d is %g: logistic needs targets from 0 to 1", i, y[i]).
			WithHint("give it 1 where something was sold and 0 elsewhere")
	}
	return nil
}

func (Logistic) link() tree.Link { return tree.Logistic }

// start is within 23 of zero, where chances are 1e-10 and 1 - 1e-10, before
// the offset.
func (l Logistic) start(rows []uint32, t target) float64 { return l.startOf(t.of(rows)) }

func (l Logistic) startOf(rows examples) float64 {
	shifted := false
	rows(func(_, _, shift float64) { shifted = shifted || shift != 0 })
	if !shifted {
		p := max(minMean, min(1-minMean, mean(rows)))
		return math.Log(p / (1 - p))
	}
	return root(l, rows, -23, 23)
}

func (Logistic) loss(y, f float64) float64 {
	return max(f, 0) + math.Log1p(math.Exp(-math.Abs(f))) - y*f
}

func (Logistic) derive(y []float32, f []float64, gradient, hessian []float32) {
	for i, v := range y {
		p := 1 / (1 + exp(-f[i]))
		gradient[i], hessian[i] = float32(p-float64(v)), float32(p*(1-p))
	}
}
