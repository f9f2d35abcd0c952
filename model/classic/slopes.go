package classic

// slopes are those of one quantity to each number of a search, by fours, as
// processors add them; what is left of the last four stays 0. Loops over them
// have twins in vectors_simd.go, with the same results to the bit.
type slopes [][4]float64

func (s slopes) at(k int) *float64 { return &s[k/4][k%4] }

// slopesFor is s with room for n, all 0.
func slopesFor(s slopes, n int) slopes {
	n = (n + 3) / 4
	if cap(s) < n {
		return make(slopes, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// An innovationStep is what the slopes of a period's mean are made of.
type innovationStep struct {
	alpha, beta, gamma, phi float64
	base, shape             float64 // of a season that multiplies
	perBase, perShape       float64 // their inverses
	level, season           float64 // errors as the level and the season take them
}

// addedSingly carries the slopes over a period whose season is added: row is
// the mean's.
func (s *innovationStep) addedSingly(level, trend, position, row slopes) {
	for k := range row {
		l, t, p, r := &level[k], &trend[k], &position[k], &row[k]
		for i := range r {
			b := s.phi * t[i]
			q := l[i] + b
			f := q + p[i]
			r[i] = f
			l[i] = q - s.alpha*f
			t[i] = b - s.beta*f
			p[i] -= s.gamma * f
		}
	}
}

// multipliedSingly is addedSingly where the season multiplies.
func (s *innovationStep) multipliedSingly(level, trend, position, row slopes) {
	for k := range row {
		l, t, p, r := &level[k], &trend[k], &position[k], &row[k]
		for i := range r {
			b := s.phi * t[i]
			q := l[i] + b
			f := q*s.shape + s.base*p[i]
			u := (f + s.level*p[i]) * s.perShape
			v := (f + s.season*q) * s.perBase
			r[i] = f
			l[i] = q - s.alpha*u
			t[i] = b - s.beta*u
			p[i] -= s.gamma * v
		}
	}
}

// relateSingly turns slopes of a mean into those of -e/mean, of which y over the
// mean is the share, and adds those of its logarithm to logs.
func (s slopes) relateSingly(logs slopes, perMean, share float64) {
	for k := range s {
		for i, f := range s[k] {
			f *= perMean
			logs[k][i] += f
			s[k][i] = f * share
		}
	}
}

// normalEquations are sums over residuals r with slopes j: of j*j', of which
// the half on and left of the diagonal counts, and of j*r. There is room for
// whole fours of rows too.
type normalEquations struct {
	square slopes // row by row
	right  slopes
}

func (e *normalEquations) start(n int) {
	e.right = slopesFor(e.right, n)
	e.square = slopesFor(e.square, 16*len(e.right)*len(e.right))
}

func (e *normalEquations) at(k, j int) *float64 { return e.square[k*len(e.right):].at(j) }

// addSingly takes a residual with its slopes.
func (e *normalEquations) addSingly(row slopes, residual float64) {
	w := len(row)
	for k := range row {
		for i, v := range row[k] {
			e.right[k][i] += v * residual
			line := e.square[(4*k+i)*w:][:k+1]
			for j := range line {
				for i, other := range row[j] {
					line[j][i] += v * other
				}
			}
		}
	}
}
