package tree

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// smallLeaves are options under which leaves of few rows are searched in
// different ways.
var smallLeaves = map[string]Options{
	"plain":        {MinRows: 1},
	"some columns": {MinRows: 5, SplitColumns: .3},
	"of the tree":  {MinRows: 5, TreeColumns: .5, SplitColumns: .5},
	"random cuts":  {MinRows: 2, RandomCuts: true},
	"L1":           {MinRows: 2, L1: .3},
	"L2":           {MinRows: 2, L2: 3},
	"smooth":       {MinRows: 2, PathSmooth: 3},
	"monotone":     {MinRows: 2, Monotone: []int8{1, -1, 0, 1, 0, 0, 0, 0, 0, 0, 0}},
	"interactions": {MinRows: 2, Interactions: [][]int{{0, 1, 2, 8}, {2, 3, 4, 5, 9}}},
	"hessian":      {MinRows: 1, MinHessian: 8},
	"gain":         {MinRows: 1, MinGain: 2},
}

func filled(o Options) Options {
	o.TreeColumns, o.SplitColumns = orAll(o.TreeColumns), orAll(o.SplitColumns)
	o.MinHessian = max(o.MinHessian, 1e-9)
	return o
}

// TestFewRowsAgreeWithHistogram: a tally finds, from the matrix and from a
// patch, the very split that a histogram of all bins does.
func TestFewRowsAgreeWithHistogram(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	x := randomFrame(rng, 3000)
	copy(x.Data[1], x.Data[0]) // ties
	m := NewBins(x, allRows(x.Rows), 1, 1).Matrix(x, 1)
	for name, o := range smallLeaves {
		for trial := range 60 {
			grad, hess := randomGradients(rng, x.Rows, trial%2 == 0)
			for i := range grad {
				grad[i] += x.Data[0][i] + float32(trial%5)
			}
			g := NewGrower(m, filled(o))
			rows := Sample(allRows(x.Rows), float64(1+rng.IntN(1<<(trial%11)))/float64(x.Rows), uint64(trial))
			setAll(g.Gradients(), grad, hess)
			g.seed, g.rows = uint64(trial), rows
			g.q.fill(rows, g.seed, nil)
			g.chooseColumns()
			var best [3]split
			for way := range best {
				n, w := g.root(rows), g.workers[0]
				switch way {
				case 0:
					n.hist = g.fillHistogram(g.workers, n)
					g.findSplit(g.workers, n)
				case 1:
					g.searchFew(w, &g.all, rows, n)
				case 2:
					w.patch.copy(g, rows, 0)
					g.searchFew(w, &w.patch.view, w.patch.rows, n)
				}
				best[way] = n.best
			}
			for way, got := range best[1:] {
				if diff := cmp.Diff(best[0], got, cmp.AllowUnexported(split{}, sum{})); diff != "" {
					t.Fatalf("%s, trial %d, %d rows, way %d:\n%s", name, trial, len(rows), way, diff)
				}
			}
		}
	}
}

// TestWholeTreesAgreeWithCrew: where the limit of leaves does not matter,
// neither does the way by which leaves are split.
func TestWholeTreesAgreeWithCrew(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 2))
	x := randomFrame(rng, 24_000) // more than fit a patch
	for i, v := range x.Data[1] {
		x.Data[1][i] = v * float32(i%2) // a mode
	}
	m := NewBins(x, allRows(x.Rows), 1, 2).Matrix(x, 2)
	for name, o := range smallLeaves {
		for _, constant := range []bool{true, false} {
			if testing.Short() && (name != "plain" || constant) {
				continue // what threads share is the same for all
			}
			grad, hess := randomGradients(rng, x.Rows, constant)
			for i := range grad {
				grad[i] += x.Data[0][i] - x.Data[8][i]
			}
			rows := Sample(allRows(x.Rows), .8, 1)
			o := filled(o)
			o.Leaves = x.Rows
			slow := NewGrower(m, o)
			setAll(slow.Gradients(), grad, hess)
			want := growByCrew(slow, rows, 5)
			for _, threads := range []int{1, 3} {
				o.Team = NewTeam(threads)
				g := NewGrower(m, o)
				for range 2 { // the second time with what the first left behind
					got := growOn(g, rows, grad, hess, 5)
					if !reflect.DeepEqual(want, got) { // far faster than cmp
						t.Fatalf("%s, %d threads:\n%.2000s", name, threads, cmp.Diff(want, got, cmp.AllowUnexported(Grown{}, Tree{}, node{})))
					}
				}
				o.Team.Stop()
			}
		}
	}
}

// growByCrew is Grow as if there were a limit of leaves.
func growByCrew(g *Grower, rows []uint32, seed uint64) *Grown {
	g.seed, g.rows, g.spare = seed, append([]uint32(nil), rows...), make([]uint32, len(rows)/2)
	g.q.fill(rows, seed, nil)
	g.chooseColumns()
	g.nodes = []*growing{g.root(rows)}
	g.searchLeaf(g.workers, g.nodes[0])
	newCrew(g).split()
	return g.finish(Values{})
}
