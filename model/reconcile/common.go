package reconcile

import (
	"math"

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
	gap  *mat.Dense // m x T; nil: no errors
	held bool       // whether M is not the identity
	m    *mat.SymDense
	push *mat.VecDense
	chol mat.Cholesky // of M
}

// commonOf is that of column t; -1 where nothing is held. A column's is kept from
// round to round, and series that have been held or freed since are counted in or
// out: most are held in the first round.
func (p *projection) commonOf(t int) *common {
	T := p.W.errors.Horizon
	if T == 0 {
		return &common{}
	}
	if t < 0 {
		return &common{gap: mat.NewDense(p.h.uppers, T, p.gap)}
	}
	if p.columns[t] == nil {
		p.columns[t] = p.newCommon(t)
	}
	c := p.columns[t]
	in, out := held{c: c, sign: 1}, held{c: c, sign: -1}
	for i := range len(p.held) / p.base.Horizon {
		at := i*p.base.Horizon + t
		switch state := p.held[at]; {
		case state&holds != free && state&counted == 0:
			p.count(i, t, &in)
			p.held[at] |= counted
		case state&holds == free && state&counted != 0:
			p.count(i, t, &out)
			p.held[at] &^= counted
		}
	}
	in.flush()
	out.flush()
	c.held = c.held && c.chol.Factorize(c.m)
	return c
}

// newCommon is a column's before any series is held.
func (p *projection) newCommon(t int) *common {
	T := p.W.errors.Horizon
	c := &common{gap: mat.NewDense(p.h.uppers, T, append([]float64(nil), p.gap...)), m: mat.NewSymDense(T, nil), push: mat.NewVecDense(T, nil)}
	for u := range p.h.uppers {
		if p.lockedUpper(u, t) {
			row := c.gap.RawRowView(u)
			for k, e := range p.W.errors.UpperOf(u) {
				row[k] -= p.W.scale * e
			}
		}
	}
	for k := range T {
		c.m.SetSym(k, k, 1)
	}
	return c
}

const batch = 256 // series

// held collects what series that are held change in a column, so that M takes
// many of them at once.
type held struct {
	c    *common
	sign float64 // 1 held, -1 freed
	rows []float64
}

// count takes series i of column t in.
func (p *projection) count(i, t int, b *held) {
	T := p.W.errors.Horizon
	errors := p.W.errors.BottomOf(i)
	for _, u := range p.h.groupsOf(int(p.h.cellOf[i])) {
		if u < 0 {
			continue
		}
		row := b.c.gap.RawRowView(int(u))
		for k, e := range errors {
			row[k] += b.sign * p.W.scale * float64(e)
		}
	}
	at := i*p.base.Horizon + t
	d := float64(p.W.Bottom[i])
	if p.held[at]&holds == locked || d == 0 {
		return
	}
	b.c.held = true
	y := float64(p.base.Bottom[at])
	for k, e := range errors {
		scaled := p.W.scale * float64(e)
		b.rows = append(b.rows, scaled/math.Sqrt(d))
		b.c.push.SetVec(k, b.c.push.AtVec(k)+b.sign*scaled*y/d)
	}
	if len(b.rows) >= batch*T {
		b.flush()
	}
}

// flush adds E[i]' E[i] / D[i] of what was collected to M.
func (b *held) flush() {
	T := b.c.push.Len()
	if len(b.rows) == 0 {
		return
	}
	b.c.m.SymRankK(b.c.m, b.sign, mat.NewDense(len(b.rows)/T, T, b.rows).T())
	b.rows = b.rows[:0]
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
		c.chol.LTo(&l)
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
	_ = c.chol.SolveVecTo(&v, c.push)
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
		_ = c.chol.SolveVecTo(&v, &v)
	}
	v.ScaleVec(-1, &v)
	return v.RawVector().Data
}
