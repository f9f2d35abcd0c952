package tree

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast/feature"
)

var inf = float32(math.Inf(1))

// oneColumn is a frame of one column, with levels 0 for numbers.
func oneColumn(levels int, values []float32) *feature.Frame {
	return &feature.Frame{
		Columns: []feature.Column{{Name: "x", Levels: levels}},
		Data:    [][]float32{values}, Rows: len(values),
	}
}

func allRows(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

func binsOf(x *feature.Frame) *columnBins {
	return &NewBins(x, allRows(x.Rows), 1, 1).columns[0]
}

// slowBin is the obvious twin of columnBins.bin.
func slowBin(c *columnBins, v float32) uint16 {
	if math.IsNaN(float64(v)) {
		return 0
	}
	if c.categorical {
		at := slices.Index(c.cuts, v)
		if at < 0 && c.other && v >= 0 {
			at = len(c.cuts)
		}
		return uint16(at + 1)
	}
	bin := uint16(1)
	for _, cut := range c.cuts {
		if v > cut {
			bin++
		}
	}
	return bin
}

func TestFewValuesGetABinEach(t *testing.T) {
	c := binsOf(oneColumn(0, []float32{3, nan, -inf, 3, 0, inf, 0, -2, math.MaxFloat32, -math.MaxFloat32}))
	ascending := []float32{-inf, -math.MaxFloat32, -2, 0, 3, math.MaxFloat32, inf}
	for i, v := range ascending {
		if got := c.bin(v); got != uint16(i+1) {
			t.Errorf("bin(%g) = %d, want %d", v, got, i+1)
		}
	}
	if c.bin(nan) != 0 {
		t.Error("NaN has a bin of a value")
	}
	if c.last() != len(ascending) {
		t.Errorf("last = %d, want %d", c.last(), len(ascending))
	}
}

func TestQuantileBins(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	values := make([]float32, 50_000)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
		if i%2 == 0 {
			values[i] = 0 // as frequent as 127 bins
		}
	}
	c := binsOf(oneColumn(0, values))
	if c.last() < 250 || c.last() > maxValueBins {
		t.Fatalf("%d bins, want about 255", c.last())
	}
	var rows [256]int
	for _, v := range values {
		rows[c.bin(v)]++
	}
	if rows[c.bin(0)] != 25_000 {
		t.Error("the frequent value shares its bin")
	}
	for bin, n := range rows[1 : c.last()+1] {
		if bin+1 != int(c.bin(0)) && (n == 0 || n > 2*25_000/250) {
			t.Errorf("bin %d has %d rows, want about 100", bin+1, n)
		}
	}
}

func TestBinAgreesWithSlowTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for _, n := range []int{0, 1, 2, 3, 7, 254, 255, 256, 1000} {
		for _, levels := range []int{0, 2 * n} {
			values := make([]float32, n)
			for i := range values {
				values[i] = float32(rng.IntN(2*n + 1))
			}
			c := binsOf(oneColumn(levels, values))
			for v := float32(-2); v < float32(2*n+3); v += .5 {
				if got, want := c.bin(v), slowBin(c, v); got != want {
					t.Fatalf("n %d levels %d: bin(%g) = %d, want %d", n, levels, v, got, want)
				}
			}
		}
	}
}

func TestFrequentLevels(t *testing.T) {
	const levels = 100_000
	var codes []float32
	for code := range levels {
		codes = append(codes, float32(code))
		if code%500 == 0 { // 200 levels that appear twice
			codes = append(codes, float32(code))
		}
	}
	codes = append(codes, nan, -1, -1, 1.5, 1.5, levels, levels, inf, inf)
	b := NewBins(oneColumn(levels, codes), allRows(len(codes)), 1, 1)
	c := &b.columns[0]
	if c.last() != maxValueBins {
		t.Fatalf("%d bins, want 255", c.last())
	}
	for code := 0; code < levels; code += 500 {
		if bin := c.bin(float32(code)); bin == missingBin || int(bin) == c.last() {
			t.Fatalf("frequent level %d has no bin of its own", code)
		}
	}
	for _, v := range []float32{1.5, levels, inf, levels - 1} {
		if int(c.bin(v)) != c.last() {
			t.Errorf("%g has bin %d, want that of the others", v, c.bin(v))
		}
	}
	for _, v := range []float32{nan, -1, -inf} {
		if c.bin(v) != missingBin {
			t.Errorf("%g has bin %d, want that of missing values", v, c.bin(v))
		}
	}
}

func TestMatrixHoldsBins(t *testing.T) {
	x := randomFrame(rand.New(rand.NewPCG(3, 1)), 20_000)
	b := NewBins(x, allRows(x.Rows), 1, 2)
	m := b.Matrix(x, 2)
	for c := range x.Columns {
		for row := 0; row < x.Rows; row += 7 {
			if got, want := m.at(uint32(row), c), b.columns[c].bin(x.Data[c][row]); got != want {
				t.Fatalf("column %d row %d: %d, want %d", c, row, got, want)
			}
		}
	}
}

// randomFrame has eleven columns, so more than one tile: numbers with and
// without missing values, few values, a constant, and categories.
func randomFrame(rng *rand.Rand, rows int) *feature.Frame {
	columns := make([]feature.Column, 11)
	columns[8].Levels, columns[9].Levels = 6, 400
	x := feature.NewFrame(columns, rows)
	for i := range rows {
		for c := range columns {
			v := float32(rng.NormFloat64())
			switch {
			case columns[c].Levels > 0:
				v = float32(rng.IntN(columns[c].Levels+1) - 1)
			case c == 7:
				v = 5
			case c >= 4 && rng.IntN(4) == 0:
				v = nan
			case c == 3:
				v = float32(math.Round(float64(v)))
			case c == 2 && rng.IntN(10) == 0:
				v = inf
			}
			x.Data[c][i] = v
		}
	}
	return x
}

func TestSampleIsOrderedAndExact(t *testing.T) {
	rows := allRows(1000)
	for _, fraction := range []float64{1e-9, .1, .632, .999, 1} {
		got := Sample(rows, fraction, 7)
		if want := max(1, int(math.Round(fraction*1000))); len(got) != want {
			t.Errorf("fraction %g: %d rows, want %d", fraction, len(got), want)
		}
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Errorf("fraction %g: rows repeat or are out of order", fraction)
		}
	}
}

// TestManyLevels: levels beyond a byte are told apart, and a tree finds those
// that differ.
func TestManyLevels(t *testing.T) {
	const levels, rows = 5000, 60_000
	rng := rand.New(rand.NewPCG(8, 1))
	x := feature.NewFrame([]feature.Column{{Name: "item", Levels: levels}, {Name: "noise"}}, rows)
	grad, hess := randomGradients(rng, rows, false)
	high := map[int]bool{17: true, 999: true, 3003: true, 4999: true}
	for i := range rows {
		item := rng.IntN(levels)
		if i%4 == 0 {
			item = []int{17, 999, 3003, 4999}[i/4%4]
		}
		x.Data[0][i], x.Data[1][i] = float32(item), float32(rng.NormFloat64())
		if high[item] {
			grad[i] -= 9
		}
	}
	b := NewBinsLevels(x, allRows(rows), levels, 1, 1)
	if last := b.columns[0].last(); last < levels-100 {
		t.Fatalf("%d bins for %d levels", last, levels)
	}
	o := loose
	o.Leaves, o.MinRows = 8, 20
	e := NewEnsemble(b, 0, Identity)
	e.Add(growOn(NewGrower(b.Matrix(x, 1), o), allRows(rows), grad, hess, 1))
	out, want := make([]float32, rows), make([]float32, rows)
	e.Predict(x, out)
	slowPredict(e, x, want)
	for i := range rows {
		if out[i] != want[i] || (out[i] > 5) != high[int(x.Data[0][i])] {
			t.Fatalf("item %g is predicted as %g, by the slow twin as %g", x.Data[0][i], out[i], want[i])
		}
	}
	if bin := b.columns[0].bin(levels + 7); bin == missingBin && b.columns[0].other {
		t.Errorf("a level that was never seen has bin %d", bin)
	}
}

// TestExclusiveColumnsShareALane: one-hot columns and sparse counts fit few
// lanes, and the matrix still tells all their bins.
func TestExclusiveColumnsShareALane(t *testing.T) {
	const rows = 20_000
	rng := rand.New(rand.NewPCG(9, 1))
	x := feature.NewFrame(make([]feature.Column, 60), rows)
	for i := range rows {
		x.Data[rng.IntN(59)][i] = float32(1 + rng.IntN(3))
		x.Data[59][i] = rng.Float32()
		if i%100 == 0 {
			x.Data[7][i] = nan
			for c := range 59 {
				if c != 7 {
					x.Data[c][i] = 0
				}
			}
		}
	}
	b := NewBins(x, allRows(rows), 1, 1)
	m := b.Matrix(x, 1)
	if m.layout.lanes > 3 {
		t.Errorf("%d lanes for 59 exclusive columns and one other", m.layout.lanes)
	}
	for c := range x.Columns {
		for r := range rows {
			if got, want := m.at(uint32(r), c), b.columns[c].bin(x.Data[c][r]); got != want {
				t.Fatalf("column %d row %d: bin %d, want %d", c, r, got, want)
			}
		}
	}
	// Conflicts that the sample has not shown: the first column is heard.
	y := x.Slice(0, 10)
	for c := range 59 {
		y.Data[c] = append([]float32{1}, y.Data[c][1:]...)
	}
	if m := b.Matrix(y, 1); m.at(0, 3) != b.columns[3].bin(0) && m.at(0, 3) != b.columns[3].bin(1) {
		t.Errorf("bin %d of a column that had no room", m.at(0, 3))
	}
}
