package tree

import "math"

// A quadrature is Gauss's rule on [0, 1], exact for polynomials of degree up
// to 2*points-1.
type quadrature struct {
	points, weights []float64
	unknown         []float64 // 1 / (1 - point)
}

// newQuadrature finds the roots of the Legendre polynomial of degree n by
// Newton's method: Press et al. (2007), "Numerical recipes", 4.6.
func newQuadrature(n int) *quadrature {
	r := &quadrature{}
	for i := range n {
		x := math.Cos(math.Pi * (float64(i) + .75) / (float64(n) + .5))
		var slope float64
		for range 100 {
			var p, before float64 = 1, 0
			for k := range n {
				p, before = ((2*float64(k)+1)*x*p-float64(k)*before)/float64(k+1), p
			}
			slope = float64(n) * (x*p - before) / (x*x - 1)
			step := p / slope
			x -= step
			if math.Abs(step) < 1e-15 {
				break
			}
		}
		r.points = append(r.points, (1-x)/2)
		r.weights = append(r.weights, 1/((1-x*x)*slope*slope))
		r.unknown = append(r.unknown, 2/(1+x))
	}
	return r
}
