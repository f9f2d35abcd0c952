package tree

// Clone is an ensemble of the same trees that can be changed by itself.
func (e *Ensemble) Clone() *Ensemble {
	out := NewEnsemble(e.bins, e.start, e.link)
	out.trees = append([]Tree(nil), e.trees...)
	return out
}

// Restart is an ensemble without trees that starts from another score.
func (e *Ensemble) Restart(start float64) *Ensemble { return NewEnsemble(e.bins, start, e.link) }

// Tree is the i-th tree, not to be changed.
func (e *Ensemble) Tree(i int) *Tree { return &e.trees[i] }

// Append adds a tree that tests the ensemble's bins.
func (e *Ensemble) Append(t Tree) {
	e.trees = append(e.trees, t)
	e.laid.Store(nil)
}

// Replace puts another tree in the i-th's place.
func (e *Ensemble) Replace(i int, t Tree) {
	e.trees[i] = t
	e.laid.Store(nil)
}

// Scaled is the tree with its leaves' values times factor.
func (t *Tree) Scaled(factor float64) Tree {
	return t.withValues(func(_ int, old float32) float32 { return Finite(factor * float64(old)) })
}

// WithValues is the tree with other values of its leaves, given by their
// numbers from left to right.
func (t *Tree) WithValues(values []float32) Tree {
	return t.withValues(func(leaf int, _ float32) float32 { return values[leaf] })
}

func (t *Tree) withValues(value func(leaf int, old float32) float32) Tree {
	out := Tree{nodes: append([]node(nil), t.nodes...), sets: t.sets}
	leaf := 0
	for i := range out.nodes {
		if n := &out.nodes[i]; n.right == 0 {
			n.value = value(leaf, n.value)
			leaf++
		}
	}
	return out
}

// Values are the leaves' by their numbers.
func (t *Tree) Values() []float32 {
	var values []float32
	t.withValues(func(_ int, old float32) float32 {
		values = append(values, old)
		return old
	})
	return values
}

// Leaves is how many there are.
func (t *Tree) Leaves() (n int) {
	for i := range t.nodes {
		if t.nodes[i].right == 0 {
			n++
		}
	}
	return n
}

// Reached divides rows of the matrix among the leaves, by their numbers; each
// has its rows in the order given.
func (t *Tree) Reached(m *Matrix, rows []uint32, threads int) [][]uint32 {
	numbers := t.leafNumbers()
	leaf := make([]int32, len(rows))
	team := NewTeam(threads)
	defer team.Stop()
	team.Spans(len(rows), func(begin, end int) {
		for i, r := range rows[begin:end] {
			leaf[begin+i] = numbers[t.reachRow(m, r)]
		}
	})
	out := make([][]uint32, (len(t.nodes)+1)/2)
	for i, r := range rows {
		out[leaf[i]] = append(out[leaf[i]], r)
	}
	return out
}

// reachRow is the node of the leaf of a row of the matrix.
func (t *Tree) reachRow(m *Matrix, row uint32) int32 {
	i := int32(0)
	for {
		n := &t.nodes[i]
		switch {
		case n.right == 0:
			return i
		case n.left(t, m.at(row, int(n.column))):
			i++
		default:
			i = n.right
		}
	}
}
