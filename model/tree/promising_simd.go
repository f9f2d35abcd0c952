//go:build goexperiment.simd && amd64

package tree

import "simd/archsimd"

// newBlocks is nil where this processor does not compare eight at a time.
func newBlocks() *blocks {
	if !archsimd.X86.AVX512() {
		return nil
	}
	return new(blocks)
}

// promising is a threshold from which on, below to, may beat the bar: from
// itself, or the first one of the next block of eight in which one does; to
// where none does. It does the sums of beats in the same order, so that it
// never passes over one.
func (r *race) promising(b *blocks, from, to int, constant bool) int {
	g, h, l2 := archsimd.BroadcastFloat64x8(r.g), archsimd.BroadcastFloat64x8(r.h), archsimd.BroadcastFloat64x8(r.l2)
	bar, rows := archsimd.BroadcastFloat64x8(r.bar), archsimd.BroadcastInt64x8(1<<32-1)
	for k := from &^ 7; k < to; k += 8 {
		v := archsimd.LoadInt64x8((*[8]int64)(b.gn[k:]))
		hess := v.And(rows)
		if !constant {
			hess = archsimd.LoadInt64x8((*[8]int64)(b.hess[k:]))
		}
		hl := hess.ConvertToFloat64().Add(l2)
		d := v.ShiftAllRight(32).ConvertToFloat64().Mul(h).Sub(g.Mul(hl))
		if d.Mul(d).Greater(bar.Mul(hl.Mul(h.Sub(hl)))).ToBits() != 0 {
			return max(from, k)
		}
	}
	return to
}
