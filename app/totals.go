package app

import (
	"context"
	"encoding/csv"
	"io"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"daycast"
	"daycast/model"
	"daycast/model/coherent"
	"daycast/model/interval"
)

const (
	// draws of all that could come: the 10% quantile of 400 has a standard error
	// of one and a half percentage points.
	draws = 400
	// together is how many series are drawn at a time, in any number of threads.
	together = 64
)

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
	calibrated, ok := fitted.(*interval.Fitted)
	if !ok {
		return daycast.Errorf(daycast.Invalid, "the champion, a %s, knows nothing of its past errors: no totals can be told", fitted.Kind()).
			WithField("totals").WithHint("daycast train makes a model that does")
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
	paths := calibrated.Paths(p, f, draws, t.seed)
	own := newTotal(f.Horizon)
	for from := 0; from < len(p.Series); from += together {
		drawn, err := draw(ctx, paths, f.Horizon, from, min(from+together, len(p.Series)), t.threads)
		if err != nil {
			return err
		}
		for k, values := range drawn {
			i := from + k
			own.clear()
			own.add(f.MeanOf(i), values)
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
			out[k] = make([]float32, draws*horizon)
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
func (t *totals) spans(level, group string, s *total, periods bool) error {
	horizon := t.f.Horizon
	if periods && horizon > 1 {
		for h := range horizon {
			if err := t.span(level, group, s, h, h+1); err != nil {
				return err
			}
		}
	}
	if t.f.Step == daycast.Daily && horizon > 7 {
		for h := 0; h+7 <= horizon; h += 7 {
			if err := t.span(level, group, s, h, h+7); err != nil {
				return err
			}
		}
	}
	return t.span(level, group, s, 0, horizon)
}

// span writes the sum over the periods from one to before another.
func (t *totals) span(level, group string, s *total, from, to int) error {
	mean, could := 0.0, make([]float64, draws)
	for h := from; h < to; h++ {
		mean += s.mean[h]
		for k := range could {
			could[k] += s.draws[k*t.f.Horizon+h]
		}
	}
	slices.Sort(could)
	last := t.f.Day(to-1) + daycast.Day(t.f.Step) - 1
	row := []string{level, group, t.f.Day(from).String(), last.String(), number(float32(mean))}
	for _, q := range t.f.Levels {
		k := int(math.Ceil(q*draws)) - 1
		row = append(row, number(float32(could[min(max(k, 0), draws-1)])))
	}
	return t.csv.Write(row)
}
