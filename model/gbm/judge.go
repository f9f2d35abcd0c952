package gbm

import (
	"math"

	"daycast"
	"daycast/model/tree"
)

// A judge follows the loss from round to round and keeps the best.
type judge struct {
	TrainOptions
	objective Objective
	data      *scored // nil: there is nothing to judge
	best      *tree.Ensemble
	bestLoss  float64
	waited    int // rounds since the best
}

// newJudge judges the booster's state before the first round too, so that
// training that only does harm is kept out.
func (r Regressor) newJudge(b *booster, o TrainOptions) (*judge, error) {
	j := &judge{TrainOptions: o, objective: r.Objective}
	switch {
	case o.Valid != nil:
		if err := j.follow(r, b.ensemble, b.team); err != nil {
			return nil, err
		}
		b.follows = append(b.follows, j.data)
	case o.Progress != nil:
		j.data = b.scored
	}
	return j, nil
}

// follow takes the data to judge and judges the ensemble so far.
func (j *judge) follow(r Regressor, e *tree.Ensemble, team *tree.Team) error {
	rows, err := r.usable(*j.Valid)
	if err != nil {
		return err
	}
	if !j.Valid.X.Bins().Equal(e.Bins()) {
		return daycast.Errorf(daycast.Invalid, "gbm: the data to judge are not binned by the bins of the training data").
			WithHint("take the same Bins for both")
	}
	j.data = newScored(*j.Valid, rows, e, team)
	if j.Patience > 0 {
		j.best, j.bestLoss = e.Clone(), j.loss()
	}
	return nil
}

// judge takes notice of a round and reports whether it was the last.
func (j *judge) judge(round int, e *tree.Ensemble) (stop bool) {
	if j.data == nil || (j.Progress == nil && j.Patience == 0) {
		return false
	}
	loss := j.loss()
	if j.Progress != nil {
		j.Progress(round, loss)
	}
	if j.Patience == 0 {
		return false
	}
	// A loss that is no number is never better, and any number is better.
	if loss < j.bestLoss || (loss == loss && j.bestLoss != j.bestLoss) {
		j.best, j.bestLoss, j.waited = e.Clone(), loss, 0
		return false
	}
	j.waited++
	return j.waited >= j.Patience
}

// chosen is the best ensemble where one was looked for.
func (j *judge) chosen(last *tree.Ensemble) *tree.Ensemble {
	if j.best != nil {
		return j.best
	}
	return last
}

func (j *judge) loss() float64 {
	d := j.data
	if j.Metric != nil {
		out := make([]float32, len(d.y))
		d.team.Spans(len(out), func(begin, end int) {
			for i := begin; i < end; i++ {
				out[i] = j.objective.link().Inverse(d.score[i])
			}
		})
		return j.Metric(d.y, out, d.w)
	}
	// Sums by thousands: the result does not depend on threads.
	const span = 1024
	parts := make([]float64, (len(d.rows)+span-1)/span)
	d.team.Each(len(parts), func(i int) {
		for _, r := range d.rows[i*span : min(len(d.rows), (i+1)*span)] {
			parts[i] += d.weight(r) * j.objective.loss(float64(d.y[r]), d.score[r])
		}
	})
	var sum float64
	for _, part := range parts {
		sum += part / float64(len(d.rows)) // weights have a mean of 1
	}
	return min(sum, math.MaxFloat64)
}
