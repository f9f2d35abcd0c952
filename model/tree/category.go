package tree

import (
	"cmp"
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

type level struct {
	sum  sum
	mean float64
	bin  uint16
}

func byMean(a, b level) int {
	return cmp.Or(cmp.Compare(a.mean, b.mean), cmp.Compare(a.bin, b.bin))
}

// category sorts the levels by their mean gradient; the best subset of a
// convex loss is a run from either end (Fisher 1958, "On grouping for maximum
// homogeneity"). Levels with few rows stay on the other side, together.
func (s *search) category(c, last int, h columnSums) {
	var lowStore, highStore [maxCategories]level
	low, high, levels := lowStore[:0], highStore[:0], 0
	for i := range h.gn {
		x := h.at(i)
		if x.rows() < categorySmooth {
			continue
		}
		levels++
		l := level{x, s.q.gradient(x) / (s.q.hessian(x) + categorySmooth), h.bin(i)}
		low = keepFirst(low, l, byMean)
		high = keepFirst(high, l, func(a, b level) int { return byMean(b, a) })
	}
	most := min(maxCategories, (levels+1)/2)
	only := -1
	if s.o.RandomCuts && most > 0 {
		only = draw(&s.rng, most)
	}
	s.run(c, last, low[:most], only)
	s.run(c, last, high[:most], only)
}

// keepFirst keeps the first maxCategories of the levels that come, in order.
func keepFirst(kept []level, l level, compare func(a, b level) int) []level {
	at := len(kept)
	for at > 0 && compare(l, kept[at-1]) < 0 {
		at--
	}
	if at == maxCategories {
		return kept
	}
	if len(kept) == maxCategories {
		kept = kept[:maxCategories-1]
	}
	return slices.Insert(kept, at, l)
}

// run tries the first levels on the left, one more each time, or only one such
// set.
func (s *search) run(c, last int, levels []level, only int) {
	var left sum
	best := -1
	for i := range levels {
		left = left.plus(levels[i].sum)
		if only >= 0 && i != only {
			continue
		}
		if gain := s.gain(c, left, s.o.L2+categoryL2); gain > s.best.gain {
			best = i
			s.best = split{gain: gain, column: c, left: left}
		}
	}
	if best < 0 {
		return
	}
	s.best.set = newBinSet(last)
	for _, l := range levels[:best+1] {
		s.best.set.add(l.bin)
	}
}
