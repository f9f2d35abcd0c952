// Package gbm is histogram gradient boosting of regression trees.
//
//	Frame --Bins--> Data --Regressor.Train--> Predictor --> predictions, explanations
//	                  \--------- more rounds, Refit --------/
package gbm

import (
	"context"
	"io"

	"daycast/feature"
	"daycast/model"
	"daycast/model/tree"
)

// A Regressor boosts trees, each grown leaf by leaf on the gradients of the
// objective at the sum of those before it: Friedman (2001), "Greedy function
// approximation: a gradient boosting machine"; the trees are model/tree's. A
// field left at zero takes its default, which is LightGBM's where no other
// reason is given.
type Regressor struct {
	Objective    Objective // default Squared
	Trees        int       // rounds at most; default 150: enough at a learning rate of 0.1 for 10^5 rows
	Leaves       int       // of a tree at most; default 31
	Depth        int       // splits above a leaf at most; default no limit
	DepthWise    bool      // splits level by level in place of best gain first
	LearningRate float64   // each leaf's step is multiplied by it, in (0, 1]; default 0.1
	MinRows      int       // in a leaf; default 20
	MinHessian   float64   // summed over a leaf's rows, their mean weight being 1; default 1e-3
	L1           float64   // taken off a leaf's gradient, >= 0; default 0
	L2           float64   // added to a leaf's hessian, >= 0; default 0
	PathSmooth   float64   // rows that a leaf's parent counts for in its value, >= 0; default 0
	MinGain      float64   // that a split has to pass, >= 0; default 0

	// FewRows are so few to learn from that Fit takes steps of half the rate,
	// and five halves as many: a longer road of smaller steps costs little
	// there; default 0.
	FewRows int

	// Levels of a category that get a bin of their own in Fit, of those that
	// come often enough; default 254, at most 65,534. See tree.NewBinsLevels.
	Levels int

	FeatureFraction float64 // of the columns for each tree, in (0, 1]; default 1
	SplitFraction   float64 // of the tree's columns for each split, in (0, 1]; default 1
	// RandomCuts tries one random threshold by column and leaf: Geurts et al.
	// (2006), "Extremely randomized trees".
	RandomCuts   bool
	Monotone     []int8  // by column: 1 where predictions must not fall with it, -1 not rise, 0 free; default all free
	Interactions [][]int // sets of columns that may follow each other on a path; default all may

	RowFraction float64 // of the rows for each tree, drawn without replacement, in (0, 1]; default 1
	GOSS        GOSS    // another way to draw them
	DART        DART    // drops trees while others are grown
}

// kind is the name of the regressor and of its saved predictor.
const kind = "gbm"

// Name is "gbm".
func (Regressor) Name() string { return kind }

// Fit boosts on the rows with a weight above zero; only the ratios of weights
// matter. It refuses with code invalid what tree.Rows refuses, parameters
// outside their range and targets that the objective does not take.
func (r Regressor) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	r = r.withDefaults()
	if err := r.check(); err != nil {
		return nil, err
	}
	rows, err := tree.Rows(x, y, w)
	if err != nil {
		return nil, err
	}
	r = r.paced(len(rows))
	bins := tree.NewBinsLevels(x, rows, r.Levels, o.Seed, o.Threads)
	p, err := r.Train(ctx, Data{X: bins.Matrix(x, o.Threads), Y: y, Weight: w}, TrainOptions{FitOptions: o})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// FitBlocks is Fit on rows that come in blocks, to the bit. It makes Regressor a
// model.BlockRegressor.
func (r Regressor) FitBlocks(ctx context.Context, walk func(feature.Sink) error, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	r = r.withDefaults()
	if err := r.check(); err != nil {
		return nil, err
	}
	rows, err := tree.Weighted(y, w)
	if err != nil {
		return nil, err
	}
	r = r.paced(len(rows))
	x, err := tree.BlockMatrix(walk, w, len(y), r.Levels, o.Seed, o.Threads)
	if err != nil {
		return nil, err
	}
	p, err := r.Train(ctx, Data{X: x, Y: y, Weight: w}, TrainOptions{FitOptions: o})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// A Predictor is boosted trees. Its predictions are finite, and not below
// zero for objectives with a log link.
type Predictor struct{ ensemble *tree.Ensemble }

// Kind is "gbm".
func (*Predictor) Kind() string { return kind }

// Predict fills out with one prediction for each row of x.
func (p *Predictor) Predict(x *feature.Frame, out []float32) { p.ensemble.Predict(x, out) }

// Scores fills out with one score for each row of x: predictions before the
// link, and what an offset is added to. With a log link an offset of log(e)
// multiplies the prediction by e.
func (p *Predictor) Scores(x *feature.Frame, out []float64) { p.ensemble.Scores(x, out) }

// Bins are what more rows are binned by, to train on.
func (p *Predictor) Bins() *tree.Bins { return p.ensemble.Bins() }

// Trees is how many there are.
func (p *Predictor) Trees() int { return p.ensemble.Trees() }

// Importance is each column's share of the gain of all splits; the shares sum
// to 1, or are all 0 where nothing was split.
func (p *Predictor) Importance() []float64 { return p.ensemble.Importance() }

// Save writes the trees; see model/tree for the format.
func (p *Predictor) Save(w io.Writer) error { return p.ensemble.Save(w, kind) }

// Load reads what Save wrote. It is a model.PredictorLoader.
func Load(r io.Reader) (model.Predictor, error) {
	e, err := tree.Load(r, kind)
	if err != nil {
		return nil, err
	}
	return &Predictor{e}, nil
}
