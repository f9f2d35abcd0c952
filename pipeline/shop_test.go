package pipeline_test

import (
	order "cmp"
	"context"
	"database/sql"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	_ "modernc.org/sqlite"

	"daycast"
	"daycast/model/all"
	"daycast/pipeline"
	"daycast/registry"
	"daycast/signal"
	"daycast/signal/holiday"
	"daycast/simulate"
	"daycast/source"
	"daycast/warehouse"
)

// small is a shop that a whole run takes a quarter of a second for.
var small = simulate.Shop{Items: 6, Days: 120, Seed: 7}

// fill writes a simulated shop and returns its file.
func fill(t testing.TB, s simulate.Shop) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.sqlite")
	if _, err := s.Write(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// change runs SQL on a shop's file.
func change(t testing.TB, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// rowsSeq is what a source reads.
type rowsSeq = iter.Seq2[[][]string, error]

// A world is what a test's runs have in common.
type world struct {
	dir, shop string
	dsn       string        // of a shop in Postgres, in the place of the file
	query     string        // of its sales; "": ordersQuery
	timeout   time.Duration // of its connections
	now       func() time.Time
	wrap      func(warehouse.Warehouse) warehouse.Warehouse // nil: as it is
	set       func(*pipeline.Run)                           // nil: as it is
	stage     func(string)                                  // nil: nobody hears
}

// clock is a time that moves on by a second whenever it is asked for.
func clock() func() time.Time {
	now := time.Date(2024, 1, 1, 2, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}

type progress func(string)

func (p progress) Stage(name string) {
	if p != nil {
		p(name)
	}
}
func (progress) Step(int, int, string) {}

// do opens all that a run needs, lets use have it, and closes it again.
func (w world) do(ctx context.Context, use func(*pipeline.Run) error) error {
	if w.now == nil {
		w.now = clock()
	}
	queries := map[source.Table]string{}
	for table, query := range simulate.Queries() {
		queries[source.Table(table)] = query
	}
	var src *source.SQL
	var err error
	lines := int64(0)
	if w.dsn == "" {
		src, err = source.OpenSQLite(w.shop, queries)
	} else {
		queries, lines = map[source.Table]string{source.Sales: order.Or(w.query, ordersQuery)}, manyLines/8
		src, err = source.Postgres{Timeout: w.timeout}.Open(ctx, w.dsn, queries)
	}
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return err
	}
	house, err := warehouse.OpenDuckDB(ctx, filepath.Join(w.dir, "warehouse.duckdb"), warehouse.Options{Threads: 1})
	if err != nil {
		return err
	}
	defer func() { _ = house.Close() }()
	reg, err := registry.Open(pipeline.Models(w.dir), all.Loaders())
	if err != nil {
		return err
	}
	reg.Now = w.now
	models, err := all.Named([]string{"seasonal_naive", "weekday_mean", "ridge"})
	if err != nil {
		return err
	}
	r := &pipeline.Run{
		Dir: w.dir, Code: "test", Shop: pipeline.Shop{TimeZone: time.UTC, Country: "GB", LookBack: 7, Tables: "simulated"},
		Settings: pipeline.Settings{
			Step: daycast.Daily, Horizon: 14, Levels: pipeline.Levels(), Metric: "wape", Origins: 3, Scored: 1,
			MaxRows: 10_000, Seed: 1, Threads: 1, Memory: 1 << 30, SpanLines: lines,
		},
		Source: src, Warehouse: house, Registry: reg, Signals: []signal.Source{holiday.Offline{}}, Models: models, Now: w.now, Progress: progress(w.stage),
	}
	if w.wrap != nil {
		r.Warehouse = w.wrap(house)
	}
	if w.set != nil {
		w.set(r)
	}
	return use(r)
}

// run goes up to a step, and fails the test where that fails.
func (w world) run(t testing.TB, last string) {
	t.Helper()
	if err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), last) }); err != nil {
		t.Fatal(err)
	}
}

// content is all that a run leaves, but for run ids and clock columns.
type content struct {
	Lines      []daycast.Line
	Facts      []daycast.Fact
	Stock      []daycast.Stock
	Items      []daycast.Item
	Places     []daycast.Place
	Signals    []daycast.Signal
	Plans      []daycast.Plan
	Quarantine []daycast.Quarantined
	Features   []warehouse.FeatureRow
	Forecasts  []warehouse.ForecastRow
	Accuracy   []warehouse.AccuracyRow
	Failures   []warehouse.FailureRow
	Scores     []warehouse.ScoreRow

	Importances []warehouse.ImportanceRow
	Errors      []warehouse.ErrorRow
	Adjustments []warehouse.AdjustmentRow
	Series      []warehouse.SeriesRow
}

func contentOf(t testing.TB, w warehouse.Warehouse, run string) content {
	t.Helper()
	ctx, forever := t.Context(), daycast.Day(1<<20)
	c := content{
		Lines: sorted(rows(t, w.Lines().Read(ctx))), Facts: rows(t, w.Facts().Read(ctx, forever)), Stock: rows(t, w.Stock().Read(ctx, forever)),
		Items: rows(t, w.Items().Read(ctx, forever)), Places: rows(t, w.Places().Read(ctx, forever)),
		Signals: rows(t, w.Signals().Read(ctx, forever)), Plans: rows(t, w.Plans().Read(ctx, forever)), Quarantine: rows(t, w.Quarantine().Read(ctx, forever)),
		Features: rows(t, w.Features().Read(ctx, run)), Forecasts: rows(t, w.Forecasts().Read(ctx, run)),
		Accuracy: rows(t, w.Accuracy().Read(ctx, run)), Failures: rows(t, w.Failures().Read(ctx, run)),
		Scores:      rows(t, w.Scores().Newest(ctx)),
		Importances: rows(t, w.Importances().Read(ctx, run)), Errors: rows(t, w.Errors().Read(ctx, run)),
		Adjustments: rows(t, w.Adjustments().Read(ctx, run)), Series: rows(t, w.Series().Read(ctx, run)),
	}
	for i := range c.Accuracy {
		c.Accuracy[i].Seconds = 0
	}
	return c
}

// sorted brings lines, which come in any order but their series', into one.
func sorted(lines []daycast.Line) []daycast.Line {
	slices.SortFunc(lines, func(a, b daycast.Line) int {
		return order.Or(strings.Compare(a.Series.Item, b.Series.Item), strings.Compare(a.Series.Place, b.Series.Place), order.Compare(a.At, b.At),
			strings.Compare(a.Order, b.Order), strings.Compare(a.Number, b.Number), order.Compare(a.Units, b.Units), order.Compare(a.Row, b.Row))
	})
	return lines
}

// facts are those in the warehouse.
func (w world) facts(t testing.TB) []daycast.Fact {
	t.Helper()
	house, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(w.dir, "warehouse.duckdb"), warehouse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = house.Close() }()
	return rows(t, house.Facts().Read(t.Context(), 1<<20))
}

func rows[T any](t testing.TB, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for row, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	return out
}

// difference is empty where two results are equal.
func difference(want, got result) string {
	d := cmp.Diff(want, got, cmpopts.EquateNaNs())
	return d[:min(len(d), 4000)]
}

// A result is the warehouse and the published snapshot of a data folder.
type result struct {
	Summary             string
	Warehouse, Snapshot content
	Counts              map[string]int64
	Model               string           // bytes of the published model
	Panels              []*daycast.Panel // of the snapshot of a shop that goes by blocks
}

func (w world) result(t testing.TB) result {
	t.Helper()
	s, err := pipeline.ReadSummary(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Run, s.Steps, s.Sizes = "", nil, nil
	s.Quality = nil // tells how many rows were read
	s.Trained.Run, s.Trained.Version, s.Trained.Settings = "", "", ""
	s.Trained.Decision.Run, s.Trained.Decision.Challenger, s.Trained.Decision.Champion, s.Trained.Decision.Time = "", "", "", time.Time{}
	for i := range s.Trained.Models {
		s.Trained.Models[i].Seconds = 0
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	out := result{Summary: string(text)}
	house, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(w.dir, "warehouse.duckdb"), warehouse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = house.Close() }()
	snapshot := filepath.Join(pipeline.Snapshots(w.dir), "current")
	run, err := os.Readlink(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	out.Warehouse = contentOf(t, house, run)
	if out.Counts, err = house.Counts(t.Context()); err != nil {
		t.Fatal(err)
	}
	published, err := warehouse.OpenSnapshot(t.Context(), snapshot, warehouse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = published.Close() }()
	out.Snapshot = contentOf(t, published, run)
	out.Model = read(t, filepath.Join(snapshot, "model.bin"))
	if _, err := os.Stat(filepath.Join(snapshot, "panels.bin")); err == nil {
		s := w.openSnapshot(t)
		out.Panels = rows(t, s.Panels(t.Context()))
		_ = s.Close()
	}
	return out
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// openSnapshot reads what the newest run published.
func (w world) openSnapshot(t testing.TB) *pipeline.Snapshot {
	t.Helper()
	s, err := pipeline.OpenSnapshot(t.Context(), filepath.Join(pipeline.Snapshots(w.dir), "current"), 1<<30, 1, all.Loaders())
	if err != nil {
		t.Fatal(err)
	}
	return s
}
