package tree

// A tileGrads has gradients and rows by bin of each of a tile's eight lanes,
// 16 KiB, which stay in the first-level cache while rows are added.
type tileGrads [tileLanes][256]int64

// A tileHesses has hessians in the same way.
type tileHesses [tileLanes][256]uint32

// A histogram has the sums of a leaf's rows by bin of each lane, by tile.
type histogram struct {
	gn   []tileGrads
	hess []tileHesses // not used where hessians are constant; may then be nil
}

// A block is how many rows are copied from all over the matrix before they
// are added up, tile by tile: many loads from far memory wait together, and
// the additions find their rows near.
const blockRows = 512

// An adder fills histograms. It has a copy of a block's rows.
type adder struct {
	m     *Matrix
	q     *quantised
	tiles []int               // that count
	words [][blockRows]uint64 // by tile
	gn    [blockRows]int64
	hess  [blockRows]uint32
	packed
}

func newAdder(m *Matrix, q *quantised) *adder {
	return &adder{m: m, q: q, words: make([][blockRows]uint64, m.width)}
}

// add empties the tiles of h and puts rows into them.
func (a *adder) add(h *histogram, rows []uint32) {
	a.empty(h)
	a.more(h, rows)
}

func (a *adder) empty(h *histogram) {
	for _, t := range a.tiles {
		h.gn[t] = tileGrads{}
		if !a.q.constant {
			h.hess[t] = tileHesses{}
		}
	}
}

// more puts rows into the tiles of h.
func (a *adder) more(h *histogram, rows []uint32) {
	pack := !a.q.constant && len(rows) >= packRows
	for len(rows) > 0 {
		n := min(len(rows), blockRows)
		a.gather(rows[:n])
		switch {
		case a.q.constant:
			for _, t := range a.tiles {
				addGrads(&h.gn[t], a.words[t][:n], a.gn[:n])
			}
		case pack && a.addPacked(h, n):
		default:
			for _, t := range a.tiles {
				addBoth(&h.gn[t], &h.hess[t], a.words[t][:n], a.gn[:n], a.hess[:n])
			}
		}
		rows = rows[n:]
	}
	a.flush(h)
}

// gather copies a block.
func (a *adder) gather(rows []uint32) {
	if a.q.constant {
		gn, from := a.gn[:len(rows)], a.q.words
		for i, r := range rows {
			gn[i] = from[r]
		}
	} else {
		for i, r := range rows {
			w := a.q.words[r]
			a.gn[i], a.hess[i] = w>>32<<32+1, uint32(w)
		}
	}
	// One word of all rows, then the next, whose lines are near by then: short
	// loops leave the processor room to wait for many lines at once.
	width := a.m.width
	for _, t := range a.tiles {
		words, from := a.words[t][:len(rows)], a.m.words[t:]
		for i, r := range rows {
			words[i] = from[int(r)*width]
		}
	}
}

// The loops over the eight lanes are unrolled: constant shifts and offsets
// make each addition one instruction on memory.

func addGrads(h *tileGrads, words []uint64, gn []int64) {
	gn = gn[:len(words)]
	for i, w := range words {
		v := gn[i]
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

func addBoth(h *tileGrads, hh *tileHesses, words []uint64, gn []int64, hess []uint32) {
	gn, hess = gn[:len(words)], hess[:len(words)]
	for i, w := range words {
		v, u := gn[i], hess[i]
		b := uint8(w)
		h[0][b] += v
		hh[0][b] += u
		b = uint8(w >> 8)
		h[1][b] += v
		hh[1][b] += u
		b = uint8(w >> 16)
		h[2][b] += v
		hh[2][b] += u
		b = uint8(w >> 24)
		h[3][b] += v
		hh[3][b] += u
		b = uint8(w >> 32)
		h[4][b] += v
		hh[4][b] += u
		b = uint8(w >> 40)
		h[5][b] += v
		hh[5][b] += u
		b = uint8(w >> 48)
		h[6][b] += v
		hh[6][b] += u
		b = uint8(w >> 56)
		h[7][b] += v
		hh[7][b] += u
	}
}

// subtract leaves in h, a parent's, the tile of one child, given the other's:
// exact, because sums are whole numbers.
func (h *histogram) subtract(child *histogram, t int, constant bool) {
	a, b := &h.gn[t], &child.gn[t]
	for k := range a {
		for i := range a[k] {
			a[k][i] -= b[k][i]
		}
	}
	if constant {
		return
	}
	c, d := &h.hess[t], &child.hess[t]
	for k := range c {
		for i := range c[k] {
			c[k][i] -= d[k][i]
		}
	}
}

// plus adds a tile of part to h's.
func (h *histogram) plus(part *histogram, t int, constant bool) {
	a, b := &h.gn[t], &part.gn[t]
	for k := range a {
		for i := range a[k] {
			a[k][i] += b[k][i]
		}
	}
	if constant {
		return
	}
	c, d := &h.hess[t], &part.hess[t]
	for k := range c {
		for i := range c[k] {
			c[k][i] += d[k][i]
		}
	}
}
