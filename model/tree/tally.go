package tree

import (
	"math"
	"math/bits"
)

// A tally adds up the rows of a leaf that has few of them, column by column,
// and gives the sums of those bins only that rows are in: where a leaf has
// tens of rows, most of a histogram would be zeros to clear and to pass by.
type tally struct {
	gn   []int64  // of the leaf's rows
	hess []uint32 // not used where hessians are constant

	sums   [256]int64 // by bin; zeros between two columns
	hesses [256]uint32
	seen   [4]uint64 // the bins that rows are in, a bit each

	// What columnSums consists of: the missing bin, then those seen.
	outSums   [257]int64
	outHesses [257]uint32
	outBins   [257]uint16
}

// tallyRows is how many rows a leaf has at most that is worth a tally; where
// half of the columns or fewer are looked at, it is more, as a histogram is one
// of all columns. A choice, by BenchmarkFit in model/forest.
const (
	tallyRows       = 128
	tallyRowsOfHalf = 1024
)

func (g *Grower) few(n *growing) bool {
	if g.o.SplitColumns <= .5 {
		return n.rows() <= tallyRowsOfHalf
	}
	return n.rows() <= tallyRows
}

// searchFew finds the best split of a leaf that has these rows of v.
func (g *Grower) searchFew(w *worker, v *view, rows []uint32, n *growing) {
	if !g.splittable(n) {
		return
	}
	first := newSearch(g.q, &g.o, n)
	bar := first.race()
	w.tally.load(g.q, v.words, rows)
	for _, c := range g.allowedColumns(w, n) {
		s := first
		if f := g.searchTally(w, &s, &bar, v, rows, c); f.gain > n.best.gain {
			n.best = f
			bar.raise(&s)
		}
	}
}

// searchTally searches one column. What cannot pass bar may be left out.
func (g *Grower) searchTally(w *worker, s *search, bar *race, v *view, rows []uint32, c int) split {
	p, column, t := &g.matrix.places[c], g.column(c), &w.tally
	if p.wide {
		return s.column(c, column, g.wideSums(w, v, rows, p, column.last()))
	}
	t.add(g.q, rows, v.lanes[p.lane], p)
	if column.categorical || t.sums[missingBin] != 0 || g.o.RandomCuts || !g.o.plain() {
		return s.column(c, column, t.take(g.q.constant))
	}
	best := t.bestByRows
	if !g.q.constant {
		best = t.bestThreshold
	}
	if bin, left := best(bar); bin > 0 {
		s.offer(c, uint16(bin), 1, left, true)
	}
	return s.found()
}

// raise lets a race ask for a little less than the gain found: what is better
// by no more than rounding is left to the gains.
func (r *race) raise(s *search) {
	bar := s.race().bar
	r.bar = bar - 1e-9*(math.Abs(bar)+r.g*r.g)
}

// load copies what the leaf's rows have to add.
func (t *tally) load(q *quantised, words Gradients, rows []uint32) {
	t.gn = t.gn[:0]
	if q.constant {
		for _, r := range rows {
			t.gn = append(t.gn, words[r])
		}
		return
	}
	t.hess = t.hess[:0]
	for _, r := range rows {
		w := words[r]
		t.gn, t.hess = append(t.gn, w>>32<<32+1), append(t.hess, uint32(w))
	}
}

// add adds up the rows' bins of a column that is not wide.
func (t *tally) add(q *quantised, rows []uint32, lane []uint8, p *place) {
	switch {
	case !q.constant:
		t.addBoth(rows, lane, p)
	case p.alone():
		t.addAlone(rows, lane)
	default:
		gn := t.gn[:len(rows)]
		for i, r := range rows {
			b := p.bins[lane[r]]
			t.sums[b] += gn[i]
			t.seen[b>>6] |= 1 << (b & 63)
		}
	}
}

func (t *tally) addAlone(rows []uint32, lane []uint8) {
	gn := t.gn[:len(rows)]
	for i, r := range rows {
		b := lane[r]
		t.sums[b] += gn[i]
		t.seen[b>>6] |= 1 << (b & 63)
	}
}

func (t *tally) addBoth(rows []uint32, lane []uint8, p *place) {
	gn, hess := t.gn[:len(rows)], t.hess[:len(rows)]
	bins := p.bins
	if p.alone() {
		bins = &identity
	}
	for i, r := range rows {
		b := bins[lane[r]]
		t.sums[b] += gn[i]
		t.hesses[b] += hess[i]
		t.seen[b>>6] |= 1 << (b & 63)
	}
}

// identity is the bins by lane of a column that has it alone.
var identity = func() (out [256]uint8) {
	for i := range out {
		out[i] = uint8(i)
	}
	return out
}()

// bestThreshold is search's, of the bins that rows are in, which it empties.
func (t *tally) bestThreshold(r *race) (best uint8, bestLeft sum) {
	bar, left := r.bar, sum{}
	within := int64(r.mostRows) - int64(r.minRows)
	for i, word := range t.seen {
		for ; word != 0; word &= word - 1 {
			b := uint8(i<<6 + bits.TrailingZeros64(word))
			left = sum{left.gn + t.sums[b], left.hess + t.hesses[b]}
			t.sums[b], t.hesses[b] = 0, 0
			if int64(uint32(left.gn)-r.minRows) > within {
				continue
			}
			hl := float64(int64(left.hess))
			hr := r.h - 2*r.l2 - hl
			if hl < r.minHess || hr < r.minHess {
				continue
			}
			hl, hr = hl+r.l2, hr+r.l2
			d := float64(left.gn>>32)*r.h - r.g*hl
			if hh := hl * hr; d*d > bar*hh {
				bar, best, bestLeft = d*d/hh, b, left
			}
		}
	}
	t.seen = [4]uint64{}
	return best, bestLeft
}

// bestByRows is bestThreshold where rows tell the hessian.
func (t *tally) bestByRows(r *race) (best uint8, bestLeft sum) {
	bar, left := r.bar, int64(0)
	within := int64(r.mostRows) - int64(r.minRows)
	for i, word := range t.seen {
		for ; word != 0; word &= word - 1 {
			b := uint8(i<<6 + bits.TrailingZeros64(word))
			left += t.sums[b]
			t.sums[b] = 0
			rows := uint32(left)
			if int64(rows-r.minRows) > within {
				continue
			}
			hl := float64(int64(rows)) + r.l2
			d := float64(left>>32)*r.h - r.g*hl
			if hh := hl * (r.h - hl); d*d > bar*hh {
				bar, best, bestLeft.gn = d*d/hh, b, left
			}
		}
	}
	t.seen = [4]uint64{}
	return best, bestLeft
}

// take moves the sums out.
func (t *tally) take(constant bool) columnSums {
	t.outSums[0], t.outHesses[0] = t.sums[missingBin], t.hesses[missingBin]
	t.sums[missingBin], t.hesses[missingBin] = 0, 0
	t.seen[0] &^= 1
	n := 1
	for i, word := range t.seen {
		for ; word != 0; word &= word - 1 {
			b := uint8(i<<6 + bits.TrailingZeros64(word))
			t.outBins[n], t.outSums[n] = uint16(b), t.sums[b]
			t.sums[b] = 0
			if !constant {
				t.outHesses[n] = t.hesses[b]
				t.hesses[b] = 0
			}
			n++
		}
	}
	t.seen = [4]uint64{}
	out := columnSums{gn: t.outSums[:n], bins: t.outBins[:n]}
	if !constant {
		out.hess = t.outHesses[:n]
	}
	return out
}
