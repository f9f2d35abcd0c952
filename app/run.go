package app

import (
	"context"

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
	run, close, err := open(ctx, c, w)
	if err != nil {
		return err
	}
	defer close()
	if err := run.Source.Check(ctx); err != nil {
		return err
	}
	return run.Do(ctx, last)
}

// Backtest compares the models on what the last run cleaned, and changes
// nothing.
func Backtest(ctx context.Context, c config.Config, w World) (*Summary, error) {
	run, close, err := open(ctx, c, w)
	if err != nil {
		return nil, err
	}
	defer close()
	return run.Backtest(ctx)
}

// A Finding is one thing that Check tried.
type Finding struct {
	What string `json:"what"`
	OK   bool   `json:"ok"`
	Text string `json:"text"` // what is there, or what is wrong
}

// Check tries all that a run needs, and goes on after what fails.
func Check(ctx context.Context, c config.Config, w World) []Finding {
	var out []Finding
	add := func(what, good string, err error) bool {
		f := Finding{What: what, OK: err == nil, Text: good}
		if err != nil {
			f.Text = err.Error()
		}
		out = append(out, f)
		return err == nil
	}
	src, err := openSource(ctx, c)
	if add("source", c.Source.Kind+" can be opened", err) {
		for _, e := range split(src.Check(ctx)) {
			add("tables", "", e)
		}
		if len(out) == 1 {
			for _, t := range source.Tables() {
				if src.Has(t) {
					_, err := src.Columns(ctx, t)
					add(string(t), "has the columns that it needs", err)
				}
			}
		}
		_ = src.Close()
	}
	house, err := openWarehouse(ctx, c)
	if add("warehouse", "can be opened in "+c.Data, err) {
		_ = house.Close()
	}
	_, err = openRegistry(c, w)
	add("models", "can be kept in "+pipeline.Models(c.Data), err)
	return out
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
