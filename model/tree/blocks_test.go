package tree

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
)

var _ feature.Chooser = (*picker)(nil)

// randomWeights are n weights from 0 to 2, and the rows that have one.
func randomWeights(t *testing.T, rng *rand.Rand, n int) ([]float32, []uint32) {
	t.Helper()
	w := make([]float32, n)
	for k := range w {
		w[k] = float32(rng.IntN(3))
	}
	rows, err := Weighted(w, w)
	if err != nil {
		t.Fatal(err)
	}
	return w, rows
}

// The matrix of blocks is that of their frame, whether the rows that were asked
// for come alone or with the others.
func TestMatrixOfBlocksIsThatOfTheFrame(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 4))
	x := randomFrame(rng, 3000)
	w, rows := randomWeights(t, rng, x.Rows)
	want := NewBins(x, rows, 1, 1).Matrix(x, 1)
	for _, choosy := range []bool{true, false} {
		got, err := BlockMatrix(walkOf(t, x, rng, choosy), w, x.Rows, maxValueBins-1, 1, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Bins().Equal(want.Bins()) || !cmp.Equal(got.lanes, want.lanes) {
			t.Error("the matrix of blocks differs from that of the frame")
		}
	}
	if _, err := BlockMatrix(func(sink feature.Sink) error { return sink.Write(x) }, nil, x.Rows+1, 1, 1, 1); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a row too few: %v", err)
	}
}

// Of more rows than are kept, those are that Sample draws.
func TestPickerDrawsTheSample(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	x := randomFrame(rng, 3000)
	w, rows := randomWeights(t, rng, x.Rows)
	const size = 200
	drawn := Sample(rows, size/float64(len(rows)), 9)
	for _, choosy := range []bool{true, false} {
		p := newPicker(w, x.Rows, size, 9)
		if err := walkOf(t, x, rng, choosy)(p); err != nil {
			t.Fatal(err)
		}
		if p.written != size {
			t.Fatalf("%d rows are kept", p.written)
		}
		for c := range x.Data {
			for k, r := range drawn {
				if a, b := p.kept.Data[c][k], x.Data[c][r]; a != b && (a == a || b == b) {
					t.Fatalf("row %d of the sample is another", k)
				}
			}
		}
	}
	p := newPicker(nil, x.Rows, size, 9)
	p.Next(x.Rows)
	if err := p.Write(x); daycast.CodeOf(err) != daycast.Invalid || err == nil {
		t.Errorf("more rows than it asked for: %v", err)
	}
}

// walkOf writes x in random blocks, to a Chooser only what it asks for where
// choosy.
func walkOf(t *testing.T, x *feature.Frame, rng *rand.Rand, choosy bool) func(feature.Sink) error {
	return func(sink feature.Sink) error {
		c, ok := sink.(feature.Chooser)
		inBlocks(t, x, rng, func(block *feature.Frame) error {
			if ok && choosy {
				return sink.Write(someRows(block, c.Next(block.Rows)))
			}
			return sink.Write(block)
		})
		return nil
	}
}

func someRows(x *feature.Frame, rows []int) *feature.Frame {
	out := feature.NewFrame(x.Columns, len(rows))
	for c := range out.Data {
		for k, r := range rows {
			out.Data[c][k] = x.Data[c][r]
		}
	}
	return out
}
