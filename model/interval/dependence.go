package interval

import (
	"math"
	"slices"
)

// Dependence says how much the errors of a shop's forecasts have in common, so
// that sums over days and series have honest quantiles. The level of what came
// in its forecast's distribution, as a normal number, is taken for
//
//	z[i,h] = level * A + day * B[h] + series * C[i] + rest * e[i,h]
//
// A is one number for the shop and the whole horizon, B one a period, C one a
// series; B and e carry over from period to period (AR(1)); the squares of the
// factors sum to 1. With the distributions of single forecasts it is a Gaussian
// copula with factors (Joe 2014, "Dependence Modeling with Copulas" 3.10).
type Dependence struct {
	Windows  int      // past origins that it was learnt from
	Strata   []Shares // by ascending ratio of mean and spread
	DayCarry float64  // correlation of B with the period before, in [0, 1)
	OwnCarry float64  // of e
}

// Shares are the shares of variance that forecasts of similar ratio have in
// common, in [0, 1], together at most most.
type Shares struct {
	Below              float32 // the ratio; the last stratum: all the rest
	Level, Day, Series float64
}

const (
	// strata: on M5 the quarter of series that seldom sell had .03 of the
	// variance in common by series, the quarter of the best sellers .10.
	strata = 4
	// most leaves something to chance.
	most      = 0.98
	mostCarry = 0.95
)

// levelInflation is by how much the variance of the shop's common level has to
// be higher than it was among n past origins: what comes next is off as a
// Student's number with n-1 degrees of freedom, and its mean was itself
// estimated.
//
//	(1 + 1/n) * n/(n-1) * (n-1)/(n-3) = (n+1) / (n-3)
//
// which is infinite for three origins; of so few 6 is a guess.
func levelInflation(n int) float64 {
	if n < 5 {
		return 6
	}
	return float64(n+1) / float64(n-3)
}

// unlearnt are the shares of a shop too young to have learnt any: of the order
// of those of M5, Online Retail and FreshRetail.
var unlearnt = Shares{Level: 0.005, Day: 0.03, Series: 0.1}

// leastLevel is the share of the shop's common level that few origins do not
// show, of the order that M5 and FreshRetail have.
const leastLevel = 0.001

// newDependence estimates the shares by products of pairs: the mean of z*z' over
// two periods of a series is level + series (+ what carries over), over two
// series on a day level + day, over two series on two days level.
func newDependence(t Table, rs []Residual, shift float32) Dependence {
	if len(rs) == 0 {
		return Dependence{}
	}
	zs, ratios := t.normal(rs, shift)
	d := Dependence{Strata: make([]Shares, strata)}
	sorted := slices.Sorted(slices.Values(ratios))
	for k := range d.Strata {
		d.Strata[k].Below = math.MaxFloat32
		if k < strata-1 {
			d.Strata[k].Below = sorted[(k+1)*len(sorted)/strata]
		}
	}
	pairs, all := make([]moments, strata), moments{}
	for from := 0; from < len(rs); d.Windows++ {
		to := from
		for to < len(rs) && rs[to].Window == rs[from].Window {
			to++
		}
		for k := range pairs {
			pairs[k].addWindow(rs[from:to], zs[from:to], func(c int) bool { return d.stratum(ratios[from+c]) == k })
		}
		all.addWindow(rs[from:to], zs[from:to], func(int) bool { return true })
		from = to
	}
	for k, m := range pairs {
		d.Strata[k] = m.shares(d.Strata[k].Below, d.Windows)
	}
	d.DayCarry, d.OwnCarry = all.carries()
	return d
}

// normal is each residual's level in its forecast's distribution, as a normal
// number, and its ratio.
func (t Table) normal(rs []Residual, shift float32) (zs []float64, ratios []float32) {
	zs, ratios = make([]float64, len(rs)), make([]float32, len(rs))
	for k, r := range rs {
		m := t.marginal(r.H, r.Mean, r.Own, false)
		actual := float64(r.Actual)
		if m.own.Whole {
			actual += spread(k)
		}
		ratios[k] = float32(math.Abs(m.mean) / m.u)
		if len(m.errors) > 0 {
			zs[k] = math.Sqrt2 * math.Erfinv(2*levelOf(m.errors, float32((actual-r.centre(shift))/m.u))-1)
		}
	}
	return zs, ratios
}

func (d Dependence) stratum(ratio float32) int {
	for k, s := range d.Strata {
		if ratio < s.Below {
			return k
		}
	}
	return len(d.Strata) - 1
}

// check refuses numbers of which no path could be made.
func (d Dependence) check() error {
	share := func(v float64) bool { return v >= 0 && v <= 1 }
	for _, s := range d.Strata {
		if !share(s.Level) || !share(s.Day) || !share(s.Series) || s.Level+s.Day+s.Series > 1 {
			return refused("shares of variance that are none")
		}
	}
	if !share(d.DayCarry) || !share(d.OwnCarry) {
		return refused("correlations that are none")
	}
	return nil
}
