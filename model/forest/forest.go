// Package forest is random forests of regression trees: their mean, and
// quantiles.
//
//	Frame --Bins--> Data --Regressor.Train--> Predictor, OutOfBag
//	                  \--Quantiles.Train----> QuantilePredictor
package forest

import (
	"cmp"
	"context"
	"io"
	"math"

	"daycast/feature"
	"daycast/model"
	"daycast/model/tree"
)

// A Regressor averages trees that are each grown on a random part of the rows
// and choose each split from a random part of the columns: Breiman (2001),
// "Random forests". Unless Bootstrap says so, rows are drawn without
// replacement, as the bootstrap favours columns with many categories: Strobl
// et al. (2007), "Bias in random forest variable importance measures". A field
// left at zero takes its default.
type Regressor struct {
	Trees   int // default 100
	Leaves  int // of a tree at most; default 1024: bounds time and file, best splits come first
	Depth   int // splits above a leaf at most; default no limit
	MinRows int // in a leaf, each counted once; default 5, Breiman's for regression

	FeatureFraction float64 // of the columns for each split, in (0, 1]; default 1/3, Breiman's for regression
	Sample          float64 // of the rows for each tree, in (0, 1]; default 0.632, what a bootstrap holds, and 1 with Bootstrap
	// Bootstrap draws rows with replacement. One drawn twice weighs twice.
	Bootstrap bool
	// RandomCuts tries one random threshold by column in place of all: faster
	// and smoother. Geurts et al. (2006), "Extremely randomized trees", who
	// give each tree all rows: Sample 1.
	RandomCuts bool
}

// kind is the name of the regressor and of its saved predictor.
const kind = "random_forest"

// Name is "random_forest".
func (Regressor) Name() string { return kind }

// Fit bins x and grows the trees on the rows with a weight above zero; only the
// ratios of weights matter. It refuses with code invalid what tree.Rows
// refuses, and parameters outside their range.
func (r Regressor) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	if err := r.withDefaults().check(); err != nil {
		return nil, err
	}
	d, err := binned(x, y, w, o)
	if err != nil {
		return nil, err
	}
	p, err := r.Train(ctx, d, TrainOptions{FitOptions: o})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// FitBlocks is Fit on rows that come in blocks, to the bit. It makes Regressor a
// model.BlockRegressor.
func (r Regressor) FitBlocks(ctx context.Context, walk func(feature.Sink) error, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	if err := r.withDefaults().check(); err != nil {
		return nil, err
	}
	if _, err := tree.Weighted(y, w); err != nil {
		return nil, err
	}
	x, err := tree.BlockMatrix(walk, w, len(y), levels, o.Seed, o.Threads)
	if err != nil {
		return nil, err
	}
	p, err := r.Train(ctx, Data{X: x, Y: y, Weight: w}, TrainOptions{FitOptions: o})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// levels of a category that get a bin of their own: those of tree.NewBins.
const levels = 254

func binned(x *feature.Frame, y, w []float32, o model.FitOptions) (Data, error) {
	rows, err := tree.Rows(x, y, w)
	if err != nil {
		return Data{}, err
	}
	bins := tree.NewBins(x, rows, o.Seed, o.Threads)
	return Data{X: bins.Matrix(x, o.Threads), Y: y, Weight: w}, nil
}

func (r Regressor) withDefaults() Regressor {
	r.Trees = cmp.Or(r.Trees, 100)
	r.Leaves = cmp.Or(r.Leaves, 1024)
	r.MinRows = cmp.Or(r.MinRows, 5)
	r.FeatureFraction = cmp.Or(r.FeatureFraction, 1./3)
	if r.Bootstrap {
		r.Sample = cmp.Or(r.Sample, 1)
	}
	r.Sample = cmp.Or(r.Sample, 0.632)
	return r
}

func (r Regressor) check() error {
	return tree.CheckRanges("random forest",
		tree.In("trees", float64(r.Trees), 1, 1e6),
		tree.In("leaves", float64(r.Leaves), 1, 1e6),
		tree.In("depth", float64(r.Depth), 0, 1e6),
		tree.In("min_rows", float64(r.MinRows), 1, math.MaxInt32),
		tree.In("feature_fraction", r.FeatureFraction, 1e-9, 1),
		tree.In("sample", r.Sample, 1e-9, 1),
	)
}

// A Predictor is the mean of the trees' predictions.
type Predictor struct{ ensemble *tree.Ensemble }

// Kind is "random_forest".
func (*Predictor) Kind() string { return kind }

// Predict fills out with one prediction for each row of x.
func (p *Predictor) Predict(x *feature.Frame, out []float32) { p.ensemble.Predict(x, out) }

// Bins are what more rows are binned by.
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
