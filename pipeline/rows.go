package pipeline

import (
	"context"

	"daycast"
	"daycast/model"
)

// Rows fits a model on what was known at a day, and keeps nothing of it: the
// model may write what it is given to learn from. 0 is the oldest origin of the
// backtest, so that what learns from the rows has seen none of the days that
// the backtest compares on. most bounds the rows of a model of all series.
func (r *Run) Rows(ctx context.Context, m model.Model, until daycast.Day, most int) (daycast.Day, error) {
	j, err := ReadJournal(r.Dir)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return 0, err
	}
	r.ID = j.Run
	loaded, err := r.loaded()
	if err != nil && daycast.CodeOf(err) == daycast.NotFound {
		return 0, daycast.Errorf(daycast.NotFound, "nothing has been cleaned yet in %s", r.Dir).WithHint("run daycast etl first")
	}
	if err != nil {
		return 0, err
	}
	r.Progress.Stage("make the rows")
	blocks, e := NewBlocks(ctx, r.Warehouse, r.Settings.Memory, loaded.Spec)
	if e != nil {
		return 0, e
	}
	defer func() { _ = blocks.Close() }()
	l := r.learning(blocks)
	if until > loaded.Spec.Last {
		return 0, daycast.Errorf(daycast.Invalid, "until %s: the data ends on %s", until, loaded.Spec.Last).WithField("until")
	}
	if until == 0 {
		final, err := l.Panel(ctx, loaded.Spec.Last)
		if err != nil {
			return 0, err
		}
		_, origins := l.origins(final)
		if len(origins) == 0 {
			return 0, daycast.Errorf(daycast.Invalid, "the history is too short for a backtest").WithHint("name a day with --until")
		}
		until = origins[len(origins)-1]
	}
	p, err := l.Panel(ctx, until)
	if err != nil {
		return 0, err
	}
	_, err = m.Fit(ctx, model.Training{Panels: p, Horizon: l.Horizon, MaxRows: most, Seed: l.Seed, Threads: l.Threads})
	return until, err
}
