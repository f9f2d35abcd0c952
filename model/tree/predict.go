package tree

import (
	"math"
	"sync/atomic"
)

// A Tree is flat: a node's left child follows it, its right child comes
// later still, so that every walk ends.
type Tree struct {
	nodes []node
	sets  []uint64 // the words of the nodes' sets
}

// A node tests a bin, or is a leaf.
type node struct {
	right    int32   // 0: a leaf
	set      int32   // of a category, the first word of its binSet; -1 for numbers
	value    float32 // of a leaf
	gain     float32 // of the split
	cover    float32 // rows of training that came by
	column   uint16
	lo, span uint16 // as in split
}

// A Grown tree also tells where the rows that it was grown on ended. Leaves,
// from left to right, is valid until the next Grow, and as long as the rows that
// it was given are left as they are.
type Grown struct {
	Tree   Tree
	Leaves []Leaf
}

// A Leaf is the value of a leaf and its rows, ascending.
type Leaf struct {
	Value float32
	Rows  []uint32
}

// finish sets the leaves' values and lays the nodes out flat.
func (g *Grower) finish(v Values) *Grown {
	g.leaves = g.nodes[0].leaves(g.leaves[:0])
	g.grown = sized(g.grown, len(g.leaves))
	out := &Grown{Leaves: g.grown}
	g.o.Team.Each(len(g.leaves), func(i int) {
		n := g.leaves[i]
		rows := g.rows[n.begin:n.end]
		n.value = g.leafValue(n, rows, v)
		out.Leaves[i] = Leaf{Finite(n.value), rows}
	})
	out.Tree.nodes = make([]node, 0, 2*len(g.leaves)-1)
	out.Tree.lay(g.nodes[0])
	return out
}

// leaves appends the leaves below n, from left to right.
func (n *growing) leaves(to []*growing) []*growing {
	if n.left == nil {
		return append(to, n)
	}
	return n.right.leaves(n.left.leaves(to))
}

// lay appends a growing node and all that is below it.
func (t *Tree) lay(n *growing) {
	at := len(t.nodes)
	if n.left == nil {
		t.nodes = append(t.nodes, node{set: -1, value: Finite(n.value), cover: float32(n.rows())})
		return
	}
	t.nodes = append(t.nodes, node{
		set: -1, gain: Finite(n.best.gain), cover: float32(n.rows()),
		column: uint16(n.best.column), lo: n.best.lo, span: n.best.span,
	})
	if n.best.set != nil {
		t.nodes[at].set = int32(len(t.sets))
		t.sets = append(t.sets, n.best.set...)
	}
	t.lay(n.left)
	t.nodes[at].right = int32(len(t.nodes))
	t.lay(n.right)
}

// next is the child of internal node i for a row with the given bin.
func (t *Tree) next(i int32, n *node, bin uint16) int32 {
	left := bin-n.lo <= n.span
	if n.set >= 0 {
		left = binSet(t.sets[n.set:]).has(bin)
	}
	if left {
		return i + 1
	}
	return n.right
}

// Value is the tree's for one row of the matrix that it was grown on.
func (t *Tree) Value(m *Matrix, row uint32) float32 {
	i := int32(0)
	for {
		n := &t.nodes[i]
		if n.right == 0 {
			return n.value
		}
		i = t.next(i, n, m.at(row, int(n.column)))
	}
}

// A Link turns an ensemble's score into a prediction.
type Link uint8

// The links, numbered as they are saved.
const (
	Identity Link = iota
	Log           // the prediction is exp(score)
	Logistic      // the prediction is 1 / (1 + exp(-score))
)

// inverse is the prediction of a score.
func (l Link) inverse(score float64) float64 {
	switch l {
	case Log:
		return math.Exp(score)
	case Logistic:
		return 1 / (1 + math.Exp(-score))
	}
	return score
}

// An Ensemble is trees that are summed up. It is safe for concurrent use.
type Ensemble struct {
	bins  *Bins
	start float64
	link  Link
	trees []Tree
	laid  atomic.Pointer[compiled] // once it has answered
}

// NewEnsemble has no trees yet: it predicts the start score.
func NewEnsemble(b *Bins, start float64, link Link) *Ensemble {
	return &Ensemble{bins: b, start: start, link: link}
}

// Add appends a tree.
func (e *Ensemble) Add(g *Grown) {
	e.Append(g.Tree)
}

// Finite is v as a float32, cut at the largest; NaN stays NaN.
func Finite(v float64) float32 {
	if f := float32(v); finite(f) {
		return f
	}
	return float32(max(-math.MaxFloat32, min(math.MaxFloat32, v)))
}

// Importance is each column's share of the gain of all splits: numbers >= 0
// that sum to 1, or zeros where nothing was split.
func (e *Ensemble) Importance() []float64 {
	var total float64
	share := make([]float64, len(e.bins.columns))
	for _, t := range e.trees {
		for _, n := range t.nodes {
			if n.right != 0 {
				share[n.column] += float64(n.gain)
				total += float64(n.gain)
			}
		}
	}
	for c := range share {
		if total > 0 {
			share[c] /= total
		}
	}
	return share
}
