package tree

import (
	"math/bits"
	"math/rand/v2"
)

// A binSet is the set of bins of a column that go left, with words for all of
// the column's bins.
type binSet []uint64

func newBinSet(last int) binSet { return make(binSet, setWords(last)) }

// setWords is the length of the sets of a column by its highest bin.
func setWords(last int) int { return last>>6 + 1 }

func (s binSet) add(bin uint16)      { s[bin>>6] |= 1 << (bin & 63) }
func (s binSet) has(bin uint16) bool { return s[bin>>6]>>(bin&63)&1 == 1 }

// A split sends rows left whose bin of column is in set or, of a number, in
// lo..lo+span: from 0 where missing values go left, from 1 where right.
type split struct {
	gain     float64 // 0: no split
	column   int
	lo, span uint16
	set      binSet // nil for numbers
	left     sum    // of the rows that go left
}

func (s *split) goesLeft(bin uint16) bool {
	if s.set != nil {
		return s.set.has(bin)
	}
	return bin-s.lo <= s.span
}

// A columnSums is a leaf's sums by bin of one column: of all bins up to its
// last, or of the missing one and those that rows are in.
type columnSums struct {
	gn   []int64
	hess []uint32 // nil where hessians are constant
	bins []uint16 // that the sums are of, ascending; nil: all
}

// last is the index of the last sum.
func (c columnSums) last() int { return len(c.gn) - 1 }

// bin is that of a sum.
func (c columnSums) bin(i int) uint16 {
	if c.bins != nil {
		return c.bins[i]
	}
	return uint16(i)
}

func (c columnSums) at(i int) sum {
	s := sum{gn: c.gn[i]}
	if c.hess != nil {
		s.hess = c.hess[i]
	}
	return s
}

// A search looks for the best split of one leaf. Gain is the fall of the
// loss's second-order approximation, doubled:
//
//	GL^2/(HL+L2) + GR^2/(HR+L2) - G^2/(H+L2)
//
// and, where sides may not have the value that they would like, what is left
// of it with the value that they get (see outputs).
type search struct {
	q     *quantised
	o     *Options
	leaf  *growing
	total sum
	own   float64  // the leaf's own part of the gain
	rng   rand.PCG // of random thresholds
	best  split
	// blocks are room for the sums on the left of thresholds, where these are
	// compared eight at a time; nil where they are not.
	blocks *blocks
}

func newSearch(q *quantised, o *Options, leaf *growing) search {
	// Gains of the size that rounding to quanta makes by itself count as none:
	// 16 is four of its standard deviations, squared.
	s := search{q: q, o: o, leaf: leaf, total: leaf.sum}
	h := q.hessian(leaf.sum) + o.L2
	noise := 16 * q.gradQuantum * q.gradQuantum * float64(leaf.rows()) / h
	s.best.gain = max(o.MinGain, noise)
	s.own = s.score(leaf.sum, o.L2)
	return s
}

// column searches one column, given the leaf's sums.
func (s *search) column(c int, column *columnBins, h columnSums) split {
	if s.o.RandomCuts {
		s.rng.Seed(s.leaf.seed, splitStream+1+uint64(c))
	}
	if column.categorical {
		s.category(c, column.last(), h)
	} else {
		s.number(c, h)
	}
	return s.found()
}

// draw is a random number in [0, n), n < 2^32, to within a bias of n/2^64.
func draw(rng *rand.PCG, n int) int {
	high, _ := bits.Mul64(rng.Uint64(), uint64(n))
	return int(high)
}

// found is the best split, with gain 0 where there is none.
func (s *search) found() split {
	if s.best.left.gn == 0 {
		return split{}
	}
	return s.best
}

func (s *search) score(x sum, l2 float64) float64 {
	g := s.q.gradient(x)
	if s.o.plain() {
		return g * g / (s.q.hessian(x) + l2)
	}
	return s.scoreAt(x, l2, s.leaf.bound(s.output(x, l2)))
}

// legal reports whether both sides are large enough.
func (s *search) legal(left, right sum) bool {
	return left.rows() >= s.o.MinRows && right.rows() >= s.o.MinRows &&
		s.q.hessian(left) >= s.o.MinHessian && s.q.hessian(right) >= s.o.MinHessian
}

// gain is that of a split of column c; 0 where it is not legal.
func (s *search) gain(c int, left sum, l2 float64) float64 {
	right := s.total.minus(left)
	if !s.legal(left, right) {
		return 0
	}
	if s.o.Monotone != nil && s.o.Monotone[c] != 0 {
		if d := float64(s.o.Monotone[c]); d*s.leaf.bound(s.output(left, l2)) > d*s.leaf.bound(s.output(right, l2)) {
			return 0
		}
	}
	return s.score(left, l2) + s.score(right, l2) - s.own
}

// number searches a column of numbers.
func (s *search) number(c int, h columnSums) {
	s.thresholds(c, h, 1)
	if h.gn[missingBin] != 0 {
		s.thresholds(c, h, 0)
	}
}

// thresholds tries all thresholds with the missing bin on the left (lo 0) or
// on the right (lo 1).
func (s *search) thresholds(c int, h columnSums, lo uint16) {
	var best int
	var left sum
	switch {
	case s.o.RandomCuts:
		best, left = s.randomThreshold(c, h, lo)
	case s.o.plain() && s.blocks != nil && h.bins == nil && h.last() <= maxValueBins:
		best, left = s.bestInBlocks(h, lo)
	case s.o.plain():
		best, left = s.bestThreshold(h, lo)
	default:
		best, left = s.slowThreshold(c, h, lo)
	}
	if best > 0 {
		s.offer(c, h.bin(best), lo, left, h.gn[missingBin] == 0)
	}
}

// offer takes the threshold after a bin where it is better than what was found
// before. Where nothing is missing, it would go to the side with more rows.
func (s *search) offer(c int, bin, lo uint16, left sum, full bool) {
	if full && 2*left.rows() >= s.total.rows() {
		lo = 0
	}
	gain := s.gain(c, left, s.o.L2)
	if gain <= s.best.gain {
		return // of two that differ by rounding, the first
	}
	s.best = split{gain: gain, column: c, lo: lo, span: bin - lo, left: left}
}

// start is the sum of the rows that are left of all thresholds.
func start(h columnSums, lo uint16) (left sum) {
	if lo == 0 {
		left = h.at(missingBin)
	}
	return left
}

// slowThreshold is bestThreshold for gains that need values.
func (s *search) slowThreshold(c int, h columnSums, lo uint16) (best int, bestLeft sum) {
	left, bar := start(h, lo), s.best.gain
	for t := 1; t <= h.last(); t++ {
		if h.gn[t] == 0 {
			continue
		}
		left = left.plus(h.at(t))
		if gain := s.gain(c, left, s.o.L2); gain > bar {
			bar, best, bestLeft = gain, t, left
		}
	}
	return best, bestLeft
}

// randomThreshold tries one of the thresholds between the leaf's lowest and
// highest value.
func (s *search) randomThreshold(c int, h columnSums, lo uint16) (int, sum) {
	low, high := 1, h.last()
	if high < low {
		return 0, sum{} // all are missing
	}
	for low < high && h.gn[low] == 0 {
		low++
	}
	for high > low && h.gn[high] == 0 {
		high--
	}
	at := int(h.bin(low))
	if low < high {
		at += draw(&s.rng, int(h.bin(high))-at)
	}
	// The bin that is drawn may be empty: cut after the last one before it
	// that is not.
	cut, left := 0, start(h, lo)
	for t := low; t <= high && int(h.bin(t)) <= at; t++ {
		if h.gn[t] != 0 {
			cut, left = t, left.plus(h.at(t))
		}
	}
	if s.gain(c, left, s.o.L2) <= s.best.gain {
		return 0, sum{}
	}
	return cut, left
}
