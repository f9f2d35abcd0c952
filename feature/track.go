package feature

import (
	"math"

	"daycast"
)

// A track is a vector of values by period, NaN where there are none, with the
// sums over windows of it. They come about in one of two ways, which are equal
// to the bit:
//
//	walked    by adding up the window's values: a live series at one origin
//	running   as the difference of two sums from the first period on: all the
//	          rows of a series, whatever the window's length
//
// Differences are exact only where all sums are. Values are therefore read in
// whole millionths (2^-20, and so are their squares), and a track runs only
// while the sum of their sizes stays below 2^53 of what they are multiples of:
// 2^33 units, or 2^53 where all are whole. Every sum is then exact, and the
// order of the additions does not matter. A track beyond that is walked in
// batch too.
type track struct {
	v []float64
	// Sums over the values before each period, len(v)+1 of them, and how many
	// those are; empty where walked.
	sum []float64
	n   []int32
	run []cumulated // the same of what else cumulated has
	// The periods that have a value, and those with another than 0.
	known, sold []int32
	squares     bool      // the sums of squares run, too
	small       bool      // all values are whole, from 0 to less than smallValues
	place       []strided // sums over the periods at the same place in the season; empty: walked
	season      int       // of place
}

// cumulated are sums over some periods.
type cumulated struct {
	sum, squares, positive float64 // of the values, their squares, those above 0
	n, sold, positives     int32   // how many have a value, one that is not 0, one above 0
}

const (
	perUnit   = 1 << 20
	mostFine  = 1 << 33 // units: 2^53 millionths
	mostWhole = 1 << 53
	none      = -1 // no such period
)

// onGrid is v in whole millionths, and never -0.
func onGrid(v float64) float64 { return math.RoundToEven(v*perUnit)/perUnit + 0 }

// add takes in a value.
func (c *cumulated) add(v float64) {
	c.sum += v
	c.squares += onGrid(v * v)
	c.n++
	if v > 0 {
		c.positive += v
		c.positives++
	}
	if v != 0 {
		c.sold++
	}
}

// read takes the values of periods that are evidence; state nil: all.
func (t *track) read(values []float32, state []daycast.DayState) {
	*t = track{
		v: t.v[:0], sum: t.sum[:0], n: t.n[:0], run: t.run[:0], known: t.known[:0], sold: t.sold[:0], place: t.place[:0],
	}
	for k, v := range values {
		if state != nil && !state[k].Evidence() {
			v = nan
		}
		t.v = append(t.v, onGrid(float64(v)))
	}
}

// begin makes the sums run where that is exact.
func (t *track) begin() {
	var c cumulated
	var sizes, largest float64
	most := float64(mostWhole)
	n := len(t.v) + 1
	t.sum, t.n, t.run = room(&t.sum, n), room(&t.n, n), room(&t.run, n)
	t.known, t.sold = room(&t.known, n)[:0], room(&t.sold, n)[:0]
	t.sum[0], t.n[0], t.run[0] = 0, 0, c
	for k, v := range t.v {
		if v == v {
			c.add(v)
			sizes += math.Abs(v)
			largest = max(largest, v)
			if v != math.Trunc(v) {
				most = mostFine
			}
			t.known = append(t.known, int32(k))
			if v != 0 {
				t.sold = append(t.sold, int32(k))
			}
		}
		t.sum[k+1], t.n[k+1], t.run[k+1] = c.sum, c.n, c
	}
	if !(sizes < most) {
		t.walked()
		return
	}
	t.squares = c.squares < most
	t.small = most == mostWhole && c.positives == c.sold && largest < smallValues
}

// beginSums makes sums and numbers of values run where that is exact, and
// nothing else: a fifth of the memory.
func (t *track) beginSums() {
	var sizes float64
	most := float64(mostWhole)
	n := len(t.v) + 1
	t.sum, t.n = room(&t.sum, n), room(&t.n, n)
	t.sum[0], t.n[0] = 0, 0
	for k, v := range t.v {
		t.sum[k+1], t.n[k+1] = t.sum[k], t.n[k]
		if v == v {
			t.sum[k+1] += v
			t.n[k+1]++
			sizes += math.Abs(v)
			if v != math.Trunc(v) {
				most = mostFine
			}
		}
	}
	if !(sizes < most) {
		t.walked()
	}
}

// walked leaves only the values.
func (t *track) walked() {
	t.sum, t.n, t.run, t.known, t.sold, t.place, t.squares = t.sum[:0], t.n[:0], t.run[:0], t.known[:0], t.sold[:0], t.place[:0], false
}

func (t *track) runs() bool { return len(t.sum) > 0 }

// sums are the sum and the number of the values at [lo, hi), hi <= len(v).
func (t *track) sums(lo, hi int) (float64, int32) {
	if len(t.sum) == 0 {
		return t.walkSums(lo, hi)
	}
	lo = max(lo, 0)
	return t.sum[hi] - t.sum[lo], t.n[hi] - t.n[lo]
}

// means fills out with the means of the periods up to each origin, times by.
func (t *track) means(origins []int, periods int, by []float64, out []float32) {
	if len(t.sum) == 0 {
		for k, at := range origins {
			sum, n := t.walkSums(at+1-periods, at+1)
			out[k] = float32(sum / float64(n) * by[k])
		}
		return
	}
	sum, n, by := t.sum, t.n[:len(t.sum)], by[:len(origins)]
	for k, at := range origins {
		lo := max(at+1-periods, 0)
		out[k] = float32((sum[at+1] - sum[lo]) / float64(n[at+1]-n[lo]) * by[k])
	}
}

// deviations are standard deviations likewise.
func (t *track) deviations(origins []int, periods int, by []float64, out []float32) {
	for k, at := range origins {
		var sum, squares, n float64
		if lo := max(at+1-periods, 0); t.squares {
			a, b := &t.run[lo], &t.run[at+1]
			sum, squares, n = b.sum-a.sum, b.squares-a.squares, float64(b.n-a.n)
		} else {
			c := t.walk(lo, at+1)
			sum, squares, n = c.sum, c.squares, float64(c.n)
		}
		mean := sum / n
		out[k] = float32(math.Sqrt(max(0, squares/n-mean*mean)) * by[k])
	}
}

// over are all sums over the values at [lo, hi).
func (t *track) over(lo, hi int) cumulated {
	if !t.squares {
		return t.walk(lo, hi)
	}
	a, b := &t.run[max(lo, 0)], &t.run[hi]
	return cumulated{
		b.sum - a.sum, b.squares - a.squares, b.positive - a.positive,
		b.n - a.n, b.sold - a.sold, b.positives - a.positives,
	}
}

func (t *track) walkSums(lo, hi int) (sum float64, n int32) {
	for _, v := range t.v[max(lo, 0):max(hi, 0)] {
		if v == v {
			sum += v
			n++
		}
	}
	return sum, n
}

func (t *track) walk(lo, hi int) (c cumulated) {
	for _, v := range t.v[max(lo, 0):max(hi, 0)] {
		if v == v {
			c.add(v)
		}
	}
	return c
}

// positives are the sum and the number of the values above 0 at [lo, hi).
func (t *track) positives(lo, hi int) (float64, int32) {
	if len(t.run) == 0 {
		c := t.walk(lo, hi)
		return c.positive, c.positives
	}
	a, b := &t.run[max(lo, 0)], &t.run[hi]
	return b.positive - a.positive, b.positives - a.positives
}

// mean is that of the values at [lo, hi) up to period last, NaN without any
// and where the range begins before the first period.
func (t *track) mean(lo, hi, last int) float64 {
	hi = min(hi, last+1, len(t.v))
	if lo < 0 || hi <= lo {
		return math.NaN()
	}
	sum, n := t.sums(lo, hi)
	return sum / float64(n)
}

// ago is the period of the n-th last value (from 0) at or before period k, -1
// without one.
func (t *track) ago(k, n int) int {
	if t.runs() {
		if at := int(t.n[k+1]) - 1 - n; at >= 0 {
			return int(t.known[at])
		}
		return none
	}
	for ; k >= 0; k-- {
		if t.v[k] == t.v[k] {
			if n == 0 {
				return k
			}
			n--
		}
	}
	return none
}

// lastSold is the last period in (k-within, k] with a value that is not 0, -1
// without one.
func (t *track) lastSold(k, within int) int {
	if t.runs() {
		if at := int(t.run[k+1].sold) - 1; at >= 0 && int(t.sold[at]) > k-within {
			return int(t.sold[at])
		}
		return none
	}
	for lo := max(0, k-within+1); k >= lo; k-- {
		if v := t.v[k]; v == v && v != 0 {
			return k
		}
	}
	return none
}

// strided are sums over a period and those a whole number of seasons before.
type strided struct {
	sum, squares float64
	n            int32
}

// beginPlaces makes sums over the same place in the season run, where sums do.
func (t *track) beginPlaces(season int) {
	if !t.runs() || len(t.place) > 0 && t.season == season {
		return
	}
	t.season, t.place = season, t.place[:0]
	for k, v := range t.v {
		var s strided
		if k >= season {
			s = t.place[k-season]
		}
		if v == v {
			s.sum += v
			s.squares += onGrid(v * v)
			s.n++
		}
		t.place = append(t.place, s)
	}
}

// places are the sums over period k and the steps-1 periods at the same place
// in the seasons before; steps 0: all of them.
func (t *track) places(k, steps, season int) strided {
	if k < 0 {
		return strided{}
	}
	if len(t.place) == 0 {
		return t.walkPlaces(k, steps, season)
	}
	s := t.place[k]
	if before := k - steps*season; steps > 0 && before >= 0 {
		b := &t.place[before]
		s.sum, s.squares, s.n = s.sum-b.sum, s.squares-b.squares, s.n-b.n
	}
	return s
}

// placesSquared is places where squares are wanted, too.
func (t *track) placesSquared(k, steps, season int) strided {
	if !t.squares {
		return t.walkPlaces(k, steps, season)
	}
	return t.places(k, steps, season)
}

func (t *track) walkPlaces(k, steps, season int) (s strided) {
	for step := 0; k >= 0 && (steps == 0 || step < steps); k, step = k-season, step+1 {
		if v := t.v[k]; v == v {
			s.sum += v
			s.squares += onGrid(v * v)
			s.n++
		}
	}
	return s
}
