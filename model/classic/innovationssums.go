package classic

import "math"

// sums goes along a history whose season is added, or none: the sum of squared
// errors, and of the logarithms of mu where errors are relative. It may stop
// beyond limit.
func (s *innovationErrors) sums(x []float64, limit float64, e *normalEquations) (sum, logs float64) {
	m := &s.at
	step := innovationStep{alpha: m.alpha, beta: m.beta, gamma: m.gamma, phi: m.phi}
	var product logSum
	at := -1
	for _, y := range s.units {
		if at++; at == len(s.shape) {
			at = 0
		}
		before := m.trend
		base := m.level + m.phi*before
		mean := base + s.shape[at]
		s.slopeOfPhi()
		m.level, m.trend = base, m.phi*before
		if y != y {
			s.pass()
			continue
		}
		d := y - mean
		position := s.slopesOf(at)
		step.added(s.level, s.trend, position, s.row)
		s.constants(x, d, d, position)
		m.level += m.alpha * d
		m.trend += m.beta * d
		s.shape[at] += m.gamma * d
		if s.form.relative {
			if !(mean > leastMean) {
				return math.Inf(1), 0
			}
			product.add(mean)
			s.row.relate(s.logs, 1/mean, y/mean)
			d /= mean
		}
		if sum += d * d; sum > limit {
			return sum, 0
		}
		e.add(s.row, d)
	}
	return sum, product.sum()
}

// products is sums with a season that multiplies.
func (s *innovationErrors) products(x []float64, e *normalEquations) (sum, logs float64) {
	m := &s.at
	step := innovationStep{alpha: m.alpha, beta: m.beta, gamma: m.gamma, phi: m.phi}
	var product logSum
	at := -1
	for _, y := range s.units {
		if at++; at == len(s.shape) {
			at = 0
		}
		before, shape := m.trend, s.shape[at]
		base := m.level + m.phi*before
		mean := base * shape
		s.slopeOfPhi()
		m.level, m.trend = base, m.phi*before
		if y != y {
			s.pass()
			continue
		}
		if !(mean > leastMean && base > leastMean && shape > leastShape) {
			return math.Inf(1), 0
		}
		d := y - mean
		step.base, step.shape, step.perBase, step.perShape = base, shape, 1/base, 1/shape
		step.level, step.season = d*step.perShape, d*step.perBase
		position := s.slopesOf(at)
		step.multiplied(s.level, s.trend, position, s.row)
		s.constants(x, step.level, step.season, position)
		m.level += m.alpha * step.level
		m.trend += m.beta * step.level
		s.shape[at] += m.gamma * step.season
		product.add(mean)
		s.row.relate(s.logs, 1/mean, y/mean)
		d /= mean
		sum += d * d
		e.add(s.row, d)
	}
	return sum, product.sum()
}

// pass carries the slopes over a period without evidence.
func (s *innovationErrors) pass() {
	for k := range s.trend {
		for i := range s.trend[k] {
			s.trend[k][i] *= s.at.phi
			s.level[k][i] += s.trend[k][i]
		}
	}
}

// slopeOfPhi adds what phi itself does with the trend, before it is multiplied
// by it.
func (s *innovationErrors) slopeOfPhi() {
	if s.phis >= 0 {
		*s.trend.at(s.phis) += s.at.trend / s.at.phi
	}
}

// constants adds what the constants themselves do with the errors that the
// level and the season take.
func (s *innovationErrors) constants(x []float64, level, season float64, position slopes) {
	*s.level.at(0) += level
	if k := s.betas; k >= 0 {
		*s.trend.at(0) += x[k] * level
		*s.trend.at(k) += s.at.alpha * level
	}
	if k := s.gammas; k >= 0 {
		*position.at(0) -= x[k] * season
		*position.at(k) += (1 - s.at.alpha) * season
	}
}

// logSum adds up logarithms, of which it takes few.
type logSum struct{ product, logs float64 }

func (s *logSum) add(v float64) {
	if s.product == 0 {
		s.product = 1
	}
	if s.product *= v; s.product < 1e-200 || s.product > 1e200 {
		s.logs += math.Log(s.product)
		s.product = 1
	}
}

func (s *logSum) sum() float64 {
	if s.product == 0 {
		return 0
	}
	return s.logs + math.Log(s.product)
}
