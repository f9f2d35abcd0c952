// Package gbm is histogram gradient boosting of regression trees.
package gbm

import (
	"context"
	"io"
	"math"
	"math/rand/v2"

	"daycast"
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
	Trees        int       // default 150: enough at a learning rate of 0.1 for 10^5 rows
	Leaves       int       // of a tree at most; default 31
	Depth        int       // splits above a leaf at most; default no limit
	LearningRate float64   // each leaf's step is multiplied by it, in (0, 1]; default 0.1
	MinRows      int       // in a leaf; default 20
	MinHessian   float64   // summed over a leaf's rows, their mean weight being 1; default 1e-3
	L2           float64   // added to a leaf's hessian, >= 0; default 0
	MinGain      float64   // that a split has to pass, >= 0; default 0

	FeatureFraction float64 // of the columns for each tree, in (0, 1]; default 1
	RowFraction     float64 // of the rows for each tree, drawn without replacement, in (0, 1]; default 1
}

// kind is the name of the regressor and of its saved predictor.
const kind = "gbm"

// maxLogStep bounds a leaf's Newton step on the log scale, where a leaf whose
// mean is far above its prediction would ask for exp(y/mu). A choice: at the
// default learning rate a tree moves a prediction by a factor of 1.22 at most.
const maxLogStep = 2

// Name is "gbm".
func (Regressor) Name() string { return kind }

// Fit boosts on the rows with a weight above zero; only the ratios of weights
// matter. It refuses with code invalid what tree.Rows refuses, parameters
// outside their range and, for Poisson and Tweedie, negative targets.
func (r Regressor) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	r = r.withDefaults()
	if err := r.check(); err != nil {
		return nil, err
	}
	rows, err := tree.Rows(x, y, w)
	if err != nil {
		return nil, err
	}
	if err := r.Objective.check(y); err != nil {
		return nil, err
	}
	b := r.newBooster(x, rows, y, tree.Relative(w, rows), o)
	defer b.team.Stop()
	for t := range r.Trees {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b.add(uint64(t))
	}
	return &Predictor{b.ensemble}, nil
}

func (r Regressor) withDefaults() Regressor {
	if r.Objective == nil {
		r.Objective = Squared{}
	}
	r.Trees = orDefault(r.Trees, 150)
	r.Leaves = orDefault(r.Leaves, 31)
	r.LearningRate = orDefault(r.LearningRate, 0.1)
	r.MinRows = orDefault(r.MinRows, 20)
	r.MinHessian = orDefault(r.MinHessian, 1e-3)
	r.FeatureFraction = orDefault(r.FeatureFraction, 1)
	r.RowFraction = orDefault(r.RowFraction, 1)
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
		{"learning_rate", r.LearningRate, 1e-9, 1},
		{"min_rows", float64(r.MinRows), 1, math.MaxInt32},
		{"min_hessian", r.MinHessian, 1e-30, math.MaxFloat32},
		{"l2", r.L2, 0, math.MaxFloat32},
		{"min_gain", r.MinGain, 0, math.MaxFloat32},
		{"feature_fraction", r.FeatureFraction, 1e-9, 1},
		{"row_fraction", r.RowFraction, 1e-9, 1},
	} {
		if !(f.value >= f.from && f.value <= f.to) {
			return daycast.Errorf(daycast.Invalid, "gbm: %s is %g: want %g to %g", f.name, f.value, f.from, f.to).WithField(f.name)
		}
	}
	return nil
}

// A booster is a fit under way.
type booster struct {
	Regressor
	o          model.FitOptions
	team       *tree.Team
	rows       []uint32 // to learn from
	y, w       []float32
	score      []float64 // by row: the sum of the trees so far
	grad, hess []float32 // by row
	matrix     *tree.Matrix
	grower     *tree.Grower
	ensemble   *tree.Ensemble
}

func (r Regressor) newBooster(x *feature.Frame, rows []uint32, y, w []float32, o model.FitOptions) *booster {
	bins := tree.NewBins(x, rows, o.Seed, o.Threads)
	start := r.Objective.start(rows, y, w)
	b := &booster{
		Regressor: r, o: o, team: tree.NewTeam(o.Threads), rows: rows, y: y, w: w,
		score: make([]float64, x.Rows), grad: make([]float32, x.Rows), hess: make([]float32, x.Rows),
		matrix:   bins.Matrix(x, o.Threads),
		ensemble: tree.NewEnsemble(bins, start, r.Objective.link()),
	}
	for i := range b.score {
		b.score[i] = start
	}
	b.grower = tree.NewGrower(b.matrix, tree.Options{
		Leaves: r.Leaves, Depth: r.Depth, MinRows: r.MinRows, MinHessian: r.MinHessian, L2: r.L2, MinGain: r.MinGain,
		TreeColumns: r.FeatureFraction, SplitColumns: 1, Team: b.team,
	})
	return b
}

// add grows tree t and moves the scores.
func (b *booster) add(t uint64) {
	rng := rand.New(rand.NewPCG(b.o.Seed, t))
	rows := tree.Sample(b.rows, b.RowFraction, rng.Uint64())
	b.differentiate(rows)
	grown := b.grower.Grow(rows, b.grad, b.hess, rng.Uint64(), b.leafValue())
	b.ensemble.Add(grown)
	if len(rows) == len(b.rows) {
		b.team.Each(len(grown.Leaves), func(i int) {
			leaf := grown.Leaves[i]
			for _, r := range leaf.Rows {
				b.score[r] += float64(leaf.Value)
			}
		})
		return
	}
	b.team.Spans(len(b.rows), func(begin, end int) {
		for _, r := range b.rows[begin:end] {
			b.score[r] += float64(grown.Tree.Value(b.matrix, r))
		}
	})
}

// differentiate fills in the gradients and hessians of rows.
func (b *booster) differentiate(rows []uint32) {
	b.team.Spans(len(rows), func(begin, end int) {
		for _, r := range rows[begin:end] {
			g, h := b.Objective.derive(float64(b.y[r]), b.score[r])
			w := weight(b.w, r)
			b.grad[r], b.hess[r] = tree.Finite(w*g), tree.Finite(w*h)
		}
	})
}

// leafValue is the Newton step of a leaf, or the objective's own, times the
// learning rate.
func (b *booster) leafValue() func(rows []uint32) float64 {
	if own, ok := b.Objective.(renewer); ok {
		residual := func(r uint32) float64 { return float64(b.y[r]) - b.score[r] }
		return func(rows []uint32) float64 { return b.LearningRate * own.renew(rows, residual, b.w) }
	}
	limit := math.Inf(1)
	if b.Objective.link() == tree.Log {
		limit = maxLogStep
	}
	return func(rows []uint32) float64 {
		step := tree.NewtonStep(rows, b.grad, b.hess, b.L2)
		return b.LearningRate * max(-limit, min(limit, step))
	}
}

// A Predictor is boosted trees. Its predictions are finite, and not below
// zero for objectives with a log link.
type Predictor struct{ ensemble *tree.Ensemble }

// Kind is "gbm".
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
