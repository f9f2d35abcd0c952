package evaluate

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// TPE draws points where the good trials are dense and the others are not, the
// tree-structured Parzen estimator of Bergstra, Bardenet, Bengio and Kégl
// (2011), "Algorithms for hyper-parameter optimization", NeurIPS 24. With l
// the density of the best tenth of the trials and g that of the rest:
//
//	next = the one of 24 draws from l at which l(x)/g(x) is highest
//
// Every number here is the default of Optuna's TPESampler (5.0), and so are
// the densities, which a golden test compares: joint ones over all parameters,
// in logarithms along ranges of factors. Two things differ. A trial that
// failed, or whose loss is not a number, counts as the worst instead of being
// forgotten; and a point that was tried is drawn again, since trying it twice
// says nothing new.
//
// The k-th point depends on the seed, k, the space and the trials before it.
type TPE struct {
	Space   Space
	Seed    uint64
	Startup int                   // points drawn as Random draws them first; 0: 10
	Round   func(float64) float64 // what a number drawn from a range becomes, where that is in the range; nil: itself
}

const (
	tpeStartup    = 10
	tpeCandidates = 24
	tpeRedraws    = 16  // from the densities, of a point that was tried
	tpeFresh      = 256 // then at random; then the space is taken to have no more
)

// tpeGood is how many of n trials count as good: a tenth, 25 at most.
func tpeGood(n int) int { return min((n+9)/10, 25) }

// Next is the point to try after those of the past, in their order, with their
// losses; false where it finds none that was not tried.
func (t TPE) Next(past []Point, loss []float64) (Point, bool) {
	if len(t.Space) == 0 || t.Space.Check() != nil {
		return nil, false
	}
	names := slices.Sorted(maps.Keys(t.Space))
	random := len(past) < t.Startup || t.Startup == 0 && len(past) < tpeStartup
	var l, g parzen
	if !random {
		good, rest := splitTrials(past, loss)
		l, g = newParzen(t.Space, names, good), newParzen(t.Space, names, rest)
	}
	for redraw := range tpeRedraws + tpeFresh {
		r := rand.New(rand.NewPCG(t.Seed, uint64(redraw)<<32|uint64(len(past))))
		places := make([]float64, len(names))
		if random || redraw >= tpeRedraws {
			for k := range places {
				places[k] = r.Float64()
			}
		} else {
			places = promising(r, l, g)
		}
		p := Point{}
		for k, name := range names {
			p[name] = t.value(t.Space[name], places[k])
		}
		if !slices.ContainsFunc(past, func(tried Point) bool { return maps.Equal(p, tried) }) {
			return p, true
		}
	}
	return nil, false
}

// promising is the draw from l at which l is highest by g.
func promising(r *rand.Rand, l, g parzen) []float64 {
	best, most := l.draw(r), math.Inf(-1)
	for k := range tpeCandidates {
		places := best
		if k > 0 {
			places = l.draw(r)
		}
		if gain := l.log(places) - g.log(places); gain > most {
			best, most = places, gain
		}
	}
	return best
}

// value is the one at a share of the way.
func (t TPE) value(values Values, share float64) float64 {
	end := math.Nextafter(1, 0)
	v := values.draw(min(share, end))
	if _, list := values.(List); list || t.Round == nil {
		return v
	}
	if short := t.Round(v); short >= values.draw(0) && short <= values.draw(end) {
		return short
	}
	return v
}

// splitTrials parts the trials into the good ones and the rest, both in their
// order. Of equal losses the earlier is better.
func splitTrials(past []Point, loss []float64) (good, rest []Point) {
	order := ascending(loss)
	n := tpeGood(len(past))
	slices.Sort(order[:n])
	slices.Sort(order[n:])
	for k, i := range order {
		if k < n {
			good = append(good, past[i])
		} else {
			rest = append(rest, past[i])
		}
	}
	return good, rest
}
