package tree

import "daycast/feature"

// A cohort is at most 65536 rows that walk together. Rows that have passed
// the same columns of a path have the same pattern there.
type cohort struct {
	bins [][]uint16 // by column, row
	// By depth:
	ids    [][]uint16 // by row: its pattern
	from   [][]uint32 // by pattern: its parent's at depth-1, times 2, plus 1 where the last test sent it left
	passed [][]bool   // by pattern*width + place
	left   []uint8    // by row: 1 where the last test sent it left
	next   []int32    // by from
}

func newCohort(b *Bins, x *feature.Frame, begin, end int) *cohort {
	n := end - begin
	c := &cohort{bins: make([][]uint16, len(b.columns)), left: make([]uint8, n)}
	flat := make([]uint16, len(b.columns)*n)
	for k := range b.columns {
		c.bins[k] = flat[k*n : (k+1)*n]
		if k < len(x.Data) { // a column that x lacks is missing
			for i, v := range x.Data[k][begin:end] {
				c.bins[k][i] = b.columns[k].bin(v)
			}
		}
	}
	c.ids = [][]uint16{make([]uint16, n)}
	c.from, c.passed = [][]uint32{{0}}, [][]bool{nil}
	return c
}

// test numbers the patterns at the children of n: they are the same for both.
func (c *cohort) test(t *Tree, n *node, s step) {
	if s.depth+1 == len(c.ids) {
		c.ids = append(c.ids, make([]uint16, len(c.left)))
		c.from = append(c.from, nil)
		c.passed = append(c.passed, nil)
	}
	c.decide(t, n)
	parents := len(c.from[s.depth])
	for len(c.next) < 2*parents {
		c.next = append(c.next, 0)
	}
	next := c.next[:2*parents]
	for i := range next {
		next[i] = -1
	}
	from, ids := c.from[s.depth+1][:0], c.ids[s.depth+1][:len(c.left)]
	passed := c.passed[s.depth]
	parent := c.ids[s.depth][:len(c.left)]
	for r, left := range c.left {
		key := 2*uint32(parent[r]) + uint32(left)
		if next[key] < 0 {
			next[key] = int32(len(from))
			if s.again && !passed[int(key>>1)*s.width+s.place] {
				next[key^1] = next[key] // failed before: the test tells nothing
			}
			from = append(from, key)
		}
		ids[r] = uint16(next[key])
	}
	c.from[s.depth+1] = from
}

// decide finds out which rows go left at n.
func (c *cohort) decide(t *Tree, n *node) {
	bins, left := c.bins[n.column], c.left
	left = left[:len(bins)]
	if n.set >= 0 {
		set := binSet(t.sets[n.set:])
		for r, bin := range bins {
			left[r] = uint8(set[bin>>6] >> (bin & 63) & 1)
		}
		return
	}
	lo, span := n.lo, n.span
	for r, bin := range bins {
		var in uint8
		if bin-lo <= span {
			in = 1
		}
		left[r] = in
	}
}

// enter says of each pattern which columns it has passed at a child.
func (c *cohort) enter(s step) {
	before := s.width
	if !s.again {
		before--
	}
	parents, passed := c.passed[s.depth], c.passed[s.depth+1][:0]
	for p, key := range c.from[s.depth+1] {
		passed = append(passed, parents[int(key>>1)*before:][:before]...)
		ok := (key&1 == 1) == s.left
		if s.again {
			passed[p*s.width+s.place] = passed[p*s.width+s.place] && ok
		} else {
			passed = append(passed, ok)
		}
	}
	c.passed[s.depth+1] = passed
}
