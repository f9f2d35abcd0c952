package tree

import (
	"math"
	"math/rand/v2"

	"daycast"
	"daycast/feature"
)

// The limits of what the packed sums of a histogram and a saved node can hold.
const (
	maxRows    = 1 << 30
	maxColumns = 1 << 16
)

// Rows checks what a regressor is given and returns the rows to learn from,
// ascending: those with a weight above zero. It refuses with code invalid a
// frame of another shape than y and w, targets or weights that are not finite,
// negative weights, and data that leave no row.
func Rows(x *feature.Frame, y, w []float32) ([]uint32, error) {
	if err := checkShape(x, y, w); err != nil {
		return nil, err
	}
	return Weighted(y, w)
}

// Weighted are the rows with a weight above zero, ascending. It refuses what
// Rows refuses of targets and weights.
func Weighted(y, w []float32) ([]uint32, error) {
	rows := make([]uint32, 0, len(y))
	for i, v := range y {
		if !finite(v) {
			return nil, daycast.Errorf(daycast.Invalid, "target of row %d is %g: want a finite number", i, v)
		}
		if w != nil && (!finite(w[i]) || w[i] < 0) {
			return nil, daycast.Errorf(daycast.Invalid, "weight of row %d is %g: want a finite number >= 0", i, w[i])
		}
		if w == nil || w[i] > 0 {
			rows = append(rows, uint32(i))
		}
	}
	if len(rows) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "no row with a weight above zero to learn from")
	}
	return rows, nil
}

func checkShape(x *feature.Frame, y, w []float32) error {
	if len(y) != x.Rows || (w != nil && len(w) != x.Rows) {
		return daycast.Errorf(daycast.Invalid, "%d rows, %d targets, %d weights: want as many of each",
			x.Rows, len(y), len(w))
	}
	return checkFrame(x)
}

func checkFrame(x *feature.Frame) error {
	if x.Rows > maxRows || len(x.Columns) > maxColumns {
		return daycast.Errorf(daycast.Invalid, "%d rows of %d columns: trees take at most %d of %d",
			x.Rows, len(x.Columns), maxRows, maxColumns)
	}
	if len(x.Data) != len(x.Columns) {
		return daycast.Errorf(daycast.Invalid, "%d columns with data for %d", len(x.Columns), len(x.Data))
	}
	for c, data := range x.Data {
		if len(data) != x.Rows {
			return daycast.Errorf(daycast.Invalid, "column %q has %d values: want %d", x.Columns[c].Name, len(data), x.Rows)
		}
	}
	return nil
}

func finite(v float32) bool { return v-v == 0 }

// Relative divides weights by their mean over rows, so that limits on hessians
// mean the same for weights of any size; nil stays nil.
func Relative(w []float32, rows []uint32) []float32 {
	if w == nil {
		return nil
	}
	var sum float64
	for _, r := range rows {
		sum += float64(w[r])
	}
	out := make([]float32, len(w))
	for i, v := range w {
		out[i] = float32(float64(v) / sum * float64(len(rows)))
	}
	return out
}

// Sample draws round(fraction * len(rows)) of the rows, at least one, without
// replacement, and keeps their order: Knuth's selection sampling (TAOCP 2,
// 3.4.2, algorithm S). A fraction of 1 returns rows itself.
func Sample(rows []uint32, fraction float64, seed uint64) []uint32 {
	want := max(1, int(math.Round(fraction*float64(len(rows)))))
	if want >= len(rows) {
		return rows
	}
	rng := rand.New(rand.NewPCG(seed, sampleStream))
	out := make([]uint32, 0, want)
	for i, r := range rows {
		if rng.Float64()*float64(len(rows)-i) < float64(want-len(out)) {
			out = append(out, r)
		}
	}
	return out
}

// The streams of random numbers that one seed feeds.
const (
	sampleStream = iota
	roundStream
	treeStream
	splitStream
)
