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
	"daycast/model/life"
)

const (
	// draws of all that could come: the 10% quantile of 400 has a standard error
	// of one and a half percentage points.
	draws = 400
	// mostCells is how many groups times periods a level may have for its totals
	// to be written: their draws take 64 MB. The groups of a level of more are
	// nearly single series.
	mostCells = 40_000
	// together is how many series are drawn at a time, in any number of threads.
	together = 64
)

// totals is the file of the quantiles of sums; nil where nobody asked for it.
type totals struct{ *output }

func createTotals(path string) (*totals, error) {
	if path == "" {
		return nil, nil
	}
	o, err := createOutput(path)
	if err != nil {
		return nil, err
	}
	return &totals{o}, nil
}

func (t *totals) discard() {
	if t != nil {
		t.output.discard()
	}
}

// write draws from what was learned of past errors and writes the sums. A model
// that learned nothing of them is code invalid.
func (t *totals) write(ctx context.Context, fitted model.Fitted, p *daycast.Panel, f *daycast.Forecasts, asked [][]string, seed uint64, threads int) error {
	if t == nil {
		return nil
	}
	crossings, err := crossingsOf(p, asked)
	if err != nil {
		return err
	}
	if young, ok := fitted.(*life.Fitted); ok {
		fitted = young.Inner
	}
	calibrated, ok := fitted.(*interval.Fitted)
	if !ok {
		return daycast.Errorf(daycast.Invalid, "the champion, a %s, knows nothing of its past errors: no totals can be told", fitted.Kind()).
			WithField("totals").WithHint("daycast train makes a model that does")
	}
	return t.output.write(func(to io.Writer) error {
		w := &totalsWriter{csv: csv.NewWriter(to), f: f, paths: calibrated.Paths(p, f, draws, seed), crossings: crossings}
		if err := w.csv.Write(slices.Concat([]string{"level", "group", "first", "last", "mean"}, quantileColumns(f.Levels))); err != nil {
			return err
		}
		if err := w.all(ctx, p, threads); err != nil {
			return err
		}
		w.csv.Flush()
		return w.csv.Error()
	})
}

// A total is what one group of series could sell: its means by period and its
// draws, draw x period.
type total struct {
	mean  []float64
	draws []float32
}

func newTotal(horizon int) *total {
	return &total{make([]float64, horizon), make([]float32, draws*horizon)}
}

func (s *total) add(mean []float32, drawn []float32) {
	for h, v := range mean {
		s.mean[h] += float64(v)
	}
	for c, v := range drawn {
		s.draws[c] += v
	}
}

type totalsWriter struct {
	csv       *csv.Writer
	f         *daycast.Forecasts
	paths     *interval.Paths
	crossings []daycast.Level // beside the panel's levels
}

// all writes each series, and then the shop and the groups of its levels, which
// add up in the order of the series whatever the threads.
func (w *totalsWriter) all(ctx context.Context, p *daycast.Panel, threads int) error {
	shop := newTotal(w.f.Horizon)
	var levels []daycast.Level
	var groups [][]*total
	for _, l := range slices.Concat(p.Levels, w.crossings) {
		if len(l.Names)*w.f.Horizon > mostCells {
			continue
		}
		sums := make([]*total, len(l.Names))
		for g := range sums {
			sums[g] = newTotal(w.f.Horizon)
		}
		levels, groups = append(levels, l), append(groups, sums)
	}
	for from := 0; from < len(p.Series); from += together {
		drawn, err := w.draw(ctx, from, min(from+together, len(p.Series)), threads)
		if err != nil {
			return err
		}
		for k, values := range drawn {
			i := from + k
			own := newTotal(w.f.Horizon)
			for _, s := range []*total{own, shop} {
				s.add(w.f.MeanOf(i), values)
			}
			for l := range levels {
				if g := levels[l].Of[i]; g >= 0 {
					groups[l][g].add(w.f.MeanOf(i), values)
				}
			}
			if err := w.spans("series", p.Series[i].ID(), own, false); err != nil {
				return err
			}
		}
	}
	if err := w.spans("shop", "", shop, true); err != nil {
		return err
	}
	for l, level := range levels {
		for g, name := range level.Names {
			if err := w.spans(level.Name, coherent.GroupName(name), groups[l][g], true); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *totalsWriter) draw(ctx context.Context, from, to, threads int) ([][]float32, error) {
	out := make([][]float32, to-from)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(threads)
	for k := range out {
		g.Go(func() error {
			out[k] = make([]float32, draws*w.f.Horizon)
			w.paths.Series(from+k, out[k])
			return ctx.Err()
		})
	}
	return out, g.Wait()
}

// spans writes a group's periods, where they are asked for, its whole weeks in a
// shop of days, and its horizon.
func (w *totalsWriter) spans(level, group string, s *total, periods bool) error {
	horizon := w.f.Horizon
	if periods && horizon > 1 {
		for h := range horizon {
			if err := w.span(level, group, s, h, h+1); err != nil {
				return err
			}
		}
	}
	if w.f.Step == daycast.Daily && horizon > 7 {
		for h := 0; h+7 <= horizon; h += 7 {
			if err := w.span(level, group, s, h, h+7); err != nil {
				return err
			}
		}
	}
	return w.span(level, group, s, 0, horizon)
}

// span writes the sum over the periods from one to before another.
func (w *totalsWriter) span(level, group string, s *total, from, to int) error {
	mean, could := 0.0, make([]float64, draws)
	for h := from; h < to; h++ {
		mean += s.mean[h]
		for k := range could {
			could[k] += float64(s.draws[k*w.f.Horizon+h])
		}
	}
	slices.Sort(could)
	last := w.f.Day(to-1) + daycast.Day(w.f.Step) - 1
	row := []string{level, group, w.f.Day(from).String(), last.String(), number(float32(mean))}
	for _, q := range w.f.Levels {
		k := int(math.Ceil(q*draws)) - 1
		row = append(row, number(float32(could[min(max(k, 0), draws-1)])))
	}
	return w.csv.Write(row)
}
