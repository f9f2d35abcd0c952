package tree

// columnStore is room for the sums of a column that shares its lane.
type columnStore struct {
	gn   [256]int64
	hess [256]uint32
}

// columnSums are a leaf's sums by bin of one narrow column: its lane's, or
// summed up from it.
func (g *Grower) columnSums(n *growing, c int, store *columnStore) columnSums {
	p := &g.matrix.places[c]
	t, k := p.lane/tileLanes, p.lane%tileLanes
	out := columnSums{gn: n.hist.gn[t][k][:]}
	if !g.q.constant {
		out.hess = n.hist.hess[t][k][:]
	}
	if p.alone() {
		return out
	}
	for lane, v := range out.gn {
		if v != 0 {
			store.gn[p.bins[lane]] += v
			if out.hess != nil {
				store.hess[p.bins[lane]] += out.hess[lane]
			}
		}
	}
	sums := columnSums{gn: store.gn[:]}
	if out.hess != nil {
		sums.hess = store.hess[:]
	}
	return sums
}

// wideStore is room for the sums of a wide column, which are all zero between
// two uses.
type wideStore struct {
	gn   []int64
	hess []uint32
	seen []uint16
}

// wideSums adds up the leaf's rows: as many numbers as the column has bins are
// too many to keep for each leaf. Its room goes back by dropWide.
func (g *Grower) wideSums(n *growing, p *place, last int) (columnSums, *wideStore) {
	w, _ := g.wideStores.Get().(*wideStore)
	if w == nil {
		w = &wideStore{}
	}
	if len(w.gn) <= last {
		w.gn, w.hess = make([]int64, last+1), make([]uint32, last+1)
	}
	w.seen = w.seen[:0]
	bins := g.matrix.wide[p.lane]
	for _, r := range g.rows[n.begin:n.end] {
		s, bin := g.q.of(r), bins[r]
		if w.gn[bin] == 0 {
			w.seen = append(w.seen, bin)
		}
		w.gn[bin] += s.gn
		w.hess[bin] += s.hess
	}
	out := columnSums{gn: w.gn[:last+1], seen: w.seen}
	if !g.q.constant {
		out.hess = w.hess[:last+1]
	}
	return out, w
}

func (g *Grower) dropWide(w *wideStore) {
	for _, bin := range w.seen {
		w.gn[bin], w.hess[bin] = 0, 0
	}
	g.wideStores.Put(w)
}
