package tree

import (
	"daycast"
	"daycast/feature"
)

// BlockMatrix bins the rows that walk writes, on two walks: one for bins, as
// NewBinsLevels makes them of the rows with a weight above zero, and one for the
// matrix. w has a weight for each row; nil: all count. In memory are the binned
// rows, a sample and a block.
func BlockMatrix(walk func(feature.Sink) error, w []float32, rows, levels int, seed uint64, threads int) (*Matrix, error) {
	s := &weighted{sketch: NewSketch(seed), w: w}
	if err := walk(s); err != nil {
		return nil, err
	}
	if s.seen != rows {
		return nil, daycast.Errorf(daycast.Invalid, "%d rows came of %d", s.seen, rows)
	}
	bins, err := s.sketch.BinsLevels(levels, threads)
	if err != nil {
		return nil, err
	}
	s.sketch = nil // whose sample is no longer needed
	f := bins.NewFiller(rows, threads)
	if err := walk(f); err != nil {
		return nil, err
	}
	return f.Matrix()
}

// weighted is a sketch of the rows with a weight above zero.
type weighted struct {
	sketch *Sketch
	w      []float32
	seen   int
	chosen []int
	asked  bool
}

// Next is the sketch's, of the rows that count.
func (s *weighted) Next(rows int) []int {
	s.asked = true
	begin := s.seen
	s.seen += rows
	if s.w == nil || begin+rows > len(s.w) {
		return s.sketch.Next(rows)
	}
	s.chosen = s.chosen[:0]
	for k, w := range s.w[begin : begin+rows] {
		if w > 0 {
			s.chosen = append(s.chosen, k)
		}
	}
	of := s.sketch.Next(len(s.chosen))
	for k, at := range of {
		of[k] = s.chosen[at]
	}
	return of
}

// Write takes the rows that Next asked for, or else a whole block.
func (s *weighted) Write(block *feature.Frame) error {
	if s.asked {
		s.asked = false
		return s.sketch.Write(block)
	}
	rows := s.Next(block.Rows)
	s.asked = false
	chosen := &feature.Frame{Columns: block.Columns, Data: make([][]float32, len(block.Data)), Rows: len(rows)}
	for c, column := range block.Data {
		for _, r := range rows {
			chosen.Data[c] = append(chosen.Data[c], column[r])
		}
	}
	return s.sketch.Write(chosen)
}
