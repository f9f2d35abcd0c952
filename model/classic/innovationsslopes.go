package classic

import "math"

// innovationErrors is the sum of squares that a form's search makes small, as a
// function of its constants and its state before the first period:
//
//	error A   sum of e^2
//	error M   sum of (e/mu)^2, times the squared geometric mean of mu
//
// n times its logarithm is the likelihood of Hyndman et al. (2008), section
// 5.1, times -2 and but for a constant. Slopes of mu are carried along the
// history beside the state: of the level, the trend and each position.
//
// The numbers of a search are, those that the form lacks left out,
//
//	alpha, beta/alpha, gamma/(1-alpha), phi, level, trend, positions of the season
//
// so that the usual region of the constants is a box. The last position that
// has evidence is what the others leave; one without any is no number.
type innovationErrors struct {
	units     []float64
	form      etsForm
	season    int
	evidence  float64
	positions []int // of the season that have evidence

	at                     innovations
	shape                  []float64
	betas, gammas, phis    int // the numbers' places; -1: none
	levels, trends, shapes int
	level, trend, row      slopes
	position               slopes // position by position
	logs                   slopes // sum of those of log(mu)
}

// prepare sets the form and is its number of numbers.
func (s *innovationErrors) prepare(form etsForm) int {
	s.form, s.at.form = form, form
	n := 1
	place := func(has bool) int {
		if !has {
			return -1
		}
		n++
		return n - 1
	}
	s.betas, s.gammas, s.phis = place(form.trend != noTrend), place(form.season != noSeason), place(form.trend == damped)
	s.levels, s.trends = place(true), place(form.trend != noTrend)
	periods := 1
	s.shapes = n
	if form.season != noSeason {
		periods = s.season
		n += len(s.positions) - 1
	}
	s.shape = sized(s.shape, periods)
	s.level, s.trend, s.row, s.logs = slopesFor(s.level, n), slopesFor(s.trend, n), slopesFor(s.row, n), slopesFor(s.logs, n)
	s.position = slopesFor(s.position, 4*len(s.row)*periods)
	return n
}

// model is the form at x, before the first period. Its season is s's memory.
func (s *innovationErrors) model(x []float64) {
	m := &s.at
	m.alpha, m.level = x[0], x[s.levels]
	m.beta, m.gamma, m.phi, m.trend = 0, 0, 0, 0
	if s.form.trend != noTrend {
		m.beta, m.phi, m.trend = m.alpha*x[s.betas], 1, x[s.trends]
	}
	if s.form.trend == damped {
		m.phi = x[s.phis]
	}
	neutral := 0.0
	if s.form.season == multiplicative {
		neutral = 1
	}
	fill(s.shape, neutral)
	if s.form.season == noSeason {
		return
	}
	m.gamma = (1 - m.alpha) * x[s.gammas]
	last := len(s.positions) - 1
	left := neutral * float64(len(s.positions))
	for k, v := range x[s.shapes:] {
		s.shape[s.positions[k]] = v
		left -= v
	}
	s.shape[s.positions[last]] = left
}

// numbers is model's inverse.
func (s *innovationErrors) numbers(m *innovations, x []float64) {
	x[0], x[s.levels] = m.alpha, m.level
	if s.form.trend != noTrend {
		x[s.betas], x[s.trends] = m.beta/m.alpha, m.trend
	}
	if s.form.trend == damped {
		x[s.phis] = m.phi
	}
	if s.form.season == noSeason {
		return
	}
	x[s.gammas] = m.gamma / (1 - m.alpha)
	for k := range x[s.shapes:] {
		x[s.shapes+k] = m.season[s.positions[k]]
	}
}

// value is evaluate without slopes, which costs a tenth.
func (s *innovationErrors) value(x []float64) float64 {
	s.model(x)
	m := &s.at
	m.position, m.n, m.squares, m.logs, m.season = 0, 0, 0, logSum{}, nil
	if s.form.season != noSeason {
		m.season = s.shape
	}
	for _, y := range s.units {
		if s.form.relative && y == y {
			if mean, base := m.mean(); !(mean > leastMean && base > leastMean) {
				return math.Inf(1)
			}
		}
		m.Update(y, nil)
	}
	return m.squares * math.Exp(2*m.logs.sum()/s.evidence)
}

func (s *innovationErrors) evaluate(x []float64, limit float64, e *normalEquations) float64 {
	s.model(x)
	for _, v := range []slopes{s.level, s.trend, s.position, s.logs, e.square, e.right} {
		clear(v)
	}
	*s.level.at(s.levels) = 1
	if s.trends >= 0 {
		*s.trend.at(s.trends) = 1
	}
	if s.form.season != noSeason {
		last := s.positions[len(s.positions)-1]
		for k := s.shapes; k < len(x); k++ {
			*s.slopesOf(s.positions[k-s.shapes]).at(k) = 1
			*s.slopesOf(last).at(k) = -1
		}
	}
	switch {
	case s.form.season == multiplicative:
		sum, logs := s.products(x, e)
		return s.scaled(sum, logs, e)
	case s.form.relative:
		sum, logs := s.sums(x, math.Inf(1), e)
		return s.scaled(sum, logs, e)
	default:
		sum, _ := s.sums(x, limit, e)
		return sum
	}
}

// scaled turns the equations of relative errors into those of relative errors
// times the geometric mean g of mu, whose slope is g times the mean of the
// slopes of log(mu): slopes are of -e/mu, so that the mean is taken off.
func (s *innovationErrors) scaled(sum, logs float64, e *normalEquations) float64 {
	if math.IsInf(sum, 1) {
		return sum
	}
	for k := range s.logs {
		for i := range s.logs[k] {
			s.logs[k][i] /= s.evidence
		}
	}
	square := math.Exp(2 * logs / s.evidence)
	n := len(e.square) / len(e.right)
	for k := range n {
		a, right := *s.logs.at(k), *e.right.at(k)
		for j := range k + 1 {
			b := *s.logs.at(j)
			*e.at(k, j) = square * (*e.at(k, j) + sum*a*b - right*b - *e.right.at(j)*a)
		}
	}
	for k := range n {
		*e.right.at(k) = square * (*e.right.at(k) - sum**s.logs.at(k))
	}
	return sum * square
}

// slopesOf are those of a position.
func (s *innovationErrors) slopesOf(position int) slopes {
	w := len(s.row)
	return s.position[position*w : (position+1)*w : (position+1)*w]
}
