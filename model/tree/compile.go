package tree

import "slices"

// A compiled ensemble answers fast. Nodes ask about lanes, each a number of
// 16 bits that a row has: of a column of numbers how many of the cuts that the
// trees use lie below the value, twice, with missing values before all others
// and after them; of a column with sets, its bin.
type compiled struct {
	columns []laneColumn
	lanes   int
	walks
	bits   []bitTree // as many; those with too many leaves are empty
	walked bool      // some are
	masks  int       // that a block has (see bitwise.go)
}

// A laneColumn is a column that nodes ask about.
type laneColumn struct {
	index     int // among the compiled's columns
	column    int
	model     []float32 // the model's cuts
	number    int       // its first lane of two for numbers, -1 where there is none
	cuts      lookup    // those that the trees use
	firstMask int       // of cuts+2 with missing values first, then of cuts+1 with them last
	set       int       // its lane for sets, -1 where there is none
	bins      lookup    // the model's
}

// The lane of a missing value that comes last, and the limit that all values
// but that pass.
const (
	missingLast = 1<<16 - 1
	allValues   = missingLast - 1
)

// compile lays an ensemble out.
func compile(e *Ensemble) *compiled {
	c := &compiled{}
	at := c.layLanes(e)
	c.lanes = max(1, c.lanes) // leaves have one to look at
	for i := range e.trees {
		c.layWalk(&e.trees[i], at)
		b := c.layBits(&e.trees[i], at)
		c.bits = append(c.bits, b)
		c.walked = c.walked || b.values == nil
	}
	return c
}

// layLanes gives the columns that nodes ask about their lanes, and returns
// them by column.
func (c *compiled) layLanes(e *Ensemble) map[uint16]*laneColumn {
	cuts, sets := questions(e)
	at := map[uint16]*laneColumn{}
	for i := range e.bins.columns {
		column := uint16(i)
		ks, number := cuts[column]
		if !number && !sets[column] {
			continue
		}
		l := laneColumn{index: len(c.columns), column: i, model: e.bins.columns[i].cuts, number: -1, set: -1, firstMask: c.masks}
		if number {
			l.cuts, l.number = newLookup(&columnBins{cuts: pick(e.bins.columns[i].cuts, ks)}), c.lanes
			c.lanes += 2
			c.masks += 2*len(l.cuts.cuts) + 3
		}
		if sets[column] {
			l.bins, l.set = newLookup(&e.bins.columns[i]), c.lanes
			c.lanes++
		}
		c.columns = append(c.columns, l)
	}
	for i := range c.columns {
		at[uint16(c.columns[i].column)] = &c.columns[i]
	}
	return at
}

// questions are, by column, the indices of the cuts that nodes split numbers by,
// and whether nodes have sets.
func questions(e *Ensemble) (cuts map[uint16][]int, sets map[uint16]bool) {
	cuts, sets = map[uint16][]int{}, map[uint16]bool{}
	for i := range e.trees {
		for _, n := range e.trees[i].nodes {
			switch {
			case n.right == 0:
			case n.set >= 0:
				sets[n.column] = true
			default:
				cuts[n.column] = append(cuts[n.column], n.cut())
			}
		}
	}
	return cuts, sets
}

// cut is the index of the cut up to which numbers go left: -1 where none does,
// and past the last cut where all do.
func (n *node) cut() int { return int(n.lo) + int(n.span) - 1 }

// pick are the cuts with the given indices, of those that exist, ascending.
func pick(cuts []float32, ks []int) (out []float32) {
	slices.Sort(ks)
	for _, k := range slices.Compact(ks) {
		if k >= 0 && k < len(cuts) {
			out = append(out, cuts[k])
		}
	}
	return out
}

// ask is what a node of numbers asks: rows go right whose lane is above limit.
// mask is that of the rows that do.
func (l *laneColumn) ask(n *node) (lane int, limit uint16, mask int) {
	used := len(l.cuts.cuts)
	at, all := 0, n.cut() >= len(l.model)
	if n.cut() >= 0 && !all {
		at, _ = slices.BinarySearch(l.cuts.cuts, l.model[n.cut()])
	}
	switch {
	case n.lo > 0 && all:
		return l.number + 1, allValues, l.firstMask + used + 2 + used
	case n.lo > 0:
		return l.number + 1, uint16(at), l.firstMask + used + 2 + at
	case all:
		return l.number, missingLast, l.firstMask + used + 1
	case n.cut() < 0:
		return l.number, 0, l.firstMask
	}
	return l.number, uint16(at + 1), l.firstMask + at + 1
}

// words are those of a node's set.
func (l *laneColumn) words(n *node, t *Tree) binSet {
	return binSet(t.sets[n.set:])[:setWords(l.bins.last())]
}

// fill sets the lanes of a row.
func (c *compiled) fill(lanes []uint16, value func(column int) float32) {
	for i := range c.columns {
		l := &c.columns[i]
		v := value(l.column)
		if l.number >= 0 {
			lanes[l.number], lanes[l.number+1] = 0, missingLast
			if v == v {
				p := l.cuts.bin(v)
				lanes[l.number], lanes[l.number+1] = p, p-1
			}
		}
		if l.set >= 0 {
			lanes[l.set] = l.bins.bin(v)
		}
	}
}
