package tree

import (
	"unsafe"

	"daycast"
)

// What has no formula, with room to spare; BenchmarkTrainStore fails where it
// is too little.
const (
	streamOverhead = 8 << 20 // the garbage of one tree and the runtime's own
	leafBytes      = 4 << 10 // six nodes and their numbers, three routes
)

// StreamBytes is the least memory that a StreamGrower takes.
func (s *Store) StreamBytes(o Options) int64 {
	fixed, histogram := s.streamBytes(o)
	return fixed + int64(leastHistograms(o))*histogram
}

// leastHistograms are those of two children by thread, twice, as leaves may
// keep one half.
func leastHistograms(o Options) int { return 4 * o.Team.Threads() }

// streamBytes is the memory that does not depend on the number of histograms,
// and that of one.
func (s *Store) streamBytes(o Options) (fixed, histogram int64) {
	threads, rows := int64(o.Team.Threads()), int64(min(s.rows, s.blockRows))
	targets, bins, width := int64(s.targetBytes()), int64(s.binBytes()), int64(s.width)
	tile := int64(unsafe.Sizeof(tileGrads{}))
	fixed = int64(s.rows)*2 + int64(s.rows)/8 + // leaf numbers, bag
		rows*max(targets, bins) + 2*rows*(targets+bins) + // the reader's
		rows*(8+4+4) + rows*int64(s.lanes) + // gradients, row numbers twice, lanes
		threads*(width*(tile+8*blockRows)+int64(unsafe.Sizeof(adder{}))) +
		8*int64(s.blocks()) + leafBytes*int64(o.Leaves) + streamOverhead
	histogram = width * (tile + int64(unsafe.Sizeof(tileHesses{})))
	for c := range s.places {
		if s.places[c].wide {
			histogram += int64(s.bins.columns[c].last()+1) * (8 + 4)
		}
	}
	return fixed, histogram
}

// histograms is for how many there is memory.
func (s *Store) histograms(o Options, memory int64) (int, error) {
	fixed, histogram := s.streamBytes(o)
	if need := s.StreamBytes(o); memory < need {
		return 0, daycast.Errorf(daycast.Invalid,
			"trees on %d stored rows of %d columns with %d threads take %d bytes at least: %d are given",
			s.rows, len(s.places), o.Team.Threads(), need, memory).
			WithField("memory").WithHint("give more memory, or take fewer rows or threads")
	}
	// More than these are never held at once.
	most := int64((o.Team.Threads() + 2) * 2 * o.Leaves)
	if histogram > 0 {
		most = min(most, (memory-fixed)/histogram)
	}
	return max(int(most), leastHistograms(o)), nil
}

// trim takes histograms from the leaves that come last, so that one half of
// all is left for the next walk, and returns how many are kept. Their children
// are added up in place of a subtraction.
func (g *StreamGrower) trim(c *crew, leaves []int) (kept int) {
	keep := func(n *growing) {
		if n.hist == nil {
			return
		}
		if kept++; kept > g.most/2 {
			g.pool.put(n.hist)
			n.hist = nil
			kept--
		}
	}
	for _, i := range leaves {
		n := c.nodes[i]
		n.taken = true // for a moment, to tell those that are in the queue
		keep(n)
		if n.known() {
			keep(n.children[0])
			keep(n.children[1])
		}
	}
	for _, n := range c.nodes { // leaves that will not be split any more
		if !n.taken {
			g.release(n)
		}
		n.taken = false
	}
	return kept
}

// giveBack gives back what leaves hold.
func (g *StreamGrower) giveBack() {
	for _, n := range g.nodes {
		g.release(n)
		n.children = [2]*growing{}
	}
}

func (g *StreamGrower) release(n *growing) {
	held := []*growing{n}
	if n.known() {
		held = append(held, n.children[0], n.children[1])
	}
	for _, h := range held {
		g.pool.put(h.hist)
		h.hist = nil
	}
}

// openWide takes empty sums for the wide columns of a node.
func (g *StreamGrower) openWide(n *growing) {
	if len(g.wide) == 0 {
		return
	}
	n.wide = make([]columnSums, g.matrix.layout.wide)
	for _, c := range g.wide {
		bins := g.matrix.bins.columns[c].last() + 1
		s := columnSums{gn: make([]int64, bins)}
		if !g.q.constant {
			s.hess = make([]uint32, bins)
		}
		n.wide[g.matrix.places[c].lane] = s
	}
}

// addWide adds the block's rows to the wide columns' sums, a thread each.
func (g *StreamGrower) addWide(w *streamWalk, b *Block) {
	if len(w.nodes) == 0 {
		return
	}
	g.o.Team.Each(len(g.wide), func(i int) {
		lane := g.matrix.places[g.wide[i]].lane
		for r, bin := range b.wide[lane] {
			slot := w.slots[g.leaf[b.Begin+r]]
			if slot == len(w.nodes) || !g.bag.has(b.Begin+r) {
				continue
			}
			s, own := &w.nodes[slot].wide[lane], g.q.of(uint32(r))
			s.gn[bin] += own.gn
			if s.hess != nil {
				s.hess[bin] += own.hess
			}
		}
	})
}
