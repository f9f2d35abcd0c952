package pipeline

import (
	"context"
	"iter"
	"time"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
)

// A Tuning is a search for a model's parameters.
type Tuning struct {
	Build  func(evaluate.Point) (model.Model, error)
	Points iter.Seq[evaluate.Point]
	Keep   float64       // share of the trials that go on after each origin; 1: all
	Budget time.Duration // 0: as long as it takes
}

// Tune tries the points on what the last run cleaned, and changes nothing. The
// origins held out are those that a run scores its choice on, so that the
// parameters found have not seen that proof.
func (r *Run) Tune(ctx context.Context, t Tuning) ([]*evaluate.Trial, error) {
	j, err := ReadJournal(r.Dir)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	r.ID = j.Run
	loaded, err := r.loaded()
	if err != nil && daycast.CodeOf(err) == daycast.NotFound {
		return nil, daycast.Errorf(daycast.NotFound, "nothing has been cleaned yet in %s", r.Dir).WithHint("run daycast etl first")
	}
	if err != nil {
		return nil, err
	}
	r.Progress.Stage("search")
	l := r.learning(NewPanelSource(r.Warehouse, r.Settings.Memory, loaded.Spec))
	final, err := l.Panel(ctx, loaded.Spec.Last)
	if err != nil {
		return nil, err
	}
	horizon, origins := l.origins(final)
	return evaluate.Search{
		Backtest: evaluate.Backtest{
			Panel: l.Panel, Final: final, Origins: origins, Horizon: horizon, MaxRows: l.MaxRows, Seed: l.Seed,
			Threads: l.Threads, Now: l.Now, Budget: t.Budget, Progress: l.Progress,
		},
		Build: t.Build, Points: t.Points, Metric: l.Metric, Holdout: min(l.Scored, len(origins)-1), Keep: t.Keep,
	}.Run(ctx)
}
