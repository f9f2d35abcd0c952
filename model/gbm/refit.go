package gbm

import (
	"context"

	"daycast"
	"daycast/model"
	"daycast/model/tree"
)

// Refit gives the leaves of p values from new data and keeps what its trees
// test, tree by tree, each fitted to what those before it leave:
//
//	new = decay * old + (1-decay) * fitted
//
// and so for the start. It is LightGBM's refit, where decay is 0.9 by default;
// a leaf that no row reaches keeps its value, which LightGBM lets decay. r
// gives the objective, learning rate and L2. Predictors follow a shop that
// drifts in a fraction of the time of a fit.
func (r Regressor) Refit(ctx context.Context, p *Predictor, d Data, decay float64, o model.FitOptions) (*Predictor, error) {
	r = r.withDefaults()
	r.GOSS = GOSS{}
	if !(decay >= 0 && decay <= 1) {
		return nil, daycast.Errorf(daycast.Invalid, "gbm: decay is %g: want 0 to 1", decay).WithField("decay")
	}
	rows, err := r.prepare(d, TrainOptions{From: p})
	if err != nil {
		return nil, err
	}
	fitted := r.Objective.start(rows, target{d.Y, tree.Relative(d.Weight, rows), d.Offset})
	e := p.ensemble.Restart(decay*p.ensemble.Start() + (1-decay)*fitted)
	team := tree.NewTeam(o.Threads)
	defer team.Stop()
	b := &booster{Regressor: r, gradients: tree.NewGradients(len(d.Y))}
	b.scored = newScored(d, rows, e, team)
	for t := range p.ensemble.Trees() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e.Append(b.refit(p.ensemble.Tree(t), decay))
		b.move(e.Tree(t), 1)
	}
	return &Predictor{e}, nil
}

// refit is one tree with new values.
func (b *booster) refit(old *tree.Tree, decay float64) tree.Tree {
	b.differentiate(b.rows)
	leaves, values := old.Reached(b.matrix, b.rows, b.team.Threads()), old.Values()
	growth, v := b.growth(nil), tree.Values{Rate: b.LearningRate, Renew: b.renewal()}
	b.team.Each(len(leaves), func(i int) {
		if len(leaves[i]) > 0 {
			values[i] = tree.Finite(decay*float64(values[i]) + (1-decay)*growth.Value(leaves[i], b.gradients, v))
		}
	})
	return old.WithValues(values)
}
