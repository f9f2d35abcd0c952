package gbm

import (
	"math"

	"daycast"
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

func (t Tweedie) power() float64 {
	if t.Power == 0 {
		return 1.1
	}
	return t.Power
}

func (t Tweedie) check(y []float32) error {
	if p := t.power(); !(p > 1 && p < 2) {
		return daycast.Errorf(daycast.Invalid, "tweedie power %g: want a number above 1 and below 2", p).WithField("power")
	}
	return refuseNegative(y, "tweedie")
}

func (Tweedie) link() tree.Link { return tree.Log }

func (Tweedie) start(rows []uint32, y, w []float32) float64 { return logMean(rows, y, w) }

func (t Tweedie) derive(y, f float64) (gradient, hessian float64) {
	p := t.power()
	b := math.Exp((2 - p) * f)
	a := 0.
	if y > 0 {
		a = y * math.Exp((1-p)*f)
	}
	return b - a, (p-1)*a + (2-p)*b
}
