package gbm

import (
	"cmp"
	"math"

	"daycast/model/tree"
)

// Asymmetric is squared error that weighs a forecast below the target by
// Under and one above it by Over; an expectile minimises it. With c the weight
// of the row's side:
//
//	loss = c * (f - y)^2 / 2    gradient = c * (f - y)    hessian = c    link identity
//
// Newey, Powell (1987), "Asymmetric least squares estimation and testing",
// Econometrica 55(4).
type Asymmetric struct {
	Under, Over float64 // above 0; default 1, which is Squared
}

func (a Asymmetric) weights() (under, over float64) { return cmp.Or(a.Under, 1), cmp.Or(a.Over, 1) }

func (a Asymmetric) check([]float32) error {
	under, over := a.weights()
	return cmp.Or(refuse("under", under, 0, math.MaxFloat32), refuse("over", over, 0, math.MaxFloat32))
}

func (Asymmetric) link() tree.Link { return tree.Identity }

func (a Asymmetric) start(rows []uint32, t target) float64 { return a.startOf(t.of(rows)) }

func (a Asymmetric) startOf(rows examples) float64 {
	low, high := bracket(rows)
	return root(a, rows, low, high)
}

func (a Asymmetric) loss(y, f float64) float64 {
	under, over := a.weights()
	if f < y {
		return under * (f - y) * (f - y) / 2
	}
	return over * (f - y) * (f - y) / 2
}

func (a Asymmetric) derive(y []float32, f []float64, gradient, hessian []float32) {
	under, over := a.weights()
	sides := [2]float64{over, under}
	for i, v := range y {
		miss := f[i] - float64(v)
		c := sides[math.Float64bits(miss)>>63] // by its sign, without a branch
		gradient[i], hessian[i] = float32(c*miss), float32(c)
	}
}
