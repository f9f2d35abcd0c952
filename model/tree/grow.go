package tree

import (
	"slices"
	"sync"
)

// A leaf with fewer rows than this does not keep its histogram for its
// children: adding up their rows is as quick as a subtraction of 256 bins.
// It bounds the memory of histograms by that of the rows.
const keepRows = 1024

// A leaf with as many rows is worked on by all threads together where there
// are fewer leaves than threads.
const manyRows = 8 * spanRows

// A Grower grows trees on one matrix. It is not for concurrent use.
type Grower struct {
	matrix  *Matrix
	o       Options
	q       *quantised
	all     view      // of the matrix's rows
	workers []*worker // by thread
	pool    histogramPool
	parts   []sum  // room for sums by span
	grown   []Leaf // of the last tree

	// The tree that is being grown.
	rows      []uint32   // the caller's; each leaf has a stretch of them, ascending in it
	spare     []uint32   // room for half as many
	columns   []int      // that the tree may use, ascending
	tiles     []int      // that hold such a column
	nodes     []*growing // from the root on; where trees are whole, not those in patches
	leaves    []*growing // from left to right, once they are known
	patchRows int        // leaves of so many rows are left to patches; 0: none is
	seed      uint64
}

// growing is a node of a tree that is being grown.
type growing struct {
	begin, end int // of its rows
	depth      int
	seed       uint64
	sum        sum
	value      float64 // of the node as a leaf, where gains need it
	parent     float64 // the value of the node above
	bounds
	path        []int // the columns above it, where interactions are limited
	best        split
	hist        *histogram   // nil where it is not kept
	wide        []columnSums // by wide column, where rows are not at hand
	taken       bool         // by a worker that makes its children
	children    [2]*growing  // that its best split makes, once they are known
	left, right *growing     // in the tree; nil for a leaf
}

func (n *growing) rows() int { return n.end - n.begin }

// known reports whether the leaf's children are.
func (n *growing) known() bool { return n.children[0] != nil }

// NewGrower makes a grower of trees on m.
func NewGrower(m *Matrix, o Options) *Grower {
	m.tile(o.Team)
	g := &Grower{matrix: m, o: o, q: newQuantised(m.rows)}
	g.all = view{m.lanes, m.wide, g.q.words}
	for range o.Team.Threads() {
		g.workers = append(g.workers, newWorker(g))
	}
	return g
}

// Gradients is where the gradient and hessian of each row that is to be grown
// on have to be before each Grow, which overwrites them.
func (g *Grower) Gradients() Gradients { return g.q.words }

// Grow grows a tree on rows, which ascend, from their gradients. It reorders
// rows, so that those of a leaf lie together.
func (g *Grower) Grow(rows []uint32, v Values, seed uint64) *Grown {
	g.seed = seed
	g.rows, g.spare = rows, sized(g.spare, len(rows)/2)
	g.q.fill(rows, seed, g.o.Team)
	g.chooseColumns()
	for _, w := range g.workers {
		w.used = 0
	}
	g.nodes = append(g.nodes[:0], g.root(rows))
	switch {
	case g.q.gradQuantum == 0:
	case g.whole(len(rows)):
		g.growWhole()
	default:
		g.patchRows = 0
		g.searchLeaf(g.workers, g.nodes[0])
		newCrew(g).split()
	}
	return g.finish(v)
}

func (g *Grower) root(rows []uint32) *growing {
	n := g.workers[0].node()
	*n = growing{end: len(rows), seed: g.seed, bounds: unbounded}
	g.parts = sized(g.parts, spans(len(rows)))
	g.o.Team.Spans(len(rows), func(begin, end int) {
		var s sum
		for _, r := range rows[begin:end] {
			s = s.plus(g.q.of(r))
		}
		g.parts[begin/spanRows] = s
	})
	for _, s := range g.parts {
		n.sum = n.sum.plus(s)
	}
	n.value = g.o.newton(g.q.gradient(n.sum), g.q.hessian(n.sum), g.o.L2)
	n.parent = n.value
	return n
}

// makeChildren divides a leaf's rows and, unless they will not be split,
// searches both sides' best splits.
func (g *Grower) makeChildren(workers []*worker, n *growing, last bool) [2]*growing {
	self := workers[0]
	g.matrix.setSides(&self.sides, &n.best)
	g.all.partition(g.rows[n.begin:n.end], g.spareOf(n), n.best.left.rows(), &self.sides, g.team(workers))
	left, right := g.divided(self, n)
	if !last {
		g.searchChildren(workers, n, left, right)
	}
	return [2]*growing{left, right}
}

// spareOf is a leaf's own part of the spare room, for half of its rows.
func (g *Grower) spareOf(n *growing) []uint32 { return g.spare[n.begin/2 : n.end/2] }

// divided are the children of a leaf whose rows were divided.
func (g *Grower) divided(w *worker, n *growing) (left, right *growing) {
	left, right = w.node(), w.node()
	middle := n.begin + n.best.left.rows()
	*left = growing{begin: n.begin, end: middle, seed: childSeed(n.seed, 0), sum: n.best.left}
	*right = growing{begin: middle, end: n.end, seed: childSeed(n.seed, 1), sum: n.sum.minus(n.best.left)}
	g.inherit(n, left, right)
	return left, right
}

// childSeed is the seed of a child's random choices: SplitMix64's step, so
// that it depends on the way from the root and on nothing else.
func childSeed(parent, side uint64) uint64 {
	z := parent + (side+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// inherit gives children what they have from the split above them: depth,
// values, bounds and the columns on their path.
func (g *Grower) inherit(n, l, r *growing) {
	for _, child := range []*growing{l, r} {
		child.depth, child.parent, child.bounds = n.depth+1, n.value, n.bounds
	}
	column := n.best.column
	if g.o.Interactions != nil {
		path := slices.Concat(n.path, []int{column})
		l.path, r.path = path, path
	}
	if g.o.plain() {
		return
	}
	l2 := g.o.L2
	if n.best.set != nil {
		l2 += categoryL2
	}
	s := search{q: g.q, o: &g.o, leaf: n}
	l.value, r.value = n.bound(s.output(l.sum, l2)), n.bound(s.output(r.sum, l2))
	if g.o.Monotone == nil || g.o.Monotone[column] == 0 {
		return
	}
	middle := (l.value + r.value) / 2
	if g.o.Monotone[column] > 0 {
		l.high, r.low = middle, middle
	} else {
		l.low, r.high = middle, middle
	}
}

// splittable reports whether a leaf is large and high enough to be split.
func (g *Grower) splittable(n *growing) bool {
	return n.rows() >= 2*g.o.MinRows && (g.o.Depth == 0 || n.depth < g.o.Depth)
}

// searchChildren adds up the rows of the smaller child only, where the parent
// has kept its histogram: the larger child's is the difference.
func (g *Grower) searchChildren(workers []*worker, n, small, large *growing) {
	if small.rows() > large.rows() {
		small, large = large, small
	}
	if n.hist == nil || !g.searchable(large) {
		g.searchLeaf(workers, small)
		g.searchLeaf(workers, large)
		return
	}
	small.hist = g.fillHistogram(workers, small)
	large.hist, n.hist = n.hist, nil
	g.eachTile(workers, (*histogram).subtract, large.hist, small.hist)
	g.findSplit(workers, small)
	g.findSplit(workers, large)
}

// team is who works for the workers: a single one works alone.
func (g *Grower) team(workers []*worker) *Team {
	if len(workers) == 1 {
		return nil
	}
	return g.o.Team
}

// searchable reports whether a leaf's best split is to be found outside of
// patches.
func (g *Grower) searchable(n *growing) bool { return g.splittable(n) && n.rows() > g.patchRows }

// searchLeaf finds a leaf's best split from its rows.
func (g *Grower) searchLeaf(workers []*worker, n *growing) {
	switch {
	case !g.searchable(n):
	case g.few(n):
		g.searchFew(workers[0], &g.all, g.rows[n.begin:n.end], n)
	default:
		n.hist = g.fillHistogram(workers, n)
		g.findSplit(workers, n)
	}
}

// fillHistogram adds up a leaf's rows, each worker a stretch of them.
func (g *Grower) fillHistogram(workers []*worker, n *growing) *histogram {
	rows := g.rows[n.begin:n.end]
	if len(workers) == 1 {
		h := g.pool.get(g)
		workers[0].adder.add(h, rows)
		return h
	}
	parts := make([]*histogram, len(workers))
	g.team(workers).Each(len(workers), func(i int) {
		parts[i] = g.pool.get(g)
		from, to := len(rows)*i/len(workers), len(rows)*(i+1)/len(workers)
		workers[i].adder.add(parts[i], rows[from:to])
	})
	for _, part := range parts[1:] {
		g.eachTile(workers, (*histogram).plus, parts[0], part)
		g.pool.put(part)
	}
	return parts[0]
}

// eachTile does to h with other, tile by tile, what change does.
func (g *Grower) eachTile(workers []*worker, change func(h, other *histogram, tile int, constant bool), h, other *histogram) {
	if len(workers) == 1 {
		for _, t := range g.tiles {
			change(h, other, t, g.q.constant)
		}
		return
	}
	g.o.Team.Each(len(g.tiles), func(i int) { change(h, other, g.tiles[i], g.q.constant) })
}

// findSplit searches a leaf's columns for the best split, and drops the
// histogram of a leaf that has no use for it.
func (g *Grower) findSplit(workers []*worker, n *growing) {
	defer func() {
		if n.best.gain == 0 || n.rows() < keepRows {
			g.pool.put(n.hist)
			n.hist = nil
		}
	}()
	if !g.searchable(n) {
		return
	}
	allowed := g.allowedColumns(workers[0], n)
	if len(workers) == 1 {
		n.best = g.searchColumns(workers[0], n, allowed)
		return
	}
	g.team(workers).Each(len(workers), func(i int) {
		from, to := len(allowed)*i/len(workers), len(allowed)*(i+1)/len(workers)
		workers[i].best = g.searchColumns(workers[i], n, allowed[from:to])
	})
	for _, w := range workers { // ties go to the lower column
		if w.best.gain > n.best.gain {
			n.best = w.best
		}
	}
}

// searchColumns is the best split of a leaf by one of the columns.
func (g *Grower) searchColumns(w *worker, n *growing, columns []int) split {
	s := newSearch(g.q, &g.o, n)
	s.blocks = w.blocks
	for _, c := range columns {
		s.column(c, g.column(c), g.columnSums(w, n, c))
	}
	return s.found()
}

// A worker is what one thread works with.
type worker struct {
	adder   *adder
	tally   tally
	patch   patch
	allowed []int // see allowedColumns
	best    split // that it has found last
	sides   sides
	store   columnStore
	wide    wideStore
	blocks  *blocks    // see search
	nodes   []*growing // of trees before, to be used again, and
	used    int        // the first of them, of this tree
}

// node is one to be written.
func (w *worker) node() *growing {
	if w.used == len(w.nodes) {
		more := make([]growing, 64)
		for i := range more {
			w.nodes = append(w.nodes, &more[i])
		}
	}
	w.used++
	return w.nodes[w.used-1]
}

func newWorker(g *Grower) *worker {
	return &worker{adder: newAdder(g.matrix, g.q), blocks: newBlocks()}
}

// A histogramPool keeps histograms for use again.
type histogramPool struct {
	sync.Mutex
	free []*histogram
}

func (p *histogramPool) get(g *Grower) *histogram {
	p.Lock()
	defer p.Unlock()
	var h *histogram
	if n := len(p.free); n > 0 {
		h = p.free[n-1]
		p.free = p.free[:n-1]
	} else {
		h = new(histogram)
	}
	if h.gn == nil {
		h.gn = make([]tileGrads, g.matrix.width)
	}
	if h.hess == nil && !g.q.constant {
		h.hess = make([]tileHesses, g.matrix.width)
	}
	return h
}

func (p *histogramPool) put(h *histogram) {
	if h == nil {
		return
	}
	p.Lock()
	p.free = append(p.free, h)
	p.Unlock()
}
