package tree

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"daycast/feature"
)

// slowPredict goes down each tree by itself.
func slowPredict(e *Ensemble, x *feature.Frame, out []float32) {
	for r := range out {
		var score float64
		for _, t := range e.trees {
			i := int32(0)
			for t.nodes[i].right != 0 {
				n := &t.nodes[i]
				v := nan
				if int(n.column) < len(x.Data) {
					v = x.Data[n.column][r]
				}
				i = t.next(i, n, e.bins.columns[n.column].bin(v))
			}
			score += float64(t.nodes[i].value)
		}
		out[r] = Finite(e.link.inverse(e.start + score))
	}
}

func TestAnswersAgreeWithSlowTwin(t *testing.T) {
	for _, leaves := range []int{1, 2, 31, 63, 127, 128, 129, 1000} {
		rng := rand.New(rand.NewPCG(uint64(leaves), 5))
		x := randomFrame(rng, 9000)
		e := randomEnsemble(rng, x, leaves, 7)
		for _, rows := range []int{0, 1, 2, 3, 4, 7, 63, 64, 65, 300} {
			t.Run(fmt.Sprint(leaves, " leaves ", rows, " rows"), func(t *testing.T) {
				ask := x.Slice(0, rows)
				if rows == 7 {
					ask.Data = ask.Data[:9] // the rest is missing
				}
				got, want := make([]float32, rows), make([]float32, rows)
				e.Predict(ask, got)
				slowPredict(e, ask, want)
				for r := range got {
					row := make([]float32, 0, len(ask.Data))
					for _, data := range ask.Data {
						row = append(row, data[r])
					}
					if one := e.PredictRow(row); got[r] != want[r] || one != want[r] {
						t.Fatalf("row %d: %g in a batch, %g alone, want %g", r, got[r], one, want[r])
					}
				}
			})
		}
	}
}

// randomEnsemble is grown on random gradients.
func randomEnsemble(rng *rand.Rand, x *feature.Frame, leaves, trees int) *Ensemble {
	b := NewBins(x, allRows(x.Rows), 1, 1)
	o := loose
	o.Leaves = leaves
	g := NewGrower(b.Matrix(x, 1), o)
	e := NewEnsemble(b, .5, Identity)
	for seed := range uint64(trees) {
		grad, hess := randomGradients(rng, x.Rows, seed%2 == 0)
		e.Add(growOn(g, allRows(x.Rows), grad, hess, seed))
	}
	return e
}

func TestPredictRowDoesNotAllocate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	x := randomFrame(rng, 900)
	e := randomEnsemble(rng, x, 31, 5)
	row := make([]float32, len(x.Data))
	e.PredictRow(row)
	if n := testing.AllocsPerRun(10, func() { e.PredictRow(row) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkPredict(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 5))
	x, grad := benchFrame(50_000, 30)
	bins := NewBins(x, allRows(x.Rows), 1, 1)
	g := NewGrower(bins.Matrix(x, 1), Options{Leaves: 63, MinRows: 20, MinHessian: 1e-3, TreeColumns: 1, SplitColumns: 1})
	e := NewEnsemble(bins, 0, Identity)
	hess := make([]float32, x.Rows)
	for i := range hess {
		hess[i] = 1
	}
	for seed := range uint64(500) {
		noisy := make([]float32, len(grad))
		for i := range grad {
			noisy[i] = grad[i] + 3*float32(rng.NormFloat64())
		}
		e.Add(growOn(g, allRows(x.Rows), noisy, hess, seed))
	}
	for _, rows := range []int{1, 2, 3, 4, 7, 64, 10_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			ask, out := x.Slice(0, rows), make([]float32, rows)
			for b.Loop() {
				e.Predict(ask, out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows)/500, "ns/row/tree")
		})
	}
	b.Run("row", func(b *testing.B) {
		row := make([]float32, len(x.Data))
		for c := range row {
			row[c] = x.Data[c][5]
		}
		for b.Loop() {
			e.PredictRow(row)
		}
	})
}

// value goes down one tree with the bins of a row by column.
func (t *Tree) value(bins []uint16) float32 {
	i := int32(0)
	for t.nodes[i].right != 0 {
		i = t.next(i, &t.nodes[i], bins[t.nodes[i].column])
	}
	return t.nodes[i].value
}
