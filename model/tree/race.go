package tree

import (
	"math"
	"sort"
)

// A race compares the thresholds of one leaf without division, in quanta:
//
//	GL^2/HL + GR^2/HR - G^2/H = (GL*H - G*HL)^2 / (HL*HR*H) > bar
//
// where each of HL and HR has its L2 in it, and H is their sum.
type race struct {
	g, h, l2 float64
	bar      float64 // times H: what a score has to pass
	minHess  float64
	minRows  uint32
	mostRows uint32 // on the left
}

// slack lowers the bar by more than sums may differ by rounding: what is as
// good as the best of another column is compared by its gain itself.
const slack = 1 - 1e-9

func (s *search) race() race {
	gq, hq := s.q.gradQuantum, s.q.hessQuantum
	r := race{g: float64(s.total.grad()), l2: s.o.L2 / hq, minHess: s.o.MinHessian / hq}
	r.h = s.q.hessQuanta(s.total) + 2*r.l2
	// Of both sides' scores, own is the leaf's with one L2, and G^2/H that
	// with two.
	r.bar = ((s.best.gain+s.own)*hq/(gq*gq)*r.h - r.g*r.g) * slack
	least := s.o.MinRows
	if s.q.constant {
		least = max(least, int(math.Ceil(min(r.minHess, maxRows))))
	}
	r.minRows, r.mostRows = uint32(least), uint32(max(0, s.total.rows()-least))
	return r
}

// beats reports whether a threshold with the sum on its left is legal and
// beats the bar, which it then raises.
func (r *race) beats(left sum, constant bool) bool {
	rows := uint32(left.gn)
	hl := float64(int64(left.hess))
	if constant {
		hl = float64(int64(rows))
	}
	if rows < r.minRows || rows > r.mostRows || hl < r.minHess || r.h-2*r.l2-hl < r.minHess {
		return false
	}
	hl += r.l2
	d := float64(left.gn>>32)*r.h - r.g*hl
	hh := hl * (r.h - hl)
	if !(d*d > r.bar*hh) {
		return false
	}
	r.bar = d * d / hh
	return true
}

// bestThreshold is the index of the last bin on the left of the best threshold,
// and the sum on its left; 0: none is better than what was found before.
func (s *search) bestThreshold(h columnSums, lo uint16) (best int, bestLeft sum) {
	r, left := s.race(), start(h, lo)
	for t := 1; t <= h.last(); t++ {
		if h.gn[t] == 0 {
			continue // an empty bin makes the same split as the one before
		}
		left = left.plus(h.at(t))
		if uint32(left.gn) > r.mostRows {
			break
		}
		if r.beats(left, s.q.constant) {
			best, bestLeft = t, left
		}
	}
	return best, bestLeft
}

// blocks are the sums on the left of thresholds, by the last bin there.
type blocks struct{ gn, hess [maxValueBins + 1]int64 }

// fill sums up the bins and returns the range of those that leave rows enough
// on both sides.
func (b *blocks) fill(h columnSums, left sum, r *race) (from, to int) {
	at, last := left.gn, h.last()
	b.gn[0] = at
	for t, v := range h.gn[1 : last+1] {
		at += v
		b.gn[t+1] = at
	}
	for t := last + 1; t <= last|7; t++ {
		b.gn[t] = at
	}
	from = sort.Search(last, func(t int) bool { return uint32(b.gn[t]) >= r.minRows })
	to = sort.Search(last+1, func(t int) bool { return uint32(b.gn[t]) > r.mostRows })
	if h.hess == nil {
		return max(1, from), to
	}
	sum := int64(left.hess)
	b.hess[0] = sum
	for t, v := range h.hess[1 : last+1] {
		sum += int64(v)
		b.hess[t+1] = sum
	}
	for t := last + 1; t <= last|7; t++ {
		b.hess[t] = sum
	}
	return max(1, from), to
}

// bestInBlocks is bestThreshold, which looks closer only at blocks of eight
// thresholds where one of them beats the bar.
func (s *search) bestInBlocks(h columnSums, lo uint16) (best int, bestLeft sum) {
	r, b := s.race(), s.blocks
	from, to := b.fill(h, start(h, lo), &r)
	for {
		from = r.promising(b, from, to, s.q.constant)
		if from >= to {
			return best, bestLeft
		}
		end := min(to, from|7+1)
		for ; from < end; from++ {
			left := sum{gn: b.gn[from]}
			if !s.q.constant {
				left.hess = uint32(b.hess[from])
			}
			if h.gn[from] != 0 && r.beats(left, s.q.constant) {
				best, bestLeft = from, left
			}
		}
	}
}
