package tree

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"daycast"
)

// A StreamGrower grows trees on a store, of which two blocks at a time are in
// memory. Of each row it keeps the number of its node, 2 bytes. A walk over
// the store splits as many leaves as there is memory for histograms, the best
// ones first: a tree of some depth takes about as many walks.
//
// Trees are those that a Grower grows on the same rows in memory, to the bit:
// sums are whole numbers, and a leaf is split only when it is the next one in
// the order of a crew, whose children are known early or late.
type StreamGrower struct {
	*Grower // on the block at hand
	reader  *reader
	most    int // histograms at once
	threads []streamThread
	job     streamWalk // the latest walk

	// The tree that is being grown.
	bag      Bag
	wide     []int    // the wide columns that it may use
	leaf     []uint16 // by row of the store: the number of its node
	numbered []numbered
	numbers  map[*growing]int
	values   []float32 // by number
	derive   Derive
	quanta   struct {
		perGrad, perHess float64
		seed             uint64
	}
}

// numbered is a node with the number of the one above it.
type numbered struct {
	*growing
	above uint16
}

// Derive sets in out the gradients and hessians of the rows from..to-1 of a
// block, which are those of out. It may be called concurrently.
type Derive func(b *Block, from, to int, out Gradients)

// streamThread is what one thread works with.
type streamThread struct {
	rows []uint32 // of a stretch, by slot
	ends []int    // of each slot's
	sum  sum
}

// mostStreamLeaves keeps numbers in 16 bits. A leaf that is committed pushes
// two others at most from the queue, which were split in vain: that makes six
// numbers for each leaf of a tree.
const mostStreamLeaves = 1 << 13

// NewStreamGrower makes a grower of trees on s within memory bytes beside what
// the program takes already, and refuses where that is too little.
func NewStreamGrower(s *Store, o Options, memory int64) (*StreamGrower, error) {
	if o.Leaves > mostStreamLeaves {
		return nil, daycast.Errorf(daycast.Invalid, "%d leaves: trees on stored rows have at most %d", o.Leaves, mostStreamLeaves).WithField("leaves")
	}
	most, err := s.histograms(o, memory)
	if err != nil {
		return nil, err
	}
	window := &Matrix{bins: s.bins, layout: s.layout, rows: min(s.rows, s.blockRows), width: s.width}
	g := &StreamGrower{Grower: NewGrower(window, o), reader: newReader(s), most: most, leaf: make([]uint16, s.rows)}
	g.rows = make([]uint32, window.rows)
	for i := range g.rows {
		g.rows[i] = uint32(i)
	}
	g.threads = make([]streamThread, o.Team.Threads())
	stretch := (window.rows + len(g.threads) - 1) / len(g.threads)
	for i := range g.threads {
		g.threads[i].rows = make([]uint32, stretch)
	}
	return g, nil
}

// Targets walks over the blocks without their bins.
func (g *StreamGrower) Targets(ctx context.Context, work func(*Block) error) error {
	return g.reader.walk(ctx, targetsOnly, work)
}

// Score adds what the ensemble's trees have for each row to its score.
func (g *StreamGrower) Score(ctx context.Context, e *Ensemble, score []float64) error {
	if e.Trees() == 0 {
		return nil
	}
	lanes := make([][]uint8, g.matrix.layout.lanes)
	for i := range lanes {
		lanes[i] = make([]uint8, g.matrix.rows)
	}
	g.matrix.lanes = lanes
	defer func() { g.matrix.lanes = nil }()
	return g.reader.walk(ctx, targetsAndBins, func(b *Block) error {
		g.show(b)
		g.o.Team.Spans(b.Rows, func(from, to int) {
			g.matrix.untranspose(from, to)
			for t := range e.trees {
				for r := from; r < to; r++ {
					score[b.Begin+r] += float64(e.trees[t].Value(g.matrix, uint32(r)))
				}
			}
		})
		return nil
	})
}

// show makes the block the grower's matrix.
func (g *StreamGrower) show(b *Block) {
	g.matrix.words, g.matrix.wide = b.words, b.wide
	g.q.base = uint32(b.Begin)
}

// untranspose fills the lanes of rows from their words.
func (m *Matrix) untranspose(begin, end int) {
	for i, lane := range m.lanes {
		for r := begin; r < end; r++ {
			lane[r] = uint8(m.words[r*m.width+i/tileLanes] >> (8 * (i % tileLanes)))
		}
	}
}

// Grow grows a tree on the rows of the bag.
func (g *StreamGrower) Grow(ctx context.Context, derive Derive, bag Bag, v Values, seed uint64) (Tree, error) {
	g.seed, g.derive, g.bag = seed, derive, bag
	if err := g.measure(ctx); err != nil {
		return Tree{}, err
	}
	g.chooseColumns()
	g.wide = g.wide[:0]
	for _, c := range g.columns {
		if g.matrix.places[c].wide {
			g.wide = append(g.wide, c)
		}
	}
	root := &growing{end: bag.count, seed: seed, bounds: unbounded}
	g.nodes = append(g.nodes[:0], root)
	g.numbered = append(g.numbered[:0], numbered{growing: root})
	g.numbers = map[*growing]int{root: 0}
	clear(g.leaf)
	if err := g.walkRoot(ctx, root); err != nil {
		return Tree{}, err
	}
	c := newCrew(g.Grower)
	for c.left() > 0 && len(c.queue) > 0 {
		if err := g.split(ctx, c); err != nil {
			return Tree{}, err
		}
		c.commit()
	}
	g.giveBack()
	return g.finish(v), nil
}

// measure sets the quanta of the tree's gradients.
func (g *StreamGrower) measure(ctx context.Context) error {
	m := measurer{q: g.q}
	err := g.reader.walk(ctx, targetsOnly, func(b *Block) error {
		g.o.Team.Spans(b.Rows, func(from, to int) { g.derive(b, from, to, g.q.words[from:to]) })
		for r := range b.Rows {
			if g.bag.has(b.Begin + r) {
				m.add(g.q.words.At(uint32(r)))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	grads, hesses := m.totals()
	g.quanta.perGrad, g.quanta.perHess = g.q.scale(grads, hesses, float64(g.bag.count))
	g.quanta.seed = childSeed(g.seed, roundStream)
	return nil
}

// A measurer is quantised.measure for rows that come one by one: it adds up
// spans of the same rows, for sums of floats depend on their order.
type measurer struct {
	q             *quantised
	rows          int
	grads, hesses float64 // of spans that are over
	spanGrads     float64
	spanHesses    float64
	first         float32
	differ        bool
}

func (m *measurer) add(grad, hess float32) {
	if m.rows == 0 {
		m.first = hess
	}
	m.spanGrads += math.Abs(float64(grad))
	m.spanHesses += float64(hess)
	m.differ = m.differ || hess != m.first
	if m.rows++; m.rows%spanRows == 0 {
		m.endSpan()
	}
}

func (m *measurer) endSpan() {
	m.grads, m.hesses = m.grads+m.spanGrads, m.hesses+m.spanHesses
	m.spanGrads, m.spanHesses = 0, 0
}

func (m *measurer) totals() (grads, hesses float64) {
	m.endSpan()
	m.q.constant, m.q.hessQuantum = !m.differ, float64(m.first)
	return m.grads, m.hesses
}

// finish sets the leaves' values and lays the nodes out flat.
func (g *StreamGrower) finish(v Values) Tree {
	for _, n := range g.nodes {
		if n.left == nil {
			step := g.o.newton(g.q.gradient(n.sum), g.q.hessian(n.sum), g.o.L2)
			n.value = g.o.settle(step, v, n.rows(), n)
		}
	}
	g.values = g.values[:0]
	for i, n := range g.numbered {
		value := Finite(n.value)
		if i > 0 && g.numbered[n.above].left == nil {
			value = g.values[n.above] // it was split in vain
		}
		g.values = append(g.values, value)
	}
	var t Tree
	t.lay(g.nodes[0])
	return t
}

// Move adds the values of the tree that was grown last to the rows' scores.
func (g *StreamGrower) Move(score []float64) {
	g.o.Team.Spans(len(score), func(begin, end int) {
		for r := begin; r < end; r++ {
			score[r] += float64(g.values[g.leaf[r]])
		}
	})
}

// A Bag is the rows of a store that a tree is grown on.
type Bag struct {
	bits  []uint64 // nil: all
	count int
}

// Bag draws those that Sample draws of as many rows.
func (g *StreamGrower) Bag(fraction float64, seed uint64) Bag {
	rows := g.reader.Store.rows
	b := Bag{count: max(1, int(math.Round(fraction*float64(rows))))}
	if b.count >= rows {
		return Bag{count: rows}
	}
	rng := rand.New(rand.NewPCG(seed, sampleStream))
	b.bits = slices.Grow(g.bag.bits[:0], (rows+63)/64)[:(rows+63)/64]
	clear(b.bits)
	drawn := 0
	for i := range rows {
		if rng.Float64()*float64(rows-i) < float64(b.count-drawn) {
			b.bits[i>>6] |= 1 << (i & 63)
			drawn++
		}
	}
	return b
}

func (b *Bag) has(row int) bool { return b.bits == nil || b.bits[row>>6]>>(row&63)&1 == 1 }
