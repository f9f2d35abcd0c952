package tree

// columnStore is room for the sums of a column that shares its lane, and for
// its thresholds.
type columnStore struct {
	gn     [256]int64
	hess   [256]uint32
	blocks *blocks
}

// columnSums are a leaf's sums by bin of one column: its lane's, or summed up
// from it, or from the leaf's rows where the column is wide.
func (w *worker) columnSums(n *growing, c int) columnSums {
	p := &w.matrix.places[c]
	if p.wide {
		return w.wideSums(n, p, w.matrix.bins.columns[c].last())
	}
	t, k := p.lane/tileLanes, p.lane%tileLanes
	out := columnSums{gn: n.hist.gn[t][k][:]}
	if !w.q.constant {
		out.hess = n.hist.hess[t][k][:]
	}
	if p.alone() {
		return out
	}
	store := &w.store
	store.gn, store.hess = [256]int64{}, [256]uint32{}
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

func (w *wideStore) clear() {
	for _, bin := range w.seen {
		w.gn[bin], w.hess[bin] = 0, 0
	}
	w.seen = w.seen[:0]
}

// wideSums adds up the leaf's rows: as many numbers as the column has bins are
// too many to keep for each leaf.
func (w *worker) wideSums(n *growing, p *place, last int) columnSums {
	store := &w.wide
	if len(store.gn) <= last {
		store.gn, store.hess = make([]int64, last+1), make([]uint32, last+1)
	}
	bins := w.matrix.wide[p.lane]
	for _, r := range w.rows[n.begin:n.end] {
		s, bin := w.q.of(r), bins[r]
		if store.gn[bin] == 0 {
			store.seen = append(store.seen, bin)
		}
		store.gn[bin] += s.gn
		store.hess[bin] += s.hess
	}
	out := columnSums{gn: store.gn[:last+1], seen: store.seen}
	if !w.q.constant {
		out.hess = store.hess[:last+1]
	}
	return out
}
