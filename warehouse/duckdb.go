package warehouse

import (
	"context"
	"database/sql/driver"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"daycast"
)

// Options bound what a warehouse may use.
type Options struct {
	MemoryLimit int64 // bytes; 0: most of the machine's memory
	Threads     int   // 0: one for each core
}

// duckDB is the embedded warehouse: one file that one process holds, or the
// views of a snapshot.
type duckDB struct {
	connector *duckdb.Connector
	path      string // of the file or the snapshot's folder, for messages
	snapshot  bool
	memory    int64  // limit in bytes; 0: most of the machine's
	scratch   string // a folder to remove in the end; may be empty
}

// OpenDuckDB opens the warehouse in the file at path, which it makes where
// there is none. Only one process can hold it: another one gets code conflict.
// A path that cannot be opened is code invalid, and a file of a newer daycast
// code conflict.
func OpenDuckDB(ctx context.Context, path string, o Options) (Warehouse, error) {
	file, err := filePath(path)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "warehouse file %q: %w", path, err).
			WithHint("choose another path for the warehouse")
	}
	db := &duckDB{path: path, memory: o.MemoryLimit}
	if err := db.open(ctx, file, o.settings(), db.migrate); err != nil {
		return nil, err
	}
	return db, nil
}

// filePath is the absolute path, if it can stand in the driver's URL.
func filePath(path string) (string, error) {
	if path == "" {
		return "", errors.New("want a path")
	}
	if strings.Contains(path, "?") {
		return "", errors.New("the path holds a question mark")
	}
	file, err := filepath.Abs(path)
	if err == nil {
		_, err = url.Parse(file)
	}
	return file, err
}

// settings switches off what would reach for the network.
func (o Options) settings() url.Values {
	v := url.Values{"autoinstall_known_extensions": {"false"}, "autoload_known_extensions": {"false"}}
	if o.MemoryLimit > 0 {
		v.Set("memory_limit", strconv.FormatInt(o.MemoryLimit, 10)+"B")
	}
	if o.Threads > 0 {
		v.Set("threads", strconv.Itoa(o.Threads))
	}
	return v
}

// open connects to file and prepares what it holds, or closes it again.
func (d *duckDB) open(
	ctx context.Context, file string, settings url.Values, prepare func(context.Context, *session) error,
) (err error) {
	if d.connector, err = duckdb.NewConnector(file+"?"+settings.Encode(), nil); err != nil {
		return d.explain(err)
	}
	s, err := d.connect(ctx)
	if err == nil {
		err = prepare(ctx, s)
		s.close()
	}
	if err != nil {
		_ = d.connector.Close() // err is what matters
	}
	return d.explain(err)
}

func (d *duckDB) connect(ctx context.Context) (*session, error) {
	c, err := d.connector.Connect(ctx)
	if err != nil {
		return nil, d.explain(err)
	}
	conn, ok := c.(*duckdb.Conn)
	if !ok {
		return nil, daycast.Errorf(daycast.Internal, "the DuckDB driver gave a %T", c)
	}
	return &session{conn}, nil
}

func (d *duckDB) Lines() LineTable { return duckLines{d} }
func (d *duckDB) Facts() FactTable {
	return duckFacts{duckTable[daycast.Fact]{d, &factRelation, "known_at"}}
}
func (d *duckDB) Stock() Table[daycast.Stock] {
	return duckTable[daycast.Stock]{d, &stockRelation, ""}
}
func (d *duckDB) Items() Table[daycast.Item] {
	return duckTable[daycast.Item]{d, &itemRelation, "known_at"}
}
func (d *duckDB) Places() Table[daycast.Place] {
	return duckTable[daycast.Place]{d, &placeRelation, ""}
}
func (d *duckDB) Signals() Table[daycast.Signal] {
	return duckTable[daycast.Signal]{d, &signalRelation, "known_at"}
}
func (d *duckDB) Plans() Table[daycast.Plan] {
	return duckTable[daycast.Plan]{d, &planRelation, "known_at"}
}
func (d *duckDB) Quarantine() Table[daycast.Quarantined] {
	return duckTable[daycast.Quarantined]{d, &quarantineRelation, ""}
}
func (d *duckDB) Features() RunTable[FeatureRow] { return duckRuns[FeatureRow]{d, &featureRelation} }
func (d *duckDB) Forecasts() ForecastTable {
	return duckForecasts{duckRuns[ForecastRow]{d, &forecastRelation}}
}
func (d *duckDB) Scores() ScoreTable              { return duckScores{duckRuns[ScoreRow]{d, &scoreRelation}} }
func (d *duckDB) Accuracy() RunTable[AccuracyRow] { return duckRuns[AccuracyRow]{d, &accuracyRelation} }
func (d *duckDB) Failures() RunTable[FailureRow]  { return duckRuns[FailureRow]{d, &failureRelation} }
func (d *duckDB) Importances() RunTable[ImportanceRow] {
	return duckRuns[ImportanceRow]{d, &importanceRelation}
}
func (d *duckDB) Adjustments() RunTable[AdjustmentRow] {
	return duckRuns[AdjustmentRow]{d, &adjustmentRelation}
}
func (d *duckDB) Series() SeriesTable        { return duckSeries{duckRuns[SeriesRow]{d, &seriesRelation}} }
func (d *duckDB) Errors() RunTable[ErrorRow] { return duckRuns[ErrorRow]{d, &errorRelation} }

// A stored table is what Counts and Export know of a relation.
type stored struct {
	name, order string
	runs        bool // holds the rows of many runs
	private     bool // order lines: they stay in the warehouse
}

func storedTables() []stored {
	return []stored{
		{name: linesTable, private: true},
		{name: factRelation.name, order: factRelation.order},
		{name: stockRelation.name, order: stockRelation.order},
		{name: itemRelation.name, order: itemRelation.order},
		{name: placeRelation.name, order: placeRelation.order},
		{name: signalRelation.name, order: signalRelation.order},
		{name: planRelation.name, order: planRelation.order},
		{name: quarantineRelation.name, order: quarantineRelation.order},
		{name: featureRelation.name, order: featureRelation.order, runs: true},
		{name: forecastRelation.name, order: forecastRelation.order, runs: true},
		{name: accuracyRelation.name, order: accuracyRelation.order, runs: true},
		{name: failureRelation.name, order: failureRelation.order, runs: true},
		{name: importanceRelation.name, order: importanceRelation.order, runs: true},
		{name: errorRelation.name, order: errorRelation.order, runs: true},
		{name: adjustmentRelation.name, order: adjustmentRelation.order, runs: true},
		{name: seriesRelation.name, order: seriesRelation.order, runs: true},
		{name: scoreRelation.name, order: scoreRelation.order + ", run_id"},
	}
}

func (d *duckDB) Counts(ctx context.Context) (map[string]int64, error) {
	s, err := d.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer s.close()
	counts := map[string]int64{}
	for _, t := range storedTables() {
		count := "count(*)"
		if t.name == linesTable {
			count = "coalesce(sum(count), 0)::BIGINT"
		}
		err := s.query(ctx, "SELECT "+count+" FROM "+t.name, func(row []driver.Value) bool {
			counts[t.name] = as[int64](row[0])
			return true
		})
		if err != nil {
			return nil, d.explain(err)
		}
	}
	return counts, nil
}

func (d *duckDB) Fingerprint(ctx context.Context, tables ...string) (string, error) {
	s, err := d.connect(ctx)
	if err != nil {
		return "", err
	}
	defer s.close()
	var parts []string
	for _, name := range tables {
		query := "SELECT count(*) || '-' || coalesce(sum(hash(t)), 0) FROM (SELECT * EXCLUDE (run_id) FROM " + name + ") t"
		if name == linesTable {
			// However the lines are cut into chunks, their hashes add up.
			query = "SELECT coalesce(sum(count), 0) || '-' || coalesce(sum(content) % 18446744073709551616, 0) FROM " + name
		}
		err := s.query(ctx, query, func(row []driver.Value) bool {
			parts = append(parts, as[string](row[0]))
			return true
		})
		if err != nil {
			return "", d.explain(err)
		}
	}
	return strings.Join(parts, " "), nil
}

func (d *duckDB) Export(ctx context.Context, run, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return daycast.Errorf(daycast.Invalid, "export folder: %w", err).
			WithHint("choose a folder that can be written to")
	}
	s, err := d.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	return d.explain(s.atomically(ctx, func() error { // one transaction sees one state
		for _, t := range append(storedTables(), stored{name: versionTable, order: "version"}) {
			if t.private {
				continue
			}
			where := ""
			if t.runs {
				where = " WHERE run_id = " + quote(run)
			}
			err := s.exec(ctx, "COPY (SELECT * FROM "+t.name+where+" ORDER BY "+t.order+", rowid) TO "+
				quote(parquetFile(dir, t.name))+" (FORMAT parquet, COMPRESSION zstd)")
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func parquetFile(dir, table string) string { return filepath.Join(dir, table+".parquet") }

// quote makes a SQL text, for where a statement takes no arguments.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (d *duckDB) Close() error {
	err := d.connector.Close()
	if d.scratch != "" && err == nil {
		err = os.RemoveAll(d.scratch)
	}
	return err
}
