package tree

import "math/rand/v2"

// chooseColumns draws the columns that the tree may use.
func (g *Grower) chooseColumns() {
	rng := rand.New(rand.NewPCG(g.seed, treeStream))
	tiles := make([]bool, g.matrix.width)
	g.columns = g.columns[:0]
	for c, chosen := range chooseFraction(rng, len(g.matrix.places), g.o.TreeColumns) {
		if !chosen {
			continue
		}
		g.columns = append(g.columns, c)
		if p := &g.matrix.places[c]; !p.wide {
			tiles[p.lane/tileLanes] = true
		}
	}
	g.tiles = g.tiles[:0]
	for t, used := range tiles {
		if used {
			g.tiles = append(g.tiles, t)
		}
	}
	for _, w := range g.workers {
		w.adder.tiles = g.tiles
	}
}

// chooseFraction marks fraction of n.
func chooseFraction(rng *rand.Rand, n int, fraction float64) []bool {
	chosen := make([]bool, n)
	for _, i := range rng.Perm(n)[:fractionOf(n, fraction)] {
		chosen[i] = true
	}
	return chosen
}

// fractionOf is round(fraction*n), at least one.
func fractionOf(n int, fraction float64) int { return min(n, max(1, int(fraction*float64(n)+.5))) }

// column is the bins of a column.
func (g *Grower) column(c int) *columnBins { return &g.matrix.bins.columns[c] }

// allowedColumns are those that a leaf may be split by, ascending: a random
// part of the tree's, by selection sampling as in Sample. They are valid until
// the worker asks again.
func (g *Grower) allowedColumns(w *worker, n *growing) []int {
	allowed := g.columns
	if g.o.SplitColumns < 1 {
		var rng rand.PCG
		rng.Seed(n.seed, splitStream)
		allowed = w.allowed[:0]
		want := fractionOf(len(g.columns), g.o.SplitColumns)
		for i, c := range g.columns {
			if draw(&rng, len(g.columns)-i) < want-len(allowed) {
				allowed = append(allowed, c)
			}
		}
		w.allowed = allowed
	}
	if g.o.Interactions != nil {
		allowed = g.interacting(n, allowed)
	}
	return allowed
}

// interacting are those of the allowed columns that lie in one group with all
// columns above the leaf.
func (g *Grower) interacting(n *growing, allowed []int) (out []int) {
	may := make([]bool, len(g.matrix.places))
	for _, group := range g.o.Interactions {
		if containsAll(group, n.path) {
			for _, c := range group {
				may[c] = true
			}
		}
	}
	for _, c := range allowed {
		if may[c] {
			out = append(out, c)
		}
	}
	return out
}

func containsAll(group, path []int) bool {
	in := map[int]bool{}
	for _, c := range group {
		in[c] = true
	}
	for _, c := range path {
		if !in[c] {
			return false
		}
	}
	return true
}
