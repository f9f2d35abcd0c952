package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"daycast/source"
)

// The steps that a run can end after.
const (
	StepExtract  = "extract"
	StepClean    = "clean"
	StepSignals  = "signals"
	StepScore    = "score"
	StepTrain    = "train"
	StepForecast = "forecast"
	StepPublish  = "publish"
)

// step is one named piece of the run. Where what it reads and what an earlier
// run left are the same as then, that is kept and the step is not done.
type step struct {
	name string
	do   func(ctx context.Context) error
	// reads is a fingerprint of all that the step's result depends on; nil for
	// a step that reads the shop or what is outside it, which is always done.
	reads func(ctx context.Context) (string, error)
	// left is a fingerprint of what the step leaves in the warehouse.
	left func(ctx context.Context) (string, error)
	// keep makes what an earlier run left this run's; ok is false where it is
	// not there any more.
	keep func(ctx context.Context, run string) (ok bool, err error)
}

// steps are the run's, in order. A shop that keeps ready daily rows needs no
// cleaning of order lines.
func (r *Run) steps() []step {
	tables := func(names ...string) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) { return r.Warehouse.Fingerprint(ctx, names...) }
	}
	load := []step{
		{name: StepExtract, do: r.guarded(r.extract), left: tables("lines", "items", "places", "stock", "plans")},
		{name: StepClean, do: r.clean, reads: r.cleanReads, left: tables("facts", "quarantine"), keep: r.keepFile("loaded")},
	}
	if !r.Source.Has(source.Sales) {
		load = []step{{name: StepExtract, do: r.guarded(r.loadDaily), left: tables("facts", "signals", "items", "places", "plans")}}
	}
	signalsReads := r.signalsReads
	if r.fetches() {
		signalsReads = nil
	}
	return append(load,
		step{name: StepSignals, do: r.signals, reads: signalsReads, left: tables("signals"), keep: r.keepFile("signals")},
		step{name: StepScore, do: r.score, reads: r.panelReads, left: tables("scores"), keep: r.keepFile("scored")},
		step{name: StepTrain, do: r.train, reads: r.trainReads, left: r.nothingLeft, keep: r.keepTraining},
		step{name: StepForecast, do: r.forecast, reads: r.forecastReads, left: r.nothingLeft, keep: r.keepPublished},
		step{name: StepPublish, do: r.publish, reads: r.forecastReads, left: r.nothingLeft, keep: r.keepPublished},
	)
}

// take does a step, or keeps what an earlier run left of it.
func (r *Run) take(ctx context.Context, s step) (Step, error) {
	start := r.Now()
	done := Step{Name: s.name, At: start.UTC(), Run: r.ID}
	var err error
	if s.reads != nil {
		if done.In, err = s.reads(ctx); err != nil {
			return done, err
		}
		kept, err := r.keep(ctx, s, &done)
		if kept || err != nil {
			return done, err
		}
	}
	r.Progress.Stage(s.name)
	if err := s.do(ctx); err != nil {
		return done, err
	}
	done.Out, err = s.left(ctx)
	done.Seconds = r.Now().Sub(start).Seconds()
	return done, err
}

// keep takes over what an earlier run left, where that still holds.
func (r *Run) keep(ctx context.Context, s step, done *Step) (bool, error) {
	before, ok := r.journal.earlier(s.name)
	if !ok || before.In != done.In {
		return false, nil
	}
	out, err := s.left(ctx)
	if err != nil || out != before.Out {
		return false, err
	}
	if kept, err := s.keep(ctx, before.Run); !kept {
		return false, err
	}
	done.Run, done.Out, done.Seconds = before.Run, before.Out, 0
	r.Progress.Stage(s.name + ": unchanged since run " + before.Run)
	return true, nil
}

// nothingLeft is for a step whose result the next fingerprints tell.
func (r *Run) nothingLeft(context.Context) (string, error) { return "", nil }

// keepFile copies the file that an earlier run left.
func (r *Run) keepFile(name string) func(context.Context, string) (bool, error) {
	return func(_ context.Context, run string) (bool, error) {
		return copyJSON((&Run{ID: run, Dir: r.Dir}).path(name), r.path(name))
	}
}

// keepPublished holds as long as that run's snapshot is the current one.
func (r *Run) keepPublished(_ context.Context, run string) (bool, error) {
	m, err := CurrentManifest(r.Dir)
	return err == nil && m.Run == run, nil
}

// hashed is a short hash of parts that fmt prints alike each time.
func hashed(parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", fmt.Sprint(parts...)))
	return hex.EncodeToString(sum[:8])
}

// cleanReads: lines after today are set aside, so that the date counts too.
func (r *Run) cleanReads(ctx context.Context) (string, error) {
	var e extracted
	if err := readJSON(r.path("extracted"), &e); err != nil {
		return "", err
	}
	names := []string{"lines", "stock", "places"}
	if r.plans() {
		names = append(names, "plans", "items")
	}
	tables, err := r.Warehouse.Fingerprint(ctx, names...)
	if err != nil {
		return "", err
	}
	aside, err := r.asideRead()
	today := r.Now().In(r.Shop.TimeZone).Format(time.DateOnly)
	return hashed(r.Code, r.Shop, r.Settings.Step, r.Settings.Horizon, tables, today, e.OnePlace, e.Unreadable, aside), err
}

func (r *Run) signalsReads(ctx context.Context) (string, error) {
	l, err := r.loaded()
	if err != nil {
		return "", err
	}
	files, err := r.signalFiles()
	if err != nil {
		return "", err
	}
	tables, err := r.Warehouse.Fingerprint(ctx, "places")
	return hashed(r.Code, r.Shop.Country, files, r.Settings.Customers, r.Settings.Horizon, r.Settings.Step, l.First, l.Spec.Last, l.Own, tables), err
}

// panelReads is what every panel of the shop depends on.
func (r *Run) panelReads(ctx context.Context) (string, error) {
	l, err := r.loaded()
	if err != nil {
		return "", err
	}
	tables, err := r.Warehouse.Fingerprint(ctx, "facts", "signals", "items", "places", "plans")
	return hashed(r.fingerprint(), fmt.Sprintf("%+v", l.Spec), tables), err
}

func (r *Run) forecastReads(ctx context.Context) (string, error) {
	var t trained
	if err := readJSON(r.path("trained"), &t); err != nil {
		return "", err
	}
	panels, err := r.panelReads(ctx)
	if err != nil {
		return "", err
	}
	l, err := r.loaded()
	if err != nil {
		return "", err
	}
	size, err := r.Warehouse.Facts().Size(ctx, l.Spec.Last)
	if err != nil || blocksOf(size, r.Settings.Memory, l.Spec.Step) == 1 {
		return hashed(panels, t.Version), err
	}
	return hashed(panels, t.Version, "in blocks"), nil // a snapshot of another kind
}
