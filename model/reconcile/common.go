package reconcile

import (
	"gonum.org/v1/gonum/mat"
)

// common is what errors that go together add to a column's equations. With E
// scaled, errors are D^(1/2) e + E v for independent e and v of variance 1, and
//
//	free series     y~ = y + D A' lambda + E v
//	held at zero    y~ = 0, so that D^(1/2) e = -y - E v, which v has to pay for:
//
//	M v = -gap' lambda - push      M = I + sum of E[i]' E[i] / D[i], push = sum of E[i]' y[i] / D[i]    i held at zero
//	(D_upper + A D A' + gap M^-1 gap') lambda = C y - gap M^-1 push     gap = C E, of free series
//
// Locked nodes have no E.
type common struct {
	gap  *mat.Dense   // m x T; nil: no errors
	m    mat.Cholesky // of M
	held bool         // whether M is not the identity
	push *mat.VecDense
}

// commonOf is that of column t; -1 where nothing is held.
func (p *projection) commonOf(t int) common {
	T := p.W.errors.Horizon
	if T == 0 {
		return common{}
	}
	if t < 0 {
		return common{gap: mat.NewDense(p.h.uppers, T, p.gap)}
	}
	gap := append([]float64(nil), p.gap...)
	for u := range p.h.uppers {
		if p.lockedUpper(u, t) {
			for k, e := range p.W.errors.UpperOf(u) {
				gap[u*T+k] -= p.W.scale * e
			}
		}
	}
	c := common{gap: mat.NewDense(p.h.uppers, T, gap), push: mat.NewVecDense(T, nil)}
	m, own := mat.NewSymDense(T, nil), mat.NewVecDense(T, nil)
	for k := range T {
		m.SetSym(k, k, 1)
	}
	for i := range p.h.Series {
		at := i*p.base.Horizon + t
		if p.held == nil || p.held[at] == free {
			continue
		}
		for k, e := range p.W.errors.BottomOf(i) {
			own.SetVec(k, p.W.scale*float64(e))
		}
		for _, u := range p.h.groupsOf(int(p.h.cellOf[i])) {
			if u >= 0 {
				row := gap[int(u)*T : (int(u)+1)*T]
				for k, e := range own.RawVector().Data {
					row[k] += e
				}
			}
		}
		if d := float64(p.W.Bottom[i]); p.held[at] == zero && d > 0 {
			c.held = true
			m.SymRankOne(m, 1/d, own)
			c.push.AddScaledVec(c.push, float64(p.base.Bottom[at])/d, own)
		}
	}
	c.held = c.held && c.m.Factorize(m)
	return c
}

// addTo adds gap M^-1 gap' to C D C'.
func (c *common) addTo(g *mat.SymDense) {
	if c.gap == nil {
		return
	}
	half := c.gap
	if c.held {
		// With M = L L' it is (L^-1 gap')' (L^-1 gap').
		var l mat.TriDense
		c.m.LTo(&l)
		var solved mat.Dense
		_ = l.SolveTo(&solved, false, c.gap.T())
		half = mat.DenseCopyOf(solved.T())
	}
	g.SymRankK(g, 1, half)
}

// correct takes gap M^-1 push off the right side d.
func (c *common) correct(d []float64) {
	if !c.held {
		return
	}
	var v, off mat.VecDense
	_ = c.m.SolveVecTo(&v, c.push)
	off.MulVec(c.gap, &v)
	for u := range d {
		d[u] -= off.AtVec(u)
	}
}

// of is v, given lambda.
func (c *common) of(lambda []float64) []float64 {
	if c.gap == nil {
		return nil
	}
	var v mat.VecDense
	v.MulVec(c.gap.T(), mat.NewVecDense(len(lambda), lambda))
	if c.held {
		v.AddVec(&v, c.push)
		_ = c.m.SolveVecTo(&v, &v)
	}
	v.ScaleVec(-1, &v)
	return v.RawVector().Data
}
