package tree

import (
	"context"
	"slices"
)

// streamWalk is what one walk over the store does: rows of leaves that are
// split go to their children, and the rows of some nodes are added up.
type streamWalk struct {
	routes []*route       // by number; nil: rows stay
	slots  []int          // by number: that of the node's histogram; past the last for none
	nodes  []*growing     // by slot
	parts  [][]*histogram // by thread and slot
}

// A route is where a split sends rows: their new numbers.
type route struct {
	p      *place
	byLane [256]uint16
	byBin  []uint16 // of a wide column
}

func (g *StreamGrower) newRoute(s *split, left, right uint16) *route {
	var to sides
	g.matrix.setSides(&to, s)
	number := func(goesLeft bool) uint16 {
		if goesLeft {
			return left
		}
		return right
	}
	r := &route{p: to.p}
	for lane := range r.byLane {
		r.byLane[lane] = number(to.left(uint8(lane)))
	}
	for _, goesLeft := range to.bins {
		r.byBin = append(r.byBin, number(goesLeft))
	}
	return r
}

// walkRoot adds up all rows and searches the root's split.
func (g *StreamGrower) walkRoot(ctx context.Context, root *growing) error {
	w := g.newWalk()
	if g.q.gradQuantum > 0 && g.splittable(root) {
		w.build(0, root)
	}
	for i := range g.threads {
		g.threads[i].sum = sum{}
	}
	if err := g.walk(ctx, w, true); err != nil {
		return err
	}
	for _, t := range g.threads {
		root.sum = root.sum.plus(t.sum)
	}
	root.value = g.o.newton(g.q.gradient(root.sum), g.q.hessian(root.sum), g.o.L2)
	root.parent = root.value
	g.search(w.nodes)
	return nil
}

// newWalk is the grower's walk with nothing to do.
func (g *StreamGrower) newWalk() *streamWalk {
	w := &g.job
	*w = streamWalk{routes: w.routes[:0], slots: w.slots[:0], nodes: w.nodes[:0]}
	for range g.numbered {
		w.routes, w.slots = append(w.routes, nil), append(w.slots, noSlot)
	}
	return w
}

// noSlot marks nodes without a slot until the number of slots is known.
const noSlot = -1

func (w *streamWalk) build(number int, n *growing) {
	w.slots[number] = len(w.nodes)
	w.nodes = append(w.nodes, n)
}

// A pair is a leaf and the children that are made of it.
type pair struct {
	n           *growing
	left, right *growing
	small       *growing // the one that is added up where the other is the rest; nil: they are added up if they have to be
}

// split makes children of leaves near the head of the queue.
func (g *StreamGrower) split(ctx context.Context, c *crew) error {
	leaves := slices.Clone(c.queue)
	slices.SortFunc(leaves, c.compare)
	kept := g.trim(c, leaves)
	leaves = slices.DeleteFunc(leaves[:min(len(leaves), c.left())], func(i int) bool { return c.nodes[i].known() })
	// Level by level all leaves of the queue come before their children.
	last := c.left() == 1 || g.o.DepthWise && len(leaves) == c.left() && c.nodes[leaves[0]].depth == c.nodes[leaves[len(leaves)-1]].depth
	w := g.newWalk()
	var pairs []pair
	for _, i := range leaves {
		p := g.pairOf(c.nodes[i])
		small := p.wanted(g, last)
		if len(pairs) > 0 && kept+len(g.threads)*(len(w.nodes)+len(small)) > g.most {
			break
		}
		g.number(w, p, small)
		pairs = append(pairs, p)
	}
	if err := g.walk(ctx, w, false); err != nil {
		return err
	}
	g.subtract(pairs)
	var made []*growing
	for _, p := range pairs {
		made = append(made, p.left, p.right)
		p.n.children = [2]*growing{p.left, p.right}
	}
	g.search(made)
	return nil
}

// pairOf makes the children of a leaf, whose rows do not know of it yet.
func (g *StreamGrower) pairOf(n *growing) pair {
	left := &growing{end: n.best.left.rows(), seed: childSeed(n.seed, 0), sum: n.best.left}
	right := &growing{seed: childSeed(n.seed, 1), sum: n.sum.minus(n.best.left)}
	right.end = n.rows() - left.end
	g.inherit(n, left, right)
	return pair{n: n, left: left, right: right}
}

// wanted are the children whose rows have to be added up, as in
// Grower.searchChildren; last says that none will be split.
func (p *pair) wanted(g *StreamGrower, last bool) (out []*growing) {
	small, large := p.left, p.right
	if small.rows() > large.rows() {
		small, large = large, small
	}
	switch {
	case last:
		return nil
	case p.n.hist != nil && len(g.wide) == 0 && g.splittable(large):
		p.small = small
		return []*growing{small}
	}
	for _, child := range []*growing{p.left, p.right} {
		if g.splittable(child) {
			out = append(out, child)
		}
	}
	return out
}

// number gives children their numbers, and the walk its work.
func (g *StreamGrower) number(w *streamWalk, p pair, wanted []*growing) {
	above := g.numbers[p.n]
	w.routes[above] = g.newRoute(&p.n.best, uint16(len(g.numbered)), uint16(len(g.numbered)+1))
	for _, child := range []*growing{p.left, p.right} {
		w.routes, w.slots = append(w.routes, nil), append(w.slots, noSlot)
		if slices.Contains(wanted, child) {
			w.build(len(g.numbered), child)
		}
		g.numbers[child] = len(g.numbered)
		g.numbered = append(g.numbered, numbered{child, uint16(above)})
	}
}

// walk walks over the store once.
func (g *StreamGrower) walk(ctx context.Context, w *streamWalk, total bool) error {
	g.open(w)
	err := g.reader.walk(ctx, targetsAndBins, func(b *Block) error {
		g.show(b)
		g.o.Team.Each(len(g.threads), func(i int) {
			from, to := b.Rows*i/len(g.threads), b.Rows*(i+1)/len(g.threads)
			g.addStretch(w, i, b, from, to, total)
		})
		g.addWide(w, b)
		return nil
	})
	g.merge(w)
	return err
}

// open takes empty histograms for the walk.
func (g *StreamGrower) open(w *streamWalk) {
	for number, slot := range w.slots {
		if slot == noSlot {
			w.slots[number] = len(w.nodes)
		}
	}
	for i := range g.threads {
		g.threads[i].ends = make([]int, len(w.nodes)+2)
		w.parts = append(w.parts, nil)
		for range w.nodes {
			h := g.pool.get(g.Grower)
			g.workers[i].adder.empty(h)
			w.parts[i] = append(w.parts[i], h)
		}
	}
	for _, n := range w.nodes {
		g.openWide(n)
	}
}

// merge adds up what threads have and leaves it to the nodes.
func (g *StreamGrower) merge(w *streamWalk) {
	g.o.Team.Each(len(w.nodes), func(slot int) {
		n := w.nodes[slot]
		n.hist = w.parts[0][slot]
		for _, part := range w.parts[1:] {
			for _, t := range g.tiles {
				n.hist.plus(part[slot], t, g.q.constant)
			}
			g.pool.put(part[slot])
		}
	})
}

// addStretch does the walk's work on the rows from..to-1 of the block.
func (g *StreamGrower) addStretch(w *streamWalk, thread int, b *Block, from, to int, total bool) {
	leaf := g.leaf[b.Begin+from : b.Begin+to]
	g.move(w, leaf, from)
	if len(w.nodes) == 0 && !total {
		return
	}
	g.derive(b, from, to, g.q.words[from:to])
	g.q.round(g.rows[from:to], g.quanta.perGrad, g.quanta.perHess, g.quanta.seed)
	t := &g.threads[thread]
	if total {
		for r := from; r < to; r++ {
			if g.bag.has(b.Begin + r) {
				t.sum = t.sum.plus(g.q.of(uint32(r)))
			}
		}
	}
	g.sortRows(w, t, leaf, b.Begin, from)
	begin := 0
	for slot, end := range t.ends[:len(w.nodes)] {
		if end > begin {
			g.workers[thread].adder.more(w.parts[thread][slot], t.rows[begin:end])
		}
		begin = end
	}
}

// move gives rows, the first of which is from, the numbers of their nodes.
func (g *StreamGrower) move(w *streamWalk, leaf []uint16, from int) {
	m := g.matrix
	for i, number := range leaf {
		switch r := w.routes[number]; {
		case r == nil:
		case r.p.wide:
			leaf[i] = r.byBin[m.wide[r.p.lane][from+i]]
		default:
			word := m.words[(from+i)*m.width+r.p.lane/tileLanes]
			leaf[i] = r.byLane[uint8(word>>(8*(r.p.lane%tileLanes)))]
		}
	}
}

// sortRows sorts rows by their slots, in their order. Those that do not count
// come last, rather than be left out, which would be a branch to mispredict.
func (g *StreamGrower) sortRows(w *streamWalk, t *streamThread, leaf []uint16, base, from int) {
	clear(t.ends)
	slotOf := func(i int, number uint16) int {
		if g.bag.has(base + from + i) {
			return w.slots[number]
		}
		return len(w.nodes)
	}
	for i, number := range leaf {
		t.ends[slotOf(i, number)+1]++
	}
	for slot := range w.nodes {
		t.ends[slot+1] += t.ends[slot]
	}
	for i, number := range leaf {
		slot := slotOf(i, number)
		t.rows[t.ends[slot]] = uint32(from + i)
		t.ends[slot]++
	}
}

// subtract makes the histograms of the larger children from their parents'.
func (g *StreamGrower) subtract(pairs []pair) {
	g.o.Team.Each(len(pairs), func(i int) {
		p := pairs[i]
		if p.small == nil {
			g.pool.put(p.n.hist)
			p.n.hist = nil
			return
		}
		large := p.left
		if large == p.small {
			large = p.right
		}
		large.hist, p.n.hist = p.n.hist, nil
		for _, t := range g.tiles {
			large.hist.subtract(p.small.hist, t, g.q.constant)
		}
	})
}

// search finds the best splits of those nodes that have a histogram.
func (g *StreamGrower) search(nodes []*growing) {
	g.o.Team.Each(len(g.workers), func(i int) {
		for k := i; k < len(nodes); k += len(g.workers) {
			if nodes[k].hist != nil {
				g.findSplit(g.workers[i:i+1], nodes[k])
				nodes[k].wide = nil
			}
		}
	})
}
