package mlp

import (
	"math"
	"slices"

	"daycast/feature"
)

// encoder makes of a row of features what the first layer takes:
//
//   - a number x becomes asinh((x-Centre)/Spread), which is straight within the
//     usual and a logarithm beyond, so that tails stay in reach; that less its
//     mean and over its deviation, cut at 5. A missing one becomes 0, the mean;
//   - a number that was missing in some training rows also has a column that is
//     1 where it is missing; one that hardly ever was there has none (feature.Known);
//   - a category has a row of weights for each of its 200 most frequent levels
//     with at least 20 rows; all others, and levels never seen, have none.
//
// A column without variance has none either.
type encoder struct {
	Inputs []input // by column of the frame
	Dense  int     // columns, up to three of them always zero
	Levels int     // rows of weights
}

// input is how one column of the frame is encoded. Columns are -1 where there
// is none.
type input struct {
	Column, Missing int // of the number and of its missing-indicator
	Centre, Spread  float64
	Mean, Deviation float64
	Categories      []int // by level
}

const (
	maxDeviations = 5
	// rounding is the share of its size below which a column differs by
	// rounding alone.
	rounding = 1e-7
)

// number gives a column of numbers, of so many rows, its moments and its columns.
func (e *encoder) number(c surveyed, rows int) input {
	in, some := input{Column: -1, Missing: -1}, c.some
	if len(some) == 0 || !feature.Known(rows-c.missing, rows) {
		return in
	}
	if c.missing > 0 {
		in.Missing = e.Dense
		e.Dense++
	}
	slices.Sort(some)
	in.Centre = some[len(some)/2]
	in.Spread = (some[len(some)*9/10] - some[len(some)/10]) / 2
	if least := rounding * math.Abs(in.Centre); !(in.Spread > least) {
		// Nine in ten are alike: what is otherwise tells the spread.
		if _, in.Spread = moments(some); !(in.Spread > least) {
			return in
		}
	}
	for k, v := range some {
		some[k] = in.bent(v)
	}
	if in.Mean, in.Deviation = moments(some); in.Deviation > 0 {
		in.Column = e.Dense
		e.Dense++
	}
	return in
}

func (in *input) bent(v float64) float64 { return math.Asinh((v - in.Centre) / in.Spread) }

func moments(values []float64) (mean, deviation float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / n
	}
	return mean, math.Sqrt(deviation)
}

// categories gives the frequent levels their rows of weights.
func (e *encoder) categories(counts []int) []int {
	out := slices.Repeat([]int{-1}, len(counts))
	for _, level := range feature.Frequent(counts) {
		out[level] = e.Levels
		e.Levels++
	}
	return out
}

// rows are encoded ones: dense columns, row by row, and by category the row of
// weights, -1 for none.
type rows struct {
	n, columns, categories int
	dense                  []float32
	levels                 []int32
}

func (e *encoder) newRows(n int) *rows {
	r := &rows{n: n, columns: e.Dense}
	for _, in := range e.Inputs {
		if in.Categories != nil {
			r.categories++
		}
	}
	r.dense, r.levels = make([]float32, n*r.columns), make([]int32, n*r.categories)
	return r
}

// part is a view of n rows from the given one on.
func (r *rows) part(from, n int) *rows {
	return &rows{n, r.columns, r.categories, r.dense[from*r.columns:][:n*r.columns], r.levels[from*r.categories:][:n*r.categories]}
}

// encode writes the rows of x into out, which has as many, all zero.
func (e *encoder) encode(x *feature.Frame, out *rows) {
	category := 0
	for c, in := range e.Inputs[:min(len(e.Inputs), len(x.Data))] {
		if in.Categories != nil {
			in.encodeLevels(x.Data[c], out, category)
			category++
			continue
		}
		in.encodeNumbers(x.Data[c], out)
	}
}

func (in *input) encodeLevels(values []float32, out *rows, category int) {
	for r, v := range values {
		at := &out.levels[r*out.categories+category]
		*at = -1
		if level, ok := feature.LevelOf(v, len(in.Categories)); ok {
			*at = int32(in.Categories[level])
		}
	}
}

func (in *input) encodeNumbers(values []float32, out *rows) {
	for r, v := range values {
		row := out.dense[r*out.columns : (r+1)*out.columns]
		switch {
		case notFinite(v):
			if in.Missing >= 0 {
				row[in.Missing] = 1
			}
		case in.Column >= 0:
			z := (in.bent(float64(v)) - in.Mean) / in.Deviation
			row[in.Column] = float32(min(max(z, -maxDeviations), maxDeviations))
		}
	}
}

// filler is a sink that encodes the rows it gets.
type filler struct {
	encoder *encoder
	rows    *rows
	written int
}

// Write encodes a block.
func (f *filler) Write(x *feature.Frame) error {
	f.encoder.encode(x, f.rows.part(f.written, x.Rows))
	f.written += x.Rows
	return nil
}
