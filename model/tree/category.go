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

// category sorts the levels by their mean gradient; the best subset of a
// convex loss is a run from either end (Fisher 1958, "On grouping for maximum
// homogeneity"). Levels with few rows stay on the other side, together.
func (s *search) category(c, last int, h columnSums) {
	var levels []level
	for i := range h.gn {
		if x := h.at(i); x.rows() >= categorySmooth {
			levels = append(levels, level{x, s.q.gradient(x) / (s.q.hessian(x) + categorySmooth), h.bin(i)})
		}
	}
	slices.SortFunc(levels, func(a, b level) int {
		return cmp.Or(cmp.Compare(a.mean, b.mean), cmp.Compare(a.bin, b.bin))
	})
	most := min(maxCategories, (len(levels)+1)/2)
	only := -1
	if s.o.RandomCuts && most > 0 {
		only = draw(&s.rng, most)
	}
	for range 2 { // from the lowest mean, then from the highest
		var left sum
		best := -1
		for i := range most {
			left = left.plus(levels[i].sum)
			if only >= 0 && i != only {
				continue
			}
			if gain := s.gain(c, left, s.o.L2+categoryL2); gain > s.best.gain {
				best = i
				s.best = split{gain: gain, column: c, left: left}
			}
		}
		if best >= 0 {
			s.best.set = newBinSet(last)
			for _, l := range levels[:best+1] {
				s.best.set.add(l.bin)
			}
		}
		slices.Reverse(levels)
	}
}
