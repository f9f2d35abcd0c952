package feature

import (
	"math"
	"slices"
)

// quantiles fills out with the given quantile, in [0, 1], of the values of the
// periods up to each origin, NaN without any. A window in order of size takes
// in what comes and lets go what leaves; a live one is made at its origin.
// The windows are short, so that moving their values is quicker than any tree.
func (r *Reader) quantiles(t *track, periods int, level float64, out []float64) {
	window := r.window[:0]
	lo, hi := 0, 0
	for k, at := range r.origins {
		from, to := max(0, at-periods+1), at+1
		if from >= hi {
			window, lo, hi = window[:0], from, from
		}
		for ; lo < from; lo++ {
			if v := t.v[lo]; v == v {
				i, _ := slices.BinarySearch(window, v)
				window = slices.Delete(window, i, i+1)
			}
		}
		for ; hi < to; hi++ {
			if v := t.v[hi]; v == v {
				i, _ := slices.BinarySearch(window, v)
				window = slices.Insert(window, i, v)
			}
		}
		out[k] = quantileOf(window, level)
	}
	r.window = window
}

// quantileOf is that of ascending values, between two of them in proportion.
func quantileOf(ascending []float64, level float64) float64 {
	if len(ascending) == 0 {
		return math.NaN()
	}
	place := level * float64(len(ascending)-1)
	k := int(place)
	if k+1 == len(ascending) {
		return ascending[k]
	}
	return ascending[k] + (place-float64(k))*(ascending[k+1]-ascending[k])
}

// kinds fills out with the number of different values of the periods up to
// each origin.
func (r *Reader) kinds(values []float32, periods int, out []float64) {
	seen := r.seen[:0]
	lo, hi := 0, 0
	for k, at := range r.origins {
		from, to := max(0, at-periods+1), at+1
		if from >= hi {
			seen, lo, hi = seen[:0], from, from
		}
		for ; lo < from; lo++ {
			seen = count(seen, values[lo], -1)
		}
		for ; hi < to; hi++ {
			seen = count(seen, values[hi], 1)
		}
		out[k] = float64(len(seen))
	}
	r.seen = seen
}

// counted is a value and how often it is there, more than 0 times.
type counted struct {
	value float32
	n     int
}

// count changes how often v is there. Prices are few: a walk is quicker than a
// map.
func count(seen []counted, v float32, by int) []counted {
	if v != v {
		return seen
	}
	for k := range seen {
		if seen[k].value != v {
			continue
		}
		if seen[k].n += by; seen[k].n == 0 {
			seen[k] = seen[len(seen)-1]
			return seen[:len(seen)-1]
		}
		return seen
	}
	return append(seen, counted{v, by})
}
