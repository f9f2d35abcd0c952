package feature

import "math"

// quantiles fills out with the given quantile, in [0, 1], of the values of the
// periods up to each origin, in the series' scale; NaN without any. A window in order of size takes
// in what comes and lets go what leaves; a live one is made at its origin.
// The windows are short, so that moving their values is quicker than any tree.
func (r *Reader) quantiles(t *track, periods int, level float64, out []float32) {
	if t.small {
		r.smallQuantiles(t, periods, level, out)
		return
	}
	w := ordered(r.window[:0])
	lo, hi := 0, 0
	for k, at := range r.origins {
		from, to := max(0, at-periods+1), at+1
		if from >= hi {
			w, lo, hi = w[:0], from, from
		}
		for lo < from || hi < to {
			switch {
			case lo < from && hi < to && t.v[lo] == t.v[lo] && t.v[hi] == t.v[hi]:
				w.replace(t.v[lo], t.v[hi])
				lo, hi = lo+1, hi+1
			case hi < to:
				if v := t.v[hi]; v == v {
					w = append(w, math.Inf(1))
					w.replace(math.Inf(1), v)
				}
				hi++
			default:
				if v := t.v[lo]; v == v {
					w.replace(v, math.Inf(1))
					w = w[:len(w)-1]
				}
				lo++
			}
		}
		out[k] = float32(quantileOf(w, level) * r.inverse[k])
	}
	r.window = w
}

// smallQuantiles does so by counting how often each value is in the window.
func (r *Reader) smallQuantiles(t *track, periods int, level float64, out []float32) {
	c := &r.tally
	*c = tally{}
	lo, hi := 0, 0
	for k, at := range r.origins {
		from, to := max(0, at-periods+1), at+1
		if from >= hi {
			*c, lo, hi = tally{}, from, from
		}
		for ; hi < to; hi++ {
			if v := t.v[hi]; v == v {
				c.change(int(v), 1)
			}
		}
		for ; lo < from; lo++ {
			if v := t.v[lo]; v == v {
				c.change(int(v), -1)
			}
		}
		out[k] = float32(c.quantile(level) * r.inverse[k])
	}
}

// smallValues is how many different values are counted one by one.
const smallValues = 256

// tally is how often each of the small values is there, and a place among them
// that moves little from one window to the next.
type tally struct {
	count     [smallValues]int
	n         int // of all
	at, below int // a value, and how many are below it
}

func (c *tally) change(v, by int) {
	c.count[v] += by
	c.n += by
	if v < c.at {
		c.below += by
	}
}

// quantile is quantileOf's.
func (c *tally) quantile(level float64) float64 {
	if c.n == 0 {
		return math.NaN()
	}
	place := level * float64(c.n-1)
	k := int(place)
	for c.below > k {
		c.at--
		c.below -= c.count[c.at]
	}
	for c.below+c.count[c.at] <= k {
		c.below += c.count[c.at]
		c.at++
	}
	next := c.at
	if k+1 < c.n && c.below+c.count[c.at] == k+1 {
		for next++; c.count[next] == 0; {
			next++
		}
	}
	return float64(c.at) + (place-float64(k))*float64(next-c.at)
}

// ordered are ascending values.
type ordered []float64

// replace puts one value in the place of another, and moves those between.
func (w ordered) replace(old, by float64) {
	if old == by {
		return
	}
	at, n := 0, len(w) // the first that is not below old, without a branch
	for n > 1 {
		half := n / 2
		if w[at+half-1] < old {
			at += half
		}
		n -= half
	}
	if by > old {
		for ; at+1 < len(w) && w[at+1] < by; at++ {
			w[at] = w[at+1]
		}
	} else {
		for ; at > 0 && w[at-1] > by; at-- {
			w[at] = w[at-1]
		}
	}
	w[at] = by
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
func (r *Reader) kinds(values []float32, periods int, out []float32) {
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
		out[k] = float32(len(seen))
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
