package forest

import (
	"context"
	"math/rand/v2"
	"sync"

	"daycast"
	"daycast/model"
	"daycast/model/tree"
)

// Data is what a forest learns from.
type Data struct {
	X      *tree.Matrix // binned rows
	Y      []float32
	Weight []float32 // nil: all 1; a row of weight 0 does not count
}

// TrainOptions are how Train goes about it.
type TrainOptions struct {
	model.FitOptions
	// OutOfBag is told what trees say of the rows that they did not see, which
	// takes up to a third longer; nil: nobody is.
	OutOfBag *OutOfBag
}

// Train grows the trees on the rows of d with a weight above zero. It refuses
// with code invalid what Fit refuses.
func (r Regressor) Train(ctx context.Context, d Data, o TrainOptions) (*Predictor, error) {
	f, err := r.newFit(d, o)
	if err != nil {
		return nil, err
	}
	return f.train(ctx, o.Threads)
}

func (r Regressor) newFit(d Data, o TrainOptions) (*fit, error) {
	r = r.withDefaults()
	if err := r.check(); err != nil {
		return nil, err
	}
	if d.X == nil || len(d.Y) != d.X.Rows() || (d.Weight != nil && len(d.Weight) != len(d.Y)) {
		return nil, daycast.Errorf(daycast.Invalid, "random forest: %d targets, %d weights: want one for each binned row", len(d.Y), len(d.Weight))
	}
	rows, err := tree.Weighted(d.Y, d.Weight)
	if err != nil {
		return nil, err
	}
	f := &fit{Regressor: r, Data: d, seed: o.Seed, rows: rows}
	f.Weight = tree.Relative(d.Weight, rows)
	f.target()
	if o.OutOfBag != nil {
		f.outside = newOutside(f, o.OutOfBag)
	}
	return f, nil
}

// fit is a forest under way. All trees learn the same gradients: those of
// squared error at the mean.
type fit struct {
	Regressor
	Data      // its weights have a mean of 1
	seed      uint64
	rows      []uint32 // that count
	mean      float64  // from which the trees' leaves count
	gradients tree.Gradients
	outside   *outside    // nil: nobody asks
	leaves    *leafSample // nil: leaves keep nothing
}

func (f *fit) weight(r uint32) float64 {
	if f.Weight == nil {
		return 1
	}
	return float64(f.Weight[r])
}

// target sets the mean and the gradients.
func (f *fit) target() {
	var sum, weights float64
	for _, r := range f.rows {
		sum += f.weight(r) * float64(f.Y[r])
		weights += f.weight(r)
	}
	f.mean = sum / weights
	f.gradients = tree.NewGradients(len(f.Y))
	for _, r := range f.rows {
		w := f.weight(r)
		f.gradients.Set(r, tree.Finite(w*(f.mean-float64(f.Y[r]))), float32(w))
	}
}

// train grows each tree on one thread, trees in parallel. A tree has a seed of
// its own, so it does not matter who grows it.
func (f *fit) train(ctx context.Context, threads int) (*Predictor, error) {
	bags := sync.Pool{New: func() any { return f.newBag() }}
	trees := make([]tree.Tree, f.Trees)
	team := tree.NewTeam(threads)
	defer team.Stop()
	team.Each(f.Trees, func(t int) {
		if ctx.Err() != nil {
			return
		}
		b := bags.Get().(*bag)
		defer bags.Put(b)
		trees[t] = f.grow(b, t)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e := tree.NewEnsemble(f.X.Bins(), f.mean, tree.Identity)
	for _, t := range trees {
		e.Append(t)
	}
	if f.outside != nil {
		f.outside.finish()
	}
	return &Predictor{e}, nil
}

// grow grows tree t.
func (f *fit) grow(b *bag, t int) tree.Tree {
	rng := rand.New(rand.NewPCG(f.seed, uint64(t)))
	rows := b.draw(f, rng.Uint64())
	b.own = append(b.own[:0], rows...)
	grown := b.grower.Grow(b.own, tree.Values{Rate: 1 / float64(f.Trees)}, rng.Uint64())
	if f.outside != nil {
		f.outside.add(&grown.Tree, rows)
	}
	if f.leaves != nil {
		f.leaves.keep(t, grown.Leaves, b, rng.Uint64())
	}
	return grown.Tree
}
