package source

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"iter"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"daycast"
)

// postgresRows is the stream for Postgres: values stay the text that the
// server sends, a batch of them in one piece of memory, which takes a tenth of
// the time of database/sql.
func postgresRows(ctx context.Context, db *sql.DB, query string, scan *scanner) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		conn, err := db.Conn(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer conn.Close()
		if len(scan.kinds) == 0 {
			return
		}
		err = conn.Raw(func(driver any) error {
			c, ok := driver.(*stdlib.Conn)
			if !ok {
				return daycast.Errorf(daycast.Internal, "the Postgres driver gave a %T", driver)
			}
			return streamTexts(ctx, c.Conn(), query, scan, func(batch [][]string) bool { return yield(batch, nil) })
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// errStopped says that nobody wants more rows.
var errStopped = errors.New("no more rows are wanted")

func streamTexts(ctx context.Context, c *pgx.Conn, query string, scan *scanner, yield func([][]string) bool) error {
	// The text format is asked for, which is also what is sent for types that
	// the driver does not know.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rows := c.PgConn().ExecParams(ctx, query, nil, nil, nil, nil)
	b := textBatch{columns: len(scan.kinds)}
	for rows.NextRow() {
		for i, v := range rows.Values() {
			b.text = appendPostgres(b.text, v, scan.dbTypes[i], scan.kinds[i])
			b.ends = append(b.ends, len(b.text))
		}
		if len(b.ends) == batchRows*b.columns && !yield(b.take()) {
			cancel() // the rest of the answer is not read
			_, _ = rows.Close()
			return errStopped
		}
	}
	if _, err := rows.Close(); err != nil {
		return err
	}
	if len(b.ends) > 0 && !yield(b.take()) {
		return errStopped
	}
	return nil
}

// A textBatch collects values in one piece of memory.
type textBatch struct {
	columns int
	text    []byte
	ends    []int // of each value, row by row
}

// take gives the rows and begins anew.
func (b *textBatch) take() [][]string {
	all, values, from := string(b.text), make([]string, len(b.ends)), 0
	valid := utf8.ValidString(all)
	for i, end := range b.ends {
		values[i] = all[from:end]
		if !valid {
			values[i] = validText(values[i])
		}
		from = end
	}
	rows := make([][]string, len(values)/b.columns)
	for i := range rows {
		rows[i] = values[i*b.columns : (i+1)*b.columns : (i+1)*b.columns]
	}
	b.text, b.ends = b.text[:0], b.ends[:0]
	return rows
}

// appendPostgres appends what Postgres writes for a value in the one way that
// is canonical for its kind.
func appendPostgres(to, v []byte, dbType string, kind Kind) []byte {
	if v == nil {
		return to
	}
	switch dbType {
	case "TIMESTAMPTZ", "TIMESTAMP":
		return appendTime(to, v, dbType, kind)
	case "BOOL":
		return strconv.AppendBool(to, len(v) > 0 && v[0] == 't')
	case "FLOAT4", "FLOAT8":
		if f, err := strconv.ParseFloat(string(v), 64); err == nil {
			return append(to, floatText(f, dbType)...)
		}
	}
	return append(to, v...)
}

// appendTime rewrites "2011-12-09 12:50:00+00", as a session in UTC has it.
func appendTime(to, v []byte, dbType string, kind Kind) []byte {
	const dateLength = len(time.DateOnly)
	if len(v) < len(time.DateTime) || v[dateLength] != ' ' {
		return append(to, v...) // infinity, or a year of five digits
	}
	if kind == Date {
		return append(to, v[:dateLength]...)
	}
	to = append(append(append(to, v[:dateLength]...), 'T'), v[dateLength+1:]...)
	if dbType == "TIMESTAMPTZ" && bytes.HasSuffix(to, []byte("+00")) {
		to = append(to[:len(to)-len("+00")], 'Z')
	}
	return to
}
