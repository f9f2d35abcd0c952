package classic

import (
	"math"

	"daycast"
)

// halfLives are tried in periods: from a week of days, below which a level
// follows noise, to a third of a year, above which it is hardly more than the mean.
var halfLives = [...]float64{7, 14, 28, 56, 112}

// trialOrigins is how many past origins are tried, a horizon apart.
const trialOrigins = 4

// trials measures how well levels of several half-lives foretold the units of
// past horizons in sum, over all series.
type trials struct {
	horizon int
	losses  [len(halfLives)]float64 // sum of absolute errors
}

func (o *trials) add(p *daycast.Panel, i int) {
	n := p.Len(i)
	for origin := n - o.horizon*min(trialOrigins, n/o.horizon); origin < n; origin += o.horizon {
		if origin == 0 {
			continue
		}
		levels := o.levels(p, i, origin)
		actual, periods := 0.0, 0.0
		for t := origin; t < origin+o.horizon; t++ {
			if p.StateOf(i)[t].Evidence() {
				actual += float64(p.SpreadOf(i)[t])
				periods++
			}
		}
		for k, level := range levels {
			o.losses[k] += math.Abs(actual - periods*level)
		}
	}
}

// levels are series i's exponentially weighted means before a period.
func (o *trials) levels(p *daycast.Panel, i, origin int) (out [len(halfLives)]float64) {
	var sum, weight [len(halfLives)]float64
	// Older periods weigh nothing even for the longest half-life.
	from := max(0, origin-5*int(halfLives[len(halfLives)-1]))
	units, state := p.SpreadOf(i), p.StateOf(i)
	for t := from; t < origin; t++ {
		for k := range halfLives {
			sum[k] *= decays[k]
			weight[k] *= decays[k]
			if state[t].Evidence() {
				sum[k] += float64(units[t])
				weight[k]++
			}
		}
	}
	for k := range out {
		if weight[k] > 0 {
			out[k] = sum[k] / weight[k]
		}
	}
	return out
}

var decays = func() (out [len(halfLives)]float64) {
	for k, h := range halfLives {
		out[k] = math.Exp2(-1 / h)
	}
	return out
}()

// best is the half-life of the least loss; of equals, and without any series
// to try on, the longest: the steadier level.
func (o *trials) best() float64 {
	best := len(halfLives) - 1
	for k := best; k >= 0; k-- {
		if o.losses[k] < o.losses[best] {
			best = k
		}
	}
	return halfLives[best]
}
