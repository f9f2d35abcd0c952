package linear

import (
	"math"

	"daycast/feature"
)

// encoder makes of a row of features a row of the design:
//
//   - a number becomes (x - mean) / deviation, cut at 8 deviations so that one
//     absurd value cannot bend the line; a missing one becomes 0, its mean;
//   - a number that was missing in training also has a column that is 1 where
//     it is missing; one that hardly ever was there has none (feature.Known);
//   - a category has a column for each of its 200 most frequent levels with at
//     least 20 rows, 1 where the row is of that level; all others, and levels
//     never seen, have none and so take the intercept.
//
// Means and deviations weigh rows as the fit does. A column without variance
// has no design column.
type encoder struct {
	Inputs []input // by column of the frame
}

// input is how one column of the frame is encoded. Design columns are -1
// where there is none.
type input struct {
	Column     int     // of the normalised number
	Missing    int     // of the missing-indicator
	Mean       float64 // of the number
	Deviation  float64
	Categories []int // by level
}

const maxDeviations = 8

// sparse is a design row's columns that are not 0, ascending.
type sparse struct {
	columns []int
	values  []float64
}

func (s *sparse) put(column int, value float64) {
	s.columns = append(s.columns, column)
	s.values = append(s.values, value)
}

func newEncoder(x *feature.Frame, w []float32) *encoder {
	e := &encoder{Inputs: make([]input, len(x.Columns))}
	width := 0
	next := func() int { width++; return width - 1 }
	for c, column := range x.Columns {
		in := input{Column: -1, Missing: -1}
		if column.Categorical() {
			in.Categories = categories(x.Data[c], column.Levels, next)
		} else {
			in.number(x.Data[c], w, next)
		}
		e.Inputs[c] = in
	}
	return e
}

// number sets the moments of a column of numbers and gives it its columns.
func (in *input) number(values, w []float32, next func() int) {
	var weight, sum, squares float64
	missing := 0
	weigh := func(r int) float64 {
		if w == nil {
			return 1
		}
		return float64(w[r])
	}
	for r, v := range values {
		if notFinite(v) {
			missing++
			continue
		}
		weight += weigh(r)
		sum += weigh(r) * float64(v)
	}
	if !(weight > 0) || !feature.Known(len(values)-missing, len(values)) {
		return
	}
	in.Mean = sum / weight
	for r, v := range values {
		if !notFinite(v) {
			d := float64(v) - in.Mean
			squares += weigh(r) * d * d
		}
	}
	in.Deviation = math.Sqrt(squares / weight)
	// Below this a column differs by rounding alone.
	const rounding = 1e-7
	if in.Deviation > rounding*math.Abs(in.Mean) {
		in.Column = next()
	}
	if missing > 0 {
		in.Missing = next()
	}
}

// categories gives the frequent levels their columns.
func categories(values []float32, levels int, next func() int) []int {
	counts := make([]int, levels)
	for _, v := range values {
		if level, ok := feature.LevelOf(v, levels); ok {
			counts[level]++
		}
	}
	out := make([]int, levels)
	for level := range out {
		out[level] = -1
	}
	for _, level := range feature.Frequent(counts) {
		out[level] = next()
	}
	return out
}

// width is the number of design columns.
func (e *encoder) width() int {
	n := 0
	for _, in := range e.Inputs {
		n = max(n, in.Column+1, in.Missing+1)
		for _, column := range in.Categories {
			n = max(n, column+1)
		}
	}
	return n
}

// encode writes row r of x into out.
func (e *encoder) encode(x *feature.Frame, r int, out *sparse) {
	out.columns, out.values = out.columns[:0], out.values[:0]
	for c := range min(len(e.Inputs), len(x.Data)) {
		in, v := &e.Inputs[c], x.Data[c][r]
		switch {
		case in.Categories != nil:
			if level, ok := feature.LevelOf(v, len(in.Categories)); ok && in.Categories[level] >= 0 {
				out.put(in.Categories[level], 1)
			}
		case notFinite(v):
			if in.Missing >= 0 {
				out.put(in.Missing, 1)
			}
		case in.Column >= 0:
			z := (float64(v) - in.Mean) / in.Deviation
			out.put(in.Column, min(max(z, -maxDeviations), maxDeviations))
		}
	}
}
