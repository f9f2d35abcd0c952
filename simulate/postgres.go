package simulate

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// postgresSchema is the plain shop in Postgres, which takes its types at their
// word: what is dirty somewhere is text, as in a shop that was imported once.
const postgresSchema = `CREATE TABLE places (place_id TEXT PRIMARY KEY, time_zone TEXT, country TEXT, region TEXT, latitude DOUBLE PRECISION, longitude DOUBLE PRECISION);
CREATE TABLE customers (customer_id TEXT PRIMARY KEY, country TEXT, segment TEXT, first_order TEXT);
CREATE TABLE products (item_id TEXT PRIMARY KEY, name TEXT, category TEXT, brand TEXT, launched TEXT, price NUMERIC);
CREATE TABLE orders (order_id TEXT PRIMARY KEY, customer_id TEXT, place_id TEXT, ordered_at TEXT);
CREATE TABLE order_lines (order_id TEXT, line_id INTEGER, item_id TEXT, quantity TEXT, unit_price TEXT, promotion INTEGER);
CREATE TABLE stock (day DATE, item_id TEXT, place_id TEXT, on_hand TEXT);
CREATE TABLE promotions (item_id TEXT, starts DATE, ends DATE, discount NUMERIC, announced DATE);
CREATE TABLE prices (item_id TEXT, starts DATE, price NUMERIC, announced DATE);
`

const postgresIndexes = `CREATE INDEX orders_by_time ON orders (ordered_at);
CREATE INDEX order_lines_by_order ON order_lines (order_id);
CREATE INDEX stock_by_day ON stock (day);
`

// DumpPostgres writes the shop in the SQLite file at path as an SQL script
// that fills an empty Postgres database, whole or not at all.
func DumpPostgres(ctx context.Context, path string, to io.Writer) (err error) {
	db, err := sql.Open("sqlite", "file:"+escapePath.Replace(path)+"?mode=ro")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	w := bufio.NewWriterSize(to, 1<<16)
	_, _ = w.WriteString("BEGIN;\n" + postgresSchema) // Flush has the error
	for _, table := range []string{"places", "customers", "products", "orders", "order_lines", "stock", "promotions", "prices"} {
		if err := dumpTable(ctx, db, table, w); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	_, _ = w.WriteString(postgresIndexes + "COMMIT;\n")
	return w.Flush()
}

// dumpBatch is the rows of an INSERT: many more are no faster, and psql shows
// a statement that fails whole.
const dumpBatch = 200

func dumpTable(ctx context.Context, db *sql.DB, table string, w *bufio.Writer) error {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		switch {
		case n == 0:
			_, _ = w.WriteString("INSERT INTO " + table + " VALUES\n(")
		case n%dumpBatch == 0:
			_, _ = w.WriteString(";\nINSERT INTO " + table + " VALUES\n(")
		default:
			_, _ = w.WriteString(",\n(")
		}
		for i, v := range values {
			if i > 0 {
				_ = w.WriteByte(',')
			}
			_, _ = w.WriteString(literal(v))
		}
		_ = w.WriteByte(')')
	}
	if n > 0 {
		_, _ = w.WriteString(";\n")
	}
	return rows.Err()
}

// literal is a value between quotes, from which Postgres reads any type.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case int64:
		return "'" + strconv.FormatInt(v, 10) + "'"
	case float64:
		return "'" + strconv.FormatFloat(v, 'f', -1, 64) + "'"
	}
	return "'" + strings.ReplaceAll(fmt.Sprint(v), "'", "''") + "'"
}
