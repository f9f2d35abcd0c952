package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A parzen is how dense trials are in a space: a mixture of parts, one around
// each trial and one that knows nothing, each a product over the parameters.
// Places are shares of the way through a parameter's values.
type parzen struct {
	weight []float64 // by part, the newest trial last but for the part that knows nothing; the sum is 1
	logs   []float64 // of the weights
	along  []spread  // by parameter
}

// A spread is the parts of a mixture along one parameter.
type spread interface {
	// draw is a place of a part.
	draw(r *rand.Rand, part int) float64
	// log is the logarithm of the part's density at a place, or of its chance
	// where the parameter's values can be counted.
	log(part int, at float64) float64
}

// newParzen is the density of the trials, in the order in which they were tried.
func newParzen(s Space, names []string, trials []Point) parzen {
	p := parzen{weight: trialWeights(len(trials))}
	for _, w := range p.weight {
		p.logs = append(p.logs, math.Log(w))
	}
	for _, name := range names {
		var places []float64
		for _, t := range trials {
			places = append(places, s[name].share(t[name]))
		}
		switch values := s[name].(type) {
		case List:
			p.along = append(p.along, newChances(len(values), places))
		case Integer:
			p.along = append(p.along, wholes{newBells(places), values})
		default:
			p.along = append(p.along, newBells(places))
		}
	}
	return p
}

// draw is a place for each parameter.
func (p parzen) draw(r *rand.Rand) []float64 {
	part := chosen(p.weight, r.Float64())
	places := make([]float64, len(p.along))
	for k, a := range p.along {
		places[k] = a.draw(r, part)
	}
	return places
}

// log is the logarithm of the density at the places.
func (p parzen) log(places []float64) float64 {
	parts, most := slices.Clone(p.logs), math.Inf(-1)
	for k := range parts {
		for i, a := range p.along {
			parts[k] += a.log(k, places[i])
		}
		most = max(most, parts[k])
	}
	if math.IsInf(most, -1) {
		return most
	}
	var sum float64
	for _, v := range parts {
		sum += math.Exp(v - most)
	}
	return most + math.Log(sum)
}

// trialWeights are those of n trials and of the part that knows nothing. Of
// more than 25 trials the oldest count less, on a line up from 1/n.
func trialWeights(n int) []float64 {
	const full = 25
	w := make([]float64, n+1)
	var sum float64
	for k := range w {
		w[k] = 1
		if old := n - full; k < old {
			w[k] = 1 / float64(n)
			if old > 1 {
				w[k] += (1 - 1/float64(n)) * float64(k) / float64(old-1)
			}
		}
		sum += w[k]
	}
	for k := range w {
		w[k] /= sum
	}
	return w
}

// bells are normal distributions cut off below 0 and above 1. A trial's is as
// wide as the larger gap to its neighbours, at the ends as the inner one, and
// no narrower than the range by the number of parts and one, or by 100. The
// one that knows nothing is in the middle and as wide as the range.
type bells struct{ centre, width, inside []float64 } // inside: the mass from 0 to 1, before the cut

func newBells(places []float64) bells {
	n := len(places)
	b := bells{centre: append(slices.Clone(places), 0.5), width: make([]float64, n+1)}
	order := ascending(places)
	narrowest := 1 / min(100, float64(n+2))
	for k, i := range order {
		var below, above float64
		switch {
		case n == 1:
			below, above = places[i], 1-places[i]
		case k == 0:
			above = places[order[1]] - places[i]
		case k == n-1:
			below = places[i] - places[order[k-1]]
		default:
			below, above = places[i]-places[order[k-1]], places[order[k+1]]-places[i]
		}
		b.width[i] = min(1, max(narrowest, below, above))
	}
	b.width[n] = 1
	for k := range b.centre {
		b.inside = append(b.inside, b.mass(k, 0, 1))
	}
	return b
}

// mass is that of a part between two places, before the cut.
func (b bells) mass(part int, low, high float64) float64 {
	low, high = (low-b.centre[part])/b.width[part], (high-b.centre[part])/b.width[part]
	if low > 0 { // the upper tail is as exact as the lower one is
		low, high = -high, -low
	}
	return normal(high) - normal(low)
}

func (b bells) draw(r *rand.Rand, part int) float64 {
	c, w := b.centre[part], b.width[part]
	z := math.Sqrt2 * math.Erfinv(2*(normal(-c/w)+r.Float64()*b.inside[part])-1)
	return min(1, max(0, c+z*w))
}

func (b bells) log(part int, at float64) float64 {
	c, w := b.centre[part], b.width[part]
	z := (at - c) / w
	return -z*z/2 - math.Log(w*math.Sqrt(2*math.Pi)*b.inside[part])
}

// wholes are bells over whole numbers: each has the mass between its halves.
type wholes struct {
	bells
	values Integer
}

func (b wholes) draw(r *rand.Rand, part int) float64 {
	return b.values.share(b.values.draw(b.bells.draw(r, part)))
}

func (b wholes) log(part int, at float64) float64 {
	v := b.values.draw(min(at, math.Nextafter(1, 0)))
	return math.Log(b.mass(part, b.values.share(v-0.5), b.values.share(v+0.5)) / b.inside[part])
}

// normal is the standard normal distribution function.
func normal(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// chances are those of a list's values by part: of a trial's part mostly its
// own value, with a little for all, and less of that the more trials there are.
type chances [][]float64

func newChances(values int, places []float64) chances {
	parts := make(chances, len(places)+1)
	little := 1 / float64(len(parts))
	for k := range parts {
		total := little * float64(values)
		parts[k] = make([]float64, values)
		for i := range parts[k] {
			parts[k][i] = little
		}
		if k < len(places) {
			parts[k][at(places[k], values)]++
			total++
		}
		for i := range parts[k] {
			parts[k][i] /= total
		}
	}
	return parts
}

func (c chances) draw(r *rand.Rand, part int) float64 {
	return (float64(chosen(c[part], r.Float64())) + 0.5) / float64(len(c[part]))
}

func (c chances) log(part int, place float64) float64 {
	return math.Log(c[part][at(place, len(c[part]))])
}

// at is which of so many values is at a place.
func at(place float64, values int) int {
	return max(0, min(values-1, int(place*float64(values))))
}

// chosen is the index at a share u of weights that add up to 1.
func chosen(weights []float64, u float64) int {
	for k, w := range weights {
		if u -= w; u < 0 {
			return k
		}
	}
	return len(weights) - 1
}

// ascending are the indices of the values by size; equals stay in their order,
// and what is not a number comes last.
func ascending(values []float64) []int {
	order := make([]int, len(values))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := values[a], values[b]
		switch {
		case x < y || x == x && y != y:
			return -1
		case x > y || x != x && y == y:
			return 1
		}
		return 0
	})
	return order
}
