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

// Values are how leaves get theirs.
type Values struct {
	Rate float64 // that they are multiplied by; 0 is 1
	// Renew is asked for the value of a leaf, given its rows in ascending
	// order, before bounds and rate; it may be called concurrently. nil: the
	// Newton step.
	Renew func(rows []uint32) float64
}

// leafValue is the value of a leaf of the tree.
func (g *Grower) leafValue(n *growing, rows []uint32, v Values) float64 {
	if v.Renew != nil {
		return g.o.settle(v.Renew(rows), v, len(rows), n)
	}
	return g.o.settle(g.o.newton(g.q.gradient(n.sum), g.q.hessian(n.sum), g.o.L2), v, len(rows), n)
}

// Value is what rows with these gradients get as a leaf by itself, whose value
// no node above it has a say in.
func (o *Options) Value(rows []uint32, gradients Gradients, v Values) float64 {
	alone := &growing{bounds: unbounded}
	if v.Renew != nil {
		return o.settle(v.Renew(rows), v, 0, alone)
	}
	var g, h float64
	for _, r := range rows {
		grad, hess := gradients.At(r)
		g, h = g+float64(grad), h+float64(hess)
	}
	return o.settle(o.newton(g, h, o.L2), v, 0, alone)
}

// settle draws a value of n rows to their parent's, and limits it.
func (o *Options) settle(value float64, v Values, rows int, n *growing) float64 {
	if rows > 0 {
		value = o.smooth(value, rows, n.parent)
	}
	value = n.bound(value)
	if o.MaxStep > 0 {
		value = max(-o.MaxStep, min(o.MaxStep, value))
	}
	return value * cmp.Or(v.Rate, 1)
}

// newton is the Newton step, 0 where it has no meaning.
func (o *Options) newton(g, h, l2 float64) float64 {
	if h+l2 <= 0 {
		return 0
	}
	return -math.Copysign(max(0, math.Abs(g)-o.L1), g) / (h + l2)
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
