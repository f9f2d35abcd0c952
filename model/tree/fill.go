package tree

import (
	"daycast"
	"daycast/feature"
)

// A Filler bins rows that come in blocks into one matrix: a feature.Sink, for
// the second pass after a Sketch's.
type Filler struct {
	matrix    *Matrix
	columns   []feature.Column // nil before the first block
	announced int
	written   int
	threads   int
	lookups   []lookup
}

// NewFiller is for rows rows, or for as many as come where that is 0: then
// room grows by a quarter when it runs out, and is held twice meanwhile.
func (b *Bins) NewFiller(rows, threads int) *Filler {
	return &Filler{matrix: b.NewMatrix(rows), announced: rows, threads: threads, lookups: b.lookups()}
}

// Write appends the rows of the block. It refuses more rows than announced.
func (f *Filler) Write(block *feature.Frame) error {
	if f.columns == nil {
		f.columns = append([]feature.Column{}, block.Columns...)
	}
	if err := checkBlock(block, f.columns); err != nil {
		return err
	}
	if err := f.matrix.bins.checkColumns(block); err != nil {
		return err
	}
	end := f.written + block.Rows
	if f.announced > 0 && end > f.announced || end > maxRows {
		return daycast.Errorf(daycast.Invalid, "row %d came: want %d at most", end, min(maxRows, max(f.announced, f.written)))
	}
	if end > f.matrix.rows {
		f.matrix.grow(max(end, f.matrix.rows+f.matrix.rows/4))
	}
	f.matrix.write(f.written, block, f.lookups, f.threads)
	f.written = end
	return nil
}

// checkColumns refuses a frame of another number of columns than the bins are
// of.
func (b *Bins) checkColumns(x *feature.Frame) error {
	if len(x.Columns) != len(b.columns) {
		return daycast.Errorf(daycast.Invalid, "%d columns for bins of %d", len(x.Columns), len(b.columns)).
			WithHint("bin by the bins of a sketch of the same columns")
	}
	return nil
}

// Matrix has all that was written. It refuses where fewer rows came than were
// announced. Nothing may be written afterwards.
func (f *Filler) Matrix() (*Matrix, error) {
	if f.written < f.announced {
		return nil, daycast.Errorf(daycast.Invalid, "%d rows came of %d", f.written, f.announced).
			WithHint("the rows changed between two passes, or one was cut short")
	}
	f.matrix.cut(f.written)
	return f.matrix, nil
}

// grow makes room for rows rows, those that are new being as NewMatrix makes
// them.
func (m *Matrix) grow(rows int) {
	for i := range m.lanes {
		m.lanes[i] = append(m.lanes[i], make([]uint8, rows-m.rows)...)
	}
	for i := range m.wide {
		m.wide[i] = append(m.wide[i], make([]uint16, rows-m.rows)...)
	}
	m.rows = rows
}

// cut forgets all but the first rows.
func (m *Matrix) cut(rows int) {
	for i := range m.lanes {
		m.lanes[i] = m.lanes[i][:rows]
	}
	for i := range m.wide {
		m.wide[i] = m.wide[i][:rows]
	}
	m.rows = rows
}
