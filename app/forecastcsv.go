package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"daycast"
	"daycast/clean"
	"daycast/config"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/all"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// CSVForecast is what `daycast forecast --csv` was asked for.
type CSVForecast struct {
	Sales, Items, Places string    // paths; the last two may be empty
	Out                  string    // path; "-" is the standard output
	Totals               string    // path of the quantiles of sums; empty: none
	Levels               []float64 // of the quantiles; empty: the usual ones
	Horizon              int
	Gap, Embargo         int    // periods, see pipeline.Learning
	Freq                 string // length of a period: day or week
	Absent               string // what a day without a row means
	Models               []string
	Parameters           map[string]string // of models, such as gbm.trees: 400
	Metric               string
	Reconcile            string   // one of Reconciliations
	Groups               []string // with a method: the levels that groups are of; empty: as they are found
	Memory               int64    // bytes
	Threads              int
	Time                 time.Duration
	Seed                 uint64
	MaxRows              int
}

// Validate names the first option that cannot be.
func (o CSVForecast) Validate() error {
	wrong := func(field, format string, args ...any) error {
		return daycast.Errorf(daycast.Invalid, "--"+field+" "+format, args...).WithField(field)
	}
	switch {
	case o.Horizon < 1 || o.Horizon > model.MaxHorizon:
		return wrong("horizon", "%d: want 1 to %d periods", o.Horizon, model.MaxHorizon)
	case o.Gap < 0 || o.Gap >= o.Horizon:
		return wrong("gap", "%d: want 0 or more, and fewer periods than the horizon", o.Gap)
	case o.Embargo < 0 || o.Embargo > model.MaxHorizon:
		return wrong("embargo", "%d: want 0 to %d periods", o.Embargo, model.MaxHorizon)
	case o.Freq != "day" && o.Freq != "week":
		return wrong("freq", "%q: want day or week", o.Freq)
	case o.Threads < 1:
		return wrong("threads", "%d: want at least 1", o.Threads)
	case o.Memory < 1:
		return wrong("memory", "%d: want a size such as 2GiB", o.Memory)
	case o.Time <= 0:
		return wrong("time", "%s: want a duration such as 10m", o.Time)
	case o.Totals == "-" && o.Out == "-":
		return wrong("totals", "and --out both want the standard output: name a file")
	case o.MaxRows < 1:
		return wrong("max-rows", "%d: want at least 1", o.MaxRows)
	}
	if methods := config.Reconciliations(); o.Reconcile != "" && !slices.Contains(methods, o.Reconcile) {
		return wrong("reconcile", "%q: want one of %s", o.Reconcile, strings.Join(methods, ", "))
	}
	if _, err := clean.ParseAbsent(o.Absent); err != nil {
		return err
	}
	if _, err := checkLevels(o.Levels); err != nil {
		return err
	}
	if _, _, err := o.candidates(); err != nil {
		return err
	}
	_, err := evaluate.Score{}.Metric(o.Metric)
	return err
}

func (o CSVForecast) step() daycast.Step {
	if o.Freq == "week" {
		return daycast.Weekly
	}
	return daycast.Daily
}

// CSVResult is what came of it.
type CSVResult struct {
	*pipeline.DailySummary
	Out       string `json:"out"`
	Series    int    `json:"series"`
	Periods   int    `json:"periods"`
	First     string `json:"first"`
	Last      string `json:"last"`
	Forecasts int    `json:"forecasts"`
}

// String is the result for a terminal.
func (r *CSVResult) String() string {
	return fmt.Sprintf("%s\n%s forecasts (%s series, %d periods from %s to %s) are in %s\n", r.DailySummary,
		humanize.Comma(int64(r.Forecasts)), humanize.Comma(int64(r.Series)), r.Periods, r.First, r.Last, r.Out)
}

// ForecastCSV forecasts every series of a CSV file over the whole horizon. It
// runs the steps of a shop's run over a warehouse that lives as long as the
// call.
func ForecastCSV(ctx context.Context, o CSVForecast, world World) (*CSVResult, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	r, err := o.run(ctx, world)
	if ctx.Err() != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "interrupted: %w", context.Cause(ctx)).WithHint("nothing was written")
	}
	return r, err
}

func (o CSVForecast) run(ctx context.Context, world World) (*CSVResult, error) {
	start := world.Now()
	bound(o.Memory)
	file, err := createOutput(o.Out)
	if err != nil {
		return nil, err
	}
	defer file.discard()
	totals, err := createTotals(o.Totals, groupLevels(o.Groups), o.Seed, o.Threads, o.Memory/8)
	if err != nil {
		return nil, err
	}
	defer totals.discard()
	w, closeHouse, err := o.temporary(ctx)
	if err != nil {
		return nil, err
	}
	defer closeHouse()
	report := &clean.Report{}
	world.Progress.Stage("read " + o.Sales)
	table, err := o.load(ctx, w, world.Now(), report)
	if err != nil {
		return nil, o.blame(err)
	}
	if remark := all.Remark(o.Models); remark != "" {
		world.Progress.Stage(remark)
	}
	world.Progress.Stage("compare the models")
	blocks, err := pipeline.NewBlocks(ctx, w, o.Memory, pipeline.DailySpec(table, o.step(), o.Horizon, clean.Absent(o.Absent)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = blocks.Close() }()
	learning, err := o.learning(blocks, world)
	if err != nil {
		return nil, err
	}
	last, read := table.Last, table.Notes
	table = nil // what was learnt of the table's rows is large
	learning.Budget = budget(o.Time, world.Now().Sub(start))
	if blocks.Whole() {
		learning.Until = start.Add(o.Time)
	}
	learned, err := learning.Learn(ctx, last)
	if err != nil {
		return nil, flagged(err, "forecast.levels", "reconcile-levels")
	}
	world.Progress.Stage("forecast")
	if learning.Levels, err = checkLevels(o.Levels); err != nil {
		return nil, err
	}
	result := &CSVResult{Out: o.Out, Periods: o.Horizon}
	roads := pipeline.Roads{}
	err = file.write(func(to io.Writer) error {
		rows, err := newForecastWriter(to, learning.Levels, nil)
		if err != nil {
			return err
		}
		return totals.during(func() error {
			return blocks.Each(ctx, learned.Release(), nil, func(p *daycast.Panel) error {
				f, err := learning.Forecast(ctx, learned.Fitted, p)
				if err != nil {
					return err
				}
				roads.Add(f)
				if result.add(f); !blocks.Whole() {
					world.Progress.Step(result.Series, blocks.Series(), "series are forecast")
				}
				return errors.Join(totals.add(ctx, learned.Fitted, p, f), rows.write(p, f))
			})
		})
	})
	notes := slices.Concat(read, o.notes(), blocks.Notes(learned), roads.Notes(), totals.left())
	result.DailySummary = pipeline.Summarise(report, learned, blocks.Sample().Found(), append(notes, blocks.Sample().OutlookNotes()...))
	return result, flagged(err, "forecast.levels", "reconcile-levels")
}

// temporary is a warehouse that close removes.
func (o CSVForecast) temporary(ctx context.Context) (w warehouse.Warehouse, close func(), err error) {
	dir, err := os.MkdirTemp("", "daycast-")
	if err != nil {
		return nil, nil, daycast.Errorf(daycast.Unavailable, "no room for a temporary warehouse: %w", err)
	}
	w, err = warehouse.OpenDuckDB(ctx, filepath.Join(dir, "warehouse.duckdb"), warehouse.Options{MemoryLimit: o.databaseMemory(), Threads: o.Threads})
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, nil, err
	}
	return w, func() { _ = w.Close(); _ = os.RemoveAll(dir) }, nil
}

// add counts what was forecast of some series.
func (r *CSVResult) add(f *daycast.Forecasts) {
	r.Series += len(f.Models)
	r.Forecasts += len(f.Mean)
	r.First, r.Last = f.Day(0).String(), f.Day(f.Horizon-1).String()
}

// budget is the time for comparing models: two thirds of what is left, so that
// fitting the best and forecasting end in time too. A spent budget still tries
// one.
func budget(total, spent time.Duration) time.Duration { return max((total-spent)*2/3, time.Nanosecond) }

const (
	// leastDatabase is what DuckDB needs to sort with.
	leastDatabase = 256 << 20
	// rowMemory is what a row takes that a model of all series learns from:
	// some sixty features, as numbers and as bins, and the fit beside them.
	rowMemory = 1 << 10
)

func (o CSVForecast) databaseMemory() int64 { return max(o.Memory/4, leastDatabase) }

// rows are as many as fit into a half of the memory.
func (o CSVForecast) rows() int { return int(min(int64(o.MaxRows), max(o.Memory/2/rowMemory, 1000))) }

func (o CSVForecast) notes() []string {
	var notes []string
	if o.rows() < o.MaxRows {
		notes = append(notes, fmt.Sprintf("--memory %s: models of all series learn from %d rows instead of %d", humanize.IBytes(uint64(o.Memory)), o.rows(), o.MaxRows))
	}
	if o.Memory < 4*leastDatabase {
		notes = append(notes, fmt.Sprintf("--memory %s is little: the tables alone may take %s", humanize.IBytes(uint64(o.Memory)), humanize.IBytes(leastDatabase)))
	}
	return notes
}

func (o CSVForecast) load(ctx context.Context, w warehouse.Warehouse, now time.Time, report *clean.Report) (*clean.DailyTable, error) {
	files := map[source.Table]string{source.Daily: o.Sales}
	if o.Items != "" {
		files[source.Items] = o.Items
	}
	if o.Places != "" {
		files[source.Places] = o.Places
	}
	src, err := source.OpenCSV(ctx, files)
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }()
	return pipeline.LoadDaily(ctx, "csv", src, w, pipeline.DailyOptions{Step: o.step(), Today: daycast.DayOf(now)}, report)
}

// blame names the flag and the file of an error that came of reading them.
func (o CSVForecast) blame(err error) error {
	var e *daycast.Error
	if !errors.As(err, &e) {
		return err
	}
	named, path := *e, o.Sales
	switch e.Field {
	case "source.files." + string(source.Items):
		named.Field, path = "items", o.Items
	case "source.files." + string(source.Places):
		named.Field, path = "places", o.Places
	default:
		named.Field = "csv"
	}
	if !strings.Contains(named.Message, path) {
		named.Message = path + ": " + named.Message
	}
	return &named
}

// candidates are the models to compare.
func (o CSVForecast) candidates() ([]model.Model, pipeline.BySize, error) {
	parameters := map[string]map[string]float64{}
	for _, key := range slices.Sorted(maps.Keys(o.Parameters)) {
		name, parameter, _ := strings.Cut(key, ".")
		v, err := strconv.ParseFloat(o.Parameters[key], 64)
		if err != nil || parameter == "" {
			return nil, pipeline.BySize{}, daycast.Errorf(daycast.Invalid, "%s=%s: want a model, its parameter and a number, such as gbm.trees=400", key, o.Parameters[key]).
				WithField("parameter")
		}
		if parameters[name] == nil {
			parameters[name] = map[string]float64{}
		}
		parameters[name][parameter] = v
	}
	models, by, err := candidates(o.Models, o.Metric, parameters)
	return models, by, flagged(err, "forecast.parameters", "parameter")
}

func (o CSVForecast) learning(blocks *pipeline.Blocks, w World) (pipeline.Learning, error) {
	models, by, err := o.candidates()
	return blocks.Learn(pipeline.Learning{
		Models: models, Horizon: o.Horizon, Gap: o.Gap, Embargo: o.Embargo, Levels: Levels(), Metric: o.Metric,
		Origins: 6, Scored: 3, MaxRows: o.rows(), Seed: o.Seed, Threads: o.Threads, Now: w.Now, Progress: w.Progress.Step,
		Reconcile: reconciling(o.Reconcile, o.Groups),
	}, by), err
}
