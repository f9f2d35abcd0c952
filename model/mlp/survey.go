package mlp

import "daycast/feature"

// survey is what an encoder is made from: it takes rows block by block.
type survey struct {
	stride, rows int // every how many rows a number is looked at; rows so far
	columns      []surveyed
}

// surveyed is one column.
type surveyed struct {
	categorical bool
	some        []float64 // finite numbers of every stride-th row
	missing     int
	counts      []int // of categories, by level
}

// quantileRows is about how many rows tell a column's centre and spread.
const quantileRows = 10_000

func newSurvey(rows int) *survey { return &survey{stride: max(1, rows/quantileRows)} }

// Write looks at a block.
func (s *survey) Write(x *feature.Frame) error {
	if s.columns == nil {
		s.columns = make([]surveyed, len(x.Columns))
		for c, column := range x.Columns {
			s.columns[c] = surveyed{categorical: column.Categorical(), counts: make([]int, column.Levels)}
		}
	}
	for c := range s.columns {
		s.columns[c].look(x.Data[c], s.rows, s.stride)
	}
	s.rows += x.Rows
	return nil
}

func (c *surveyed) look(values []float32, row, stride int) {
	for r, v := range values {
		switch {
		case c.categorical:
			if level, ok := feature.LevelOf(v, len(c.counts)); ok {
				c.counts[level]++
			}
		case notFinite(v):
			c.missing++
		case (row+r)%stride == 0:
			c.some = append(c.some, float64(v))
		}
	}
}

// encoder is the one for the rows seen.
func (s *survey) encoder() *encoder {
	e := &encoder{Inputs: make([]input, len(s.columns))}
	for c := range s.columns {
		if s.columns[c].categorical {
			e.Inputs[c] = input{Column: -1, Missing: -1, Categories: e.categories(s.columns[c].counts)}
		} else {
			e.Inputs[c] = e.number(s.columns[c], s.rows)
		}
	}
	e.Dense = (e.Dense + 3) &^ 3 // product does four at a time
	return e
}
