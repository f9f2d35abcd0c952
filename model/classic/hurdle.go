package classic

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// A hurdle is the distribution of a period's demand that comes now and then:
// nothing with chance 1-chance, else a size with the given mean and variance.
// Sizes of whole pieces are 1 plus a negative binomial number, others are
// gamma distributed. Snyder, Ord, Beaumont (2012), "Forecasting the
// intermittent demand for slow-moving inventories: a modelling approach", IJF
// 28(2), compare such distributions with the normal one, which covers neither
// the many zeros nor the few large sizes.
type hurdle struct {
	chance         float64 // in [0, 1]
	mean, variance float64 // of a size, >= 0
	whole          bool    // sizes are whole numbers
}

// fill writes the distribution's quantiles for every period of f.
func (d hurdle) fill(f *Forecast) {
	if len(f.Levels) == 0 || len(f.Mean) == 0 {
		return
	}
	first := f.quantilesAt(0)
	var sizes negativeBinomial
	if d.whole {
		sizes = newNegativeBinomial(max(0, d.mean-1), d.variance)
	}
	for k, level := range f.Levels {
		p := (level - (1 - d.chance)) / d.chance // of the size
		switch {
		case !(p > 0) || d.mean <= 0:
			first[k] = 0
		case d.whole:
			first[k] = 1 + sizes.quantile(p)
		default:
			first[k] = gammaQuantile(d.mean, d.variance, p)
		}
		if k > 0 {
			first[k] = max(first[k], first[k-1])
		}
	}
	for h := 1; h < len(f.Mean); h++ {
		copy(f.quantilesAt(h), first)
	}
}

// A negativeBinomial gives quantiles of ascending levels, each the least whole
// number that is not exceeded with a chance of at least the level.
//
//	P(0)   = (k/(k+mean))^k    k = mean^2 / (variance-mean)
//	P(y+1) = P(y) * (y+k)/(y+1) * mean/(k+mean)
//
// A variance of no more than the mean is the Poisson's limit, except that
// numbers that vary less, such as of packs, are those of a rounded gamma, as
// are large ones, whose steps are fine.
type negativeBinomial struct {
	mean, variance float64
	y              float64 // the walk is here
	chance, below  float64 // P(y), P(0) + ... + P(y)
	size           float64 // k; infinite for a Poisson's
}

// fineMean is the mean from which on steps of a piece are fine: the walk to a
// quantile would be long, and the gamma is off by less than a piece.
const fineMean = 60

func newNegativeBinomial(mean, variance float64) negativeBinomial {
	if mean < 1 {
		variance = max(variance, mean) // a rounded gamma would be off
	}
	d := negativeBinomial{mean: mean, variance: variance, size: math.Inf(1)}
	if excess := variance - mean; excess > 1e-9*mean {
		d.size = mean * mean / excess
		d.chance = math.Exp(-d.size * math.Log1p(mean/d.size))
	} else {
		d.chance = math.Exp(-mean)
	}
	d.below = d.chance
	return d
}

func (d *negativeBinomial) quantile(level float64) float64 {
	if d.mean <= 0 {
		return 0
	}
	if d.mean > fineMean || d.variance < d.mean {
		return max(0, math.Ceil(gammaQuantile(d.mean, d.variance, level)-.5))
	}
	// Beyond its bound the tail is less than rounding.
	for bound := d.mean + 60*math.Sqrt(d.variance); d.below < level && d.y < bound; d.y++ {
		if math.IsInf(d.size, 1) {
			d.chance *= d.mean / (d.y + 1)
		} else {
			d.chance *= (d.y + d.size) / (d.y + 1) * d.mean / (d.size + d.mean)
		}
		d.below += d.chance
	}
	return d.y
}

// gammaQuantile is that of the gamma distribution of a mean and a variance.
func gammaQuantile(mean, variance, level float64) float64 {
	if !(mean > 0) || !(variance > 0) {
		return max(0, mean)
	}
	shape := mean * mean / variance
	if shape < 100 {
		return mathext.GammaIncRegInv(shape, level) / shape * mean
	}
	// The cube root is normal up to 1e-5 of a deviation: Wilson, Hilferty
	// (1931), "The distribution of chi-square", PNAS 17(12).
	c := 1 / (9 * shape)
	root := max(0, 1-c+math.Sqrt(c)*normalQuantile(level))
	return mean * root * root * root
}

// sizes sum up how far the sizes of sales were from what was expected.
type sizes struct {
	residuals
	fraction bool // some size was no whole number
}

func (s *sizes) add(size, expected float64) {
	s.residuals.add(size - expected)
	s.fraction = s.fraction || size != math.Trunc(size)
}

// hurdle is the distribution for a chance of a sale and its mean size. The
// variance is that of past errors and, for few of them, of a memoryless size,
// which counts as one.
func (s *sizes) hurdle(chance, size float64) hurdle {
	memoryless := size * size
	if !s.fraction {
		memoryless = size * max(0, size-1)
	}
	return hurdle{
		chance: min(1, chance), mean: size, variance: (s.squares + memoryless) / (s.n + 1), whole: !s.fraction,
	}
}
