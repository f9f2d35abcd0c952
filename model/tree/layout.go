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

// planLayout gives each column its place. Columns of few bins share a lane,
// so that one addition to a histogram serves them all: as digits of a number
//
//	lane = bin of a + bins of a * (bin of b + bins of b * bin of c)
//
// where the product of their bins is at most 256. Histograms by column are
// sums over the lane's.
func planLayout(columns []columnBins) layout {
	l := layout{places: make([]place, len(columns))}
	order := make([]int, 0, len(columns)) // of narrow columns, fewest bins first
	for c := range columns {
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
