package tree

// A lookup finds bins faster than a search among the cuts: the upper half of
// a float's bits, in an order that agrees with that of floats, tells how many
// cuts lie below all floats with that half, and few lie among them.
type lookup struct {
	*columnBins
	below []uint16 // by upper half; nil where a plain search is as good
}

// lookupCuts is how many cuts may share a half before a search is faster.
const lookupCuts = 4

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
	l.below = make([]uint16, 1<<16)
	at, run, most := 0, 0, 0
	for i, cut := range c.cuts {
		half := int(ordered(cut+0) >> 16)
		for ; at <= half; at++ {
			l.below[at] = uint16(i)
			run = 0
		}
		run++
		most = max(most, run)
	}
	for ; at < len(l.below); at++ {
		l.below[at] = uint16(len(c.cuts))
	}
	if most > lookupCuts {
		l.below = nil
	}
	return l
}

// bin is columnBins.bin.
func (l *lookup) bin(v float32) uint16 {
	if l.below == nil || v != v {
		return l.columnBins.bin(v)
	}
	at := l.below[ordered(v+0)>>16]
	for int(at) < len(l.cuts) && l.cuts[at] < v {
		at++
	}
	return at + 1
}
