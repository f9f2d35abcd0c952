package tree

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var loose = Options{Leaves: 31, MinRows: 1, MinHessian: 1e-9, TreeColumns: 1, SplitColumns: 1}

// randomGradients have hessians that differ by row, or that are all 1.
func randomGradients(rng *rand.Rand, rows int, constant bool) (grad, hess []float32) {
	grad, hess = make([]float32, rows), make([]float32, rows)
	for i := range grad {
		grad[i], hess[i] = float32(rng.NormFloat64()), 1
		if !constant {
			hess[i] = .5 + rng.Float32()
		}
	}
	return grad, hess
}

func setAll(g Gradients, grad, hess []float32) {
	for i := range grad {
		g.Set(uint32(i), grad[i], hess[i])
	}
}

func growOn(g *Grower, rows []uint32, grad, hess []float32, seed uint64) *Grown {
	setAll(g.Gradients(), grad, hess)
	return g.Grow(slices.Clone(rows), Values{}, seed)
}

func TestHistogramAgreesWithSlowTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, constant := range []bool{true, false} {
		x := randomFrame(rng, 5000)
		m := NewBins(x, allRows(x.Rows), 1, 1).Matrix(x, 1)
		grad, hess := randomGradients(rng, x.Rows, constant)
		q := newQuantised(x.Rows)
		setAll(q.words, grad, hess)
		q.fill(allRows(x.Rows), 1, nil)
		if q.constant != constant {
			t.Fatalf("constant = %v", q.constant)
		}
		rows, other := Sample(allRows(x.Rows), .3, 1), []uint32{}
		for _, r := range allRows(x.Rows) {
			if _, found := slices.BinarySearch(rows, r); !found {
				other = append(other, r)
			}
		}
		part, all := emptyHistogram(m), emptyHistogram(m)
		a := newAdder(m, q)
		for t := range m.width {
			a.tiles = append(a.tiles, t)
		}
		a.add(part, rows)
		a.add(all, allRows(x.Rows))
		for t := range m.width {
			all.subtract(part, t, constant)
		}
		if diff := cmp.Diff(slowHistogram(m, rows, q), part, cmp.AllowUnexported(histogram{})); diff != "" {
			t.Fatalf("add:\n%s", diff)
		}
		if diff := cmp.Diff(slowHistogram(m, other, q), all, cmp.AllowUnexported(histogram{})); diff != "" {
			t.Fatalf("subtract:\n%s", diff)
		}
	}
}

func emptyHistogram(m *Matrix) *histogram {
	m.tile(nil)
	return &histogram{gn: make([]tileGrads, m.width), hess: make([]tileHesses, m.width)}
}

func slowHistogram(m *Matrix, rows []uint32, q *quantised) *histogram {
	h := emptyHistogram(m)
	for _, r := range rows {
		for lane := range m.width * tileLanes {
			t, k := lane/tileLanes, lane%tileLanes
			b := uint8(m.words[int(r)*m.width+t] >> (8 * k))
			h.gn[t][k][b] += q.of(r).gn
			h.hess[t][k][b] += q.of(r).hess
		}
	}
	return h
}

func TestQuantisedSumsAreCloseAndDoNotOverflow(t *testing.T) {
	const n = 100_000
	rng := rand.New(rand.NewPCG(2, 2))
	grad, hess := randomGradients(rng, n, false)
	for i := range grad {
		grad[i] = -float32(math.Abs(float64(grad[i]))) // the worst case: all of one sign
	}
	grad[5] = -1e6 // as heavy as ten times all others
	q := newQuantised(n)
	setAll(q.words, grad, hess)
	q.fill(allRows(n), 3, nil)
	var total sum
	var g, h float64
	for i := range grad {
		total = total.plus(q.of(uint32(i)))
		g += float64(grad[i])
		h += float64(hess[i])
	}
	if total.rows() != n {
		t.Fatalf("%d rows, want %d", total.rows(), n)
	}
	if math.Abs(q.gradient(total)/g-1) > 1e-5 || math.Abs(q.hessian(total)/h-1) > 2e-5 {
		t.Errorf("sums %g, %g; want %g, %g", q.gradient(total), q.hessian(total), g, h)
	}
	g, total = g-float64(grad[5]), total.minus(q.of(5))
	if math.Abs(q.gradient(total)/g-1) > 1e-3 {
		t.Errorf("without the heavy row %g, want %g", q.gradient(total), g)
	}
}

// exactGain is the twin of search.gain in floating point, over rows on the left.
func exactGain(left []bool, grad, hess []float32, l2, parentL2 float64) float64 {
	var gl, hl, gr, hr float64
	for i, l := range left {
		if l {
			gl, hl = gl+float64(grad[i]), hl+float64(hess[i])
		} else {
			gr, hr = gr+float64(grad[i]), hr+float64(hess[i])
		}
	}
	return gl*gl/(hl+l2) + gr*gr/(hr+l2) - (gl+gr)*(gl+gr)/(hl+hr+parentL2)
}

// bruteNumber tries every threshold and side for missing values.
func bruteNumber(values, grad, hess []float32, minRows int, l2 float64) (best float64) {
	for _, cut := range append(slices.Clone(values), inf) {
		for _, missingLeft := range []bool{false, true} {
			left, n := make([]bool, len(values)), 0
			for i, v := range values {
				if left[i] = v <= cut || (v != v && missingLeft); left[i] {
					n++
				}
			}
			if n >= minRows && len(values)-n >= minRows {
				best = max(best, exactGain(left, grad, hess, l2, l2))
			}
		}
	}
	return best
}

// bruteCategory tries every subset of the levels.
func bruteCategory(values, grad, hess []float32, levels, minRows int, l2 float64) (best float64) {
	for subset := range 1 << levels {
		left, n := make([]bool, len(values)), 0
		for i, v := range values {
			if left[i] = subset>>int(v)&1 == 1; left[i] {
				n++
			}
		}
		if n >= minRows && len(values)-n >= minRows {
			best = max(best, exactGain(left, grad, hess, l2+categoryL2, l2))
		}
	}
	return best
}

func TestSplitAgreesWithBruteForce(t *testing.T) {
	for trial := range uint64(60) {
		rng := rand.New(rand.NewPCG(trial, 3))
		o := loose
		o.Leaves, o.MinRows, o.L2 = 2, 1+rng.IntN(9), 3*rng.Float64()
		const rows = 120
		grad, hess := randomGradients(rng, rows, trial%3 == 0)
		values, levels := make([]float32, rows), 0
		for i := range values {
			values[i] = float32(rng.IntN(1 + 2*int(trial)))
			if trial%2 == 0 && rng.IntN(5) == 0 {
				values[i] = nan
			}
		}
		if trial%4 == 3 { // as many rows of each level: then the sort is by means
			levels = 6
			for i := range values {
				values[i], hess[i] = float32(i%levels), 1
			}
		}
		want := bruteNumber(values, grad, hess, o.MinRows, o.L2)
		if levels > 0 {
			want = bruteCategory(values, grad, hess, levels, o.MinRows, o.L2)
		}
		x := oneColumn(levels, values)
		m := NewBins(x, allRows(rows), 1, 1).Matrix(x, 1)
		grown := growOn(NewGrower(m, o), allRows(rows), grad, hess, trial)
		var got float64 // of the only split
		if n := grown.Tree.nodes[0]; n.right != 0 {
			got = float64(n.gain)
		}
		if math.Abs(got-want) > 1e-5*(1+want) {
			t.Errorf("trial %d: gain %g, want %g", trial, got, want)
		}
	}
}

func TestGrownTreeIsConsistent(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	x := randomFrame(rng, 30_000)
	grad, hess := randomGradients(rng, x.Rows, false)
	for i := range grad {
		grad[i] += x.Data[0][i] - x.Data[8][i]
	}
	b := NewBins(x, allRows(x.Rows), 1, 2)
	m := b.Matrix(x, 2)
	for name, o := range map[string]Options{
		"plain":       {Leaves: 63, MinRows: 20},
		"deep":        {Leaves: 3000, MinRows: 1},
		"shallow":     {Leaves: 63, Depth: 3, MinRows: 20},
		"columns":     {Leaves: 63, MinRows: 20, TreeColumns: .3},
		"by split":    {Leaves: 63, MinRows: 20, SplitColumns: .3},
		"random cuts": {Leaves: 63, MinRows: 20, RandomCuts: true},
		"hessian":     {Leaves: 63, MinRows: 1, MinHessian: 500},
	} {
		t.Run(name, func(t *testing.T) {
			o.TreeColumns, o.SplitColumns = orAll(o.TreeColumns), orAll(o.SplitColumns)
			o.MinHessian = max(o.MinHessian, 1e-3)
			var first *Grown
			for _, threads := range []int{1, 2, 5} {
				o.Team = NewTeam(threads)
				defer o.Team.Stop()
				rows := Sample(allRows(x.Rows), .7, 1)
				grown := growOn(NewGrower(m, o), rows, grad, hess, 9)
				if first == nil {
					first = grown
					checkGrown(t, grown, m, rows, hess, o)
				} else if diff := cmp.Diff(first, grown, cmp.AllowUnexported(Grown{}, Tree{}, node{})); diff != "" {
					t.Fatalf("%d threads:\n%s", threads, diff)
				}
			}
			e := NewEnsemble(b, 0, Identity)
			e.Add(first)
			out := make([]float32, x.Rows)
			e.Predict(x, out)
			for _, leaf := range first.Leaves {
				for _, r := range leaf.Rows {
					if out[r] != leaf.Value {
						t.Fatalf("row %d is predicted as %g, want its leaf's %g", r, out[r], leaf.Value)
					}
				}
			}
		})
	}
}

func orAll(fraction float64) float64 {
	if fraction == 0 {
		return 1
	}
	return fraction
}

func checkGrown(t *testing.T, g *Grown, m *Matrix, rows []uint32, hess []float32, o Options) {
	t.Helper()
	if n := len(g.Leaves); n < 2 || n > o.Leaves || (o.Depth > 0 && n > 1<<o.Depth) {
		t.Fatalf("%d leaves", n)
	}
	var all []uint32
	for _, leaf := range g.Leaves {
		var h float64
		for _, r := range leaf.Rows {
			h += float64(hess[r])
			if v := g.Tree.Value(m, r); v != leaf.Value {
				t.Fatalf("row %d: %g, want its leaf's %g", r, v, leaf.Value)
			}
		}
		if len(leaf.Rows) < o.MinRows || h < o.MinHessian*(1-1e-6) || !slices.IsSorted(leaf.Rows) {
			t.Fatalf("leaf of %d rows, hessian %g, sorted %v", len(leaf.Rows), h, slices.IsSorted(leaf.Rows))
		}
		all = append(all, leaf.Rows...)
	}
	slices.Sort(all)
	if !slices.Equal(all, rows) {
		t.Fatal("the leaves do not hold each row once")
	}
	columns := map[int]bool{}
	for _, n := range g.Tree.nodes {
		if n.right != 0 {
			columns[int(n.column)] = true
		}
	}
	if columns[7] || len(columns) > int(math.Round(o.TreeColumns*float64(len(m.bins.columns)))) {
		t.Errorf("columns %v were split", columns)
	}
}

func TestNothingToLearn(t *testing.T) {
	x := randomFrame(rand.New(rand.NewPCG(5, 2)), 300)
	m := NewBins(x, allRows(x.Rows), 1, 1).Matrix(x, 1)
	hess := slices.Repeat([]float32{1}, x.Rows)
	for _, gradient := range []float32{0, 1, -1e-20, 1e20, math.MaxFloat32} {
		t.Run(fmt.Sprint(gradient), func(t *testing.T) {
			grad := slices.Repeat([]float32{gradient}, x.Rows)
			grown := growOn(NewGrower(m, loose), allRows(x.Rows), grad, hess, 1)
			if len(grown.Leaves) != 1 {
				t.Errorf("%d leaves for equal gradients", len(grown.Leaves))
			}
		})
	}
}

func TestNoColumns(t *testing.T) {
	x := oneColumn(0, make([]float32, 10))
	x.Columns, x.Data = nil, nil
	m := NewBins(x, allRows(10), 1, 1).Matrix(x, 1)
	grad, hess := randomGradients(rand.New(rand.NewPCG(6, 2)), 10, true)
	if grown := growOn(NewGrower(m, loose), allRows(10), grad, hess, 1); len(grown.Leaves) != 1 {
		t.Errorf("%d leaves without columns", len(grown.Leaves))
	}
}

// TestBlocksAgreeWithOneByOne: where thresholds are compared eight at a time,
// trees are the same as where they are not.
func TestBlocksAgreeWithOneByOne(t *testing.T) {
	if newBlocks() == nil {
		t.Skip("this build or processor compares one by one")
	}
	rng := rand.New(rand.NewPCG(11, 2))
	x := randomFrame(rng, 20_000)
	m := NewBins(x, allRows(x.Rows), 1, 1).Matrix(x, 1)
	for _, constant := range []bool{true, false} {
		for _, l2 := range []float64{0, 3} {
			grad, hess := randomGradients(rng, x.Rows, constant)
			o := loose
			o.Leaves, o.MinRows, o.L2 = 200, 5, l2
			blocks, single := NewGrower(m, o), NewGrower(m, o)
			for _, w := range single.workers {
				w.blocks = nil
			}
			a, b := growOn(blocks, allRows(x.Rows), grad, hess, 1), growOn(single, allRows(x.Rows), grad, hess, 1)
			if diff := cmp.Diff(a.Tree, b.Tree, cmp.AllowUnexported(Tree{}, node{})); diff != "" {
				t.Errorf("constant %v, L2 %g:\n%s", constant, l2, diff)
			}
		}
	}
}
