package tree

import "slices"

// A layout says where a matrix holds its columns.
type layout struct {
	lanes, wide int
	places      []place // by column
}

// A place is where a column is: a lane of its own, a part of one, or a wide
// column.
type place struct {
	lane      int
	wide      bool        // lane is then a wide column's
	exclusive bool        // the lane's columns were never seen to differ from their usual bins at once
	code      []uint8     // by bin: what it adds to the lane; nil where the lane is the bin
	bins      *[256]uint8 // by lane: the bin
}

func (p *place) alone() bool { return p.code == nil }

func (p *place) bin(lane uint8) uint8 {
	if p.alone() {
		return lane
	}
	return p.bins[lane]
}

// planLayout gives each column its place. Columns share a lane where they can,
// so that one addition to a histogram serves them all: those that are
// exclusive, and those of few bins, as digits of a number
//
//	lane = bin of a + bins of a * (bin of b + bins of b * bin of c)
//
// where the product of their bins is at most 256. Histograms by column are
// sums over the lane's.
func planLayout(b *Bins) layout {
	columns := b.columns
	l := layout{places: make([]place, len(columns))}
	bundled := make([]bool, len(columns))
	for _, group := range b.exclusive {
		l.bundle(columns, group)
		for _, s := range group {
			bundled[s.column] = true
		}
	}
	order := make([]int, 0, len(columns)) // of other narrow columns, fewest bins first
	for c := range columns {
		if bundled[c] {
			continue
		}
		if columns[c].last() > maxValueBins {
			l.places[c] = place{lane: l.wide, wide: true}
			l.wide++
			continue
		}
		order = append(order, c)
	}
	slices.SortStableFunc(order, func(a, b int) int { return columns[a].last() - columns[b].last() })
	for len(order) > 0 {
		product, n := 1, 0
		for n < len(order) && product*(columns[order[n]].last()+1) <= 256 {
			product *= columns[order[n]].last() + 1
			n++
		}
		l.share(columns, order[:n])
		order = order[n:]
	}
	return l
}

// bundle lets exclusive columns share a new lane, which is 0 where all have
// their usual bins; the other bins follow each other, column by column.
func (l *layout) bundle(columns []columnBins, group []sparse) {
	next := 1
	for _, s := range group {
		size := columns[s.column].last() + 1
		p := place{lane: l.lanes, exclusive: true, code: make([]uint8, size), bins: new([256]uint8)}
		for lane := range p.bins {
			p.bins[lane] = uint8(s.usual)
		}
		for bin := range size {
			if bin != s.usual {
				p.code[bin] = uint8(next)
				p.bins[next] = uint8(bin)
				next++
			}
		}
		l.places[s.column] = p
	}
	l.lanes++
}

// share lets columns, one at least, share a new lane as digits.
func (l *layout) share(columns []columnBins, members []int) {
	if len(members) == 1 {
		l.places[members[0]] = place{lane: l.lanes}
		l.lanes++
		return
	}
	radix := 1
	for _, c := range members {
		size := columns[c].last() + 1
		p := place{lane: l.lanes, code: make([]uint8, size), bins: new([256]uint8)}
		for bin := range size {
			p.code[bin] = uint8(bin * radix)
		}
		for lane := range p.bins {
			p.bins[lane] = uint8(lane / radix % size)
		}
		l.places[c] = p
		radix *= size
	}
	l.lanes++
}
