package app

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"daycast"
	"daycast/clean"
	"daycast/model/all"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// CSVForecast is what `daycast forecast --csv` was asked for.
type CSVForecast struct {
	Sales, Items, Places string // paths; the last two may be empty
	Out                  string // path; "-" is the standard output
	Horizon              int
	Step                 daycast.Step
	Absent               clean.Absent
	Models               []string // empty: all
	Metric               string
	Memory               int64 // bytes
	Threads              int
	Time                 time.Duration
	Seed                 uint64
	MaxRows              int
}

// CSVResult is what came of it.
type CSVResult struct {
	Report   *clean.Report
	Findings clean.Findings
	Learned  *pipeline.Learned
	Notes    []string
	Out      string
}

// ForecastCSV forecasts every series of a CSV file over the whole horizon. It
// runs the steps of a shop's run over a warehouse that lives as long as the
// call.
func ForecastCSV(ctx context.Context, o CSVForecast, clock func() time.Time, p Progress) (*CSVResult, error) {
	start := clock()
	dir, err := os.MkdirTemp("", "daycast-")
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "no room for a temporary warehouse: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w, err := warehouse.OpenDuckDB(ctx, filepath.Join(dir, "warehouse.duckdb"), warehouse.Options{MemoryLimit: o.Memory / 4, Threads: o.Threads})
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.Close() }()
	out := &CSVResult{Report: &clean.Report{}, Out: o.Out}
	p.Stage("read " + o.Sales)
	table, err := o.load(ctx, w, out.Report)
	if err != nil {
		return nil, err
	}
	out.Notes = append(out.Notes, table.Notes...)
	p.Stage("choose a model")
	builder := pipeline.NewPanelSource(w, o.Memory, pipeline.PanelSpec{
		Step: o.Step, Anchor: table.Anchor, Last: table.Last, Horizon: o.Horizon, Absent: o.Absent, Planned: table.Planned,
	})
	learning, err := o.learning(builder, clock, p)
	if err != nil {
		return nil, err
	}
	// Two thirds of the time go to comparing models, so that fitting the best
	// and forecasting end in time too.
	learning.Budget = (o.Time - clock().Sub(start)) * 2 / 3
	if out.Learned, err = learning.Learn(ctx, table.Last); err != nil {
		return nil, err
	}
	out.Findings = builder.Found()
	out.Notes = append(out.Notes, out.Learned.Notes...)
	p.Stage("forecast")
	f, err := learning.Forecast(ctx, out.Learned)
	if err != nil {
		return nil, err
	}
	return out, writeFile(o.Out, func(to io.Writer) error { return writeForecasts(to, out.Learned.Panel, f) })
}

func (o CSVForecast) load(ctx context.Context, w warehouse.Warehouse, report *clean.Report) (*clean.DailyTable, error) {
	files := map[source.Table]string{source.Daily: o.Sales}
	if o.Items != "" {
		files[source.Items] = o.Items
	}
	if o.Places != "" {
		files[source.Places] = o.Places
	}
	src, err := source.OpenCSV(files)
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }()
	return pipeline.LoadDaily(ctx, "csv", src, w, o.Step, report)
}

func (o CSVForecast) learning(b *pipeline.PanelSource, clock func() time.Time, p Progress) (pipeline.Learning, error) {
	models, err := all.Named(o.Models)
	return pipeline.Learning{
		Panel: b.Panel, Models: models, Horizon: o.Horizon, Levels: Levels(), Metric: o.Metric,
		Origins: 6, Scored: 3, MaxRows: o.MaxRows, Seed: o.Seed, Threads: o.Threads, Now: clock, Progress: p.Step,
	}, err
}

// Levels are the quantiles that files and tables hold.
func Levels() []float64 { return pipeline.Levels() }

// writeForecasts writes every series and period of the horizon.
func writeForecasts(to io.Writer, p *daycast.Panel, f *daycast.Forecasts) error {
	w := csv.NewWriter(to)
	if err := w.Write([]string{"item", "place", "day", "mean", "q10", "q50", "q90", "model"}); err != nil {
		return err
	}
	number := func(v float32) string { return strconv.FormatFloat(float64(v), 'g', 6, 32) }
	for i, s := range p.Series {
		for h := range f.Horizon {
			q := f.QuantilesAt(i, h)
			row := []string{s.Item, s.Place, f.Day(h).String(), number(f.MeanOf(i)[h]), number(q[0]), number(q[1]), number(q[2]), f.Models[i]}
			if err := w.Write(row); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return w.Error()
}

// writeFile writes to path all at once: a failure leaves what was there.
func writeFile(path string, write func(io.Writer) error) error {
	if path == "-" {
		return write(os.Stdout)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".daycast-*")
	if err != nil {
		return daycast.Errorf(daycast.Invalid, "cannot write %s: %w", path, err).WithField("out")
	}
	err = write(tmp)
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return daycast.Errorf(daycast.Unavailable, "writing %s: %w", path, err).WithHint("is the disk full?")
	}
	return nil
}

// Summary is the result in words.
func (r *CSVResult) Summary() string {
	s := r.Report.String()
	s += fmt.Sprintf("days without a row: %s (%s)\n", r.Findings.Absent, r.Findings.Why)
	return s
}
