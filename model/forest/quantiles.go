package forest

import (
	"cmp"
	"context"
	"math"
	"slices"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/tree"
)

// Quantiles fits a forest whose leaves keep the targets that they were grown
// on. A row's distribution is that of the targets in the leaves that it comes
// to, each tree with the same weight:
//
//	F(v | x) = mean over trees of the share of the leaf's weight with y <= v
//	quantile(level | x) = the least v with F(v | x) >= level
//
// Meinshausen (2006), "Quantile regression forests", JMLR 7. He counts all rows
// of training in a leaf, we those only that the tree has seen, as its mean
// does, so that none has to be looked for.
type Quantiles struct {
	Regressor Regressor
	Levels    []float64 // ascending, in (0, 1)
	// LeafSample is how many targets a leaf keeps at most, a random part of
	// them; default 32. A choice: all of them where leaves are as small as
	// Breiman's, and four bytes each.
	LeafSample int
}

// mostLeafSample is what a saved leaf can hold.
const mostLeafSample = math.MaxUint16

// Fit bins x and trains on it.
func (q Quantiles) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (*QuantilePredictor, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	d, err := binned(x, y, w, o)
	if err != nil {
		return nil, err
	}
	return q.Train(ctx, d, TrainOptions{FitOptions: o})
}

// Train refuses with code invalid what Regressor.Train refuses, and levels that
// do not ascend in (0, 1).
func (q Quantiles) Train(ctx context.Context, d Data, o TrainOptions) (*QuantilePredictor, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	f, err := q.Regressor.newFit(d, o)
	if err != nil {
		return nil, err
	}
	f.leaves = &leafSample{fit: f, most: cmp.Or(q.LeafSample, 32), trees: make([]leafTargets, f.Trees)}
	mean, err := f.train(ctx, o.Threads)
	if err != nil {
		return nil, err
	}
	return newQuantilePredictor(slices.Clone(q.Levels), mean.ensemble, f.leaves.trees), nil
}

func (q Quantiles) check() error {
	if n := q.LeafSample; n < 0 || n > mostLeafSample {
		return daycast.Errorf(daycast.Invalid, "random forest: leaf_sample is %d: want 1 to %d", n, mostLeafSample).WithField("leaf_sample")
	}
	return tree.CheckLevels("random forest", q.Levels)
}

// A QuantilePredictor predicts several quantiles, which never cross.
type QuantilePredictor struct {
	levels   []float64
	ensemble *tree.Ensemble
	trees    []leafTargets
}

func newQuantilePredictor(levels []float64, e *tree.Ensemble, trees []leafTargets) *QuantilePredictor {
	return &QuantilePredictor{levels: levels, ensemble: e, trees: trees}
}

// Levels are the quantiles' levels, ascending.
func (p *QuantilePredictor) Levels() []float64 { return slices.Clone(p.levels) }

// Mean is the forest of the same trees that predicts means.
func (p *QuantilePredictor) Mean() *Predictor { return &Predictor{p.ensemble} }

// Predict fills out[level] with one prediction for each row of x.
func (p *QuantilePredictor) Predict(x *feature.Frame, out [][]float32) {
	p.predict(x, p.levels, out)
}

// PredictAt is Predict for other levels, which need no other forest. It
// refuses with code invalid levels that do not ascend in (0, 1).
func (p *QuantilePredictor) PredictAt(x *feature.Frame, levels []float64, out [][]float32) error {
	if err := tree.CheckLevels("random forest", levels); err != nil {
		return err
	}
	p.predict(x, levels, out)
	return nil
}

// predictRows is how many rows go down the trees at once: a choice, so that
// what is prepared once for all of them does not count.
const predictRows = 4096

func (p *QuantilePredictor) predict(x *feature.Frame, levels []float64, out [][]float32) {
	var d distribution
	for begin := 0; begin < x.Rows; begin += predictRows {
		end := min(x.Rows, begin+predictRows)
		for r, leaves := range p.ensemble.LeafIndices(x.Slice(begin, end), 1) {
			d.clear()
			for t, leaf := range leaves {
				d.add(p.trees[t].at(leaf))
			}
			d.quantiles(levels, func(i int, v float32) { out[i][begin+r] = v })
		}
	}
}
