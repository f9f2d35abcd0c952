package feature

import "math"

// smooth fills out with the exponential mean of the values up to each origin,
// in the series' scale:
//
//	m = m + alpha * (v - m)        at each value; m is the first one before
//
// A mean that remembers all would need the whole series for a live one, and
// would come out otherwise of a history cut short. So each begins anew, at the
// start of the block of periods before the one that the origin lies in, counted
// from 1970: it has seen between one block and two, and batch goes over each
// block twice, with the same additions in the same order.
//
//	|---- block ----|---- block ----|---- block ----|
//	 begins here                  ^ origin
//
// What lies before would weigh less than (1-alpha)^block.
func (r *Reader) smooth(t *track, alpha float64, block int, out []float32) {
	first := ((r.period % block) + block) % block // where the series begins in its block
	begin := func(at int) int { return max(0, (first+at)/block*block-block-first) }
	if !r.slides(2 * block) {
		for k, at := range r.origins {
			m := math.NaN()
			for _, v := range t.v[begin(at) : at+1] {
				m = smoothed(m, v, alpha)
			}
			out[k] = float32(m * r.inverse[k])
		}
		return
	}
	dense := room(&r.first, len(t.v))
	for lo := -first; lo < len(t.v); lo += block {
		m := math.NaN()
		for k := begin(max(lo, 0)); k < min(lo+block, len(t.v)); k++ {
			m = smoothed(m, t.v[k], alpha)
			if k >= lo {
				dense[k] = m
			}
		}
	}
	for k, at := range r.origins {
		out[k] = float32(dense[at] * r.inverse[k])
	}
}

func smoothed(m, v, alpha float64) float64 {
	switch {
	case v != v:
		return m
	case m != m:
		return v
	}
	return m + alpha*(v-m)
}
