package tree

import "slices"

// A view is what is known of rows: of all of a matrix, or of a copy of few.
type view struct {
	lanes [][]uint8  // by lane, by row
	wide  [][]uint16 // by wide column, by row
	words Gradients  // by row, quantised
}

// sides tells by lane or bin which rows a split sends left.
type sides struct {
	p        *place
	lane     [256]bool // by lane
	bins     []bool    // by bin, of a wide column
	plain    bool      // rows with a lane in lo..lo+span do; lane is not used
	lo, span uint8
}

// setSides makes out those of a split.
func (m *Matrix) setSides(out *sides, s *split) {
	out.p = &m.places[s.column]
	last := m.bins.columns[s.column].last()
	if out.p.wide {
		out.bins = slices.Grow(out.bins[:0], last+1)[:last+1]
		for bin := range out.bins {
			out.bins[bin] = s.goesLeft(uint16(bin))
		}
		return
	}
	if out.plain = out.p.alone() && s.set == nil; out.plain {
		out.lo, out.span = uint8(s.lo), uint8(s.span)
		return
	}
	for lane := range out.lane {
		bin := int(out.p.bin(uint8(lane)))
		out.lane[lane] = bin <= last && s.goesLeft(uint16(bin))
	}
}

// left reports whether rows with a lane go left.
func (s *sides) left(lane uint8) bool {
	if s.plain {
		return lane-s.lo <= s.span
	}
	return s.lane[lane]
}

// divide writes the rows that go left to the front of spare, in order, and
// the others to its back, in reverse; it returns how many go left. spare is
// as long as rows.
func (v *view) divide(rows, spare []uint32, s *sides) int {
	switch {
	case s.p.wide:
		return divide(rows, spare, v.wide[s.p.lane], s.bins)
	case s.plain:
		return dividePlain(rows, spare, v.lanes[s.p.lane], s.lo, s.span)
	}
	return divide(rows, spare, v.lanes[s.p.lane], s.lane[:])
}

func divide[T uint8 | uint16](rows, spare []uint32, bins []T, goesLeft []bool) int {
	left, right := 0, len(rows)-1
	spare = spare[:len(rows)]
	for _, r := range rows {
		// Both are written and one counter moves: no branch to mispredict.
		spare[left], spare[right] = r, r
		step := 0
		if goesLeft[bins[r]] {
			step = 1
		}
		left += step
		right += step - 1
	}
	return left
}

// dividePlain is divide without a table, which takes longer to make than a
// small leaf to divide.
func dividePlain(rows, spare []uint32, lane []uint8, lo, span uint8) int {
	left, right := 0, len(rows)-1
	spare = spare[:len(rows)]
	for _, r := range rows {
		spare[left], spare[right] = r, r
		step := 0
		if lane[r]-lo <= span {
			step = 1
		}
		left += step
		right += step - 1
	}
	return left
}

// partition reorders rows so that those that a split sends left come first,
// each side in its former order, and returns how many they are. Spans are
// divided in parallel, each into its own stretch of spare:
//
//	rows   |  span 0  |  span 1  |  span 2 |
//	spare  |LLL<-RRRRR|LLLL<-RRRR|L<-RRRRRR|
//	rows   |LLLLLLLL        |RRRRRRRRRRRRRR|
func (v *view) partition(rows, spare []uint32, side *sides, team *Team) int {
	if len(rows) <= spanRows {
		middle := v.divide(rows, spare, side)
		copy(rows, spare[:middle])
		copyReversed(rows[middle:], spare[middle:len(rows)])
		return middle
	}
	lefts := make([]int, spans(len(rows))+1) // lefts[i+1]: of span i, then summed up
	team.Spans(len(rows), func(b, e int) {
		lefts[b/spanRows+1] = v.divide(rows[b:e], spare[b:e], side)
	})
	for i := range lefts[1:] {
		lefts[i+1] += lefts[i]
	}
	middle := lefts[len(lefts)-1]
	team.Spans(len(rows), func(b, e int) {
		before := lefts[b/spanRows]
		n := lefts[b/spanRows+1] - before
		copy(rows[before:], spare[b:b+n])
		copyReversed(rows[middle+b-before:][:e-b-n], spare[b+n:e])
	})
	return middle
}

func copyReversed(to, from []uint32) {
	from = from[:len(to)]
	for i := range to {
		to[i] = from[len(from)-1-i]
	}
}
