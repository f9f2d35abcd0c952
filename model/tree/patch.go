package tree

// A patch is where a subtree of few rows grows: on a copy of what is known of
// them, small enough to stay in the cache, because all that comes below reads
// it again at every depth. Rows are numbered anew in it.
type patch struct {
	view
	rows, spare []uint32 // each leaf has a stretch of rows, as in the Grower
	from        []uint32 // the matrix's row, by row
	begin       int      // of its rows among the Grower's
	store       []uint8  // the lanes
	wideStore   []uint16
}

// patchBytes is the size of a patch's lanes: a choice, a part of the
// second-level cache of any machine. The tree does not depend on it.
const patchBytes = 256 << 10

// whole reports whether the limit of leaves cannot be met by so many rows, so
// that the order in which leaves are split does not matter.
func (g *Grower) whole(rows int) bool { return rows/max(1, g.o.MinRows) <= g.o.Leaves }

// growWhole splits until nothing can be split: large leaves first, then each
// subtree of few rows on a patch, subtrees in parallel.
func (g *Grower) growWhole() {
	g.patchRows = max(64, min(16384, patchBytes/max(1, len(g.matrix.lanes))))
	g.searchLeaf(g.workers, g.nodes[0])
	var small []*growing
	for open := []*growing{g.nodes[0]}; len(open) > 0; {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		switch {
		case n.rows() <= g.patchRows:
			small = append(small, n)
		case n.best.gain > 0:
			both := g.makeChildren(g.workers, n, false)
			n.left, n.right = both[0], both[1]
			open = append(open, n.right, n.left)
		}
		g.pool.put(n.hist)
		n.hist = nil
	}
	free := make(chan *worker, len(g.workers))
	for _, w := range g.workers {
		free <- w
	}
	g.o.Team.Each(len(small), func(i int) {
		w := <-free
		g.growPatch(w, small[i])
		free <- w
	})
}

// growPatch grows the subtree below n.
func (g *Grower) growPatch(w *worker, n *growing) {
	if !g.splittable(n) {
		return
	}
	p, rows := &w.patch, g.rows[n.begin:n.end]
	p.copy(g, rows, n.begin)
	g.splitInPatch(w, n)
	for i, r := range p.rows {
		rows[i] = p.from[r]
	}
}

// splitInPatch splits n and what is below it.
func (g *Grower) splitInPatch(w *worker, n *growing) {
	p := &w.patch
	rows := p.rows[n.begin-p.begin : n.end-p.begin]
	g.searchFew(w, &p.view, rows, n)
	if n.best.gain == 0 {
		return
	}
	g.matrix.setSides(&w.sides, &n.best)
	p.partition(rows, p.spare, n.best.left.rows(), &w.sides, nil)
	n.left, n.right = g.divided(w, n)
	g.splitInPatch(w, n.left)
	g.splitInPatch(w, n.right)
}

// copy takes the rows from the matrix, all lanes of a row while it is near.
func (p *patch) copy(g *Grower, rows []uint32, begin int) {
	m, n := g.matrix, len(rows)
	p.begin, p.from = begin, append(p.from[:0], rows...)
	p.rows, p.spare, p.words = sized(p.rows, n), sized(p.spare, n/2), sized(p.words, n)
	for i, r := range rows {
		p.rows[i], p.words[i] = uint32(i), g.q.words[r]
	}
	p.copyLanes(m, rows)
	p.wideStore = sized(p.wideStore, len(m.wide)*n)
	p.wide = sized(p.wide, len(m.wide))
	for k, from := range m.wide {
		p.wide[k] = p.wideStore[k*n:][:n]
		for i, r := range rows {
			p.wide[k][i] = from[r]
		}
	}
}

func (p *patch) copyLanes(m *Matrix, rows []uint32) {
	n := len(rows)
	stride := n + 64 // apart, so that lanes do not share a set of the cache
	p.store = sized(p.store, m.width*tileLanes*stride)
	p.lanes = sized(p.lanes, m.width*tileLanes)
	for k := range p.lanes {
		p.lanes[k] = p.store[k*stride:][:n]
	}
	for t := range m.width {
		to := p.lanes[t*tileLanes:][:tileLanes]
		a, b, c, d, e, f, g, h := to[0], to[1], to[2], to[3], to[4], to[5], to[6], to[7]
		for i, r := range rows {
			w := m.words[int(r)*m.width+t]
			a[i], b[i], c[i], d[i] = uint8(w), uint8(w>>8), uint8(w>>16), uint8(w>>24)
			e[i], f[i], g[i], h[i] = uint8(w>>32), uint8(w>>40), uint8(w>>48), uint8(w>>56)
		}
	}
}

// sized is a slice of n, whose contents do not matter.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
