package tree

import "slices"

// columnStore is room for the sums of a column that shares its lane.
type columnStore struct {
	gn   [256]int64
	hess [256]uint32
}

// columnSums are a leaf's sums by bin of one column: its lane's, or summed up
// from it, or from the leaf's rows where the column is wide.
func (g *Grower) columnSums(w *worker, n *growing, c int) columnSums {
	p := &g.matrix.places[c]
	last := g.column(c).last()
	switch {
	case p.wide && n.wide != nil:
		return n.wide[p.lane]
	case p.wide:
		return g.wideSums(w, &g.all, g.rows[n.begin:n.end], p, last)
	}
	t, k := p.lane/tileLanes, p.lane%tileLanes
	out := columnSums{gn: n.hist.gn[t][k][:]}
	if !g.q.constant {
		out.hess = n.hist.hess[t][k][:]
	}
	if p.alone() {
		return out.upTo(last)
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
	return sums.upTo(last)
}

func (c columnSums) upTo(last int) columnSums {
	c.gn = c.gn[:last+1]
	if c.hess != nil {
		c.hess = c.hess[:last+1]
	}
	return c
}

// wideStore is room for the sums of a wide column: by bin, zeros between two
// uses, and those of the missing bin and of the bins that rows are in.
type wideStore struct {
	gn    []int64
	hess  []uint32
	seen  []uint16
	outGn []int64
	out   []uint32
}

// wideSums adds up rows of v: as many numbers as the column has bins are too
// many to keep for each leaf, and to pass by for a small one.
func (g *Grower) wideSums(w *worker, v *view, rows []uint32, p *place, last int) columnSums {
	store := &w.wide
	if len(store.gn) <= last {
		store.gn, store.hess = make([]int64, last+1), make([]uint32, last+1)
	}
	store.seen = append(store.seen[:0], missingBin)
	bins := v.wide[p.lane]
	for _, r := range rows {
		s, bin := g.q.sum(v.words[r]), bins[r]
		if store.gn[bin] == 0 && bin != missingBin {
			store.seen = append(store.seen, bin)
		}
		store.gn[bin] += s.gn
		store.hess[bin] += s.hess
	}
	slices.Sort(store.seen)
	store.outGn, store.out = store.outGn[:0], store.out[:0]
	for _, bin := range store.seen {
		store.outGn, store.out = append(store.outGn, store.gn[bin]), append(store.out, store.hess[bin])
		store.gn[bin], store.hess[bin] = 0, 0
	}
	out := columnSums{gn: store.outGn, bins: store.seen}
	if !g.q.constant {
		out.hess = store.out
	}
	return out
}
