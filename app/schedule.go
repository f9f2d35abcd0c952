package app

import (
	"context"
	"log/slog"
	"time"

	"daycast/config"
	"daycast/monitor"
	"daycast/pipeline"
)

// Schedule runs the shop whenever schedule.cron says so, until ctx is done.
// Once it answers what is due now and returns.
func Schedule(ctx context.Context, c config.Config, w World, log *slog.Logger, once bool) error {
	spec, err := c.Schedule.Spec()
	if err != nil {
		return err
	}
	s := pipeline.Schedule{
		Timetable: pipeline.Timetable{Spec: spec, Zone: c.Shop.Zone()},
		Dir:       c.Data, Who: holder(w, "schedule"), Once: once, Now: w.Now, Log: log,
		Do: func(ctx context.Context, due time.Time) error { return scheduled(ctx, c, w, log, due) },
	}
	return s.Run(ctx)
}

// scheduled is a pass that answers a due instant, told in the log.
func scheduled(ctx context.Context, c config.Config, w World, log *slog.Logger, due time.Time) error {
	run, close, err := openToRun(ctx, c, w)
	if err != nil {
		return err
	}
	defer close()
	run.Due, run.Progress = due, &stages{run: run, log: log}
	began := w.Now()
	err = run.Do(ctx, "")
	log = ofRun(log, run).With("event.duration", w.Now().Sub(began))
	switch {
	case err == nil:
		log.Info("the run is done", "event.action", "run", "event.outcome", "success", "due", due)
	case ctx.Err() != nil:
		log.Info("the run was stopped", "event.action", "run", "event.outcome", "unknown", "due", due)
	default:
		log.Error("the run failed", "event.action", "run", "event.outcome", "failure", "due", due, "error", err)
	}
	return err
}

// ofRun marks all that is logged as the run's, once it has begun.
func ofRun(log *slog.Logger, run *pipeline.Run) *slog.Logger {
	if run.ID == "" {
		return log
	}
	return log.With("run_id", run.ID, "trace.id", monitor.TraceID(run.ID))
}

// stages is a Progress that logs: each stage, and while it is long how far it
// is once a minute.
type stages struct {
	run  *pipeline.Run
	log  *slog.Logger
	last time.Time
}

const betweenSteps = time.Minute

// Stage logs that one begins.
func (s *stages) Stage(name string) {
	s.last = s.run.Now()
	ofRun(s.log, s.run).Info(name, "event.action", "step")
}

// Step logs how far the stage is.
func (s *stages) Step(done, total int, what string) {
	now := s.run.Now()
	if now.Sub(s.last) < betweenSteps {
		return
	}
	s.last = now
	ofRun(s.log, s.run).Info("under way", "event.action", "step", "what", what, "done", done, "total", total)
}
