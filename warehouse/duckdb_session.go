package warehouse

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/duckdb/duckdb-go/v2"
)

// A session is one connection, used by one goroutine. It speaks to the driver
// directly: database/sql would convert each value once more.
type session struct{ conn *duckdb.Conn }

func (s *session) close() { _ = s.conn.Close() } // it drops the temporary tables; nothing is pending

func (s *session) exec(ctx context.Context, query string, args ...any) error {
	_, err := s.conn.ExecContext(ctx, query, named(args))
	return err
}

// query calls each with one row after the other, until it says false. The row
// is overwritten by the next.
func (s *session) query(ctx context.Context, query string, each func([]driver.Value) bool, args ...any) (err error) {
	rows, err := s.conn.QueryContext(ctx, query, named(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return ctx.Err()
		case err != nil:
			return err
		case !each(row):
			return ctx.Err()
		}
	}
}

// atomically runs change in a transaction: all of it or nothing.
func (s *session) atomically(ctx context.Context, change func() error) error {
	if err := s.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	err := change()
	if err == nil {
		err = ctx.Err()
	}
	// From here on a cancellation must not leave open which of the two it was.
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		err = s.exec(ctx, "COMMIT")
	}
	if err != nil {
		_ = s.exec(ctx, "ROLLBACK") // a failed commit has already ended it
	}
	return err
}

func named(args []any) []driver.NamedValue {
	values := make([]driver.NamedValue, len(args))
	for i, a := range args {
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return values
}
