package reconcile

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// solve finds lambda of C W C' lambda = C y for each column that is not settled.
// Columns in which nothing is held share their equations.
func (p *projection) solve() {
	H := p.base.Horizon
	sums, plain := p.sums()
	var shared *equations
	for t := range H {
		if p.busy[t] && plain[t] {
			weight := p.weight
			shared = p.equations(-1, func(c int) float64 { return weight[c] })
			break
		}
	}
	parallel(p.o.Threads, H, func(lo, hi int) {
		d, old := make([]float64, p.h.uppers), make([]float64, p.h.uppers)
		for t := lo; t < hi; t++ {
			if !p.busy[t] {
				continue
			}
			e := shared
			if !plain[t] {
				e = p.equations(t, func(c int) float64 { return sums[(c*H+t)*pair+1] })
			}
			p.disagreement(sums, t, d)
			e.common.correct(d)
			for u := range d {
				if !p.counts(u, t) {
					d[u] = 0
				}
			}
			for u := range old {
				old[u] = 0
				if p.counts(u, t) {
					old[u] = p.lambda[u*H+t]
				}
			}
			e.solve(d, old)
			p.step(t, d, e.common.of(d))
		}
	})
}

// step goes to the solution lambda and v of column t's equations, or a part of
// the way: after the first step where groups are locked, and later wherever whole
// steps have not settled the column.
func (p *projection) step(t int, lambda, v []float64) {
	H, part := p.base.Horizon, 1.0
	locks := p.round > 0 && p.o.Locks.Upper != nil
	if p.o.NonNegative && p.round < releases && (locks || p.round >= wholeSteps) {
		part = p.damp(t, lambda, v)
	}
	var moved, size float64
	for u, l := range lambda {
		at := u*H + t
		by := part * (l - p.lambda[at])
		p.lambda[at] += by
		moved, size = max(moved, abs(by)), max(size, abs(p.lambda[at]))
	}
	p.whole[t] = part > 1-1e-6 || moved <= 1e-12*size
	for k, c := range v {
		p.common[k*H+t] += part * (c - p.common[k*H+t])
	}
}

// pair is what sums has of a cell and column: units as they are held, and the
// variances of free series.
const pair = 2

// sums are those by cell and column, and whether nothing is held in a column.
func (p *projection) sums() (sums []float64, plain []bool) {
	H := p.base.Horizon
	sums = p.h.sumCells(pair*H, p.o.Threads, func(i int, sum []float64) {
		for t, y := range p.base.BottomOf(i) {
			state := uint8(free)
			if p.held != nil {
				state = p.held[i*H+t] & holds
			}
			if state != zero {
				sum[pair*t] += float64(y)
			}
			if state == free {
				sum[pair*t+1] += float64(p.W.Bottom[i])
			}
		}
	})
	plain = make([]bool, H)
	for t := range H {
		plain[t] = true
	}
	for k, state := range p.held {
		if state&holds != free {
			plain[k%H] = false
		}
	}
	for k, l := range p.o.Locks.Upper {
		if l {
			plain[k%H] = false
		}
	}
	return sums, plain
}

// disagreement is C y in column t: each group less its series.
func (p *projection) disagreement(sums []float64, t int, d []float64) {
	H := p.base.Horizon
	for u := range d {
		d[u] = p.base.Upper[u*H+t]
	}
	for c := range p.h.cellCount() {
		for _, u := range p.h.groupsOf(c) {
			if u >= 0 {
				d[u] -= sums[(c*H+t)*pair]
			}
		}
	}
}

// counts is whether an upper node's base forecast is heard in column t, -1 for one
// in which nothing is held.
func (p *projection) counts(u, t int) bool {
	return p.Use == nil || p.Use[u] || p.lockedUpper(u, t)
}

func (p *projection) lockedUpper(u, t int) bool { return t >= 0 && p.o.Locks.upper(u*p.base.Horizon+t) }

// equations are C W C' of a column, m x m.
type equations struct {
	g     *mat.SymDense // scaled to ones on the diagonal
	scale []float64     // by which: the roots of what the diagonal was
	chol  mat.Cholesky

	common *common
}

// equations adds up those of column t, given the variance of each cell's free
// series; t is -1 where nothing is held.
func (p *projection) equations(t int, weight func(c int) float64) *equations {
	m := p.h.uppers
	e := &equations{g: mat.NewSymDense(m, nil), common: p.commonOf(t)}
	raw := e.g.RawSymmetric().Data
	for c := range p.h.cellCount() {
		w, groups := weight(c), p.h.groupsOf(c)
		for k, u := range groups {
			for _, v := range groups[k:] { // levels' groups ascend: the upper triangle
				if u >= 0 && v >= 0 {
					raw[int(u)*m+int(v)] += w
				}
			}
		}
	}
	for u := range m {
		if !p.lockedUpper(u, t) {
			raw[u*m+u] += p.W.Upper[u]
		}
	}
	e.common.addTo(e.g)
	for u := range m {
		if p.counts(u, t) {
			continue
		}
		for v := range m {
			raw[min(u, v)*m+max(u, v)] = 0
		}
		raw[u*m+u] = 1
	}
	e.factorise()
	return e
}

// Locked groups may say the same thing twice, so that the equations have no
// unique solution; what they move is unique all the same. A little on the scaled
// diagonal picks one, and the rounds of solve take its effect out again.
const jitter = 1e-10

func (e *equations) factorise() {
	m := e.g.SymmetricDim()
	raw := e.g.RawSymmetric().Data
	e.scale = make([]float64, m)
	for u := range m {
		e.scale[u] = 1
		if raw[u*m+u] > 0 {
			e.scale[u] = math.Sqrt(raw[u*m+u])
		}
	}
	for u := range m {
		for v := u; v < m; v++ {
			raw[u*m+v] /= e.scale[u] * e.scale[v]
		}
	}
	for eps := jitter; ; eps *= 100 {
		a := mat.NewSymDense(m, nil)
		a.CopySym(e.g)
		for u := range m {
			a.SetSym(u, u, a.At(u, u)+eps)
		}
		if e.chol.Factorize(a) || eps > 1 {
			return
		}
	}
}

// solve turns the right side d into lambda. It begins at x0, from which it does not
// depart where the equations leave a choice.
func (e *equations) solve(d, x0 []float64) {
	m := len(d)
	for u := range d {
		d[u] /= e.scale[u]
		x0[u] *= e.scale[u]
	}
	right, x, rest, step := mat.NewVecDense(m, d), mat.NewVecDense(m, x0), mat.NewVecDense(m, nil), mat.NewVecDense(m, nil)
	for range 3 {
		rest.MulVec(e.g, x)
		rest.SubVec(right, rest)
		// A condition beyond what gonum likes is expected of locked groups.
		_ = e.chol.SolveVecTo(step, rest)
		x.AddVec(x, step)
	}
	for u := range d {
		d[u] = x.AtVec(u) / e.scale[u]
	}
}
