package gbm

import "daycast/model/tree"

// Squared is squared error, which the mean minimises:
//
//	loss = (f - y)^2 / 2    gradient = f - y    hessian = 1    link identity
type Squared struct{}

func (Squared) check([]float32) error { return nil }
func (Squared) link() tree.Link       { return tree.Identity }

func (Squared) start(rows []uint32, y, w []float32) float64 { return mean(rows, y, w) }

func (Squared) derive(y, f float64) (gradient, hessian float64) { return f - y, 1 }
