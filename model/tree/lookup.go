package tree

import (
	"math"
	"slices"
)

// A lookup finds bins faster than a search among the cuts. The upper bits of a
// float, in an order that agrees with that of floats, are its cell; a table
// tells how many cuts lie below each cell, and few lie in it.
type lookup struct {
	*columnBins
	shift uint     // of a key to its cell
	base  uint32   // the first cut's cell, before all others
	table []uint16 // by cell from base on, and one behind the last cut's; nil where a plain search is as good
	// The cuts as keys, and above all keys after them, for steps steps from the
	// first cut of a cell; nil where a cell has too many.
	keys  []uint32
	steps int
}

// A table fits the first-level cache, or is larger where a cell would have more
// than fewSteps cuts. With more than mostSteps a search is faster.
const (
	smallTable = 1 << 12
	largeTable = 1 << 16
	fewSteps   = 3
	mostSteps  = 8
)

func (b *Bins) lookups() []lookup {
	out := make([]lookup, len(b.columns))
	for c := range b.columns {
		out[c] = newLookup(&b.columns[c])
	}
	return out
}

func newLookup(c *columnBins) lookup {
	l := lookup{columnBins: c}
	if len(c.cuts) < 4 || c.categorical {
		return l
	}
	l.plan(smallTable)
	if l.steps > fewSteps {
		l.plan(largeTable)
	}
	if l.steps <= mostSteps && len(c.cuts) < maxValueBins {
		l.keys = slices.Repeat([]uint32{math.MaxUint32}, maxValueBins+1)
		for k, cut := range c.cuts {
			l.keys[k] = ordered(cut + 0)
		}
	}
	return l
}

// plan makes a table of the finest cells of which size suffice.
func (l *lookup) plan(size uint32) {
	first, last := ordered(l.cuts[0]+0), ordered(l.cuts[len(l.cuts)-1]+0)
	for l.shift = 0; last>>l.shift-first>>l.shift+2 > size; {
		l.shift++
	}
	l.base, l.steps = first>>l.shift, 0
	l.table = make([]uint16, last>>l.shift-l.base+2)
	at := 0
	for cell := range l.table {
		from := at
		for at < len(l.cuts) && int(ordered(l.cuts[at]+0)>>l.shift-l.base) < cell {
			at++
		}
		l.steps = max(l.steps, at-from)
		l.table[cell] = uint16(at)
	}
}

// cell is a key's in the table.
func (l *lookup) cell(key uint32) uint32 {
	return min(max(key>>l.shift, l.base)-l.base, uint32(len(l.table)-1))
}

// bin is columnBins.bin.
func (l *lookup) bin(v float32) uint16 {
	if l.table == nil || v != v {
		return l.columnBins.bin(v)
	}
	cell := l.cell(ordered(v + 0))
	at, end := l.table[cell], uint16(len(l.cuts))
	if int(cell)+1 < len(l.table) {
		end = l.table[cell+1]
	}
	if end-at > mostSteps {
		return at + uint16(below(l.cuts[at:end], v)) + 1
	}
	for at < end && l.cuts[at] < v {
		at++
	}
	return at + 1
}

// fill writes the bins of values, which are at most 255. No branch depends on
// a value but for missing ones: those among the cuts of a cell are counted in as
// many steps as the fullest cell has cuts.
func (l *lookup) fill(out []uint8, values []float32) {
	out = out[:len(values)]
	if l.keys == nil {
		for i, v := range values {
			out[i] = uint8(l.bin(v))
		}
		return
	}
	table, keys := l.table, (*[maxValueBins + 1]uint32)(l.keys)
	shift, base, top, steps := l.shift&31, l.base, uint32(len(table)-1), l.steps
	for i, v := range values {
		key := ordered(v + 0)
		at := uint64(table[min(max(key>>shift, base)-base, top)])
		at += (uint64(keys[at&0xff]) - uint64(key)) >> 63
		at += (uint64(keys[at&0xff]) - uint64(key)) >> 63
		for s := 2; s < steps; s++ {
			at += (uint64(keys[at&0xff]) - uint64(key)) >> 63
		}
		at++
		if v != v {
			at = missingBin
		}
		out[i] = uint8(at)
	}
}
