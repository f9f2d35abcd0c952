// Package feature turns a panel into rows of numbers that a regressor learns
// from. Each feature has one definition and two callers: batch over a panel,
// live over one series; they are equal to the bit.
package feature

// A Column is one feature.
type Column struct {
	Name string
	// Levels is the number of categories of a column that holds category
	// codes 0..Levels-1 (-1 or NaN: missing or unseen); 0 for numbers.
	Levels int
	Group  string // what kind of feature it is, or the signal that it is of
}

// Categorical reports whether the column holds category codes.
func (c Column) Categorical() bool { return c.Levels > 0 }

// A Frame is rows of features, column by column: Data[c][row] is column c's
// value, NaN where it is missing.
type Frame struct {
	Columns []Column
	Data    [][]float32 // len(Columns) slices of Rows values
	Rows    int
}

// NewFrame has room for rows rows.
func NewFrame(columns []Column, rows int) *Frame {
	f := &Frame{Columns: columns, Data: make([][]float32, len(columns)), Rows: rows}
	flat := make([]float32, len(columns)*rows)
	for c := range columns {
		f.Data[c] = flat[c*rows : (c+1)*rows : (c+1)*rows]
	}
	return f
}

// Set writes one row.
func (f *Frame) Set(row int, values []float32) {
	for c, v := range values {
		f.Data[c][row] = v
	}
}

// Slice is a view of the rows [lo, hi).
func (f *Frame) Slice(lo, hi int) *Frame {
	s := &Frame{Columns: f.Columns, Data: make([][]float32, len(f.Data)), Rows: hi - lo}
	for c := range f.Data {
		s.Data[c] = f.Data[c][lo:hi:hi]
	}
	return s
}

// Append adds the rows of g, which has the same columns.
func (f *Frame) Append(g *Frame) {
	for c := range f.Data {
		f.Data[c] = append(f.Data[c], g.Data[c]...)
	}
	f.Rows += g.Rows
}

// A Sink takes rows block by block, so that no frame has to hold them all. The
// blocks have the same columns and any number of rows; what comes of the rows
// does not depend on where blocks end. Write keeps nothing of the block.
type Sink interface{ Write(block *Frame) error }

// A Chooser is a Sink that needs few of the rows, such as a sample of them.
// Whoever has the rows asks before each block, and writes those alone.
type Chooser interface {
	Sink
	// Next are those of the next rows rows that the sink wants, counted from 0,
	// ascending: the next Write must have exactly them.
	Next(rows int) []int
}
