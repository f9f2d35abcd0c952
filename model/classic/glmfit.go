package classic

import "math"

// glmFit finds the coefficients of a Poisson regression with a ridge penalty.
type glmFit struct {
	n, p    int
	columns [][]float64 // p x n
	y       []float64
	penalty []float64 // p

	eta, mean, work []float64 // n: the linear part, its exponential, what least squares fit
	weighed         []float64 // n
	gram, factor    []float64 // p x p
	rhs, b, next    []float64 // p
	workSquares     float64
}

// fitGLM writes the coefficients for h and returns their degrees of freedom.
// unit is the least that is sold: counts are in it.
func fitGLM(h *History, d *glmDesign, unit float64, out []float64) float64 {
	f := newGLMFit(h, d, unit)
	means, scales := f.standardise(d, len(f.y)/periodsPerFactor)
	const trend, others = 100, 3 // of the grid, to begin with
	f.penalise(d, trend, others)
	f.iterate()
	f.choose(d)
	f.iterate()
	f.equations()
	copy(out, f.b)
	out[0] += math.Log(unit)
	for c := range d.factors {
		k := d.factorAt() + c
		if scales[c] == 0 {
			out[k] = 0
			continue
		}
		out[k] = f.b[k] / scales[c]
		out[0] -= out[k] * means[c]
	}
	freedom, _ := f.score()
	return freedom
}

// newGLMFit has a row for each period of evidence.
func newGLMFit(h *History, d *glmDesign, unit float64) *glmFit {
	f := &glmFit{p: d.width()}
	row := make([]float64, f.p)
	f.columns = make([][]float64, f.p)
	for t, y := range h.Units {
		if y != y {
			continue
		}
		d.row(row, t, func(c int) float64 { return h.Factors[c][t] })
		for k, v := range row {
			f.columns[k] = append(f.columns[k], v)
		}
		f.y = append(f.y, max(y, 0)/unit)
	}
	f.n = len(f.y)
	n, p := f.n, f.p
	f.eta, f.mean, f.work, f.weighed = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	f.gram, f.factor = make([]float64, p*p), make([]float64, p*p)
	f.rhs, f.b, f.next, f.penalty = make([]float64, p), make([]float64, p), make([]float64, p), make([]float64, p)
	mean := 0.0
	for _, y := range f.y {
		mean += y / float64(n)
	}
	f.b[0] = math.Log(mean)
	return f
}

// standardise gives outside factors a mean of 0 and a deviation of 1; those
// that do not vary, and all beyond the first most, become 0 and have scale 0.
func (f *glmFit) standardise(d *glmDesign, most int) (means, scales []float64) {
	means, scales = make([]float64, d.factors), make([]float64, d.factors)
	for c := range d.factors {
		column := f.columns[d.factorAt()+c]
		var m moments
		for _, v := range column {
			m.add(v)
		}
		means[c] = m.mean
		deviation := math.Sqrt(m.squares / m.n)
		const rounding = 1e-9
		if deviation > rounding*(1+math.Abs(m.mean)) && most > 0 {
			scales[c] = deviation
			most--
		}
		for t, v := range column {
			column[t] = 0
			if scales[c] > 0 {
				column[t] = (v - m.mean) / deviation
			}
		}
	}
	return means, scales
}

// penalise sets the penalties, each 1 over the variance that a coefficient has
// beforehand. Level and first slope have next to none.
func (f *glmFit) penalise(d *glmDesign, trend, others float64) {
	const free = 1e-3
	for k := range f.penalty {
		switch {
		case k == 0:
			f.penalty[k] = 0
		case k == d.trendAt():
			f.penalty[k] = max(free, trend/10)
		case k > d.trendAt() && k < d.yearAt():
			f.penalty[k] = trend
		default:
			f.penalty[k] = others
		}
	}
}

// iterate is Fisher's scoring until the coefficients stand still; a step that
// makes the penalised likelihood worse is halved.
func (f *glmFit) iterate() {
	const rounds, halvings, still = 25, 12, 1e-8
	f.predict(f.b)
	best := f.objective(f.b)
	for range rounds {
		f.equations()
		if !f.solve() {
			return
		}
		step := 1.0
		for range halvings {
			for k := range f.next {
				f.next[k] = f.b[k] + step*(f.rhs[k]-f.b[k])
			}
			f.predict(f.next)
			if now := f.objective(f.next); now <= best {
				gained := best - now
				best = now
				copy(f.b, f.next)
				if gained < still*(math.Abs(best)+1) {
					return
				}
				break
			}
			step /= 2
		}
		if step < 1.0/(1<<(halvings-1)) {
			f.predict(f.b)
			return
		}
	}
}

// predict fills eta and mean.
func (f *glmFit) predict(b []float64) {
	clear(f.eta)
	for k, column := range f.columns {
		if c := b[k]; c != 0 {
			for t, v := range column {
				f.eta[t] += c * v
			}
		}
	}
	for t, v := range f.eta {
		f.mean[t] = math.Exp(min(v, maxExponent))
	}
}

// objective is the penalised negative log-likelihood, less what does not
// depend on b.
func (f *glmFit) objective(b []float64) float64 {
	sum := 0.0
	for t, m := range f.mean {
		sum += m - f.y[t]*f.eta[t]
	}
	for k, c := range b {
		sum += f.penalty[k] * c * c / 2
	}
	return sum
}

// equations are the weighted least squares at the present mean.
func (f *glmFit) equations() {
	f.workSquares = 0
	for t, m := range f.mean {
		m = max(m, 1e-10)
		f.work[t] = f.eta[t] + (f.y[t]-m)/m
		f.workSquares += m * f.work[t] * f.work[t]
	}
	for i, column := range f.columns {
		for t, v := range column {
			f.weighed[t] = v * max(f.mean[t], 1e-10)
		}
		f.rhs[i] = dot(f.weighed, f.work)
		for j := range i + 1 {
			f.gram[i*f.p+j] = dot(f.weighed, f.columns[j])
		}
	}
	copy(f.next, f.rhs)
}

// solve writes the penalised solution over rhs.
func (f *glmFit) solve() bool {
	copy(f.factor, f.gram)
	for k, v := range f.penalty {
		// A column that is 0 has a coefficient of 0.
		f.factor[k*f.p+k] += v + 1e-9*(1+f.gram[k*f.p+k])
	}
	if !factorise(f.factor, f.p) {
		return false
	}
	solveFactorised(f.factor, f.p, f.rhs)
	return true
}

// choose takes the penalties of the grid with the least score for the least
// squares at the present mean: Gu (1992), "Cross-validating non-Gaussian data",
// JCGS 1(2).
func (f *glmFit) choose(d *glmDesign) {
	f.equations()
	least, trend, others := math.Inf(1), 100.0, 3.0
	for _, a := range []float64{10, 100, 1e3, 1e4, 1e5} {
		for _, b := range []float64{.3, 3, 30, 300} {
			f.penalise(d, a, b)
			if _, score := f.score(); score < least {
				least, trend, others = score, a, b
			}
		}
	}
	f.penalise(d, trend, others)
}

// score are the degrees of freedom and the generalised cross-validation of the
// present equations and penalties. It leaves the solution in rhs.
func (f *glmFit) score() (freedom, score float64) {
	copy(f.rhs, f.next)
	if !f.solve() {
		return float64(f.p), math.Inf(1)
	}
	left := f.workSquares
	for i := range f.p {
		left -= f.rhs[i] * f.next[i]
		left -= f.penalty[i] * f.rhs[i] * f.rhs[i]
	}
	freedom = float64(f.p)
	for i, v := range f.penalty {
		if v > 0 {
			freedom -= v * f.inverse(i)
		}
	}
	const weight = 1.4 // Kim, Gu (2004)
	n := float64(f.n)
	rest := n - weight*freedom
	if rest <= 0 {
		return freedom, math.Inf(1)
	}
	return freedom, n * max(left, 0) / (rest * rest)
}

// inverse is the i-th diagonal element of the inverse of what is factorised.
func (f *glmFit) inverse(i int) float64 {
	column := f.weighed
	if len(column) < f.p {
		column = make([]float64, f.p)
	}
	sum := 0.0
	for k := i; k < f.p; k++ {
		v := 0.0
		if k == i {
			v = 1
		}
		v = (v - dot(f.factor[k*f.p+i:k*f.p+k], column[i:k])) / f.factor[k*f.p+k]
		column[k] = v
		sum += v * v
	}
	return sum
}
