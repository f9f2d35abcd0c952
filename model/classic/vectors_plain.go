//go:build !goexperiment.simd || !amd64

package classic

func (s *innovationStep) added(level, trend, position, row slopes) {
	s.addedSingly(level, trend, position, row)
}

func (s *innovationStep) multiplied(level, trend, position, row slopes) {
	s.multipliedSingly(level, trend, position, row)
}

func (s slopes) relate(logs slopes, perMean, share float64) { s.relateSingly(logs, perMean, share) }

func (e *normalEquations) add(row slopes, residual float64) { e.addSingly(row, residual) }
