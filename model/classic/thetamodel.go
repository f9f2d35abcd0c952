package classic

import (
	"math"

	"daycast"
)

// thetaModel is the state space form of the theta method by Fiorucci, Pellegrini,
// Louzada, Petropoulos, Koehler (2016), "Models for optimising the theta method
// and their relationship to state space models", IJF 32(4):
//
//	x[t]  = y[t] without its season
//	mu[t] = l[t-1] + (1 - 1/theta) * (A*(1-alpha)^(t-1) + B*(1-(1-alpha)^t)/alpha)
//	l[t]  = l[t-1] + alpha*(x[t] - l[t-1])
//	forecasts go on with x[t] = mu[t]
//
// A + B*t is the line through x: through the whole history where the method is
// static, through what came before t where it is dynamic. What follows A and B
// is what exponential smoothing of that line lags behind it; a period without
// evidence lets it lag one B more. Theta is 2 in the standard method, where
// half of the line is added.
//
// The season is that of a classical decomposition, where the autocorrelation
// says that there is one (seasonOf). 180 bytes a series, and 8 a position.
type thetaModel struct {
	alpha, weight float64 // weight is 1 - 1/theta
	level, first  float64 // now, and before the first period
	dynamic       bool
	at, slope     float64  // A and B
	line          lineSums // of a dynamic method
	lagA, lagB    float64  // what A and B are multiplied by
	kind          etsSeason
	season        []float64
	t, position   int
	errors        residuals
	evidence      int
	start         daycast.Day
}

// skipped is how many errors do not count: the first state is chosen for them.
const skipped = 3

// begin goes before the first period.
func (s *thetaModel) begin() {
	s.level, s.lagA, s.lagB = s.first, 1, 1
}

func (s *thetaModel) mean() float64 {
	return s.level + s.weight*(s.at*s.lagA+s.slope*s.lagB)
}

func (s *thetaModel) Update(y float64, _ []float64) {
	if y == y {
		x := s.seasonless(y)
		if s.evidence++; s.evidence > skipped {
			s.errors.add(x - s.mean())
		}
		s.learn(x)
	} else {
		s.t++
		s.lagB++
	}
	if s.position++; s.position >= len(s.season) {
		s.position = 0
	}
}

// learn takes a period's units, without the season.
func (s *thetaModel) learn(x float64) {
	s.t++
	s.level += s.alpha * (x - s.level)
	s.lagA *= 1 - s.alpha
	s.lagB = (1-s.alpha)*s.lagB + 1
	if s.dynamic {
		s.line.add(float64(s.t), x)
		s.at, s.slope = s.line.line()
	}
}

func (s *thetaModel) seasonless(y float64) float64 {
	switch s.kind {
	case additive:
		return y - s.season[s.position]
	case multiplicative:
		return y / s.season[s.position]
	default:
		return y
	}
}

// Forecast has normal intervals. A mean hangs on the errors before it in
// straight lines, so that an error's effect is what a forecast with it differs
// by; we take the first period's for those of all, where statsforecast
// simulates 200 paths.
func (s *thetaModel) Forecast(f *Forecast) {
	calm, shocked := *s, *s
	shock := 1 + math.Abs(s.level)
	variance := 1.0
	for h := range f.Mean {
		mu, other := calm.mean(), shocked.mean()
		calm.learn(mu)
		if h == 0 {
			other += shock
		}
		shocked.learn(other)
		if h > 0 {
			effect := (other - mu) / shock
			variance += effect * effect
		}
		f.Mean[h] = mu
		deviation := s.errors.deviation() * math.Sqrt(variance)
		switch s.kind {
		case additive:
			f.Mean[h] += s.season[(s.position+h)%len(s.season)]
		case multiplicative:
			shape := s.season[(s.position+h)%len(s.season)]
			f.Mean[h] *= shape
			deviation *= shape
		}
		f.normal(h, deviation)
	}
}

// Parameters are the first period's day, whether the method is dynamic, alpha,
// 1 - 1/theta, the level before the first period, the line, and the season.
func (s *thetaModel) Parameters() []float64 {
	out := []float64{float64(s.start), 0, s.alpha, s.weight, s.first, s.at, s.slope, float64(s.kind)}
	if s.dynamic {
		out[1], out[5], out[6] = 1, 0, 0
	}
	return append(out, s.season...)
}

// filterTheta reads h with parameters of a method of which a dynamic and a
// static kind are allowed.
func filterTheta(h *History, parameters []float64, static, dynamic bool) (State, bool) {
	const before = 8
	if len(parameters) < before || parameters[0] != float64(h.Start) {
		return nil, false
	}
	kind, positions := parameters[7], len(parameters)-before
	if !(kind == 0 && positions == 0 || (kind == 1 || kind == 2) && positions == h.Season) {
		return nil, false
	}
	for _, v := range parameters[3:] {
		if !(math.Abs(v) < 1e30) {
			return nil, false
		}
	}
	s := &thetaModel{
		alpha: parameters[2], weight: parameters[3], first: parameters[4], at: parameters[5], slope: parameters[6],
		kind: etsSeason(kind), season: append([]float64(nil), parameters[before:]...), start: h.Start, dynamic: parameters[1] == 1,
	}
	if !(s.alpha > 0 && s.alpha < 1 && s.weight >= 0 && s.weight <= 1) || s.dynamic && !dynamic || !s.dynamic && (!static || parameters[1] != 0) {
		return nil, false
	}
	for _, v := range s.season {
		if s.kind == multiplicative && !(v >= leastDecomposed) {
			return nil, false
		}
	}
	return s.read(h.Units), true
}

func (s *thetaModel) read(units []float64) *thetaModel {
	s.begin()
	for _, y := range units {
		s.Update(y, nil)
	}
	return s
}
