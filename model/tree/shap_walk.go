package tree

import "daycast/feature"

// A walk goes down a tree with many rows at once. At each node it knows of
// every row by a number which of the path's columns it has passed.
type walk struct {
	tree    *Tree
	cohorts []*cohort // the first is explained
	out     [][]float64
	places  []stop
	table   []float64
}

// A stop is a column of the path that leads to a node.
type stop struct {
	column int
	z      float64 // the share of cover that all of its tests send on
}

// A step leads from a node at depth to a child.
type step struct {
	depth, width int     // width: columns on the path, this one's included
	place        int     // of the tested column
	again        bool    // the path has tested it before
	left         bool    // the child
	share        float64 // of the node's cover that goes to the child
	before, z    float64 // the column's z before this step and after
}

// A game says what columns are worth to leaves.
type game interface {
	begin()       // at the root
	enter(s step) // a child, after the cohorts have
	leave(s step)
	// leaves adds to w.table what the columns get at the children of node i
	// that are leaves: table[place*patterns+pattern], by the rows' pattern there.
	leaves(w *walk, i int32, s step, patterns int)
}

func newWalk(b *Bins, out *Explanation, begin, end int) *walk {
	w := &walk{out: make([][]float64, len(b.columns))}
	for c := range w.out {
		w.out[c] = out.Columns[c][begin:end]
	}
	return w
}

func (w *walk) add(b *Bins, x *feature.Frame, begin, end int) *cohort {
	c := newCohort(b, x, begin, end)
	w.cohorts = append(w.cohorts, c)
	return c
}

// descend plays the game at each leaf of t.
func (w *walk) descend(t *Tree, g game) {
	w.tree, w.places = t, w.places[:0]
	g.begin()
	if t.nodes[0].right != 0 {
		w.visit(0, 0, g)
	}
}

// visit takes all rows, of whom pattern by pattern is known at depth, to the
// children of node i: first those that are leaves.
func (w *walk) visit(i int32, depth int, g game) {
	n := &w.tree.nodes[i]
	s := w.step(n, depth)
	for _, c := range w.cohorts {
		c.test(w.tree, n, s)
	}
	if w.tree.leaf(i+1) || w.tree.leaf(n.right) {
		patterns := len(w.cohorts[0].from[depth+1])
		w.clear(s.width * patterns)
		g.leaves(w, i, s, patterns)
		w.spread(n, s, patterns)
	}
	for side, child := range [2]int32{i + 1, n.right} {
		if !w.tree.leaf(child) {
			old := w.enter(&s, i, side == 0, g)
			w.visit(child, depth+1, g)
			w.leave(s, old, g)
		}
	}
}

func (t *Tree) leaf(i int32) bool { return t.nodes[i].right == 0 }

// step finds the place of the node's column.
func (w *walk) step(n *node, depth int) step {
	s := step{depth: depth, width: len(w.places), place: len(w.places), before: 1}
	for p, known := range w.places {
		if known.column == int(n.column) {
			s.place, s.again, s.before = p, true, known.z
		}
	}
	if !s.again {
		s.width++
	}
	return s
}

// enter moves the path to a child and returns what leave puts back.
func (w *walk) enter(s *step, i int32, left bool, g game) []stop {
	s.left, s.share = left, w.tree.share(i, left)
	s.z = s.before * s.share
	old := w.places
	if s.again {
		w.places[s.place].z = s.z
	} else {
		w.places = append(w.places, stop{int(w.tree.nodes[i].column), s.z})
	}
	for _, c := range w.cohorts {
		c.enter(*s)
	}
	g.enter(*s)
	return old
}

func (w *walk) leave(s step, old []stop, g game) {
	w.places = old
	if s.again {
		w.places[s.place].z = s.before
	}
	g.leave(s)
}

func (w *walk) clear(n int) {
	if cap(w.table) < n {
		w.table = make([]float64, n)
	}
	w.table = w.table[:n]
	clear(w.table)
}

// spread gives every row what its pattern has earned at the leaves of node n.
func (w *walk) spread(n *node, s step, patterns int) {
	ids := w.cohorts[0].ids[s.depth+1]
	for j := range s.width {
		column := int(n.column)
		if j < len(w.places) {
			column = w.places[j].column
		}
		values, out := w.table[j*patterns:(j+1)*patterns], w.out[column]
		out = out[:len(ids)]
		for r, id := range ids {
			out[r] += values[id]
		}
	}
}

// share is the part of node i's cover that goes to a child: half where there
// is none.
func (t *Tree) share(i int32, left bool) float64 {
	a, b := float64(t.nodes[i+1].cover), float64(t.nodes[t.nodes[i].right].cover)
	if !left {
		a, b = b, a
	}
	if a+b == 0 {
		return .5
	}
	return a / (a + b)
}

// expected is the mean of the leaves below node i by cover.
func (t *Tree) expected(i int32) float64 {
	n := &t.nodes[i]
	if n.right == 0 {
		return float64(n.value)
	}
	left := t.share(i, true)
	return left*t.expected(i+1) + (1-left)*t.expected(n.right)
}

// widest is the largest number of columns on a path from node i down, those
// that are on the path already left out.
func (t *Tree) widest(i int32, onPath []bool) int {
	n := &t.nodes[i]
	if n.right == 0 {
		return 0
	}
	if onPath[n.column] {
		return max(t.widest(i+1, onPath), t.widest(n.right, onPath))
	}
	onPath[n.column] = true
	most := 1 + max(t.widest(i+1, onPath), t.widest(n.right, onPath))
	onPath[n.column] = false
	return most
}
