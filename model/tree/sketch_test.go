package tree

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
)

var (
	_ feature.Sink = (*Sketch)(nil)
	_ feature.Sink = (*Filler)(nil)
)

// inBlocks gives x to write in blocks of random sizes, some of them empty.
func inBlocks(t testing.TB, x *feature.Frame, rng *rand.Rand, write func(*feature.Frame) error) {
	t.Helper()
	for begin := 0; begin < x.Rows; {
		end := min(x.Rows, begin+rng.IntN(1+x.Rows/3))
		if err := write(x.Slice(begin, end)); err != nil {
			t.Fatal(err)
		}
		begin = end
	}
}

func TestBinsFromBlocksAreThoseOfTheWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	x := randomFrame(rng, 3000)
	for range 5 {
		s := NewSketch(1)
		inBlocks(t, x, rng, s.Write)
		got, err := s.Bins(2)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(NewBins(x, allRows(x.Rows), 1, 1)) {
			t.Fatal("bins from blocks differ from those of the whole frame")
		}
	}
	some := Sample(allRows(x.Rows), .4, 1)
	s := NewSketch(1)
	if err := s.WriteRows(x, some); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Bins(1); !got.Equal(NewBins(x, some, 1, 1)) {
		t.Error("bins from some rows differ from NewBins'")
	}
}

// Of more rows than are kept, each is kept with the same chance, wherever
// blocks end.
func TestReservoirIsFairAndDoesNotDependOnBlocks(t *testing.T) {
	const rows, size, seeds = 400, 40, 2000
	x := oneColumn(0, make([]float32, rows))
	for r := range rows {
		x.Data[0][r] = float32(r)
	}
	rng := rand.New(rand.NewPCG(5, 2))
	var kept [rows]int
	for seed := range uint64(seeds) {
		whole, cut := newSketch(size, seed), newSketch(size, seed)
		if err := whole.Write(x); err != nil {
			t.Fatal(err)
		}
		inBlocks(t, x, rng, cut.Write)
		if diff := cmp.Diff(whole.kept, cut.kept); diff != "" {
			t.Fatalf("cut into blocks:\n%s", diff)
		}
		for _, v := range whole.kept.Data[0] {
			kept[int(v)]++
		}
	}
	// Chi-squared with 399 degrees of freedom, from rows that exclude each
	// other: its mean is 399 * 0.9, and 5 standard deviations are 134.
	var chi float64
	const want = seeds * size / rows
	for _, n := range kept {
		chi += float64(n-want) * float64(n-want) / want
	}
	if math.Abs(chi-359) > 134 {
		t.Errorf("chi-squared of the rows that are kept is %.0f, want about 359", chi)
	}
}

func TestFillerMakesTheMatrixOfTheWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 3))
	x := randomFrame(rng, 5000)
	b := NewBins(x, allRows(x.Rows), 1, 1)
	want := b.Matrix(x, 1)
	for _, rows := range []int{0, x.Rows} {
		f := b.NewFiller(rows, 2)
		inBlocks(t, x, rng, f.Write)
		got, err := f.Matrix()
		if err != nil {
			t.Fatal(err)
		}
		if got.rows != want.rows || !cmp.Equal(got.lanes, want.lanes) {
			t.Errorf("announced %d: the matrix differs from that of the whole frame", rows)
		}
	}
}

func TestSinksRefuseWhatDoesNotFit(t *testing.T) {
	x := oneColumn(0, []float32{1, 2, 3})
	two := feature.NewFrame(make([]feature.Column, 2), 3)
	short := &feature.Frame{Columns: x.Columns, Data: [][]float32{{1}}, Rows: 3}
	b := NewBins(x, allRows(3), 1, 1)
	refused := func(what string, err error) {
		t.Helper()
		if daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("%s: error %v, want code invalid", what, err)
		}
	}
	s := NewSketch(1)
	_, err := s.Bins(1)
	refused("bins of nothing", err)
	_ = s.Write(x)
	refused("other columns", s.Write(two))
	refused("a short column", s.Write(short))
	refused("columns without bins", b.NewFiller(0, 1).Write(two))
	f := b.NewFiller(4, 1)
	_ = f.Write(x)
	_, err = f.Matrix()
	refused("rows missing", err)
	refused("rows too many", f.Write(x))
}
