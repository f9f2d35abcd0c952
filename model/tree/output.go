package tree

import (
	"cmp"
	"math"
)

// bounds are those of a leaf's value that monotone splits above it set.
type bounds struct{ low, high float64 }

var unbounded = bounds{math.Inf(-1), math.Inf(1)}

func (b bounds) bound(v float64) float64 { return max(b.low, min(b.high, v)) }

// output is the value that rows with the sum x would like as a leaf below
// s.leaf: the Newton step, shrunk by L1 and drawn to the parent's value.
//
//	v = -sign(G) * max(0, |G|-L1) / (H+L2)
//	v*n/(n+PathSmooth) + parent*PathSmooth/(n+PathSmooth)
func (s *search) output(x sum, l2 float64) float64 {
	v := s.o.newton(s.q.gradient(x), s.q.hessian(x), l2)
	return s.o.smooth(v, x.rows(), s.leaf.value)
}

// leafValue is the value of a leaf of the tree.
func (g *Grower) leafValue(n *growing, rows []uint32, t Target) float64 {
	return g.o.value(rows, t, n.parent, n.bounds)
}

// Value is what the rows get as a leaf by itself, whose value no node above
// it has a say in.
func (o *Options) Value(rows []uint32, t Target) float64 {
	own := *o
	own.PathSmooth = 0
	return own.value(rows, t, 0, unbounded)
}

func (o *Options) value(rows []uint32, t Target, parent float64, b bounds) float64 {
	v := 0.0
	if t.Renew != nil {
		v = t.Renew(rows)
	} else {
		v = NewtonStep(rows, t.Grad, t.Hess, o.L1, o.L2)
	}
	v = b.bound(o.smooth(v, len(rows), parent))
	if o.MaxStep > 0 {
		v = max(-o.MaxStep, min(o.MaxStep, v))
	}
	return v * cmp.Or(t.Rate, 1)
}

func (o *Options) newton(g, h, l2 float64) float64 { return newton(g, h, o.L1, l2) }

// newton is 0 where a step has no meaning.
func newton(g, h, l1, l2 float64) float64 {
	if h+l2 <= 0 {
		return 0
	}
	return -math.Copysign(max(0, math.Abs(g)-l1), g) / (h + l2)
}

func (o *Options) smooth(v float64, rows int, parent float64) float64 {
	if o.PathSmooth == 0 {
		return v
	}
	n := float64(rows)
	return (v*n + parent*o.PathSmooth) / (n + o.PathSmooth)
}

// scoreAt is the fall of the loss, doubled, where rows with the sum x get the
// value v. With the Newton step it is G^2/(H+L2).
func (s *search) scoreAt(x sum, l2, v float64) float64 {
	g := s.q.gradient(x)
	return -2*g*v - 2*s.o.L1*math.Abs(v) - (s.q.hessian(x)+l2)*v*v
}
