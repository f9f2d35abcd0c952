// Package app opens what the config names and joins the rooms: a short file a
// verb.
package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"daycast"
	"daycast/config"
	"daycast/model"
	"daycast/model/all"
	"daycast/monitor"
	"daycast/pipeline"
	"daycast/registry"
	"daycast/source"
	"daycast/warehouse"
)

// A World is what a verb takes from outside.
type World struct {
	Now      func() time.Time
	Progress Progress
	Version  string // of the program
}

// A Progress hears how long work goes on.
type Progress interface {
	Stage(name string)
	// Step hears that done of total are done; total is 0 where it is not known.
	Step(done, total int, what string)
}

// Logger writes the log of what runs unattended: an object a line, with the
// names of the Elastic Common Schema.
func Logger(to io.Writer, w World) *slog.Logger { return monitor.NewLogger(to, w.Version) }

// Summary is what a run says at its end.
type Summary = pipeline.Summary

// The steps after which etl and train end.
const (
	AfterSignals  = pipeline.StepSignals
	AfterTraining = pipeline.StepTrain
)

// openSource opens the shop's own tables.
func openSource(ctx context.Context, c config.Config) (source.Source, error) {
	tables := func(from map[string]string) map[source.Table]string {
		to := map[source.Table]string{}
		for name, text := range from {
			to[source.Table(name)] = text
		}
		return to
	}
	connect := map[string]func(context.Context, string, map[source.Table]string) (*source.SQL, error){
		"postgres": source.Postgres{Timeout: time.Duration(c.Source.Timeout)}.Open, "mysql": source.OpenMySQL, "mariadb": source.OpenMySQL, "sqlserver": source.OpenSQLServer,
	}[c.Source.Kind]
	switch {
	case connect != nil:
		dsn, err := c.Source.ReadDSN()
		if err != nil {
			return nil, err
		}
		return connect(ctx, dsn.Reveal(), tables(c.Source.Queries))
	case c.Source.Kind == "sqlite":
		return source.OpenSQLite(c.Source.Path, tables(c.Source.Queries))
	case c.Source.Kind == "csv":
		return source.OpenCSV(ctx, tables(c.Source.Files))
	case c.Source.Kind == "parquet":
		return source.OpenParquet(ctx, tables(c.Source.Files))
	}
	return nil, daycast.Errorf(daycast.Invalid, "source kind %q is not known", c.Source.Kind).WithField("source.kind")
}

// warehouseFile is the warehouse in the data folder.
const warehouseFile = "warehouse.duckdb"

func openWarehouse(ctx context.Context, c config.Config) (warehouse.Warehouse, error) {
	if err := os.MkdirAll(c.Data, 0o755); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "the data folder: %w", err).WithField("data").
			WithHint("choose a folder that can be written to")
	}
	return warehouse.OpenDuckDB(ctx, filepath.Join(c.Data, warehouseFile), warehouse.Options{
		MemoryLimit: int64(c.Memory) / 4, Threads: threads(c),
	})
}

func openRegistry(c config.Config, w World) (*registry.Registry, error) {
	r, err := registry.Open(pipeline.Models(c.Data), all.Loaders())
	if err != nil {
		return nil, err
	}
	r.Now = w.Now
	return r, nil
}

func threads(c config.Config) int {
	if c.Threads > 0 {
		return c.Threads
	}
	return runtime.NumCPU()
}

// bound asks the garbage collector to keep this process's own memory under
// the declared ceiling, of which DuckDB has a quarter, and the program's code
// and what both lay out beside it a sixteenth.
func bound(memory int64) { debug.SetMemoryLimit(memory / 16 * 11) }

// tablesOf tells sources with other tables apart; the password is no part of it.
func tablesOf(s config.Source) string { // fmt prints maps in order
	sum := sha256.Sum256(fmt.Append(nil, s.Kind, s.Path, s.Queries, s.Files))
	return hex.EncodeToString(sum[:8])
}

// open opens everything that a run needs. close closes it all.
func open(ctx context.Context, c config.Config, w World) (run *pipeline.Run, close func(), err error) {
	src, err := openSource(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	run, closeRest, err := openWith(ctx, c, w, src)
	if err != nil {
		_ = src.Close()
		return nil, nil, err
	}
	closeChanges, err := follow(ctx, c, run)
	close = func() { closeChanges(); closeRest(); _ = src.Close() }
	if err != nil {
		close()
		return nil, nil, err
	}
	return run, close, nil
}

// openStored is open for what works on what runs have stored: it needs no
// connection to the shop.
func openStored(ctx context.Context, c config.Config, w World) (run *pipeline.Run, close func(), err error) {
	tables := source.Unconnected{}
	for name := range c.Source.Queries {
		tables[source.Table(name)] = true
	}
	for name := range c.Source.Files {
		tables[source.Table(name)] = true
	}
	return openWith(ctx, c, w, tables)
}

func openWith(ctx context.Context, c config.Config, w World, src source.Source) (run *pipeline.Run, close func(), err error) {
	bound(int64(c.Memory))
	models, by, err := candidates(c.Forecast.Models, c.Forecast.Metric, c.Forecast.Parameters)
	if err != nil {
		return nil, nil, err
	}
	house, err := openWarehouse(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	close = func() { _ = house.Close() }
	signals, closeSignals, err := openSignals(ctx, c, w)
	if err != nil {
		close()
		return nil, nil, err
	}
	close = func() { closeSignals(); _ = house.Close() }
	reg, err := openRegistry(c, w)
	if err != nil {
		close()
		return nil, nil, err
	}
	key, err := pipeline.ReadKey(c.Data)
	if err != nil {
		close()
		return nil, nil, err
	}
	return &pipeline.Run{
		Dir: c.Data, Code: w.Version,
		Shop: pipeline.Shop{
			TimeZone: c.Shop.Zone(), Opens: c.Shop.Opens(), Country: c.Shop.Country,
			Latitude: degrees(c.Shop.Latitude), Longitude: degrees(c.Shop.Longitude), NonProduct: c.Clean.NonProduct,
			TestOrders: c.Clean.TestOrders, Currency: c.Shop.Currency, Rates: c.Clean.Currencies,
			LookBack: int(time.Duration(c.Source.LookBack) / (24 * time.Hour)), Tables: tablesOf(c.Source), Key: key,
		},
		Contract: contractOf(c), Settings: settings(c), Source: src, Warehouse: house, Registry: reg, Signals: signals,
		Models: models, BySize: by, Reconcile: reconciling(c.Forecast.Reconcile, c.Forecast.Levels), Remark: all.Remark(c.Forecast.Models), Now: w.Now, Progress: w.Progress,
	}, close, nil
}

// candidates are the models to compare by a metric, the usual ones where none are
// named, with their parameters.
func candidates(names []string, metric string, parameters map[string]map[string]float64) (models []model.Model, by pipeline.BySize, err error) {
	if models, err = all.Named(names); err != nil {
		return nil, by, err
	}
	parameters = all.ForMetric(metric, parameters)
	if len(names) == 0 {
		by = pipeline.BySize{Cheap: all.Cheap(), Small: all.Small(), Years: all.Years()}
	}
	for _, list := range []*[]model.Model{&models, &by.Cheap, &by.Small, &by.Years} {
		if *list, err = all.With(*list, parameters); err != nil {
			return nil, by, err
		}
	}
	return models, by, nil
}

// degrees are NaN where they are not told.
func degrees(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

func settings(c config.Config) pipeline.Settings {
	f := c.Forecast
	return pipeline.Settings{
		Step: f.PanelStep(), Horizon: f.Horizon, Gap: f.Gap, Embargo: f.Embargo, Levels: Levels(), Metric: f.Metric, Origins: f.Origins, Scored: f.Scored,
		MaxRows: f.MaxRows, Seed: f.Seed, Customers: c.Features.Customers, Parameters: f.Parameters,
		TrainEvery: int(time.Duration(c.Train.Every) / (24 * time.Hour)), Gate: pipeline.Gate{Days: c.Gate.Days, Margin: c.Gate.Margin},
		Threads: threads(c), Memory: int64(c.Memory), Patience: time.Duration(c.Source.Patience),
	}
}
