package tree

import (
	"container/heap"
	"math/rand/v2"
)

// Options limit the growth of one tree. There are no defaults here: gbm and
// forest set them.
type Options struct {
	Leaves     int     // at most, >= 1
	Depth      int     // splits above a leaf at most; 0: no limit
	MinRows    int     // in a leaf, >= 1
	MinHessian float64 // summed over a leaf's rows, > 0
	L2         float64 // added to a leaf's hessian, >= 0
	MinGain    float64 // that a split has to pass, >= 0
	// TreeColumns and SplitColumns are the fractions of columns, in (0, 1],
	// that a tree may use, and that a split of it may choose from.
	TreeColumns, SplitColumns float64
	// RandomCuts tries one random threshold by column and leaf: Geurts et al.
	// (2006), "Extremely randomized trees".
	RandomCuts bool
	Threads    int // >= 1; the tree does not depend on it
}

// A leaf with fewer rows than this does not keep its histogram for its
// children: adding up their rows is as quick as a subtraction of 256 bins.
// It bounds the memory of histograms by that of the rows.
const keepRows = 1024

// A Grower grows trees on one matrix. It is not for concurrent use.
type Grower struct {
	matrix *Matrix
	o      Options
	q      *quantised
	free   []histogram

	// The tree that is being grown.
	rows, spare []uint32 // each leaf has a stretch of rows, ascending in it
	columns     []bool   // that the tree may use
	tiles       []int    // that hold such a column
	nodes       []growing
	seed        uint64
}

// growing is a node of a tree that is being grown.
type growing struct {
	begin, end  int // of its rows
	depth       int
	sum         sum
	best        split
	hist        histogram // nil where it is not kept
	left, right int       // 0 for a leaf
	value       float32   // of a leaf, at the end
}

func (n *growing) rows() int { return n.end - n.begin }

// NewGrower makes a grower of trees on m.
func NewGrower(m *Matrix, o Options) *Grower {
	return &Grower{matrix: m, o: o, q: newQuantised(m.rows)}
}

// Grow grows a tree on rows, which it copies, from the gradient and hessian
// of each row of the matrix. Leaves are split best gain first. value is asked
// for the value of each leaf, given its rows in ascending order; it may be
// called concurrently.
func (g *Grower) Grow(rows []uint32, grad, hess []float32, seed uint64, value func(rows []uint32) float64) *Grown {
	g.seed = seed
	g.rows = append(g.rows[:0], rows...)
	if len(g.spare) < len(rows) {
		g.spare = make([]uint32, len(rows))
	}
	g.q.fill(rows, grad, hess, seed, g.o.Threads)
	g.chooseColumns()
	g.nodes = append(g.nodes[:0], g.root(rows))
	if g.q.gradQuantum > 0 {
		g.split()
	}
	return g.finish(value)
}

func (g *Grower) root(rows []uint32) growing {
	n := growing{end: len(rows)}
	for _, r := range rows {
		n.sum.gn += g.q.gn[r]
		if !g.q.constant {
			n.sum.hess += g.q.hess[r]
		}
	}
	return n
}

func (g *Grower) chooseColumns() {
	rng := rand.New(rand.NewPCG(g.seed, treeStream))
	g.columns = chooseFraction(rng, len(g.matrix.bins.columns), g.o.TreeColumns)
	g.tiles = g.tiles[:0]
	for c, used := range g.columns {
		if t := c / tileColumns; used && (len(g.tiles) == 0 || g.tiles[len(g.tiles)-1] != t) {
			g.tiles = append(g.tiles, t)
		}
	}
}

// chooseFraction marks round(fraction*n) of n, at least one.
func chooseFraction(rng *rand.Rand, n int, fraction float64) []bool {
	chosen := make([]bool, n)
	for _, i := range rng.Perm(n)[:min(n, max(1, int(fraction*float64(n)+.5)))] {
		chosen[i] = true
	}
	return chosen
}

// split splits the most promising leaf until there are leaves enough.
func (g *Grower) split() {
	g.search(0)
	queue := &byGain{grower: g}
	g.enqueue(queue, 0)
	for leaves := 1; leaves < g.o.Leaves && queue.Len() > 0; leaves++ {
		parent := heap.Pop(queue).(int)
		left, right := g.divide(parent)
		if leaves+1 < g.o.Leaves {
			g.searchChildren(parent, left, right)
			g.enqueue(queue, left)
			g.enqueue(queue, right)
		}
		g.release(parent)
	}
	for i := range g.nodes {
		g.release(i)
	}
}

// enqueue drops what a leaf that will not be split does not need.
func (g *Grower) enqueue(queue *byGain, node int) {
	n := &g.nodes[node]
	if n.best.gain > 0 {
		heap.Push(queue, node)
	}
	if n.best.gain == 0 || n.rows() < keepRows {
		g.release(node)
	}
}

func (g *Grower) release(node int) {
	if h := g.nodes[node].hist; h != nil {
		g.free = append(g.free, h)
		g.nodes[node].hist = nil
	}
}

func (g *Grower) histogram() histogram {
	if n := len(g.free); n > 0 {
		h := g.free[n-1]
		g.free = g.free[:n-1]
		return h
	}
	return make(histogram, len(g.matrix.tiles))
}

// divide makes the children of a leaf.
func (g *Grower) divide(parent int) (left, right int) {
	n := &g.nodes[parent]
	middle := g.partition(n.begin, n.end, &n.best)
	left, right = len(g.nodes), len(g.nodes)+1
	n.left, n.right = left, right
	l := growing{begin: n.begin, end: middle, depth: n.depth + 1, sum: n.best.left}
	r := growing{begin: middle, end: n.end, depth: n.depth + 1, sum: n.sum.minus(n.best.left)}
	g.nodes = append(g.nodes, l, r)
	return left, right
}

// splittable reports whether a leaf is large and high enough to be split.
func (g *Grower) splittable(n *growing) bool {
	return n.rows() >= 2*g.o.MinRows && (g.o.Depth == 0 || n.depth < g.o.Depth)
}

// search builds a leaf's histogram from its rows and finds its best split.
func (g *Grower) search(node int) {
	n := &g.nodes[node]
	if !g.splittable(n) {
		return
	}
	n.hist = g.histogram()
	rows := g.rows[n.begin:n.end]
	g.eachTile(func(t int) { n.hist[t].add(g.matrix.tiles[t], rows, g.q) }, node)
}

// searchChildren adds up the rows of the smaller child only, where the parent
// has kept its histogram: the larger child's is the difference.
func (g *Grower) searchChildren(parent, left, right int) {
	p, small, large := &g.nodes[parent], left, right
	if g.nodes[left].rows() > g.nodes[right].rows() {
		small, large = right, left
	}
	if p.hist == nil || !g.splittable(&g.nodes[large]) {
		g.search(small)
		g.search(large)
		return
	}
	s, l := &g.nodes[small], &g.nodes[large]
	s.hist = g.histogram()
	l.hist, p.hist = p.hist, nil
	rows := g.rows[s.begin:s.end]
	g.eachTile(func(t int) {
		s.hist[t].add(g.matrix.tiles[t], rows, g.q)
		l.hist[t].subtract(&s.hist[t], g.q)
	}, small, large)
}

// eachTile fills the nodes' histograms, tile by tile in parallel, and searches
// their best splits in them.
func (g *Grower) eachTile(fill func(t int), nodes ...int) {
	allowed := make([][]bool, len(nodes))
	for i, node := range nodes {
		allowed[i] = g.splitColumns(node)
	}
	found := make([]split, len(g.tiles)*len(nodes))
	Each(g.o.Threads, len(g.tiles), func(i int) {
		fill(g.tiles[i])
		for j, node := range nodes {
			found[i*len(nodes)+j] = g.searchTile(node, g.tiles[i], allowed[j])
		}
	})
	for i, f := range found { // ties go to the lower column
		if n := &g.nodes[nodes[i%len(nodes)]]; f.gain > n.best.gain {
			n.best = f
		}
	}
}

// splitColumns are the columns that a node may be split by; nil: all of the
// tree's.
func (g *Grower) splitColumns(node int) []bool {
	if g.o.SplitColumns >= 1 {
		return nil
	}
	return chooseFraction(g.random(node, 0), len(g.columns), g.o.SplitColumns)
}

// random is the stream of a node and, from 1 on, a tile of it.
func (g *Grower) random(node, tile int) *rand.Rand {
	return rand.New(rand.NewPCG(g.seed, splitStream+uint64(node)<<24+uint64(tile)<<8))
}

func (g *Grower) searchTile(node, t int, allowed []bool) split {
	n := &g.nodes[node]
	if !g.splittable(n) {
		return split{}
	}
	s := newSearch(g.q, &g.o, n.sum)
	if g.o.RandomCuts {
		s.rng = g.random(node, 1+t)
	}
	columns := g.matrix.bins.columns
	for c := t * tileColumns; c < min(len(columns), (t+1)*tileColumns); c++ {
		if g.columns[c] && (allowed == nil || allowed[c]) {
			s.column(c, &columns[c], &n.hist[t], c%tileColumns)
		}
	}
	return s.found()
}

// byGain is a heap of leaves, best split first, older leaf first among equals.
type byGain struct {
	grower *Grower
	nodes  []int
}

func (b *byGain) Len() int      { return len(b.nodes) }
func (b *byGain) Swap(i, j int) { b.nodes[i], b.nodes[j] = b.nodes[j], b.nodes[i] }
func (b *byGain) Push(x any)    { b.nodes = append(b.nodes, x.(int)) }

func (b *byGain) Less(i, j int) bool {
	x, y := b.grower.nodes[b.nodes[i]].best.gain, b.grower.nodes[b.nodes[j]].best.gain
	if x != y {
		return x > y
	}
	return b.nodes[i] < b.nodes[j]
}

func (b *byGain) Pop() any {
	last := b.nodes[len(b.nodes)-1]
	b.nodes = b.nodes[:len(b.nodes)-1]
	return last
}
