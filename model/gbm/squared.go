package gbm

import "daycast/model/tree"

// Squared is squared error, which the mean minimises:
//
//	loss = (f - y)^2 / 2    gradient = f - y    hessian = 1    link identity
type Squared struct{}

func (Squared) check([]float32) error { return nil }
func (Squared) link() tree.Link       { return tree.Identity }

func (s Squared) start(rows []uint32, t target) float64 { return s.startOf(t.of(rows)) }
func (Squared) startOf(rows examples) float64           { return mean(rows) }

func (Squared) loss(y, f float64) float64 { return (f - y) * (f - y) / 2 }

func (Squared) derive(y []float32, f []float64, gradient, hessian []float32) {
	for i, v := range y {
		gradient[i], hessian[i] = float32(f[i]-float64(v)), 1
	}
}
