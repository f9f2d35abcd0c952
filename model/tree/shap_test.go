package tree

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
)

// shapley is the definition: v is the worth of each set of n columns.
//
//	phi[j] = the sum over S without j of |S|! (n-|S|-1)! / n! * (v(S+j) - v(S))
func shapley(n int, v func(set uint) float64) []float64 {
	worth := make([]float64, 1<<n)
	for set := range worth {
		worth[set] = v(uint(set))
	}
	phi := make([]float64, n)
	for j := range phi {
		for set := range uint(1 << n) {
			if set>>j&1 == 1 {
				continue
			}
			size := bits.OnesCount(set)
			log := lgamma(size+1) + lgamma(n-size) - lgamma(n+1)
			phi[j] += math.Exp(log) * (worth[set|1<<j] - worth[set])
		}
	}
	return phi
}

func lgamma(n int) float64 {
	v, _ := math.Lgamma(float64(n))
	return v
}

// half is the worth of a set by cover: other columns go both ways.
func (t *Tree) half(i int32, row []uint16, set uint) float64 {
	n := &t.nodes[i]
	switch {
	case n.right == 0:
		return float64(n.value)
	case set>>n.column&1 == 0:
		left := t.share(i, true)
		return left*t.half(i+1, row, set) + (1-left)*t.half(n.right, row, set)
	}
	return t.half(t.next(i, n, row[n.column]), row, set)
}

func binsOfRow(b *Bins, x *feature.Frame, row int) []uint16 {
	out := make([]uint16, len(b.columns))
	for c := range min(len(out), len(x.Data)) {
		out[c] = b.columns[c].bin(x.Data[c][row])
	}
	return out
}

func nearly(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
		t.Errorf("%s: %.15g, want %.15g", what, got, want)
	}
}

func TestExplainAgreesWithDefinition(t *testing.T) {
	e, x := someEnsemble(600)
	few := x.Slice(0, 12)
	got := e.Explain(few, 1)
	for r := range few.Rows {
		row := binsOfRow(e.bins, few, r)
		want := shapley(len(e.bins.columns), func(set uint) (sum float64) {
			for i := range e.trees {
				sum += e.trees[i].half(0, row, set)
			}
			return sum
		})
		for c := range want {
			nearly(t, "contribution", got.Columns[c][r], want[c])
		}
	}
}

func TestExplainAgainstAgreesWithDefinition(t *testing.T) {
	e, x := someEnsemble(600)
	few, background := x.Slice(0, 6), x.Slice(100, 109)
	got, err := e.ExplainAgainst(background, few, 1)
	if err != nil {
		t.Fatal(err)
	}
	for r := range few.Rows {
		row := binsOfRow(e.bins, few, r)
		want := shapley(len(e.bins.columns), func(set uint) (sum float64) {
			for b := range background.Rows {
				mixed := binsOfRow(e.bins, background, b)
				for c := range mixed {
					if set>>c&1 == 1 {
						mixed[c] = row[c]
					}
				}
				for i := range e.trees {
					sum += float64(e.trees[i].value(mixed)) / float64(background.Rows)
				}
			}
			return sum
		})
		for c := range want {
			nearly(t, "contribution", got.Columns[c][r], want[c])
		}
	}
}

func TestExplanationsAddUpWhateverTheThreads(t *testing.T) {
	e, x := someEnsemble(shapRows + 77)
	scores := make([]float64, x.Rows)
	e.Scores(x, scores)
	against := func(threads int) *Explanation {
		out, err := e.ExplainAgainst(x.Slice(50, 250), x, threads)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, explain := range map[string]func(threads int) *Explanation{
		"cover": func(threads int) *Explanation { return e.Explain(x, threads) }, "background": against,
	} {
		got := explain(1)
		for r, want := range scores {
			nearly(t, name, got.Score(r), want)
		}
		if diff := cmp.Diff(got, explain(3)); diff != "" {
			t.Errorf("%s: three threads give another explanation", name)
		}
	}
}

// TestExplainsOddTrees has trees deeper than a word has bits, nodes without
// cover, a tree of one leaf, and a column that the frame lacks.
func TestExplainsOddTrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	const columns = 90
	b := &Bins{columns: make([]columnBins, columns)}
	for c := range b.columns {
		b.columns[c].cuts = []float32{-1, 0, 1}
	}
	e := NewEnsemble(b, .5, Identity)
	for range 4 {
		var deep Tree
		for d := range columns + 30 {
			cover := float32(rng.IntN(3))
			deep.nodes = append(deep.nodes,
				node{set: -1, right: int32(2*d + 2), column: uint16(rng.IntN(columns)), lo: uint16(rng.IntN(2)), span: uint16(rng.IntN(3)), cover: cover},
				node{set: -1, value: rng.Float32(), cover: cover})
		}
		deep.nodes = append(deep.nodes, node{set: -1, value: 1})
		e.trees = append(e.trees, deep, Tree{nodes: []node{{set: -1, value: 2}}})
	}
	x := feature.NewFrame(make([]feature.Column, columns-1), 300)
	for c := range x.Data {
		for r := range x.Rows {
			x.Data[c][r] = float32(rng.NormFloat64())
		}
	}
	scores := make([]float64, x.Rows)
	e.Scores(x, scores)
	got := e.Explain(x, 1)
	against, err := e.ExplainAgainst(x.Slice(0, 30), x, 1)
	if err != nil {
		t.Fatal(err)
	}
	for r, want := range scores {
		nearly(t, "cover", got.Score(r), want)
		nearly(t, "background", against.Score(r), want)
	}
	if got.Columns[0] == nil || len(e.Explain(feature.NewFrame(nil, 0), 1).Columns) != columns {
		t.Error("an explanation has a slice for each column")
	}
	if _, err := e.ExplainAgainst(feature.NewFrame(nil, 0), x, 1); daycast.CodeOf(err) != daycast.Invalid || err == nil {
		t.Errorf("no background: %v, want code invalid", err)
	}
}

func TestLeafIndicesAndScores(t *testing.T) {
	e, x := someEnsemble(1500)
	leaves := e.LeafIndices(x, 2)
	scores := make([]float64, x.Rows)
	e.Scores(x, scores)
	for r := range x.Rows {
		want := e.start
		row := binsOfRow(e.bins, x, r)
		for i := range e.trees {
			want += float64(e.trees[i].value(row))
			numbers := e.trees[i].leafNumbers()
			for at, n := range e.trees[i].nodes {
				if n.right == 0 && numbers[at] == leaves[r][i] && n.value != e.trees[i].value(row) {
					t.Fatalf("row %d, tree %d: leaf %d has another value", r, i, leaves[r][i])
				}
			}
		}
		if scores[r] != want {
			t.Fatalf("row %d: score %g, want %g", r, scores[r], want)
		}
	}
}

// bigEnsemble is 500 trees of 63 leaves on 30 columns.
func bigEnsemble(b *testing.B) (*Ensemble, *feature.Frame) {
	rng := rand.New(rand.NewPCG(3, 3))
	x := feature.NewFrame(make([]feature.Column, 30), 20_000)
	grad, hess := make([]float32, x.Rows), make([]float32, x.Rows)
	score := make([]float32, x.Rows)
	for r := range x.Rows {
		hess[r] = 1
		for c := range x.Data {
			x.Data[c][r] = rng.Float32()
			score[r] -= x.Data[c][r] * x.Data[(c+7)%30][r] * float32(c%5)
		}
		score[r] += float32(rng.NormFloat64())
	}
	bins := NewBins(x, allRows(x.Rows), 1, 1)
	m := bins.Matrix(x, 1)
	o := loose
	o.Leaves, o.MinRows = 63, 20
	g := NewGrower(m, o)
	e := NewEnsemble(bins, 0, Identity)
	for seed := range uint64(500) {
		copy(grad, score)
		grown := g.Grow(allRows(x.Rows), Values{Rate: .1}, seed)
		for _, leaf := range grown.Leaves {
			for _, r := range leaf.Rows {
				score[r] += leaf.Value
			}
		}
		e.Add(grown)
	}
	return e, x
}

func BenchmarkExplain(b *testing.B) {
	e, x := bigEnsemble(b)
	for _, rows := range []int{1, 100, 4096, 20_000} {
		b.Run(map[int]string{1: "1row", 100: "100rows", 4096: "4096rows", 20_000: "20000rows"}[rows], func(b *testing.B) {
			part := x.Slice(0, rows)
			for b.Loop() {
				e.Explain(part, 1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
	b.Run("against100", func(b *testing.B) {
		part := x.Slice(0, 2000)
		for b.Loop() {
			if _, err := e.ExplainAgainst(x.Slice(19_000, 19_100), part, 1); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*2000), "ns/row")
	})
}
