package tree

// columnStore is room for the sums of a column that shares its lane.
type columnStore struct {
	gn   [256]int64
	hess [256]uint32
}

// columnSums are a leaf's sums by bin of one column: its lane's, or summed up
// from it, or from the leaf's rows where the column is wide.
func (g *Grower) columnSums(n *growing, c int, store *columnStore) columnSums {
	p := &g.matrix.places[c]
	if p.wide {
		return g.wideSums(n, p, g.matrix.bins.columns[c].last())
	}
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

// wideSums adds up the leaf's rows: as many numbers as the column has bins are
// too many to keep for each leaf.
func (g *Grower) wideSums(n *growing, p *place, last int) columnSums {
	if n.wide != nil {
		return n.wide[p.lane]
	}
	out := columnSums{gn: make([]int64, last+1)}
	if !g.q.constant {
		out.hess = make([]uint32, last+1)
	}
	bins := g.matrix.wide[p.lane]
	for _, r := range g.rows[n.begin:n.end] {
		s := g.q.of(r)
		out.gn[bins[r]] += s.gn
		if out.hess != nil {
			out.hess[bins[r]] += s.hess
		}
	}
	return out
}
