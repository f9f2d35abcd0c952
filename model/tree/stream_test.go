package tree

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
)

// wideBins are of a column of numbers and one of categories that have more
// bins than a byte tells apart, and of narrow ones.
func wideBins(rows int) (*Bins, *feature.Frame) {
	x := feature.NewFrame([]feature.Column{{Name: "number"}, {Name: "few", Levels: 5}, {Name: "category", Levels: 400}, {Name: "other"}}, rows)
	rng := rand.New(rand.NewPCG(6, 2))
	for r := range rows {
		x.Set(r, []float32{rng.Float32(), float32(rng.IntN(5)), float32(rng.IntN(400)), rng.Float32()})
	}
	b := NewBins(x, allRows(rows), 1, 1)
	b.columns[0].cuts, b.columns[2].cuts = nil, nil
	for k := range 400 {
		b.columns[0].cuts = append(b.columns[0].cuts, float32(k)/400)
		b.columns[2].cuts = append(b.columns[2].cuts, float32(k))
	}
	return b, x
}

func TestStreamGrowerRefusesTooLittleMemory(t *testing.T) {
	file, _, _ := someStore(t, 50)
	s, err := readStore(bytes.NewReader(file), int64(len(file)), "test")
	if err != nil {
		t.Fatal(err)
	}
	least := s.StreamBytes(loose)
	if _, err := NewStreamGrower(s, loose, least); err != nil {
		t.Error(err)
	}
	if _, err := NewStreamGrower(s, loose, least-1); daycast.CodeOf(err) != daycast.Invalid || err == nil {
		t.Errorf("error %v, want code invalid", err)
	}
}

func allOnes(b *Block, from, to int, out Gradients) {
	for r := from; r < to; r++ {
		out.Set(uint32(r-from), b.Y[r], 1)
	}
}

// grownOnStore is a tree on all rows.
func grownOnStore(s *Store, o Options, derive Derive, seed uint64) (Tree, error) {
	g, err := NewStreamGrower(s, o, 1<<28)
	if err != nil {
		return Tree{}, err
	}
	t, err := g.Grow(context.Background(), derive, g.Bag(1, seed), Values{}, seed)
	if err != nil {
		return Tree{}, err
	}
	e := NewEnsemble(s.bins, 0, Identity)
	e.Append(t)
	moved, scored := make([]float64, s.rows), make([]float64, s.rows)
	g.Move(moved)
	if err := g.Score(context.Background(), e, scored); err != nil {
		return Tree{}, err
	}
	if !cmp.Equal(moved, scored) {
		panic("rows were moved by other values than those of the leaves that they reach")
	}
	return t, nil
}

// Blocks of any size, memory for few histograms, threads and row bags change
// nothing.
func TestTreesOnAStoreAreThoseInMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 3))
	x := randomFrame(rng, 9500)
	b := NewBins(x, allRows(x.Rows), 1, 1)
	m, all := b.Matrix(x, 1), targetsOf(x)
	for _, constant := range []bool{true, false} {
		var hess []float32
		all.Y, hess = randomGradients(rng, x.Rows, constant)
		derive := func(b *Block, from, to int, out Gradients) {
			for r := from; r < to; r++ {
				out.Set(uint32(r-from), b.Y[r], hess[b.Begin+r])
			}
		}
		for _, blockRows := range []int{700, 4096, 20_000} {
			s := storeOf(t, b, x, all, blockRows)
			for _, o := range streamOptions {
				fraction := 1.
				if blockRows == 700 {
					fraction = .6
				}
				grower := NewGrower(m, o)
				setAll(grower.Gradients(), all.Y, hess)
				want := grower.Grow(Sample(allRows(x.Rows), fraction, 5), Values{}, 9).Tree
				team := NewTeam(2)
				o.Team = team
				g, err := NewStreamGrower(s, o, 1<<30)
				if err != nil {
					t.Fatal(err)
				}
				for _, most := range []int{g.most, leastHistograms(o)} {
					g.most = most
					got, err := g.Grow(context.Background(), derive, g.Bag(fraction, 5), Values{}, 9)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want, got, cmp.AllowUnexported(Tree{}, node{})); diff != "" {
						t.Fatalf("blocks of %d, %d histograms, %+v:\n%s", blockRows, most, o, diff)
					}
				}
				team.Stop()
			}
		}
	}
}

var streamOptions = []Options{
	loose,
	{Leaves: 100, DepthWise: true, MinRows: 5, MinHessian: 1e-9, TreeColumns: .7, SplitColumns: .6},
	{Leaves: 40, Depth: 4, MinRows: 20, MinHessian: 1e-9, TreeColumns: 1, SplitColumns: 1, RandomCuts: true, L1: .1},
}

// storeOf is a store with blocks of as many rows.
func storeOf(t *testing.T, b *Bins, x *feature.Frame, targets Targets, blockRows int) *Store {
	t.Helper()
	var file bytes.Buffer
	w := b.newStoreWriter(&file, 1)
	w.blockRows, w.block = blockRows, b.NewMatrix(blockRows)
	w.block.words = make([]uint64, blockRows*w.block.width)
	if err := w.Write(x, targets); err != nil {
		t.Fatal(err)
	}
	if w.finish(); w.err != nil {
		t.Fatal(w.err)
	}
	s, err := readStore(bytes.NewReader(file.Bytes()), int64(file.Len()), "test")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWideColumnsOfAStoreAreSplitAsInMemory(t *testing.T) {
	b, x := wideBins(4000)
	for _, constant := range []bool{true, false} {
		all, hess := targetsOf(x), make([]float32, x.Rows)
		for r := range all.Y {
			all.Y[r], hess[r] = x.Data[0][r]-.5+float32(int(x.Data[2][r])%7)*.3-.9, 1
			if !constant {
				hess[r] = all.Weight[r]
			}
		}
		s := storeOf(t, b, x, all, 1500)
		for _, o := range []Options{loose, {Leaves: 40, DepthWise: true, MinRows: 5, MinHessian: 1e-9, TreeColumns: .7, SplitColumns: .6}} {
			for seed := range uint64(3) {
				want := growOn(NewGrower(b.Matrix(x, 1), o), allRows(x.Rows), all.Y, hess, seed)
				got, err := grownOnStore(s, o, func(b *Block, from, to int, out Gradients) {
					for r := from; r < to; r++ {
						out.Set(uint32(r-from), b.Y[r], hess[b.Begin+r])
					}
				}, seed)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want.Tree, got, cmp.AllowUnexported(Tree{}, node{})); diff != "" {
					t.Fatalf("constant %v:\n%s", constant, diff)
				}
			}
		}
	}
}
