// Package forest is a random forest of regression trees.
package forest

import (
	"context"
	"io"
	"math"
	"math/rand/v2"
	"sync"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/tree"
)

// A Regressor averages trees that are each grown on a random part of the rows
// and choose each split from a random part of the columns: Breiman (2001),
// "Random forests". Rows are drawn without replacement rather than with, as
// the bootstrap favours columns with many categories: Strobl et al. (2007),
// "Bias in random forest variable importance measures". A field left at zero
// takes its default.
type Regressor struct {
	Trees   int // default 100
	Leaves  int // of a tree at most; default 1024: bounds time and file, best splits come first
	Depth   int // splits above a leaf at most; default no limit
	MinRows int // in a leaf; default 5, Breiman's for regression

	FeatureFraction float64 // of the columns for each split, in (0, 1]; default 1/3, Breiman's for regression
	Sample          float64 // of the rows for each tree, in (0, 1]; default 0.632, what a bootstrap holds
	// RandomCuts tries one random threshold by column in place of all: faster
	// and smoother. Geurts et al. (2006), "Extremely randomized trees".
	RandomCuts bool
}

// kind is the name of the regressor and of its saved predictor.
const kind = "random_forest"

// Name is "random_forest".
func (Regressor) Name() string { return kind }

// Fit grows the trees on the rows with a weight above zero; only the ratios of
// weights matter. It refuses with code invalid what tree.Rows refuses, and
// parameters outside their range.
func (r Regressor) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	r = r.withDefaults()
	if err := r.check(); err != nil {
		return nil, err
	}
	rows, err := tree.Rows(x, y, w)
	if err != nil {
		return nil, err
	}
	bins := tree.NewBins(x, rows, o.Seed, o.Threads)
	f := fit{Regressor: r, seed: o.Seed, rows: rows, matrix: bins.Matrix(x, o.Threads)}
	start := f.target(y, tree.Relative(w, rows))
	e := tree.NewEnsemble(bins, start, tree.Identity)
	trees := f.grow(ctx, o.Threads)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, grown := range trees {
		e.Add(grown)
	}
	return &Predictor{e}, nil
}

func (r Regressor) withDefaults() Regressor {
	r.Trees = orDefault(r.Trees, 100)
	r.Leaves = orDefault(r.Leaves, 1024)
	r.MinRows = orDefault(r.MinRows, 5)
	r.FeatureFraction = orDefault(r.FeatureFraction, 1./3)
	r.Sample = orDefault(r.Sample, 0.632)
	return r
}

func orDefault[T int | float64](v, byDefault T) T {
	if v == 0 {
		return byDefault
	}
	return v
}

func (r Regressor) check() error {
	for _, f := range []struct {
		name     string
		value    float64
		from, to float64
	}{
		{"trees", float64(r.Trees), 1, 1e6},
		{"leaves", float64(r.Leaves), 1, 1e6},
		{"depth", float64(r.Depth), 0, 1e6},
		{"min_rows", float64(r.MinRows), 1, math.MaxInt32},
		{"feature_fraction", r.FeatureFraction, 1e-9, 1},
		{"sample", r.Sample, 1e-9, 1},
	} {
		if !(f.value >= f.from && f.value <= f.to) {
			return daycast.Errorf(daycast.Invalid, "random forest: %s is %g: want %g to %g", f.name, f.value, f.from, f.to).WithField(f.name)
		}
	}
	return nil
}

// fit is a forest under way. All trees learn the same gradients: those of
// squared error at the mean.
type fit struct {
	Regressor
	seed      uint64
	rows      []uint32
	matrix    *tree.Matrix
	gradients tree.Gradients
}

// target sets the gradients and returns the weighted mean of y, from which
// the trees' leaves count.
func (f *fit) target(y, w []float32) float64 {
	weight := func(r uint32) float64 {
		if w == nil {
			return 1
		}
		return float64(w[r])
	}
	var sum, weights float64
	for _, r := range f.rows {
		sum += weight(r) * float64(y[r])
		weights += weight(r)
	}
	mean := sum / weights
	f.gradients = tree.NewGradients(len(y))
	for _, r := range f.rows {
		f.gradients.Set(r, tree.Finite(weight(r)*(mean-float64(y[r]))), float32(weight(r)))
	}
	return mean
}

// grow grows each tree on one thread, trees in parallel. A tree has a seed of
// its own, so it does not matter who grows it.
func (f *fit) grow(ctx context.Context, threads int) []*tree.Grown {
	growers := sync.Pool{New: func() any { return f.grower() }}
	trees := make([]*tree.Grown, f.Trees)
	team := tree.NewTeam(threads)
	defer team.Stop()
	team.Each(f.Trees, func(t int) {
		if ctx.Err() != nil {
			return
		}
		g := growers.Get().(*tree.Grower)
		defer growers.Put(g)
		rng := rand.New(rand.NewPCG(f.seed, uint64(t)))
		copy(g.Gradients(), f.gradients)
		rows := tree.Sample(f.rows, f.Sample, rng.Uint64())
		trees[t] = g.Grow(rows, tree.Values{Rate: 1 / float64(f.Trees)}, rng.Uint64())
	})
	return trees
}

func (f *fit) grower() *tree.Grower {
	return tree.NewGrower(f.matrix, tree.Options{
		Leaves: f.Leaves, Depth: f.Depth, MinRows: f.MinRows, MinHessian: 1e-9,
		TreeColumns: 1, SplitColumns: f.FeatureFraction, RandomCuts: f.RandomCuts,
	})
}

// A Predictor is the mean of the trees' predictions.
type Predictor struct{ ensemble *tree.Ensemble }

// Kind is "random_forest".
func (*Predictor) Kind() string { return kind }

// Predict fills out with one prediction for each row of x.
func (p *Predictor) Predict(x *feature.Frame, out []float32) { p.ensemble.Predict(x, out) }

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
