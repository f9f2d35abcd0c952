package tree

import (
	"math"
	"slices"

	"daycast/feature"
)

var nan = float32(math.NaN())

// compiled is the ensemble laid out for answers, which is done once.
func (e *Ensemble) compiled() *compiled {
	c := e.laid.Load()
	if c == nil {
		c = compile(e)
		e.laid.Store(c)
	}
	return c
}

// fewRows are better walked one by one than as a block.
const fewRows = 8

// Predict fills out with one finite number for each row of x. Columns are
// told apart by position; one that x lacks counts as missing.
func (e *Ensemble) Predict(x *feature.Frame, out []float32) {
	c := e.compiled()
	if x.Rows <= fewRows {
		e.predictFew(c, x, out)
		return
	}
	b := newBlock(c)
	none := slices.Repeat([]float32{nan}, bitRows)
	for begin := 0; begin < x.Rows; begin += bitRows {
		end := min(x.Rows, begin+bitRows)
		e.score(b, func(column int) []float32 {
			if column >= len(x.Data) {
				return none[:end-begin]
			}
			return x.Data[column][begin:end]
		}, end-begin)
		for r, s := range b.score[:end-begin] {
			out[begin+r] = Finite(e.link.inverse(e.start + s))
		}
	}
}

// score leaves the rows' scores, without the start, in the block.
func (e *Ensemble) score(b *block, values func(column int) []float32, rows int) {
	b.score = [bitRows]float64{}
	b.load(values, rows)
	for i := range b.c.bits {
		if t := &b.c.bits[i]; t.values != nil {
			b.add(t)
		} else {
			b.walk(b.c.roots[i])
		}
	}
}

func (e *Ensemble) predictFew(c *compiled, x *feature.Frame, out []float32) {
	lanes := make([]uint16, max(fewLanes, c.lanes))
	for r := range x.Rows {
		c.fill(lanes, func(column int) float32 {
			if column >= len(x.Data) {
				return nan
			}
			return x.Data[column][r]
		})
		out[r] = e.answer(c, lanes)
	}
}

// PredictRow is the prediction for one row of the ensemble's columns, NaN for
// what is missing. It allocates nothing where there are few columns.
func (e *Ensemble) PredictRow(row []float32) float32 {
	c := e.compiled()
	var store [fewLanes]uint16
	lanes := store[:]
	if c.lanes > len(store) {
		lanes = make([]uint16, c.lanes)
	}
	c.fill(lanes, func(column int) float32 {
		if column >= len(row) {
			return nan
		}
		return row[column]
	})
	return e.answer(c, lanes)
}

// answer is the prediction for a row's lanes.
func (e *Ensemble) answer(c *compiled, lanes []uint16) float32 {
	var score float64
	roots := c.roots
	for len(roots) >= 8 && c.sets == nil && len(lanes) == fewLanes {
		at := [8]uint32(roots)
		c.walkTrees(&at, (*[fewLanes]uint16)(lanes))
		for _, leaf := range at {
			score += float64(c.values[leaf])
		}
		roots = roots[8:]
	}
	for _, root := range roots {
		score += float64(c.values[c.walk(root, lanes, 1)])
	}
	return Finite(e.link.inverse(e.start + score))
}
