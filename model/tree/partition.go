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

// partition reorders rows so that those that a split sends left, left of them,
// come first, each side in its former order. The side with more rows closes up
// where it is, and the other waits in spare, which has room for half of rows:
//
//	rows   |LRLLRLLL|   LLLLLL      LLLLLLRR
//	spare           |   RR          RR
func (v *view) partition(rows, spare []uint32, left int, s *sides, team *Team) {
	if team != nil && len(rows) > spanRows {
		v.partitionTogether(rows, spare, left, s, team)
		return
	}
	flip, fewer := fewerOf(left, len(rows))
	spare = spare[:fewer]
	v.divide(rows, spare, s, flip)
	if flip == 1 {
		copy(rows[left:], rows)
		copy(rows, spare)
	} else {
		copy(rows[left:], spare)
	}
}

// fewerOf tells which side has fewer of n rows, flip being 1 where it is the
// left one, and how many.
func fewerOf(left, n int) (flip, fewer int) {
	if left < n-left {
		return 1, left
	}
	return 0, n - left
}

// partitionTogether is partition by all of a team, each member's rows by
// themselves. To count first who goes left costs a second look at their bins,
// and spares the room for all rows.
func (v *view) partitionTogether(rows, spare []uint32, left int, s *sides, team *Team) {
	flip, _ := fewerOf(left, len(rows))
	parts := team.Threads()
	bound := func(i int) int { return len(rows) * i / parts }
	moved := make([]int, parts+1) // moved[i+1]: to spare, of part i, then summed up
	team.Each(parts, func(i int) {
		moved[i+1] = v.count(rows[bound(i):bound(i+1)], s, flip)
	})
	for i := range parts {
		moved[i+1] += moved[i]
	}
	team.Each(parts, func(i int) {
		v.divide(rows[bound(i):bound(i+1)], spare[moved[i]:moved[i+1]], s, flip)
	})
	kept := 0
	for i := range parts {
		n := bound(i+1) - bound(i) - (moved[i+1] - moved[i])
		copy(rows[kept:], rows[bound(i):][:n])
		kept += n
	}
	to := rows[kept:]
	if flip == 1 {
		copy(rows[left:], rows[:kept])
		to = rows[:left]
	}
	team.Each(parts, func(i int) { copy(to[moved[i]:], spare[moved[i]:moved[i+1]]) })
}

// count is how many of rows go right or, with flip 1, left.
func (v *view) count(rows []uint32, s *sides, flip int) (n int) {
	if s.p.wide {
		bins := v.wide[s.p.lane]
		for _, r := range rows {
			n += right(!s.bins[bins[r]], flip)
		}
		return n
	}
	lane := v.lanes[s.p.lane]
	for _, r := range rows {
		n += right(!s.left(lane[r]), flip)
	}
	return n
}

// right is 1 for a row that goes right or, with flip 1, left.
func right(goesRight bool, flip int) int {
	step := 0
	if goesRight {
		step = 1
	}
	return step ^ flip
}

// divide moves the rows that go right or, with flip 1, left to spare, which is
// as long as they are many, and closes up the others in rows, both in order.
func (v *view) divide(rows, spare []uint32, s *sides, flip int) {
	switch {
	case s.p.wide:
		divide(rows, spare, v.wide[s.p.lane], s.bins, flip)
	case s.plain:
		dividePlain(rows, spare, v.lanes[s.p.lane], s.lo, s.span, flip)
	default:
		divide(rows, spare, v.lanes[s.p.lane], s.lane[:], flip)
	}
}

func divide[T uint8 | uint16](rows, spare []uint32, bins []T, goesLeft []bool, flip int) {
	kept, moved := 0, 0
	for i, r := range rows {
		if moved == len(spare) {
			copy(rows[kept:], rows[i:])
			return
		}
		// Both are written and one counter moves: no branch to mispredict.
		rows[kept], spare[moved] = r, r
		step := right(!goesLeft[bins[r]], flip)
		moved += step
		kept += 1 - step
	}
}

// dividePlain is divide without a table, which takes longer to make than a
// small leaf to divide.
func dividePlain(rows, spare []uint32, lane []uint8, lo, span uint8, flip int) {
	kept, moved := 0, 0
	for i, r := range rows {
		if moved == len(spare) {
			copy(rows[kept:], rows[i:])
			return
		}
		rows[kept], spare[moved] = r, r
		step := right(lane[r]-lo > span, flip)
		moved += step
		kept += 1 - step
	}
}

// merge undoes a partition of ascending rows.
func merge(rows, spare []uint32, left int) {
	flip, fewer := fewerOf(left, len(rows))
	spare = spare[:fewer]
	if flip == 1 {
		copy(spare, rows)
		from, to := rows[left:], 0
		for _, r := range spare {
			for len(from) > 0 && from[0] < r {
				rows[to], from, to = from[0], from[1:], to+1
			}
			rows[to], to = r, to+1
		}
		return
	}
	copy(spare, rows[left:])
	from, to := rows[:left], len(rows)-1
	for i := range spare {
		r := spare[len(spare)-1-i]
		for len(from) > 0 && from[len(from)-1] > r {
			rows[to], from, to = from[len(from)-1], from[:len(from)-1], to-1
		}
		rows[to], to = r, to-1
	}
}
