package gbm

import (
	"context"
	"slices"

	"daycast"
	"daycast/model"
	"daycast/model/tree"
)

// Data is what a fit learns from, or is judged on.
type Data struct {
	X      *tree.Matrix // binned rows
	Y      []float32
	Weight []float32 // nil: all 1; a row of weight 0 does not count
	Offset []float32 // added to each row's score: the log of its exposure for a log link; nil: all 0
}

// TrainOptions are how Train goes about it.
type TrainOptions struct {
	model.FitOptions
	// From is trained further: trees are added to a copy of it. The data must
	// be binned by its Bins. nil: from the start.
	From *Predictor
	// Valid is judged after each round; nil: Metric judges the training data,
	// where there is Progress to tell.
	Valid *Data
	// Patience is how many rounds without a better loss of Valid end training;
	// the best round is kept, which may be none. 0: all rounds are kept.
	Patience int
	// Metric is given weights with a mean of 1; nil: the objective's own loss,
	// its mean by weight.
	Metric   tree.Metric
	Progress func(round int, loss float64) // after each round, from 1 on; may be nil
}

// Train boosts on the rows of d with a weight above zero; only the ratios of
// weights matter. Trained on from 10 trees for 10 more with the same data and
// seed, it is what 20 at once would be, unless DART rescales trees. It refuses
// with code invalid parameters outside their range, and data that the
// objective or From do not fit.
func (r Regressor) Train(ctx context.Context, d Data, o TrainOptions) (*Predictor, error) {
	r = r.withDefaults()
	rows, err := r.prepare(d, o)
	if err != nil {
		return nil, err
	}
	team := tree.NewTeam(o.Threads)
	defer team.Stop()
	b := r.newBooster(d, rows, o, team)
	j, err := r.newJudge(b, o)
	if err != nil {
		return nil, err
	}
	first := b.ensemble.Trees()
	for round := range r.Trees {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b.add(uint64(first + round))
		if stop := j.judge(round+1, b.ensemble); stop {
			break
		}
	}
	return &Predictor{j.chosen(b.ensemble)}, nil
}

// prepare checks everything but Valid and returns the rows to learn from.
func (r Regressor) prepare(d Data, o TrainOptions) ([]uint32, error) {
	if err := r.checkOptions(o); err != nil {
		return nil, err
	}
	rows, err := r.usable(d)
	if err != nil {
		return nil, err
	}
	return rows, r.checkBins(d.X.Bins(), o.From)
}

func (r Regressor) checkOptions(o TrainOptions) error {
	if o.Patience < 0 || (o.Patience > 0 && o.Valid == nil) {
		return daycast.Errorf(daycast.Invalid, "gbm: patience is %d: want 0, or more together with data to judge", o.Patience).WithField("patience")
	}
	return r.check()
}

// checkBins refuses bins that the constraints of columns or the predictor to
// go on from do not fit.
func (r Regressor) checkBins(b *tree.Bins, from *Predictor) error {
	if err := r.checkColumns(b.Columns()); err != nil {
		return err
	}
	switch {
	case from == nil:
		return nil
	case !from.Bins().Equal(b):
		return daycast.Errorf(daycast.Invalid, "gbm: the data are not binned by the bins of the predictor to go on from").
			WithHint("take its Bins().Matrix")
	case from.ensemble.Link() != r.Objective.link():
		return daycast.Errorf(daycast.Invalid, "gbm: the predictor to go on from was trained for another link than the objective's").WithField("objective")
	}
	return nil
}

// usable checks data and returns its rows with a weight above zero.
func (r Regressor) usable(d Data) ([]uint32, error) {
	if d.X == nil || len(d.Y) != d.X.Rows() || (d.Weight != nil && len(d.Weight) != len(d.Y)) || (d.Offset != nil && len(d.Offset) != len(d.Y)) {
		return nil, daycast.Errorf(daycast.Invalid, "gbm: %d targets, %d weights, %d offsets: want one for each binned row",
			len(d.Y), len(d.Weight), len(d.Offset))
	}
	rows, err := tree.Weighted(d.Y, d.Weight)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(d.Offset, func(v float32) bool { return v-v != 0 }); i >= 0 {
		return nil, daycast.Errorf(daycast.Invalid, "offset of row %d is %g: want a finite number", i, d.Offset[i])
	}
	return rows, r.Objective.check(d.Y)
}
