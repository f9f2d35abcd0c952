package tree

// walks are trees for rows that come alone, or that have more leaves than a
// bitTree can. A walk has no branch but its end, and several are on their way
// at once, so that the processor works on one while it waits for the others.
type walks struct {
	hops   []hop // of all trees, from their roots on
	roots  []uint32
	values []float32 // by hop, of leaves
	sets   []binSet  // by hop; nil where no tree has one
}

// A hop leads to the hop child, or to the one after it where the row's lane
// is above limit. A leaf leads to itself.
type hop struct {
	child uint32
	lane  uint16
	limit uint16
}

// layWalk adds a tree, with the children of a node side by side.
func (w *walks) layWalk(t *Tree, at map[uint16]*laneColumn) {
	root := len(w.hops)
	w.roots = append(w.roots, uint32(root))
	w.hops = append(w.hops, hop{})
	from := []int32{0} // by hop of this tree, the node
	for i := 0; i < len(from); i++ {
		n := &t.nodes[from[i]]
		s := hop{child: uint32(root + i), limit: missingLast}
		var set binSet
		if n.right != 0 {
			s, set = at[n.column].hop(n, t)
			s.child = uint32(len(w.hops))
			w.hops = append(w.hops, hop{}, hop{})
			from = append(from, from[i]+1, n.right)
		}
		w.hops[root+i] = s
		w.values = append(w.values, n.value)
		w.addSet(root+i, set)
	}
}

// hop is what a node asks, without its child; set is nil for numbers.
func (l *laneColumn) hop(n *node, t *Tree) (s hop, set binSet) {
	if n.set >= 0 {
		return hop{lane: uint16(l.set)}, l.words(n, t)
	}
	lane, limit, _ := l.ask(n)
	return hop{lane: uint16(lane), limit: limit}, nil
}

func (w *walks) addSet(hop int, set binSet) {
	if set == nil && w.sets == nil {
		return
	}
	for len(w.sets) < hop {
		w.sets = append(w.sets, nil)
	}
	w.sets = append(w.sets, set)
}

// exceeds is 1 where a > b, else 0, without a branch.
func exceeds(a, b uint16) uint32 { return (uint32(b) - uint32(a)) >> 31 }

// walk is the leaf that a row comes to from a root; its lanes are stride apart.
func (w *walks) walk(i uint32, lanes []uint16, stride int) uint32 {
	for {
		s := w.hops[i]
		if s.child == i {
			return i
		}
		lane := lanes[int(s.lane)*stride]
		right := exceeds(lane, s.limit)
		if int(i) < len(w.sets) && w.sets[i] != nil {
			right = 1
			if w.sets[i].has(lane) {
				right = 0
			}
		}
		i = s.child + right
	}
}

// fewLanes are so many that no number of a byte lies beyond them.
const fewLanes = 256

// walkTrees sets at to the leaves that a row comes to from eight roots of trees
// without sets.
func (w *walks) walkTrees(at *[8]uint32, lanes *[fewLanes]uint16) {
	hops := w.hops
	a, b, c, d, e, f, g, h := at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]
	for {
		moved := uint32(0)
		s := hops[a]
		next := s.child + exceeds(lanes[uint8(s.lane)], s.limit)
		moved |= next ^ a
		a = next
		s = hops[b]
		next = s.child + exceeds(lanes[uint8(s.lane)], s.limit)
		moved |= next ^ b
		b = next
		s = hops[c]
		next = s.child + exceeds(lanes[uint8(s.lane)], s.limit)
		moved |= next ^ c
		c = next
		s = hops[d]
		next = s.child + exceeds(lanes[uint8(s.lane)], s.limit)
		moved |= next ^ d
		d = next
		s = hops[e]
		next = s.child + exceeds(lanes[uint8(s.lane)], s.limit)
		moved |= next ^ e
		e = next
		s = hops[f]
		next = s.child + exceeds(lanes[uint8(s.lane)], s.limit)
		moved |= next ^ f
		f = next
		s = hops[g]
		next = s.child + exceeds(lanes[uint8(s.lane)], s.limit)
		moved |= next ^ g
		g = next
		s = hops[h]
		next = s.child + exceeds(lanes[uint8(s.lane)], s.limit)
		moved |= next ^ h
		h = next
		if moved == 0 {
			*at = [8]uint32{a, b, c, d, e, f, g, h}
			return
		}
	}
}

// walkRows sets at to the leaves that eight rows come to from one root; lanes
// has lane 0 of all of them, then lane 1.
func (w *walks) walkRows(root uint32, lanes []uint16, at *[8]uint32) {
	if w.sets != nil {
		for k := range at {
			at[k] = w.walk(root, lanes[k:], 8)
		}
		return
	}
	hops := w.hops
	a, b, c, d, e, f, g, h := root, root, root, root, root, root, root, root
	for {
		moved := uint32(0)
		s := hops[a]
		next := s.child + exceeds(lanes[8*uint(s.lane)+0], s.limit)
		moved |= next ^ a
		a = next
		s = hops[b]
		next = s.child + exceeds(lanes[8*uint(s.lane)+1], s.limit)
		moved |= next ^ b
		b = next
		s = hops[c]
		next = s.child + exceeds(lanes[8*uint(s.lane)+2], s.limit)
		moved |= next ^ c
		c = next
		s = hops[d]
		next = s.child + exceeds(lanes[8*uint(s.lane)+3], s.limit)
		moved |= next ^ d
		d = next
		s = hops[e]
		next = s.child + exceeds(lanes[8*uint(s.lane)+4], s.limit)
		moved |= next ^ e
		e = next
		s = hops[f]
		next = s.child + exceeds(lanes[8*uint(s.lane)+5], s.limit)
		moved |= next ^ f
		f = next
		s = hops[g]
		next = s.child + exceeds(lanes[8*uint(s.lane)+6], s.limit)
		moved |= next ^ g
		g = next
		s = hops[h]
		next = s.child + exceeds(lanes[8*uint(s.lane)+7], s.limit)
		moved |= next ^ h
		h = next
		if moved == 0 {
			*at = [8]uint32{a, b, c, d, e, f, g, h}
			return
		}
	}
}
