package tree

// A walkTree is a tree for rows that come alone, or that has more leaves than
// a bitTree can. A walk has no branch but its end, and several trees are
// walked at once, so that the processor works on one while it waits for the
// others.
type walkTree struct {
	steps  []step
	values []float32 // by step, of leaves
	sets   []binSet  // by step; nil where no node has one
}

// A step leads to the step child, or to the one after it where the row's lane
// is above limit. A leaf leads to itself.
type step struct {
	child uint32
	lane  uint16
	limit uint16
}

// layWalk puts the children of a node side by side.
func (c *compiled) layWalk(t *Tree, at map[uint16]*laneColumn) walkTree {
	w := walkTree{steps: make([]step, 1, len(t.nodes)), values: make([]float32, len(t.nodes))}
	from := make([]int32, 1, len(t.nodes)) // by step, the node
	for i := 0; i < len(w.steps); i++ {
		k := from[i]
		n := &t.nodes[k]
		if n.right == 0 {
			w.steps[i] = step{child: uint32(i), limit: missingLast}
			w.values[i] = n.value
			continue
		}
		s := step{child: uint32(len(w.steps))}
		l := at[n.column]
		if n.set >= 0 {
			if w.sets == nil {
				w.sets = make([]binSet, len(t.nodes))
			}
			w.sets[i] = binSet(t.sets[n.set:])[:setWords(l.bins.last())]
			s.lane = uint16(l.set)
		} else {
			lane, limit, _ := l.ask(n)
			s.lane, s.limit = uint16(lane), limit
		}
		w.steps[i] = s
		w.steps = append(w.steps, step{}, step{})
		from = append(from, k+1, n.right)
	}
	return w
}

// above is 1 where a > b, else 0, without a branch.
func above(a, b uint16) uint32 { return (uint32(b) - uint32(a)) >> 31 }

// value is the tree's for a row.
func (w *walkTree) value(lanes []uint16) float32 {
	i := uint32(0)
	for {
		s := w.steps[i]
		right := above(lanes[s.lane], s.limit)
		if w.sets != nil && w.sets[i] != nil {
			right = 1
			if w.sets[i].has(lanes[s.lane]) {
				right = 0
			}
		}
		if s.child == i {
			return w.values[i]
		}
		i = s.child + right
	}
}

// fourWalks are the values of four trees, each for a row of its own.
func fourWalks(w [4]*walkTree, lanes [4][]uint16, out *[4]float32) {
	if w[0].sets != nil || w[1].sets != nil || w[2].sets != nil || w[3].sets != nil {
		for i := range out {
			out[i] = w[i].value(lanes[i])
		}
		return
	}
	a, b, c, d := w[0].steps, w[1].steps, w[2].steps, w[3].steps
	p, q, r, o := lanes[0], lanes[1], lanes[2], lanes[3]
	var i, j, k, l uint32
	for {
		s, t, u, v := a[i], b[j], c[k], d[l]
		if s.child == i && t.child == j && u.child == k && v.child == l {
			break
		}
		i = s.child + above(p[s.lane], s.limit)
		j = t.child + above(q[t.lane], t.limit)
		k = u.child + above(r[u.lane], u.limit)
		l = v.child + above(o[v.lane], v.limit)
	}
	*out = [4]float32{w[0].values[i], w[1].values[j], w[2].values[k], w[3].values[l]}
}
