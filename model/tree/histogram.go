package tree

// A tileHistogram has the sums of the rows of one leaf by bin, of each of the
// eight columns of a tile: 16 KiB of gradients and 8 KiB of hessians, which
// stay in the first-level cache while rows are added.
type tileHistogram struct {
	gn   [tileColumns][256]int64
	hess [tileColumns][256]uint32
}

// A histogram is a leaf's, by tile.
type histogram []tileHistogram

// add puts rows into the histogram, which it empties first. words are the
// tile's bins by row of the matrix.
func (h *tileHistogram) add(words []uint64, rows []uint32, q *quantised) {
	h.gn = [tileColumns][256]int64{}
	if q.constant {
		addGradients(&h.gn, words, rows, q.gn)
		return
	}
	h.hess = [tileColumns][256]uint32{}
	addBoth(h, words, rows, q.gn, q.hess)
}

// The loops over the eight columns are unrolled: constant shifts and offsets
// make each addition one instruction on memory.

func addGradients(h *[tileColumns][256]int64, words []uint64, rows []uint32, gn []int64) {
	for _, r := range rows {
		w, v := words[r], gn[r]
		h[0][uint8(w)] += v
		h[1][uint8(w>>8)] += v
		h[2][uint8(w>>16)] += v
		h[3][uint8(w>>24)] += v
		h[4][uint8(w>>32)] += v
		h[5][uint8(w>>40)] += v
		h[6][uint8(w>>48)] += v
		h[7][uint8(w>>56)] += v
	}
}

func addBoth(h *tileHistogram, words []uint64, rows []uint32, gn []int64, hess []uint32) {
	for _, r := range rows {
		w, v, u := words[r], gn[r], hess[r]
		b := uint8(w)
		h.gn[0][b] += v
		h.hess[0][b] += u
		b = uint8(w >> 8)
		h.gn[1][b] += v
		h.hess[1][b] += u
		b = uint8(w >> 16)
		h.gn[2][b] += v
		h.hess[2][b] += u
		b = uint8(w >> 24)
		h.gn[3][b] += v
		h.hess[3][b] += u
		b = uint8(w >> 32)
		h.gn[4][b] += v
		h.hess[4][b] += u
		b = uint8(w >> 40)
		h.gn[5][b] += v
		h.hess[5][b] += u
		b = uint8(w >> 48)
		h.gn[6][b] += v
		h.hess[6][b] += u
		b = uint8(w >> 56)
		h.gn[7][b] += v
		h.hess[7][b] += u
	}
}

// subtract leaves in h, a parent's, the histogram of one child, given the
// other's: exact, because sums are whole numbers.
func (h *tileHistogram) subtract(child *tileHistogram, q *quantised) {
	for k := range h.gn {
		a, b := &h.gn[k], &child.gn[k]
		for i := range a {
			a[i] -= b[i]
		}
	}
	if q.constant {
		return
	}
	for k := range h.hess {
		a, b := &h.hess[k], &child.hess[k]
		for i := range a {
			a[i] -= b[i]
		}
	}
}

// at is the sum of one bin. Where hessians are constant they are 0 here.
func (h *tileHistogram) at(k int, bin int, q *quantised) sum {
	s := sum{gn: h.gn[k][bin]}
	if !q.constant {
		s.hess = h.hess[k][bin]
	}
	return s
}
