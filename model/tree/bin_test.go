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
		return uint16(slices.Index(c.cuts, v) + 1)
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
		if c.bin(float32(code)) == missingBin {
			t.Fatalf("frequent level %d has no bin", code)
		}
	}
	for _, v := range []float32{nan, -1, 1.5, levels, inf, -inf, levels - 1} {
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
