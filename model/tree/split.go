package tree

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// The smoothing of categorical splits, LightGBM's cat_smooth, cat_l2 and
// max_cat_threshold: a level needs as many rows to be sorted by its own mean,
// its mean is shrunk by as much, and at most 32 levels go to the sorted side.
const (
	categorySmooth = 10
	categoryL2     = 10
	maxCategories  = 32
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

// A search looks for the best split of one leaf by one column. Gain is the
// fall of the loss's second-order approximation, doubled:
//
//	GL^2/(HL+L2) + GR^2/(HR+L2) - G^2/(H+L2)
type search struct {
	q     *quantised
	o     *Options
	total sum
	rng   *rand.Rand // where thresholds are random
	best  split
}

func newSearch(q *quantised, o *Options, total sum) search {
	// Gains of the size that rounding to quanta makes by itself count as none:
	// 16 is four of its standard deviations, squared.
	h := q.hessian(total) + o.L2
	noise := 16 * q.gradQuantum * q.gradQuantum * float64(total.rows()) / h
	return search{q: q, o: o, total: total, best: split{gain: max(o.MinGain, noise)}}
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
	return g * g / (s.q.hessian(x) + l2)
}

// gain is 0 where either side is too small.
func (s *search) gain(left sum, l2 float64) float64 {
	right := s.total.minus(left)
	if left.rows() < s.o.MinRows || right.rows() < s.o.MinRows ||
		s.q.hessian(left) < s.o.MinHessian || s.q.hessian(right) < s.o.MinHessian {
		return 0
	}
	return s.score(left, l2) + s.score(right, l2) - s.score(s.total, s.o.L2)
}

// column searches column c, whose bins are at k of h.
func (s *search) column(c int, bins *columnBins, h *tileHistogram, k int) {
	if bins.categorical {
		s.category(c, bins.last(), h, k)
		return
	}
	missing := h.at(k, missingBin, s.q)
	s.number(c, bins.last(), h, k, 1)
	if missing.rows() > 0 {
		s.number(c, bins.last(), h, k, 0)
	}
}

// number tries all thresholds with the missing bin on the left (lo 0) or on
// the right (lo 1). Where nothing is missing they would go to the side with
// more rows.
func (s *search) number(c, last int, h *tileHistogram, k int, lo uint16) {
	var left sum
	if lo == 0 {
		left = h.at(k, missingBin, s.q)
	}
	missing := h.gn[k][missingBin] != 0
	first, end := s.thresholds(h, k, last)
	for t := 1; t < end; t++ {
		bin := h.at(k, t, s.q)
		left = left.plus(bin)
		if t < first || bin.gn == 0 {
			continue // an empty bin makes the same split as the one before
		}
		if s.total.rows()-left.rows() < s.o.MinRows {
			return
		}
		gain := s.gain(left, s.o.L2)
		if gain <= s.best.gain {
			continue
		}
		from := lo
		if !missing && 2*left.rows() >= s.total.rows() {
			from = 0
		}
		s.best = split{gain: gain, column: c, lo: from, span: uint16(t) - from, left: left}
	}
}

// thresholds are the bins [first, end) after which to try to cut: all, or a
// random one of those between the leaf's lowest and highest value.
func (s *search) thresholds(h *tileHistogram, k, last int) (first, end int) {
	if s.rng == nil {
		return 1, last + 1
	}
	low, high := 1, last
	for low < high && h.gn[k][low] == 0 {
		low++
	}
	for high > low && h.gn[k][high] == 0 {
		high--
	}
	if low == high {
		return low, low + 1
	}
	// The bin that is drawn may be empty: cut after the last one before it
	// that is not.
	first = low + s.rng.IntN(high-low)
	for h.gn[k][first] == 0 {
		first--
	}
	return first, first + 1
}

// category sorts the levels by their mean gradient; the best subset of a
// convex loss is a run from either end (Fisher 1958, "On grouping for maximum
// homogeneity"). Levels with few rows stay on the other side, together.
func (s *search) category(c, last int, h *tileHistogram, k int) {
	type level struct {
		sum  sum
		mean float64
		bin  uint16
	}
	var store [256]level
	levels := store[:0]
	for bin := 0; bin <= last; bin++ {
		if x := h.at(k, bin, s.q); x.rows() >= categorySmooth {
			levels = append(levels, level{x, s.q.gradient(x) / (s.q.hessian(x) + categorySmooth), uint16(bin)})
		}
	}
	slices.SortFunc(levels, func(a, b level) int {
		return cmp.Or(cmp.Compare(a.mean, b.mean), cmp.Compare(a.bin, b.bin))
	})
	most := min(maxCategories, (len(levels)+1)/2)
	only := -1
	if s.rng != nil && most > 0 {
		only = s.rng.IntN(most)
	}
	for range 2 { // from the lowest mean, then from the highest
		var left sum
		for i := range most {
			left = left.plus(levels[i].sum)
			if only >= 0 && i != only {
				continue
			}
			gain := s.gain(left, s.o.L2+categoryL2)
			if gain <= s.best.gain {
				continue
			}
			set := newBinSet(last)
			for _, l := range levels[:i+1] {
				set.add(l.bin)
			}
			s.best = split{gain: gain, column: c, set: set, left: left}
		}
		slices.Reverse(levels)
	}
}
