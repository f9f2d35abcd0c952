package interval

import "math"

// A Spread says by how much sales scatter around a forecast m, before it is
// known how good forecasts are: the variance that Taylor's power law gives for
// the mean, times how the series' own variance compares with the law's,
//
//	law(m) = Scale * m^Power
//	u(m)^2 = law(m) * (n*v/law(a) + prior) / (n + prior)  [+ 1/12]
//
// where a and v are mean and variance of the series' last n periods. The
// twelfth is the variance of a whole piece spread over the unit around it.
//
// Taylor (1961), "Aggregation, variance and the mean", Nature 189.
type Spread struct {
	Scale float64 // > 0
	Power float64 // in [1, 2]: 1 is Poisson's, 2 the same relative spread at every size
	Least float64 // > 0; the law does not go below this mean, in units
}

const (
	// prior is how many periods the law weighs: a month, as much as a series
	// has of its own. 14 is as good over ten sets of series, 56 worse for weeks.
	prior = 28
	// leastShare of the mean forecast: below, the law is not looked at.
	leastShare = 0.002
	// usualPower is that of retail sales (Online Retail 1.6, M5 1.3), for a shop
	// whose series are too much alike to tell.
	usualPower = 1.5
	// pieceVariance is that of a uniform number on an interval of length one.
	pieceVariance = 1.0 / 12
)

// newSpread fits the law by least squares on logarithms of the series' own
// means and variances.
func newSpread(rs []Residual) Spread {
	s := Spread{Scale: 1, Power: usualPower}
	var total, n, x, y, xx, xy float64
	for _, r := range rs {
		total += math.Abs(float64(r.Mean))
		if r.Own.Mean > 0 && r.Own.Variance > 0 {
			lx, ly := math.Log(float64(r.Own.Mean)), math.Log(float64(r.Own.Variance))
			n++
			x, y, xx, xy = x+lx, y+ly, xx+lx*lx, xy+lx*ly
		}
	}
	s.Least = max(1e-6, leastShare*total/max(1, float64(len(rs))))
	if n == 0 {
		return s
	}
	if spread := xx/n - x*x/(n*n); spread > 0.01 {
		s.Power = min(max((xy/n-x*y/(n*n))/spread, 1), 2)
	}
	s.Scale = math.Exp((y - s.Power*x) / n)
	return s
}

func (s Spread) law(mean float64) float64 { return s.Scale * math.Pow(max(mean, s.Least), s.Power) }

// unit is u(m), in units sold, above zero.
func (s Spread) unit(mean float64, own Own) float64 {
	variance := s.law(math.Abs(mean))
	if n := float64(own.Periods); n > 0 {
		variance *= (n*float64(own.Variance)/s.law(float64(own.Mean)) + prior) / (n + prior)
	}
	if own.Whole {
		variance += pieceVariance
	}
	return math.Sqrt(max(variance, 1e-12))
}
