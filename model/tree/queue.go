package tree

import (
	"container/heap"
	"slices"
)

// A queue has the leaves that may be split, the next one first.
type queue struct {
	grower *Grower
	nodes  []int // a heap
}

// offer takes a leaf that has a split.
func (q *queue) offer(node int) {
	if q.grower.nodes[node].best.gain > 0 {
		heap.Push(q, node)
	}
}

func (q *queue) pop() int { return heap.Pop(q).(int) }

// unprepared are the first n leaves whose children are not known yet and that
// one thread is enough for, the first of all among them.
func (q *queue) unprepared(n int) []*growing {
	order := slices.Clone(q.nodes)
	slices.SortFunc(order, q.compare)
	var out []*growing
	for _, i := range order {
		if node := &q.grower.nodes[i]; node.children == nil && node.rows() < manyRows && len(out) < n {
			out = append(out, node)
		}
	}
	return out
}

// compare orders leaves: higher ones first where trees grow by depth, then by
// gain, then by age.
func (q *queue) compare(a, b int) int {
	x, y := &q.grower.nodes[a], &q.grower.nodes[b]
	switch {
	case q.grower.o.DepthWise && x.depth != y.depth:
		return x.depth - y.depth
	case x.best.gain > y.best.gain:
		return -1
	case x.best.gain < y.best.gain:
		return 1
	}
	return a - b
}

// The rest is heap.Interface.

func (q *queue) Len() int           { return len(q.nodes) }
func (q *queue) Swap(i, j int)      { q.nodes[i], q.nodes[j] = q.nodes[j], q.nodes[i] }
func (q *queue) Push(x any)         { q.nodes = append(q.nodes, x.(int)) }
func (q *queue) Less(i, j int) bool { return q.compare(q.nodes[i], q.nodes[j]) < 0 }

func (q *queue) Pop() any {
	last := q.nodes[len(q.nodes)-1]
	q.nodes = q.nodes[:len(q.nodes)-1]
	return last
}
