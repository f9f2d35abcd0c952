package life

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// quantile is the level's of a day with this mean, where the series' own mean
// has the given variance, relative to its square: a negative binomial of whole
// units, else a gamma. As everywhere, a level above one half is the upper end
// of the central interval, which takes what the lower end cannot exclude.
func (r *Prior) quantile(mean, spread, level float64) float64 {
	if mean <= 0 {
		return 0
	}
	variance := r.Dispersion*mean + spread*mean*mean
	if !r.Whole {
		return distuv.Gamma{Alpha: mean * mean / variance, Beta: mean / variance}.Quantile(level)
	}
	d := negativeBinomial{mean, mean * mean / max(variance-mean, 1e-6*mean)}
	if level > 0.5 {
		low := d.quantile(1 - level)
		level -= 1 - level - d.below(low)
	}
	return d.quantile(level)
}

// negativeBinomial has a mean and a size; its variance is mean + mean^2/size.
type negativeBinomial struct{ mean, size float64 }

// below is the chance of fewer than k.
func (d negativeBinomial) below(k float64) float64 {
	if k <= 0 {
		return 0
	}
	return mathext.RegIncBeta(d.size, k, d.size/(d.size+d.mean))
}

// quantile is the least k with a chance of at least level of no more than k.
func (d negativeBinomial) quantile(level float64) float64 {
	high := 1.0
	for d.below(high+1) < level && high < math.MaxInt32 {
		high *= 2
	}
	low := -1.0 // below(low+1) < level <= below(high+1)
	for high-low > 1 {
		mid := math.Floor((low + high) / 2)
		if d.below(mid+1) < level {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}
