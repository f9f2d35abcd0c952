package gbm

import (
	"math"

	"daycast/model/tree"
)

// GOSS is gradient-based one-side sampling: each tree is grown on the rows with
// the largest gradients and a random part of the others, whose gradients and
// hessians are multiplied by (1-Top)/Other to stand for all of them: Ke et al.
// (2017), "LightGBM: a highly efficient gradient boosting decision tree". As
// in LightGBM size is |gradient * hessian|, so that it takes weights in, and
// all rows are learnt from in the first 1/LearningRate rounds, before which
// gradients tell little. The zero GOSS is off.
type GOSS struct {
	Top, Other float64 // of the rows, both above 0 and 1 together at most; the paper's are 0.2 and 0.1
}

func (g GOSS) on() bool { return g.Top != 0 || g.Other != 0 }

// draw picks rows by their gradients and leaves the weights of the drawn ones
// in b.drawn.
func (b *booster) draw(seed uint64) []uint32 {
	if b.drawn == nil {
		b.drawn = make([]float32, len(b.y))
	}
	for _, r := range b.rows {
		b.drawn[r] = float32(b.weight(r))
	}
	if float64(b.ensemble.Trees()) < 1/b.LearningRate {
		return b.rows
	}
	n := float64(len(b.rows))
	top := int(math.Ceil(b.GOSS.Top * n))
	edge := b.size(b.rows, top)
	large, small := make([]bool, len(b.y)), make([]uint32, 0, len(b.rows))
	left := top // of the rows as large as the edge only so many count as large
	for _, r := range b.rows {
		if abs := b.abs(r); abs > edge {
			large[r], left = true, left-1
		}
	}
	for _, r := range b.rows {
		switch {
		case large[r]:
		case left > 0 && b.abs(r) == edge:
			large[r], left = true, left-1
		default:
			small = append(small, r)
		}
	}
	if len(small) == 0 {
		return b.rows
	}
	others := tree.Sample(small, min(1, b.GOSS.Other*n/float64(len(small))), seed)
	factor := float64(len(small)) / float64(len(others))
	for _, r := range others {
		large[r] = true
		grad, hess := b.gradients.At(r)
		b.gradients.Set(r, tree.Finite(factor*float64(grad)), tree.Finite(factor*float64(hess)))
		b.drawn[r] = tree.Finite(factor * float64(b.drawn[r]))
	}
	drawn := make([]uint32, 0, top+len(others))
	for _, r := range b.rows {
		if large[r] {
			drawn = append(drawn, r)
		}
	}
	return drawn
}

func (b *booster) abs(r uint32) float64 {
	grad, hess := b.gradients.At(r)
	return math.Abs(float64(grad) * float64(hess))
}

// size is that of the top-th largest row.
func (b *booster) size(rows []uint32, top int) float64 {
	values := make([]weighted, len(rows))
	for i, r := range rows {
		values[i] = weighted{-b.abs(r), 1}
	}
	return -selectWeighted(values, float64(top))
}
