package gbm

import (
	"daycast/feature"
	"daycast/model/tree"
)

// Explain divides the score of each row among the columns: see
// tree.Ensemble.Explain.
func (p *Predictor) Explain(x *feature.Frame, threads int) *tree.Explanation {
	return p.ensemble.Explain(x, threads)
}

// ExplainAgainst divides what each row's score differs by from the
// background's mean: see tree.Ensemble.ExplainAgainst.
func (p *Predictor) ExplainAgainst(background, x *feature.Frame, threads int) (*tree.Explanation, error) {
	return p.ensemble.ExplainAgainst(background, x, threads)
}

// LeafIndices tells which leaf of each tree a row reaches, [row][tree].
func (p *Predictor) LeafIndices(x *feature.Frame, threads int) [][]int32 {
	return p.ensemble.LeafIndices(x, threads)
}

// SplitCounts is how many splits test each column.
func (p *Predictor) SplitCounts() []int { return p.ensemble.SplitCounts() }
