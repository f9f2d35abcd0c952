package classic

import "math"

// Forecast goes on without errors. The intervals are normal, with the variance
// v of the book's chapter 6, where c[j] is what an error of 1 adds to the mean j
// periods later:
//
//	class 1, error A             v[h] = sigma^2 (1 + c[1]^2 + ... + c[h-1]^2)
//	class 2, error M             v[h] = (1 + sigma^2) theta[h] - mu[h]^2
//	                             theta[h] = mu[h]^2 + sigma^2 (c[1]^2 theta[h-1] + ... + c[h-1]^2 theta[1])
//	class 3, error M, season M   v[h] = s^2 ((1 + sigma^2) (1 + gamma^2 sigma^2)^k theta[h] - mu[h]^2)
//
// In class 3, mu and theta are without the season, of which k wholes have gone
// by; that takes it as independent of the level.
func (s *innovations) Forecast(f *Forecast) {
	s.means(f.Mean)
	if len(f.Levels) == 0 {
		return
	}
	variance := s.squares / max(1, s.n-float64(s.form.free(len(s.season))))
	shocks := s.shocks(len(f.Mean))
	if !s.form.relative {
		sum := 1.0
		for h, c := range shocks {
			f.normal(h, math.Sqrt(variance*sum))
			sum += c * c
		}
		return
	}
	theta, periods := make([]float64, len(f.Mean)), max(1, len(s.season))
	for h, mu := range f.Mean {
		shape, growth := 1.0, 1.0
		if s.form.season == multiplicative {
			shape = s.season[(s.position+h)%periods]
			mu /= shape
			growth = math.Pow(1+s.gamma*s.gamma*variance, float64(h/periods))
		}
		sum := 0.0
		for j, c := range shocks[:h] {
			sum += c * c * theta[h-1-j]
		}
		theta[h] = mu*mu + variance*sum
		f.normal(h, shape*math.Sqrt(max(0, (1+variance)*growth*theta[h]-mu*mu)))
	}
}

func (s *innovations) means(out []float64) {
	level, trend := s.level, s.trend
	for h := range out {
		trend *= s.phi
		level += trend
		out[h] = level
		switch s.form.season {
		case additive:
			out[h] += s.season[(s.position+h)%len(s.season)]
		case multiplicative:
			out[h] *= s.season[(s.position+h)%len(s.season)]
		}
	}
}

// shocks are c[1] to c[n]; a multiplicative season has no part in them.
func (s *innovations) shocks(n int) []float64 {
	out := make([]float64, n)
	damp, trend := 1.0, 0.0
	for j := range out {
		damp *= s.phi
		trend += damp
		out[j] = s.alpha + s.beta*trend
		if s.form.season == additive && (j+1)%len(s.season) == 0 {
			out[j] += s.gamma
		}
	}
	return out
}
