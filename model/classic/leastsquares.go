package classic

import "math"

// leastSquares finds the x between bounds that make a sum of squared residuals
// least, by the method of Levenberg (1944) and Marquardt (1963): steps that the
// residuals' slopes promise, shorter ones where they promise too much. What a
// bound stops is held there, and the others' step is found anew. A search of a
// dozen numbers takes about ten rounds, where Nelder and Mead's simplex, which
// needs no slopes, takes a thousand looks at the history. It keeps its memory
// from search to search.
type leastSquares struct {
	x, lower, upper []float64
	step, trial     []float64
	held            []bool
	now, next       normalEquations
	factor          []float64
	order           []int // of the numbers that are not held
}

// A residualSum is what a search makes small.
type residualSum interface {
	// evaluate is the sum of squares at x, with its normal equations. It may
	// stop where the sum is beyond limit, and is infinite where x is no answer.
	evaluate(x []float64, limit float64, e *normalEquations) float64
}

// start makes room for n numbers, all 0 and without bounds.
func (l *leastSquares) start(n int) {
	for _, v := range []*[]float64{&l.x, &l.lower, &l.upper, &l.step, &l.trial} {
		*v = sized(*v, n)
	}
	l.factor = sized(l.factor, n*n)
	l.now.start(n)
	l.next.start(n)
	if cap(l.held) < n {
		l.held, l.order = make([]bool, n), make([]int, n)
	}
	l.held, l.order = l.held[:n], l.order[:0]
	fill(l.lower, math.Inf(-1))
	fill(l.upper, math.Inf(1))
}

// sized is v with n numbers, all 0.
func sized(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n)
	}
	v = v[:n]
	clear(v)
	return v
}

const (
	mostRounds = 60
	firstDamp  = 1e-3
	leastDamp  = 1e-9
	mostDamp   = 1e9
)

// minimise begins at x, ends there, and is the least sum. It ends where a round
// lowers the sum by less than the share tolerance, or the sum is at most enough.
func (l *leastSquares) minimise(r residualSum, tolerance, enough float64) float64 {
	sum := r.evaluate(l.x, math.Inf(1), &l.now)
	damp := firstDamp
	for range mostRounds {
		if !(sum > enough) || math.IsInf(sum, 1) || damp > mostDamp {
			return sum
		}
		if !l.propose(damp) {
			damp *= 8
			continue
		}
		for k, d := range l.step {
			l.trial[k] = min(l.upper[k], max(l.lower[k], l.x[k]+d))
		}
		next := r.evaluate(l.trial, sum, &l.next)
		if !(next < sum) {
			damp *= 8
			continue
		}
		won := sum - next
		sum = next
		l.x, l.trial = l.trial, l.x
		l.now, l.next = l.next, l.now
		if won < tolerance*sum {
			return sum
		}
		damp = max(leastDamp, damp/8)
	}
	return sum
}

// propose fills step. It reports false where there is nowhere to go.
func (l *leastSquares) propose(damp float64) bool {
	for k := range l.x {
		g := *l.now.right.at(k)
		l.step[k] = 0
		l.held[k] = l.x[k] <= l.lower[k] && g < 0 || l.x[k] >= l.upper[k] && g > 0
	}
	for range len(l.x) {
		if !l.solve(damp) {
			return false
		}
		again := false
		for _, k := range l.order {
			to := l.x[k] + l.step[k]
			if bound := min(l.upper[k], max(l.lower[k], to)); bound != to {
				l.step[k], l.held[k], again = bound-l.x[k], true, true
			}
		}
		if !again {
			break
		}
	}
	return true
}

// solve finds the step of what is not held, given that of what is, by
// Cholesky's method.
func (l *leastSquares) solve(damp float64) bool {
	n := len(l.x)
	l.order = l.order[:0]
	for k := range n {
		if !l.held[k] {
			l.order = append(l.order, k)
		}
	}
	for a, k := range l.order {
		right := *l.now.right.at(k)
		for i, held := range l.held {
			if held {
				right -= *l.now.at(max(i, k), min(i, k)) * l.step[i]
			}
		}
		row := l.factor[a*n : a*n+a+1]
		for b := range a {
			row[b] = *l.now.at(k, l.order[b])
		}
		diagonal := *l.now.at(k, k)
		if diagonal == 0 {
			diagonal = 1 // nothing depends on it: it stays
		}
		row[a] = diagonal * (1 + damp)
		for b := range row {
			other := l.factor[b*n : b*n+b+1]
			sum := row[b]
			for i, v := range row[:b] {
				sum -= v * other[i]
			}
			if b < a {
				row[b] = sum / other[b]
				continue
			}
			if !(sum > 0) {
				return false
			}
			row[a] = math.Sqrt(sum)
		}
		for b, v := range row[:a] {
			right -= v * l.step[l.order[b]]
		}
		l.step[k] = right / row[a]
	}
	for a := len(l.order) - 1; a >= 0; a-- {
		k := l.order[a]
		l.step[k] /= l.factor[a*n+a]
		for b := range a {
			l.step[l.order[b]] -= l.factor[a*n+b] * l.step[k]
		}
	}
	return len(l.order) > 0
}
