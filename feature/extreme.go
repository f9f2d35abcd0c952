package feature

import "math"

// highest is, by origin, the greatest of sign times the values of the periods
// up to it, times sign: the greatest for 1, the least for -1; NaN
// without any. Batch slides the window over the series, by the greatest up to
// and from the bounds of blocks as long as the window: van Herk (1992), "A fast
// algorithm for local minimum and maximum filters on rectangular and octagonal
// kernels". Comparing is exact, so the order does not matter.
func (r *Reader) highest(t *track, periods int, sign float64) []float64 {
	out := room(&r.third, len(r.origins))
	if !r.slides(periods) {
		for k, at := range r.origins {
			best := math.Inf(-1)
			for _, v := range t.v[max(0, at-periods+1) : at+1] {
				if v *= sign; v > best {
					best = v
				}
			}
			out[k] = known(best) * sign
		}
		return out
	}
	upTo, from := room(&r.first, len(t.v)), room(&r.second, len(t.v))
	best := 0.0
	for k, v := range t.v {
		if k%periods == 0 {
			best = math.Inf(-1)
		}
		if v *= sign; v > best {
			best = v
		}
		upTo[k] = best
	}
	best = math.Inf(-1)
	for k := len(t.v) - 1; k >= 0; k-- {
		if v := t.v[k] * sign; v > best {
			best = v
		}
		from[k] = best
		if k%periods == 0 {
			best = math.Inf(-1)
		}
	}
	for k, at := range r.origins {
		best := upTo[at]
		if lo := at - periods + 1; lo >= 0 && from[lo] > best {
			best = from[lo]
		}
		out[k] = known(best) * sign
	}
	return out
}

// known is NaN for the greatest of no values.
func known(v float64) float64 {
	if math.IsInf(v, -1) {
		return math.NaN()
	}
	return v
}

// room is a slice of n values in memory that is there where it suffices.
func room[T any](have *[]T, n int) []T {
	if cap(*have) < n {
		*have = make([]T, n+n/4)
	}
	return (*have)[:n]
}
