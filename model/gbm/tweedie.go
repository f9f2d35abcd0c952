package gbm

import (
	"cmp"
	"math"

	"daycast/model/tree"
)

// Tweedie is the deviance of a compound Poisson-gamma variable, which has a
// mass at zero and is continuous above: variance = phi * mean^Power. For
// targets y >= 0, with p = Power:
//
//	loss     = -y * exp((1-p)f)/(1-p) + exp((2-p)f)/(2-p)
//	gradient = -y * exp((1-p)f) + exp((2-p)f)
//	hessian  = -y * (1-p) * exp((1-p)f) + (2-p) * exp((2-p)f)
//	link log
//
// Jørgensen (1987), "Exponential dispersion models", JRSS B 49(2).
type Tweedie struct {
	// Power is in (1, 2): near 1 as Poisson, near 2 as gamma. Default 1.1,
	// which did best for the M5 competition's unit sales.
	Power float64
}

func (t Tweedie) power() float64 { return cmp.Or(t.Power, 1.1) }

func (t Tweedie) check(y []float32) error {
	if err := refuse("power", t.power(), 1, 2); err != nil {
		return err
	}
	return refuseNegative(y, "tweedie")
}

func (Tweedie) link() tree.Link { return tree.Log }

func (t Tweedie) start(rows []uint32, d target) float64 { return t.startOf(d.of(rows)) }

func (t Tweedie) startOf(rows examples) float64 {
	p := t.power()
	var sum, exposure float64
	rows(func(y, w, shift float64) {
		sum += w * y * exp((1-p)*shift)
		exposure += w * exp((2-p)*shift)
	})
	return math.Log(max(sum/exposure, minMean))
}

func (t Tweedie) loss(y, f float64) float64 {
	p := t.power()
	return -y*math.Exp((1-p)*f)/(1-p) + math.Exp((2-p)*f)/(2-p)
}

func (t Tweedie) derive(y []float32, f []float64, gradient, hessian []float32) {
	p := t.power()
	for i, v := range y {
		// Whether anything was sold cannot be predicted: no branch for it.
		a, b := float64(v)*exp((1-p)*f[i]), exp((2-p)*f[i])
		gradient[i], hessian[i] = float32(b-a), float32((p-1)*a+(2-p)*b)
	}
}
