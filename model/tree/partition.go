package tree

// partition reorders rows[begin:end] so that those that a split sends left
// come first, each side in its former order, and returns where the right ones
// begin. Spans are divided in parallel, each into its own stretch of spare,
// left rows from the front and right rows from the back:
//
//	rows   |  span 0  |  span 1  |  span 2 |
//	spare  |LLL<-RRRRR|LLLL<-RRRR|L<-RRRRRR|
//	rows   |LLLLLLLL        |RRRRRRRRRRRRRR|
func (g *Grower) partition(begin, end int, s *split) int {
	rows, spare := g.rows[begin:end], g.spare[:end-begin]
	words, shift := g.matrix.tiles[s.column/tileColumns], 8*(s.column%tileColumns)
	var goesLeft [256]bool
	for bin := range g.matrix.bins.columns[s.column].last() + 1 {
		goesLeft[bin] = s.goesLeft(uint16(bin))
	}
	lefts := make([]int, spans(len(rows))+1) // lefts[i+1]: of span i, then summed up
	Spans(g.o.Threads, len(rows), func(b, e int) {
		left, right := b, e
		for _, r := range rows[b:e] {
			// Both are written and one counter moves: no branch to mispredict.
			spare[left], spare[right-1] = r, r
			if goesLeft[uint8(words[r]>>shift)] {
				left++
			} else {
				right--
			}
		}
		lefts[b/spanRows+1] = left - b
	})
	for i := range lefts[1:] {
		lefts[i+1] += lefts[i]
	}
	middle := lefts[len(lefts)-1]
	Spans(g.o.Threads, len(rows), func(b, e int) {
		before := lefts[b/spanRows]
		n := lefts[b/spanRows+1] - before
		copy(rows[before:], spare[b:b+n])
		right := rows[middle+b-before:]
		for i := range e - b - n {
			right[i] = spare[e-1-i]
		}
	})
	return begin + middle
}
