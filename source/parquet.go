package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"daycast"
)

// OpenParquet makes a Source of Parquet files, whose columns have to be plain:
// no lists, maps or groups. Row groups are read one after the other, a page of
// each column at a time. A timestamp that is adjusted to UTC is an instant, one
// that is not a time on the shop's clock; an INT96, which Spark writes, is an
// instant. It fails with code not_found where a file does not exist.
func OpenParquet(ctx context.Context, files map[Table]string) (*Files, error) {
	return openFiles(ctx, files, openParquetTable)
}

// pageBuffer is how much of a column is asked for at once. A bucket answers
// each request in some tens of milliseconds, so that small ones would be slow.
const pageBuffer = 1 << 20

// mostColumns bounds the pages, and with them the memory, that a file may take.
const mostColumns = 2000

// A parquetTable is one open file.
type parquetTable struct {
	from   *guard
	file   *parquet.File
	path   string
	field  string
	groups []parquet.RowGroup // to be read
	rows   parquet.Rows       // of the present group; nil between groups
	left   int64              // rows of it that are to come
	buffer []parquet.Row

	columns []string
	values  []parquetColumn
}

// A parquetColumn is one that is read.
type parquetColumn struct {
	at   int // among the file's columns
	text func(parquet.Value) string
}

func openParquetTable(ctx context.Context, o object, t Table, field string) (_ fileTable, err error) {
	from, err := o.at(ctx)
	if err != nil {
		return nil, inField(err, field)
	}
	f := &parquetTable{from: &guard{readerAtCloser: from, size: o.size}, path: o.name, field: field, buffer: make([]parquet.Row, 1024)}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	err = f.guarded(func() error {
		if err := f.from.footer(); err != nil {
			return err
		}
		f.file, err = parquet.OpenFile(f.from, o.size,
			parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(pageBuffer))
		return err
	})
	if err != nil {
		return nil, err
	}
	f.groups = f.file.RowGroups()
	return f, f.guarded(func() error {
		if err := f.readSchema(t); err != nil {
			return err
		}
		return f.from.watch(f.file.Metadata())
	})
}

func (f *parquetTable) readSchema(t Table) error {
	fields := f.file.Root().Columns()
	if len(fields) > mostColumns {
		return daycast.Errorf(daycast.Invalid, "%s has %d columns", f.path, len(fields)).
			WithHint("at most %d are read", mostColumns).WithField(f.field)
	}
	for i, c := range fields {
		name := t.spelled(validText(c.Name()))
		if !c.Leaf() || c.Repeated() {
			return daycast.Errorf(daycast.Invalid, "%s: column %q is nested", f.path, name).
				WithHint("write what is needed of it as plain columns, and leave out the rest").WithField(f.field)
		}
		text, err := parquetText(c, t.kindOf(name))
		if err != nil {
			return daycast.Errorf(daycast.Invalid, "%s: column %q: %w", f.path, name, err).
				WithHint("write it as text, a number, a time or a day").WithField(f.field)
		}
		// pandas keeps row numbers in a column of its own.
		if name == "" || strings.HasPrefix(name, "__index_level_") || slices.Contains(f.columns, name) {
			continue
		}
		f.columns = append(f.columns, name)
		f.values = append(f.values, parquetColumn{at: i, text: text})
	}
	return nil
}

func (f *parquetTable) names() []string { return f.columns }

func (f *parquetTable) batch() (batch [][]string, err error) {
	ended := false
	err = f.guarded(func() error {
		for len(batch) < batchRows && !ended {
			if f.rows == nil {
				if ended = len(f.groups) == 0; ended {
					return nil
				}
				f.rows, f.left, f.groups = f.groups[0].Rows(), f.groups[0].NumRows(), f.groups[1:]
			}
			rows, err := f.some(batchRows - len(batch))
			if err != nil {
				return err
			}
			batch = append(batch, rows...)
		}
		return nil
	})
	if err == nil && ended {
		err = io.EOF
	}
	return batch, err
}

// some reads at most n rows of the present group, and leaves it at its end.
func (f *parquetTable) some(n int) ([][]string, error) {
	n, err := f.rows.ReadRows(f.buffer[:min(len(f.buffer), n)])
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	batch := make([][]string, 0, n)
	for _, row := range f.buffer[:n] {
		values, err := f.text(row)
		if err != nil {
			return nil, err
		}
		batch = append(batch, values)
	}
	f.left -= int64(n)
	if err == nil && n > 0 {
		return batch, nil
	}
	// The library takes some pages that are cut off for the end.
	if f.left != 0 {
		return nil, fmt.Errorf("%d rows are missing: %w", f.left, io.ErrUnexpectedEOF)
	}
	rows := f.rows
	f.rows = nil
	return batch, rows.Close()
}

// text are a row's values. Of plain columns there is one each, in their order.
func (f *parquetTable) text(row parquet.Row) ([]string, error) {
	values := make([]string, len(f.values))
	for i, c := range f.values {
		if c.at >= len(row) || row[c.at].Column() != c.at {
			return nil, errors.New("a row lacks values")
		}
		if v := row[c.at]; !v.IsNull() {
			values[i] = c.text(v)
		}
	}
	return values, nil
}

// guarded turns what the library says of a damaged file, and where it panics,
// into our error. Where the file came from may know better.
func (f *parquetTable) guarded(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = f.damaged(fmt.Errorf("%v", p))
		}
	}()
	err = read()
	if f.from.err != nil {
		err = f.from.err
	}
	var known *daycast.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		if !strings.Contains(known.Message, f.path) {
			known.Message = f.path + ": " + known.Message
		}
		return inField(err, f.field)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return f.damaged(err)
}

func (f *parquetTable) damaged(err error) error {
	return daycast.Errorf(daycast.Invalid, "%s cannot be read: %w", f.path, err).
		WithHint("is it a Parquet file, and whole?").WithField(f.field)
}

// Close closes the file.
func (f *parquetTable) Close() error {
	if f.rows != nil {
		_ = f.guarded(f.rows.Close)
		f.rows = nil
	}
	return f.from.Close()
}
