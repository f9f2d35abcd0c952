package tree

// packed adds up gradients, hessians and rows in one word each, for as many
// rows as the word has room for, so that hessians that differ cost no second
// addition:
//
//	gradient 27 bits, signed | hessian 24 bits | rows 13 bits
//
// A block whose sums would not fit is added in the plain way.
type packed struct {
	block [blockRows]int64
	sums  []tileGrads // by tile, in packed words
	// The sums of the rows that they hold; of the gradients' absolute values.
	grad, hess int64
	rows       int
}

const (
	rowBits   = 13
	gradShift = rowBits + 24
	mostRows  = 1<<rowBits - 1
	mostHess  = 1<<(gradShift-rowBits) - 1
	mostGrad  = 1<<(63-gradShift) - 1
	// Fewer rows than this are added up in the plain way: to unpack the sums
	// costs more than it saves.
	packRows = 1024
)

// addPacked adds the block of n rows that was gathered; false: it does not
// fit a word.
func (a *adder) addPacked(h *histogram, n int) bool {
	grad, hess := a.pack(n)
	if grad > mostGrad || hess > mostHess {
		return false
	}
	p := &a.packed
	if p.grad+grad > mostGrad || p.hess+hess > mostHess || p.rows+n > mostRows {
		a.flush(h)
	}
	p.grad, p.hess, p.rows = p.grad+grad, p.hess+hess, p.rows+n
	if p.sums == nil {
		p.sums = make([]tileGrads, a.m.width)
	}
	for _, t := range a.tiles {
		addGrads(&p.sums[t], a.words[t][:n], p.block[:n])
	}
	return true
}

// pack makes the block's words and adds up what they hold.
func (a *adder) pack(n int) (grad, hess int64) {
	for i, v := range a.gn[:n] {
		g, u := v>>32, int64(a.hess[i])
		a.block[i] = g<<gradShift + u<<rowBits + 1
		hess += u
		grad += max(g, -g)
	}
	return grad, hess
}

// flush moves the packed sums to the histogram.
func (a *adder) flush(h *histogram) {
	p := &a.packed
	if p.rows == 0 {
		return
	}
	for _, t := range a.tiles {
		for k := range p.sums[t] {
			gn, hess := &h.gn[t][k], &h.hess[t][k]
			for bin, v := range &p.sums[t][k] {
				gn[bin] += v>>gradShift<<32 + v&mostRows
				hess[bin] += uint32(v >> rowBits & mostHess)
			}
		}
		p.sums[t] = tileGrads{}
	}
	p.grad, p.hess, p.rows = 0, 0, 0
}
