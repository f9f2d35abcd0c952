package app

import (
	"context"
	"errors"
	"os"

	"daycast"
	"daycast/config"
	"daycast/pipeline"
	"daycast/source"
)

// Run does one pass over the shop, up to a step of the pipeline ("" for all);
// a run that was killed goes on where it was.
func Run(ctx context.Context, c config.Config, w World, last string) (*Summary, error) {
	if err := pass(ctx, c, w, last); err != nil {
		return nil, err
	}
	return pipeline.ReadSummary(c.Data)
}

func pass(ctx context.Context, c config.Config, w World, last string) error {
	what := map[string]string{"": "run", AfterSignals: "etl", AfterTraining: "train"}[last]
	lease, err := pipeline.AcquireLease(c.Data, holder(w, what))
	if err != nil {
		return err
	}
	defer lease.Release()
	run, close, err := openToRun(ctx, c, w)
	if err != nil {
		return err
	}
	defer close()
	if last == AfterTraining {
		run.Settings.TrainEvery = 0 // it is asked for now
	}
	return run.Do(ctx, last)
}

// openToRun opens everything that a run needs and checks the shop's tables
// before the run begins. What is wrong with them is a run that failed, and part
// of the history.
func openToRun(ctx context.Context, c config.Config, w World) (*pipeline.Run, func(), error) {
	run, close, err := openChecked(ctx, c, w)
	if err != nil {
		return nil, nil, errors.Join(err, pipeline.NoteFailure(c.Data, w.Now(), err))
	}
	return run, close, nil
}

func openChecked(ctx context.Context, c config.Config, w World) (*pipeline.Run, func(), error) {
	run, close, err := open(ctx, c, w)
	if err != nil {
		return nil, nil, err
	}
	if err := run.Source.Check(ctx); err != nil {
		_, _, changed := pipeline.SourceChanges(ctx, run.Source, c.Data, run.Shop.Tables) // a reason, where it knows one
		close()
		return nil, nil, errors.Join(changed, err)
	}
	return run, close, nil
}

// opener is openChecked or openStored.
type opener func(context.Context, config.Config, World) (*pipeline.Run, func(), error)

// toChange opens, with the lease of the data folder; close gives it back.
func (open opener) toChange(ctx context.Context, c config.Config, w World, what string) (run *pipeline.Run, close func(), err error) {
	lease, err := pipeline.AcquireLease(c.Data, holder(w, what))
	if err != nil {
		return nil, nil, err
	}
	run, closeAll, err := open(ctx, c, w)
	if err != nil {
		lease.Release()
		return nil, nil, err
	}
	return run, func() { closeAll(); lease.Release() }, nil
}

// holder is this process, for those who want the lease meanwhile.
func holder(w World, what string) pipeline.Holder {
	host, _ := os.Hostname() // one without a name is still a process
	return pipeline.Holder{Host: host, PID: os.Getpid(), What: what, Since: w.Now()}
}

// Backtest compares the models on what the last run cleaned, and changes
// nothing.
func Backtest(ctx context.Context, c config.Config, w World) (*Summary, error) {
	run, close, err := openStored(ctx, c, w)
	if err != nil {
		return nil, err
	}
	defer close()
	return run.Backtest(ctx)
}

// A Finding is one thing that Check tried.
type Finding struct {
	What string       `json:"what"`
	OK   bool         `json:"ok"`
	Text string       `json:"text"`           // what is there, or what is wrong
	Code daycast.Code `json:"code,omitempty"` // of what is wrong
}

// findings are what Check tried so far.
type findings []Finding

// add notes what was tried and reports whether it is right.
func (f *findings) add(what, good string, err error) bool {
	if err == nil {
		*f = append(*f, Finding{What: what, OK: true, Text: good})
		return true
	}
	*f = append(*f, Finding{What: what, Text: err.Error(), Code: daycast.CodeOf(err)})
	return false
}

// Check tries all that a run needs, and goes on after what fails. Its error
// says how many did: code unavailable where trying again may help, and invalid
// where something is to be mended.
func Check(ctx context.Context, c config.Config, w World) ([]Finding, error) {
	var f findings
	src, err := openSource(ctx, c)
	if f.add("source", c.Source.Kind+" can be opened", err) {
		f.tables(ctx, src)
		f.changes(ctx, c, src)
		f.contract(ctx, src, contractOf(c))
		f.following(ctx, c.Source)
		_ = src.Close()
	}
	house, err := openWarehouse(ctx, c)
	if f.add("warehouse", "can be opened in "+c.Data, err) {
		_ = house.Close()
	}
	_, err = openRegistry(c, w)
	f.add("models", "can be kept in "+pipeline.Models(c.Data), err)
	f.trySignals(ctx, c, w)
	return f, f.err()
}

func (f *findings) tables(ctx context.Context, src source.Source) {
	wrong := split(src.Check(ctx))
	for _, err := range wrong {
		f.add("tables", "", err)
	}
	if len(wrong) > 0 {
		return
	}
	for _, t := range source.Tables() {
		if src.Has(t) {
			_, err := src.Columns(ctx, t)
			f.add(string(t), "has the columns that it needs", err)
		}
	}
}

func (f findings) err() error {
	code, failed := daycast.Unavailable, 0
	for _, x := range f {
		if x.OK {
			continue
		}
		failed++
		if x.Code != daycast.Unavailable && x.Code != daycast.Conflict {
			code = daycast.Invalid
		}
	}
	if failed == 0 {
		return nil
	}
	return daycast.Errorf(code, "%d of %d checks failed", failed, len(f))
}

// split takes joined errors apart; none for nil.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
