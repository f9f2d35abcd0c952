package source

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// batchRows is how many rows are handed on at once: some hundred kilobytes.
const batchRows = 4096

// A SQL is a Source over a SQL database: the user's own query for each table.
type SQL struct {
	db      *sql.DB
	queries map[Table]string
	dialect dialect
	stream  stream
}

// A dialect is where two databases differ.
type dialect interface {
	spelling
	// value is the expression of column q.<quoted> in the list of a SELECT.
	value(quoted string) string
	// since is the condition that column q.<quoted>, of the named database
	// type, is on an ISO 8601 day or later.
	since(quoted, dbType, day string) string
	// explain turns the database's error into ours, with the operator's hint.
	explain(err error) *daycast.Error
}

// Has reports whether the config has a query for the table.
func (s *SQL) Has(t Table) bool { return s.queries[t] != "" }

// Close closes the connections.
func (s *SQL) Close() error { return s.db.Close() }

// Check tries each query on its first rows. It names every missing or
// mistyped column of every table; a failed connection ends it at once.
func (s *SQL) Check(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return s.failed(ctx, err, "", "")
	}
	var errs []error
	for _, t := range Tables() {
		if !s.Has(t) {
			continue
		}
		err := s.checkTable(ctx, t)
		if code := daycast.CodeOf(err); err != nil && (ctx.Err() != nil || code == daycast.Unavailable) {
			return err
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (s *SQL) checkTable(ctx context.Context, t Table) error {
	columns, err := s.Columns(ctx, t)
	if err != nil {
		return err
	}
	if err := t.require(columns, s.where(t), field(t)); err != nil {
		return err
	}
	var sample [][]string
	for batch, err := range s.read(ctx, t, daycast.Span{}, sampleRows) {
		if err != nil {
			return err
		}
		sample = append(sample, batch...)
	}
	return t.checkSample(columns, sample, s.where(t), field(t))
}

// Columns asks the query for its columns, without reading rows.
func (s *SQL) Columns(ctx context.Context, t Table) ([]string, error) {
	types, err := s.columnTypes(ctx, t)
	if err != nil {
		return nil, err
	}
	return s.spelled(t, types)
}

// Read streams the table. Lines of Sales are chosen by the time of ordered_at
// as the database compares it, in UTC where it is an instant.
func (s *SQL) Read(ctx context.Context, t Table, span daycast.Span) iter.Seq2[[][]string, error] {
	if t != Sales {
		span = daycast.Span{}
	}
	return s.read(ctx, t, span, 0)
}

// read reads at most limit rows; 0 means all.
func (s *SQL) read(ctx context.Context, t Table, span daycast.Span, limit int) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		types, err := s.columnTypes(ctx, t)
		if err != nil {
			yield(nil, err)
			return
		}
		columns, err := s.spelled(t, types)
		if err != nil {
			yield(nil, err)
			return
		}
		// The cancellation comes before the rows' end, which would otherwise
		// read the rest of the answer when the caller stops early.
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		query := s.selectFrom(t, types, columns, span)
		if limit > 0 {
			query = s.dialect.limit(query, limit)
		}
		for batch, err := range s.stream(ctx, s.db, query, newScanner(t, types, columns, s.dialect)) {
			if err != nil {
				yield(nil, s.failed(ctx, err, s.where(t), field(t)))
				return
			}
			if !yield(batch, nil) {
				cancel()
				return
			}
		}
	}
}

// A stream runs a query and yields its rows as texts.
type stream func(ctx context.Context, db *sql.DB, query string, scan *scanner) iter.Seq2[[][]string, error]

// scanRows is the stream for any database/sql driver.
func scanRows(ctx context.Context, db *sql.DB, query string, scan *scanner) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		rows, err := db.QueryContext(ctx, query)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for {
			batch, more, err := scan.batch(rows)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(batch) > 0 && !yield(batch, nil) || !more {
				return
			}
		}
	}
}

// Extent counts the order lines since a day, and gives the days of the first
// and the last; they are 0 where the database's order says nothing of time.
func (s *SQL) Extent(ctx context.Context, since daycast.Day) (lines int64, first, last daycast.Day, err error) {
	types, err := s.columnTypes(ctx, Sales)
	if err != nil {
		return 0, 0, 0, err
	}
	columns, err := s.spelled(Sales, types)
	if err != nil {
		return 0, 0, 0, err
	}
	i := slices.Index(columns, "ordered_at")
	if i < 0 {
		return 0, 0, 0, nil // which reading the lines will say
	}
	quoted := "q." + s.dialect.quote(types[i].Name())
	query := "SELECT count(*), min(" + quoted + "), max(" + quoted + ") FROM " + s.wrapped(Sales)
	if span := (daycast.Span{From: since}); since != 0 {
		query += " WHERE " + s.within(quoted, types[i].DatabaseTypeName(), span)
	}
	var bounds [2]any
	if err := s.db.QueryRowContext(ctx, query).Scan(&lines, &bounds[0], &bounds[1]); err != nil {
		return 0, 0, 0, s.failed(ctx, err, s.where(Sales), field(Sales))
	}
	days := [2]daycast.Day{}
	for k, v := range bounds {
		text := s.dialect.text(v, types[i].DatabaseTypeName(), Time)
		if d, err := daycast.ParseDay(text[:min(len(text), len(time.DateOnly))]); err == nil {
			days[k] = d
		}
	}
	return lines, days[0], days[1], nil
}

// columnTypes are the columns of t's query, as the database describes them.
func (s *SQL) columnTypes(ctx context.Context, t Table) ([]*sql.ColumnType, error) {
	if !s.Has(t) {
		return nil, daycast.Errorf(daycast.NotFound, "there is no query for table %s", t).WithField(field(t))
	}
	rows, err := s.db.QueryContext(ctx, s.dialect.limit("SELECT * FROM "+s.wrapped(t), 0))
	if err != nil {
		return nil, s.failed(ctx, err, s.where(t), field(t))
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, s.failed(ctx, err, s.where(t), field(t))
	}
	rows.Next() // some errors of a query come only with its rows
	if err := rows.Err(); err != nil {
		return nil, s.failed(ctx, err, s.where(t), field(t))
	}
	return types, nil
}

// wrapped makes the user's query a table q: it can then only read. The line
// break ends a comment on the query's last line.
func (s *SQL) wrapped(t Table) string {
	return "(" + strings.TrimRight(s.queries[t], "; \t\r\n") + "\n) AS q"
}

func (s *SQL) selectFrom(t Table, types []*sql.ColumnType, columns []string, span daycast.Span) string {
	list := make([]string, len(types))
	where := ""
	for i, c := range types {
		quoted := "q." + s.dialect.quote(c.Name())
		list[i] = s.dialect.value(quoted)
		if span != (daycast.Span{}) && columns[i] == "ordered_at" {
			where = " WHERE " + s.within(quoted, c.DatabaseTypeName(), span)
		}
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM " + s.wrapped(t) + where
}

// within is the condition that a column is in a span, or a day beside it:
// text with an offset tells another day than UTC's.
func (s *SQL) within(quoted, dbType string, span daycast.Span) string {
	var parts []string
	if span.From != 0 {
		parts = append(parts, s.dialect.since(quoted, dbType, (span.From-1).String()))
	}
	if span.To != 0 {
		// Databases make of it an ordinary comparison, which an index can serve.
		before := "NOT (" + s.dialect.since(quoted, dbType, (span.To+1).String()) + ")"
		if span.From == 0 {
			before = "(" + before + " OR " + quoted + " IS NULL)"
		}
		parts = append(parts, before)
	}
	return strings.Join(parts, " AND ")
}

func (s *SQL) where(t Table) string { return fmt.Sprintf("the query for %s", t) }

func field(t Table) string { return "source.queries." + string(t) }

// failed explains a database error, naming the query that it came from.
func (s *SQL) failed(ctx context.Context, err error, where, field string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	e := s.dialect.explain(err)
	if where != "" {
		e.Message = where + ": " + e.Message
	}
	return e.WithField(field)
}

// spelled gives the query's columns their canonical spelling.
func (s *SQL) spelled(t Table, types []*sql.ColumnType) ([]string, error) {
	columns := make([]string, len(types))
	for i, c := range types {
		name := t.spelled(c.Name())
		if slices.Contains(columns[:i], name) {
			return nil, daycast.Errorf(daycast.Invalid, "%s: column %q comes twice", s.where(t), name).
				WithHint("name each column once, with AS").WithField(field(t))
		}
		columns[i] = name
	}
	return columns, nil
}

// A scanner turns a query's rows into text.
type scanner struct {
	spelling spelling
	dbTypes  []string
	kinds    []Kind
	values   []any
	targets  []any
}

func newScanner(t Table, types []*sql.ColumnType, columns []string, spelling spelling) *scanner {
	s := &scanner{spelling: spelling, values: make([]any, len(types)), targets: make([]any, len(types))}
	for i, c := range types {
		s.dbTypes = append(s.dbTypes, c.DatabaseTypeName())
		s.kinds = append(s.kinds, t.kindOf(columns[i]))
		s.targets[i] = &s.values[i]
	}
	return s
}

// batch reads up to batchRows rows, and whether there may be more.
func (s *scanner) batch(rows *sql.Rows) (batch [][]string, more bool, err error) {
	for len(batch) < batchRows {
		if !rows.Next() {
			return batch, false, rows.Err()
		}
		if err := rows.Scan(s.targets...); err != nil {
			return nil, false, err
		}
		row := make([]string, len(s.values))
		for i, v := range s.values {
			row[i] = s.spelling.text(v, s.dbTypes[i], s.kinds[i])
		}
		batch = append(batch, row)
	}
	return batch, true, nil
}

// textOf writes a database's value in the one way that is canonical for its
// kind, whichever database it came from.
func textOf(v any, dbType string, kind Kind) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return validText(v)
	case []byte:
		return validText(string(v))
	case int64:
		return strconv.FormatInt(v, 10)
	case float32:
		return floatText(float64(v), "FLOAT4")
	case float64:
		return floatText(v, dbType)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return timeText(v, dbType, kind)
	default:
		return fmt.Sprint(v)
	}
}

// floatText keeps whole numbers without a point, so that an id that a
// database keeps as a float looks like the id.
func floatText(v float64, dbType string) string {
	bits := 64
	if dbType == "FLOAT4" {
		bits = 32 // or 0.1 would read 0.10000000149011612
	}
	format := byte('f')
	if math.Abs(v) >= 1e15 {
		format = 'g'
	}
	return strconv.FormatFloat(v, format, -1, bits)
}

func timeText(v time.Time, dbType string, kind Kind) string {
	switch {
	case kind == Date || dbType == "DATE":
		return v.Format(time.DateOnly)
	case dbType == "TIMESTAMPTZ":
		return v.UTC().Format(time.RFC3339Nano)
	default:
		return v.Format("2006-01-02T15:04:05.999999999")
	}
}
