package app

import (
	"context"
	"encoding/csv"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"daycast"
	"daycast/model"
	"daycast/model/coherent"
	"daycast/model/interval"
)

// together is how many series are drawn at a time, in any number of threads.
const together = 64

// totals is the file of the quantiles of sums; nil where nobody asked for it.
// Of a shop in blocks it keeps the sums, not the series.
type totals struct {
	*output
	crossed [][]string // levels of several columns, beside the panel's
	seed    uint64
	threads int
	sums    *sums
	csv     *csv.Writer
	f       *daycast.Forecasts // the newest block's, for its days
}

// createTotals begins a file, whose sums may take so many bytes. Of the levels
// that are asked for those of several columns are written beside all others.
func createTotals(path string, asked [][]string, seed uint64, threads int, memory int64) (*totals, error) {
	if path == "" {
		return nil, nil
	}
	o, err := createOutput(path)
	if err != nil {
		return nil, err
	}
	return &totals{output: o, crossed: crossed(asked), seed: seed, threads: threads, sums: newSums(memory)}, nil
}

func (t *totals) discard() {
	if t != nil {
		t.output.discard()
	}
}

// during writes the sums of the forecasts that are added meanwhile: each series'
// own as it comes, those of the shop and its groups in the end.
func (t *totals) during(do func() error) error {
	if t == nil {
		return do()
	}
	return t.output.write(func(to io.Writer) error {
		t.csv = csv.NewWriter(to)
		if err := do(); err != nil {
			return err
		}
		if err := t.groups(); err != nil {
			return err
		}
		t.csv.Flush()
		return t.csv.Error()
	})
}

// left says which levels there are no totals of, and why.
func (t *totals) left() []string {
	if t == nil {
		return nil
	}
	return t.sums.notes()
}

// add draws from what was learned of past errors, for a block of the shop. A
// model that learned nothing of them is code invalid.
func (t *totals) add(ctx context.Context, fitted model.Fitted, p *daycast.Panel, f *daycast.Forecasts) error {
	if t == nil {
		return nil
	}
	paths, err := interval.PathsOf(fitted, p, f, t.seed, "totals")
	if err != nil {
		return err
	}
	if t.f == nil {
		if err := t.csv.Write(slices.Concat([]string{"level", "group", "first", "last", "mean"}, quantileColumns(f.Levels))); err != nil {
			return err
		}
	}
	whole, err := t.withCrossings(p)
	if err != nil {
		return err
	}
	t.f = f
	t.sums.begin(whole, f.Horizon)
	own := interval.NewTotal(f.Horizon)
	for from := 0; from < len(p.Series); from += together {
		drawn, err := draw(ctx, paths, f.Horizon, from, min(from+together, len(p.Series)), t.threads)
		if err != nil {
			return err
		}
		for k, values := range drawn {
			i := from + k
			own.Clear()
			own.Add(f.MeanOf(i), values)
			t.sums.add(whole, i, own)
			if err := t.spans("series", p.Series[i].ID(), own, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// withCrossings is a block's panel with the levels of several columns. A column
// that the first block does not have is code invalid; a level that a later one
// does not have is left out of the sums.
func (t *totals) withCrossings(p *daycast.Panel) (*daycast.Panel, error) {
	whole := *p
	for _, columns := range t.crossed {
		level, err := coherent.LevelOf(p, columns, "forecast.levels")
		if err != nil && t.f == nil {
			return nil, err
		}
		if err == nil {
			whole.Levels = append(slices.Clip(whole.Levels), named(level))
		}
	}
	return &whole, nil
}

func draw(ctx context.Context, paths *interval.Paths, horizon, from, to, threads int) ([][]float32, error) {
	out := make([][]float32, to-from)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(threads)
	for k := range out {
		g.Go(func() error {
			out[k] = make([]float32, interval.Draws*horizon)
			paths.Series(from+k, out[k])
			return ctx.Err()
		})
	}
	return out, g.Wait()
}

// groups writes the shop and the groups of its levels.
func (t *totals) groups() error {
	if t.f == nil {
		return nil // there is no series
	}
	if err := t.spans("shop", "", t.sums.shop, true); err != nil {
		return err
	}
	for level, groups := range t.sums.all() {
		for _, name := range sortedKeys(groups) {
			if err := t.spans(level, name, groups[name], true); err != nil {
				return err
			}
		}
	}
	return nil
}

// spans writes a group's periods, where they are asked for, its whole weeks in a
// shop of days, and its horizon.
func (t *totals) spans(level, group string, s *interval.Total, periods bool) error {
	spans := interval.Sums(t.f.Step, t.f.Horizon)
	if periods {
		spans = append(interval.Periods(t.f.Horizon), spans...)
	}
	for _, span := range spans {
		first, last := span.Days(t.f)
		mean, quantiles := s.Over(span, t.f.Levels)
		row := []string{level, group, first.String(), last.String(), number(mean)}
		for _, q := range quantiles {
			row = append(row, number(q))
		}
		if err := t.csv.Write(row); err != nil {
			return err
		}
	}
	return nil
}
