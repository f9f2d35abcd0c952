package tree

import (
	"math"
	"slices"
)

// A lookup finds bins faster than a search among the cuts: the upper half of
// a float's bits, in an order that agrees with that of floats, tells how many
// cuts lie below all floats with that half, and few lie among them.
type lookup struct {
	*columnBins
	below []uint16 // by upper half, and one more; nil where a plain search is as good
	// The cuts as keys, and above all keys after them, for steps steps from the
	// first cut of a half; nil where a half has too many.
	keys  []uint32
	steps int
}

// lookupCuts is how many cuts may share a half before a search among those is
// faster than a walk.
const lookupCuts = 8

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
	l.below = make([]uint16, 1<<16+1)
	at := 0
	for half := range l.below {
		for at < len(c.cuts) && int(ordered(c.cuts[at]+0)>>16) < half {
			at++
		}
		l.below[half] = uint16(at)
		if half > 0 {
			l.steps = max(l.steps, at-int(l.below[half-1]))
		}
	}
	if l.steps <= lookupCuts && len(c.cuts) < maxValueBins {
		l.keys = slices.Repeat([]uint32{math.MaxUint32}, maxValueBins+1)
		for k, cut := range c.cuts {
			l.keys[k] = ordered(cut + 0)
		}
	}
	return l
}

// bin is columnBins.bin.
func (l *lookup) bin(v float32) uint16 {
	if l.below == nil || v != v {
		return l.columnBins.bin(v)
	}
	half := ordered(v+0) >> 16
	at, end := l.below[half], l.below[half+1]
	if end-at > lookupCuts {
		return at + uint16(below(l.cuts[at:end], v)) + 1
	}
	for at < end && l.cuts[at] < v {
		at++
	}
	return at + 1
}

// fill writes the bins of values, which are at most 255. No branch depends on
// a value but for missing ones: those among the cuts of a half are counted in as
// many steps as the fullest half has cuts.
func (l *lookup) fill(out []uint8, values []float32) {
	out = out[:len(values)]
	if l.keys == nil {
		for i, v := range values {
			out[i] = uint8(l.bin(v))
		}
		return
	}
	table, keys := (*[1<<16 + 1]uint16)(l.below), (*[maxValueBins + 1]uint32)(l.keys)
	for i, v := range values {
		key := ordered(v + 0)
		at := uint64(table[key>>16])
		for range l.steps {
			at += (uint64(keys[at&0xff]) - uint64(key)) >> 63
		}
		at++
		if v != v {
			at = missingBin
		}
		out[i] = uint8(at)
	}
}
