// Command ablation measures what each group of features buys:
//
//	ablation [-origins N] [-rows N] [-threads N] [-date DAY] FOLDER PAGE
//
// For each shop whose daily table is in FOLDER (NAME.csv) it backtests the
// boosted trees with all groups of features, with the default features and
// without each group in turn, and writes PAGE anew. What is measured is kept in FOLDER,
// so that a run that was killed goes on.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"daycast"
	"daycast/clean"
	"daycast/evaluate"
	"daycast/feature"
	"daycast/model"
	"daycast/model/all"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// shop is a data set: its table's name, what it is, the horizon in days, as long
// as the shop's own question, and from how many origins it is forecast: more
// where few large orders decide about the error.
type shop struct {
	name, words      string
	horizon, origins int
}

var shops = []shop{
	{"m5", "M5", 28, 2},
	{"retail", "Online Retail II", 28, 5},
	{"rossmann", "Rossmann", 42, 2},
	{"fresh", "FreshRetailNet", 14, 2},
}

type options struct {
	origins, rows, threads int
	date                   string
}

func main() {
	var o options
	flag.IntVar(&o.origins, "origins", 0, "origins of each shop; 0: each its own number")
	flag.IntVar(&o.rows, "rows", 60_000, "rows of a fit at most")
	flag.IntVar(&o.threads, "threads", 2, "threads")
	flag.StringVar(&o.date, "date", time.Now().Format(time.DateOnly), "date of the run, for the page")
	flag.Parse()
	if err := run(context.Background(), o, flag.Arg(0), flag.Arg(1)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, folder, page string) error {
	var results []*result
	for _, s := range shops {
		r, err := open(s, folder, o)
		if err != nil {
			return err
		}
		if r == nil {
			continue
		}
		if err := r.measure(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := r.keep(); err != nil {
			return err
		}
		results = append(results, r)
		if err := os.WriteFile(page, []byte(render(results, o)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// candidate is the boosting with some groups of features.
type candidate struct {
	model.Model
	name string
}

// Name tells it apart.
func (c candidate) Name() string { return c.name }

const (
	allGroups = "all groups"
	byDefault = "the default"
)

// candidates are all groups, the default features, and all groups without each.
func candidates() []model.Model {
	boosting := func(name string, groups ...string) model.Model {
		m := all.Boosting()
		m.Groups = groups
		return candidate{m, name}
	}
	out := []model.Model{boosting(allGroups, feature.Groups()...), boosting(byDefault)}
	for k, g := range feature.Groups() {
		groups := feature.Groups()
		out = append(out, boosting(g, append(groups[:k], groups[k+1:]...)...))
	}
	return out
}

// measure backtests the candidates that r lacks.
func (r *result) measure(ctx context.Context, o options) error {
	var models []model.Model
	for _, m := range candidates() {
		if r.of(m.Name()) == nil {
			models = append(models, m)
		}
	}
	if len(models) == 0 {
		return nil
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w, err := warehouse.OpenDuckDB(ctx, filepath.Join(dir, "warehouse.duckdb"), warehouse.Options{MemoryLimit: 1 << 30, Threads: o.threads})
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	src, err := source.OpenCSV(ctx, map[source.Table]string{source.Daily: r.table})
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	table, err := pipeline.LoadDaily(ctx, "csv", src, w, pipeline.DailyOptions{Step: daycast.Daily, Today: daycast.DayOf(time.Now())}, &clean.Report{})
	if err != nil {
		return err
	}
	panels := pipeline.NewPanelSource(w, 2<<30, pipeline.PanelSpec{
		Step: daycast.Daily, Anchor: table.Anchor, Last: table.Last, Horizon: r.horizon, Absent: clean.AbsentAuto, Planned: table.Planned,
	})
	final, err := panels.Panel(ctx, table.Last)
	if err != nil {
		return err
	}
	var origins []daycast.Day
	for k := range r.origins {
		origins = append(origins, table.Last-daycast.Day((k+1)*r.horizon))
	}
	windows, err := evaluate.Backtest{
		Panel: panels.Panel, Final: final, Origins: origins, Models: models, Horizon: r.horizon,
		MaxRows: o.rows, Seed: 1, Threads: o.threads, Now: time.Now,
		Progress: func(done, total int, what string) {
			fmt.Fprintf(os.Stderr, "%s: %d of %d, %s\n", r.name, done, total, what)
		},
	}.Run(ctx)
	if err != nil {
		return err
	}
	return r.add(len(final.Series), windows)
}
