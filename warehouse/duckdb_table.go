package warehouse

import (
	"cmp"
	"context"
	"database/sql/driver"
	"iter"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"daycast"
)

// duckTable is a Table; known is its known-at column, "" for none.
type duckTable[T any] struct {
	db    *duckDB
	rel   *relation[T]
	known string
}

func (t duckTable[T]) Replace(ctx context.Context, run string, rows iter.Seq2[T, error]) (int64, error) {
	return replace(ctx, t.db, t.rel, run, rows, all, all)
}

func (t duckTable[T]) Read(ctx context.Context, known daycast.Day) iter.Seq2[T, error] {
	if t.known == "" {
		return read(ctx, t.db, t.rel, all)
	}
	return read(ctx, t.db, t.rel, filter{where: t.known + " <= make_date(?::INTEGER)", args: []any{int32(known)}})
}

// duckRuns is a RunTable.
type duckRuns[T any] struct {
	db  *duckDB
	rel *relation[T]
}

func (t duckRuns[T]) Replace(ctx context.Context, run string, rows iter.Seq2[T, error]) (int64, error) {
	return replace(ctx, t.db, t.rel, run, rows, ofRun(run), ofRun(run))
}

func (t duckRuns[T]) Read(ctx context.Context, run string) iter.Seq2[T, error] {
	return read(ctx, t.db, t.rel, ofRun(run))
}

// duckForecasts is the ForecastTable.
type duckForecasts struct{ duckRuns[ForecastRow] }

func (t duckForecasts) Due(ctx context.Context, days []daycast.Day, of Part) iter.Seq2[ForecastRow, error] {
	bySeries := *t.rel
	bySeries.order = "item, place, day, origin"
	f := filter{where: "NOT backtest AND (origin, run_id) IN (SELECT origin, max(run_id) FROM forecasts WHERE NOT backtest GROUP BY origin)" +
		" AND list_contains([" + strings.TrimSuffix(strings.Repeat("?::INTEGER, ", len(days)), ", ") + "], (day - DATE '1970-01-01')::INTEGER)"}
	for _, d := range days {
		f.args = append(f.args, int32(d))
	}
	if of.Of > 1 {
		f.where += " AND " + of.where()
	}
	return read(ctx, t.db, &bySeries, f)
}

func (t duckForecasts) Of(ctx context.Context, run string, s daycast.Series) iter.Seq2[ForecastRow, error] {
	return read(ctx, t.db, t.rel, filter{where: "run_id = ? AND item = ? AND place = ? AND NOT backtest", args: []any{run, s.Item, s.Place}})
}

func (t duckForecasts) Forget(ctx context.Context, before daycast.Day) error {
	s, err := t.db.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	return t.db.explain(s.exec(ctx, "DELETE FROM forecasts WHERE run_id IN "+
		"(SELECT run_id FROM forecasts GROUP BY run_id HAVING max(origin) < make_date(?::INTEGER))", int32(before)))
}

// duckScores is the ScoreTable.
type duckScores struct{ duckRuns[ScoreRow] }

func (t duckScores) Newest(ctx context.Context) iter.Seq2[ScoreRow, error] {
	return read(ctx, t.db, t.rel, filter{where: "run_id = (SELECT max(run_id) FROM scores newer" +
		" WHERE (newer.origin, newer.day, newer.category) = (scores.origin, scores.day, scores.category))"})
}

// A filter is a condition on rows and its arguments, of which so many are
// taken at most; 0: all.
type filter struct {
	where string
	args  []any
	limit int
}

var all = filter{where: "true"}

func ofRun(run string) filter { return filter{where: "run_id = ?", args: []any{run}} }

// replace puts rows in the place of those that old holds and counts those of
// held, in one transaction.
func replace[T any](
	ctx context.Context, db *duckDB, rel *relation[T], run string, rows iter.Seq2[T, error], old, held filter,
) (count int64, err error) {
	if db.snapshot {
		return 0, errReadOnly()
	}
	s, err := db.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer s.close()
	err = s.atomically(ctx, func() error {
		if err := s.exec(ctx, "DELETE FROM "+rel.name+" WHERE "+old.where, old.args...); err != nil {
			return err
		}
		if err := insert(ctx, s, rel, run, rows); err != nil {
			return err
		}
		return s.query(ctx, "SELECT count(*) FROM "+rel.name+" WHERE "+held.where, func(row []driver.Value) bool {
			count = as[int64](row[0])
			return true
		}, held.args...)
	})
	return count, db.explain(err)
}

func errReadOnly() error {
	return daycast.Errorf(daycast.Conflict, "a snapshot is read-only").
		WithHint("write to the warehouse that the run opens, and publish a new snapshot")
}

// insert adds rows to the table.
func insert[T any](ctx context.Context, s *session, rel *relation[T], run string, rows iter.Seq2[T, error]) error {
	names := []string{"run_id"}
	for _, c := range rel.columns {
		names = append(names, c.name)
	}
	appender, err := duckdb.NewAppenderWithColumns(s.conn, "", "main", rel.name, names)
	if err != nil {
		return err
	}
	err = appendRows(ctx, appender, rel, run, apart(rows))
	if closing := appender.CloseWithCancel(ctx); err == nil {
		err = closing
	}
	return err
}

func appendRows[T any](ctx context.Context, a *duckdb.Appender, rel *relation[T], run string, rows iter.Seq2[T, error]) error {
	var p putter
	id := driver.Value(run)
	for row, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		p.row = append(p.row[:0], id)
		rel.put(&p, row)
		if err := a.AppendRow(p.row...); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// pageRows bounds what the driver holds of a result outside the database's
// memory limit: 64 Ki facts are some 5 MB.
const pageRows = 1 << 16

// read yields the rows that f holds. They are sorted into a temporary table
// first, which spills to disk, and then taken page by page, because the
// driver keeps the whole result of a query in memory.
func read[T any](ctx context.Context, db *duckDB, rel *relation[T], f filter) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err := readPages(ctx, db, rel, f, yield); err != nil {
			var none T
			yield(none, db.explain(err))
		}
	}
}

func readPages[T any](ctx context.Context, db *duckDB, rel *relation[T], f filter, yield func(T, error) bool) error {
	s, err := db.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	sorted := "CREATE TEMP TABLE sorted AS SELECT " + rel.list() + " FROM " + rel.name +
		" WHERE " + f.where + " ORDER BY " + rel.order + ", " + cmp.Or(rel.tie, "rowid") + f.limited()
	if err := s.exec(ctx, sorted, f.args...); err != nil {
		return err
	}
	t := taker{last: make([]string, len(rel.columns))}
	for from, full, more := int64(0), true, true; full && more; from += pageRows {
		n := 0
		page := func(row []driver.Value) bool {
			n++
			t.row, t.at = row, 0
			more = ctx.Err() == nil && yield(rel.take(&t), nil)
			return more
		}
		err := s.query(ctx, "SELECT * FROM sorted WHERE rowid >= ? AND rowid < ? ORDER BY rowid", page, from, from+pageRows)
		if err != nil {
			return err
		}
		full = n == pageRows
	}
	return nil
}

// list joins the columns for a SELECT.
func (r *relation[T]) list() string {
	list := make([]string, len(r.columns))
	for i, c := range r.columns {
		list[i] = c.read
	}
	return strings.Join(list, ", ")
}
