package pipeline

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"time"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
)

// A Tuning is a search for a model's parameters.
type Tuning struct {
	Model  string // by name
	Build  func(evaluate.Point) (model.Model, error)
	Points iter.Seq[evaluate.Point]
	Next   func(past []evaluate.Point, loss []float64) (evaluate.Point, bool) // in the place of Points; nil: none
	Trials int                                                                // at most so many, which Next needs
	Keep   float64                                                            // share of the trials that go on after each origin; 1: all
	Budget time.Duration                                                      // 0: as long as it takes
}

// Tune tries the points on what the last run cleaned, and changes nothing but
// the log of trials, which Trials names: what an earlier search of the same
// data and settings tried is not tried again, and known is how many fits that
// log had. The origins held out are those that a run scores its choice on, so
// that the parameters found have not seen that proof.
func (r *Run) Tune(ctx context.Context, t Tuning) (found *evaluate.Searched, known int, err error) {
	j, err := ReadJournal(r.Dir)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, 0, err
	}
	r.ID = j.Run
	loaded, err := r.loaded()
	if err != nil && daycast.CodeOf(err) == daycast.NotFound {
		return nil, 0, daycast.Errorf(daycast.NotFound, "nothing has been cleaned yet in %s", r.Dir).WithHint("run daycast etl first")
	}
	if err != nil {
		return nil, 0, err
	}
	log, closeLog, err := r.trialLog(ctx, t.Model)
	if err != nil {
		return nil, 0, err
	}
	defer closeLog()
	known = log.Known()
	r.Progress.Stage("search")
	blocks, e := NewBlocks(ctx, r.Warehouse, r.Settings.Memory, loaded.Spec)
	if e != nil {
		return nil, 0, e
	}
	defer func() { _ = blocks.Close() }()
	l := r.learning(blocks)
	final, err := l.Panel(ctx, loaded.Spec.Last)
	if err != nil {
		return nil, known, err
	}
	horizon, origins := l.origins(final)
	found, err = evaluate.Search{
		Backtest: evaluate.Backtest{
			Panel: l.Panel, Final: final, Origins: origins, Horizon: horizon, Gap: l.gap(horizon), MaxRows: l.MaxRows, Seed: l.Seed,
			Threads: l.Threads, Now: l.Now, Budget: t.Budget, Progress: l.Progress,
		},
		Build: t.Build, Points: t.Points, Next: t.Next, Trials: t.Trials, Metric: l.Metric,
		Holdout: min(l.Scored, len(origins)-1), Keep: t.Keep, Log: log,
	}.Run(ctx)
	return found, known, err
}

// Trials is the file of a model's trials in a data folder.
func Trials(dir, model string) string { return filepath.Join(dir, "tune", model+".jsonl") }

// trialLog opens the log of a model's trials on these data, with these settings.
func (r *Run) trialLog(ctx context.Context, name string) (log *evaluate.TrialLog, close func(), err error) {
	of, err := r.panelReads(ctx)
	if err != nil {
		return nil, nil, err
	}
	path := Trials(r.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, nil, fileError(path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, fileError(path, err)
	}
	if log, err = evaluate.OpenTrialLog(f, hashed(of, name)); err != nil {
		_ = f.Close()
		return nil, nil, daycast.Errorf(daycast.CodeOf(err), "%s: %w", path, err)
	}
	return log, func() { _ = f.Close() }, nil
}
