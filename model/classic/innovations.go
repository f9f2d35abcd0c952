package classic

import (
	"math"

	"daycast"
)

// innovations is an etsForm with its constants and its state: 200 bytes and 8 a
// position of the season.
type innovations struct {
	form                    etsForm
	alpha, beta, gamma, phi float64
	level, trend            float64
	season                  []float64 // by position, from the history's first period; empty where the form has none
	position                int       // of the next period
	n, squares              float64   // errors one period ahead, relative ones where the form says so
	logs                    logSum    // of the forecasts of relative errors
	start                   daycast.Day
	first                   []float64 // level, trend and season before the first period
}

// Where a level or a season has fallen to nothing, as a multiplicative one may
// if units that were positive no longer are, divisions go by these.
const (
	leastMean             = 1e-10
	leastShape, mostShape = 1e-6, 1e6
)

// mean is the forecast of the next period, and its level with the trend.
func (s *innovations) mean() (mean, base float64) {
	base = s.level + s.phi*s.trend
	switch s.form.season {
	case additive:
		return base + s.season[s.position], base
	case multiplicative:
		return base * s.season[s.position], base
	default:
		return base, base
	}
}

func (s *innovations) Update(y float64, _ []float64) {
	mean, base := s.mean()
	s.level = base
	s.trend *= s.phi
	if y == y {
		s.learn(y-mean, mean, base)
	}
	if s.position++; s.position >= len(s.season) {
		s.position = 0
	}
}

// learn takes the error of a forecast.
func (s *innovations) learn(e, mean, base float64) {
	s.n++
	if relative := e; s.form.relative {
		relative /= away(mean, leastMean)
		s.squares += relative * relative
		s.logs.add(away(math.Abs(mean), leastMean))
	} else {
		s.squares += e * e
	}
	switch s.form.season {
	case additive:
		s.season[s.position] += s.gamma * e
	case multiplicative:
		shape := &s.season[s.position]
		e /= *shape
		*shape = min(mostShape, max(leastShape, *shape+s.gamma*e**shape/away(base, leastMean)))
	}
	s.level += s.alpha * e
	s.trend += s.beta * e
}

// away is v, no nearer to zero than least.
func away(v, least float64) float64 {
	if math.Abs(v) < least {
		return least
	}
	return v
}

// read is Update for many periods.
func (s *innovations) read(units []float64) {
	for _, y := range units {
		s.Update(y, nil)
	}
}

// Likelihood is the logarithm of the history's, but for a constant of its length
// alone (Hyndman et al., 2008, equation 5.3), and AICc.
func (s *innovations) Likelihood() (logarithm, aicc float64) {
	twice := s.n*math.Log(max(s.squares, math.SmallestNonzeroFloat64)) + 2*s.logs.sum()
	return -twice / 2, aiccOf(twice, s.n, s.form.free(len(s.season))+1)
}

// aiccOf is Akaike's criterion for short series, of -2 times the logarithm of
// a likelihood.
func aiccOf(twice, n float64, numbers int) float64 {
	k := float64(numbers)
	return twice + 2*k + 2*k*(k+1)/(n-k-1)
}

// Parameters are the first period's day, the form, its constants, and the state
// before the first period.
func (s *innovations) Parameters() []float64 {
	return append([]float64{float64(s.start), s.form.number(), s.alpha, s.beta, s.gamma, s.phi}, s.first...)
}

// innovationsOf is what Parameters say, before h's first period. The day keeps
// a state from a history that begins elsewhere.
func innovationsOf(h *History, parameters []float64, forms []etsForm) (*innovations, bool) {
	const before = 6
	if len(parameters) < before+2 || parameters[0] != float64(h.Start) {
		return nil, false
	}
	form, ok := formOf(parameters[1])
	positions := 0
	if form.season != noSeason {
		positions = h.Season
	}
	if !ok || len(parameters) != before+2+positions || !has(forms, form) {
		return nil, false
	}
	for _, v := range parameters[before:] {
		if !(math.Abs(v) < 1e30) {
			return nil, false
		}
	}
	s := &innovations{form: form, start: h.Start, first: append([]float64(nil), parameters[before:]...)}
	s.alpha, s.beta, s.gamma, s.phi = parameters[2], parameters[3], parameters[4], parameters[5]
	s.level, s.trend, s.season = s.first[0], s.first[1], append([]float64(nil), s.first[2:]...)
	return s, s.sound()
}

// has reports whether form is one of the forms, or the additive twin of one.
func has(forms []etsForm, form etsForm) bool {
	for _, f := range forms {
		if f == form || f.additive() == form {
			return true
		}
	}
	return false
}

// sound reports whether constants and state are the form's.
func (s *innovations) sound() bool {
	const rounding = 1e-6 // of single precision
	if !(s.alpha >= 0 && s.alpha <= 1) || !(s.beta >= 0 && s.beta <= s.alpha+rounding) || !(s.gamma >= 0 && s.gamma <= 1-s.alpha+rounding) {
		return false
	}
	switch s.form.trend {
	case noTrend:
		if s.phi != 0 || s.beta != 0 || s.trend != 0 {
			return false
		}
	case damped:
		if !(s.phi >= leastPhi-rounding && s.phi <= mostPhi+rounding) {
			return false
		}
	case undamped:
		if s.phi != 1 {
			return false
		}
	}
	if s.form.season == noSeason && s.gamma != 0 {
		return false
	}
	for _, v := range s.season {
		if s.form.season == multiplicative && !(v >= leastShape && v <= mostShape) {
			return false
		}
	}
	return true
}

// filterETS reads h with parameters of one of the forms, or of the additive
// twins that stand in for them.
func filterETS(h *History, forms []etsForm, parameters []float64) (State, bool) {
	s, ok := innovationsOf(h, parameters, forms)
	if !ok {
		return nil, false
	}
	s.read(h.Units)
	return s, true
}
