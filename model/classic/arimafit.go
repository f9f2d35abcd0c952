package classic

import (
	"math"
	"slices"
)

// arimaData is a series between its first and its last evidence, and the
// outside factors of the same periods that can be told apart.
type arimaData struct {
	units   []float64 // less offset; NaN in a gap
	columns [][]float64
	scales  []float64 // by which columns were divided
	offset  float64
	gaps    bool
	n       int     // evidence
	squares float64 // of units
	lost    int     // periods before the first evidence
}

// arimaFitter finds the likeliest coefficients of an order, one order after
// the other, in memory that is taken once a series.
type arimaFitter struct {
	data    *arimaData
	order   arimaOrder
	filter  whitener
	exact   exact
	gapped  gapped
	loose   conditional
	arma    arma
	y       []float64   // as the filter wants it
	columns [][]float64 // the constant's, if any, then the factors'
	kept    []float64   // memory of y and columns

	point, trial       armaPoint
	errors, next       []float64 // of point and trial
	jacobian           [][]float64
	left               []float64 // y less the regression
	normal, rhs, solve []float64
}

// armaPoint is a place in the space that is searched: inverse hyperbolic
// tangents of the partial autocorrelations, then the regression's coefficients.
type armaPoint struct {
	x       []float64
	squares float64 // of the errors, times root: what is minimised
	root    float64 // geometric mean of the errors' variances
	n       int     // errors
}

// arimaResult is what was found for an order.
type arimaResult struct {
	order   arimaOrder
	partial []float64
	beta    []float64 // of the constant, if any, then of the factors
	loglik  float64
	aicc    float64 // +Inf where the model is refused
}

// farthest is where a coordinate stops: tanh(7) is 2e-6 below 1.
const farthest = 7

// take prepares the columns for an order's differences.
func (f *arimaFitter) take(o arimaOrder, quick bool) {
	d := f.data
	columns := len(d.columns)
	if o.constant() {
		columns++
	}
	f.order = o
	span := len(d.units)
	f.kept = slices.Grow(f.kept[:0], (columns+1)*span)[:(columns+1)*span]
	part := func(k int) []float64 { return f.kept[k*span : (k+1)*span : (k+1)*span] }
	f.y = part(columns)
	copy(f.y, d.units)
	f.columns = f.columns[:0]
	if o.constant() {
		c := part(0)
		for t := range c {
			c[t] = float64(1 + t*(o.D+o.SD))
		}
		f.columns = append(f.columns, c)
	}
	for _, column := range d.columns {
		c := part(len(f.columns))
		copy(c, column)
		f.columns = append(f.columns, c)
	}
	if !d.gaps {
		f.y = o.difference(f.y)
		for k := range f.columns {
			f.columns[k] = o.difference(f.columns[k])
		}
		f.filter = &f.exact
		return
	}
	if quick {
		f.loose.difference, f.loose.units = o.differences(), d.units
		f.filter = &f.loose
		return
	}
	f.gapped.difference, f.gapped.units = o.differences(), d.units
	f.filter = &f.gapped
}

// fit searches from a start: inverse hyperbolic tangents of partial
// autocorrelations; nil is white noise. Levenberg (1944) and Marquardt (1963)
// on the errors, which times the geometric mean of their variances' root are a
// sum of squares whose minimum is the likelihood's maximum: Ansley (1979), "An
// algorithm for the exact likelihood of a mixed autoregressive-moving average
// process", Biometrika 66(1). precise is the relative change of that sum at
// which the search ends.
func (f *arimaFitter) fit(o arimaOrder, start []float64, quick bool, precise float64) arimaResult {
	f.take(o, quick)
	n, k := len(f.y), o.coefficients()+len(f.columns)
	f.point.x, f.trial.x = zeros(f.point.x, k), zeros(f.trial.x, k)
	copy(f.point.x[:o.coefficients()], start)
	f.errors, f.next, f.left = zeros(f.errors, n), zeros(f.next, n), zeros(f.left, n)
	for len(f.jacobian) < k {
		f.jacobian = append(f.jacobian, nil)
	}
	for c := range k {
		f.jacobian[c] = zeros(f.jacobian[c], n)
	}
	f.evaluate(&f.point, f.errors)
	f.descend(precise)
	return f.result()
}

// evaluate filters y less the regression at p.
func (f *arimaFitter) evaluate(p *armaPoint, errors []float64) {
	f.prepare(p.x)
	copy(f.left, f.y)
	for c, column := range f.columns {
		b := p.x[f.order.coefficients()+c]
		for t, v := range column[:len(f.left)] {
			f.left[t] -= b * v
		}
	}
	f.filter.apply(f.left, errors)
	logs, n := f.filter.variances()
	p.n = n
	p.root = math.Exp(logs / (2 * float64(max(1, n))))
	sum := 0.0
	for t, e := range errors {
		e *= p.root
		errors[t] = e
		sum += e * e
	}
	p.squares = sum
}

func (f *arimaFitter) prepare(x []float64) {
	var partial [2 * (maxARMA + maxSeasonalARMA)]float64
	k := f.order.coefficients()
	for i, v := range x[:k] {
		partial[i] = math.Tanh(v)
	}
	f.arma.set(f.order, partial[:k])
	f.filter.prepare(&f.arma, len(f.y))
}

// descend goes down to the nearest minimum.
func (f *arimaFitter) descend(precise float64) {
	const (
		rounds         = 60
		first, hardest = 1e-3, 1e8 // Marquardt's damping: his start; where no step is left
	)
	damping := first
	k := len(f.point.x)
	if k == 0 {
		return
	}
	for range rounds {
		f.slopes()
		before := f.point.squares
		for {
			if damping > hardest {
				return
			}
			if f.step(damping) {
				break
			}
			damping *= 8
		}
		f.point, f.trial = f.trial, f.point
		f.errors, f.next = f.next, f.errors
		damping = max(damping/10, 1e-12)
		if !(before-f.point.squares > precise*before) {
			return
		}
	}
}

// slopes fills the Jacobian of the errors at point.
func (f *arimaFitter) slopes() {
	k := f.order.coefficients()
	if len(f.columns) > 0 {
		f.prepare(f.point.x)
	}
	for c, column := range f.columns {
		out := f.jacobian[k+c]
		f.filter.apply(column, out)
		for t := range out {
			out[t] *= -f.point.root
		}
	}
	const h = 1e-6 // of a forward difference: rounding and curvature cost alike
	copy(f.trial.x, f.point.x)
	for c := range k {
		at := f.point.x[c]
		step := h
		if at > 0 {
			step = -h // away from the border
		}
		f.trial.x[c] = at + step
		f.evaluate(&f.trial, f.jacobian[c])
		f.trial.x[c] = at
		for t, e := range f.jacobian[c] {
			f.jacobian[c][t] = (e - f.errors[t]) / step
		}
	}
	f.equations()
}

// equations are those of least squares.
func (f *arimaFitter) equations() {
	k := len(f.point.x)
	f.normal, f.rhs = zeros(f.normal, k*k), zeros(f.rhs, k)
	for i := range k {
		a := f.jacobian[i]
		f.rhs[i] = -dot(a, f.errors)
		for j := range i + 1 {
			f.normal[i*k+j] = dot(a, f.jacobian[j])
		}
	}
}

func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s, u float64
	t := 0
	for ; t+1 < len(a); t += 2 {
		s += a[t] * b[t]
		u += a[t+1] * b[t+1]
	}
	if t < len(a) {
		s += a[t] * b[t]
	}
	return s + u
}

// step tries a damped step and reports whether it is better.
func (f *arimaFitter) step(damping float64) bool {
	k := len(f.point.x)
	f.solve = append(f.solve[:0], f.normal[:k*k]...)
	for i := range k {
		// A direction that changes nothing stays where it is.
		f.solve[i*k+i] = f.normal[i*k+i]*(1+damping) + math.SmallestNonzeroFloat64
	}
	if !factorise(f.solve, k) {
		return false
	}
	copy(f.trial.x, f.rhs)
	solveFactorised(f.solve, k, f.trial.x)
	for i, v := range f.point.x {
		s := f.trial.x[i]
		if i < f.order.coefficients() {
			f.trial.x[i] = min(max(v+min(max(s, -1), 1), -farthest), farthest)
		} else {
			f.trial.x[i] = v + s
		}
	}
	f.evaluate(&f.trial, f.next)
	return f.trial.squares < f.point.squares
}

// factorise writes the lower Cholesky factor of a symmetric k x k matrix over
// its lower half; false where it has none.
func factorise(a []float64, k int) bool {
	for j := range k {
		row := a[j*k : j*k+k]
		d := row[j] - dot(row[:j], row[:j])
		if !(d > 0) || d < 1e-14*row[j] {
			return false
		}
		d = math.Sqrt(d)
		row[j] = d
		for i := j + 1; i < k; i++ {
			below := a[i*k : i*k+k]
			below[j] = (below[j] - dot(row[:j], below[:j])) / d
		}
	}
	return true
}

// solveFactorised solves for b in place.
func solveFactorised(a []float64, k int, b []float64) {
	for i := range k {
		b[i] = (b[i] - dot(a[i*k:i*k+i], b[:i])) / a[i*k+i]
	}
	for i := k - 1; i >= 0; i-- {
		v := b[i]
		for j := i + 1; j < k; j++ {
			v -= a[j*k+i] * b[j]
		}
		b[i] = v / a[i*k+i]
	}
}

// result is that at point.
func (f *arimaFitter) result() arimaResult {
	o, p := f.order, &f.point
	k := o.coefficients()
	out := arimaResult{order: o, partial: make([]float64, k), beta: slices.Clone(p.x[k:])}
	for i, v := range p.x[:k] {
		out.partial[i] = math.Tanh(v)
	}
	n := float64(p.n)
	const rounding = 1e-14 // relative, of squares: errors below are none
	squares := max(p.squares, rounding*f.data.squares, math.SmallestNonzeroFloat64)
	out.loglik = -n / 2 * (math.Log(2*math.Pi*squares/max(1, n)) + 1)
	used := float64(f.data.n - o.lost())
	parameters := float64(len(p.x) + 1)
	out.aicc = math.Inf(1)
	if rest := used - parameters - 1; rest > 0 && p.n > 0 {
		// Gaps in the first season leave fewer errors than periods: all orders
		// count as many.
		out.aicc = -2*out.loglik*used/n + 2*parameters + 2*parameters*(parameters+1)/rest
	}
	f.arma.set(o, out.partial)
	if f.arma.unsound(o) {
		out.aicc = math.Inf(1)
	}
	return out
}
