package simulate

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"daycast"
)

// A file is an SQLite file in the making. It has another name until
// it is published, so that whoever is killed leaves no half file behind.
type file struct {
	path   string
	db     *sql.DB
	tables []*table
}

// Nothing is promised of a file before seal: no journal, no syncs.
const pragmas = "?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=locking_mode(EXCLUSIVE)&_pragma=cache_size(-65536)"

func createFile(path, schema string) (*file, error) {
	f := &file{path: path}
	if err := os.Remove(f.part()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, f.failed(err)
	}
	db, err := sql.Open("sqlite", "file:"+escapePath.Replace(f.part())+pragmas)
	if err != nil {
		return nil, f.failed(err)
	}
	db.SetMaxOpenConns(1) // the one connection holds the transaction
	f.db = db
	for _, statement := range []string{schema, "BEGIN"} {
		if _, err := db.Exec(statement); err != nil {
			f.abandon()
			return nil, f.failed(err)
		}
	}
	return f, nil
}

var escapePath = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

func (f *file) part() string { return f.path + ".part" }

func (f *file) failed(err error) error {
	return daycast.Errorf(daycast.Unavailable, "cannot write %s: %w", f.path, err).
		WithHint("does its folder exist, may it be written to, and is there room on the disk?")
}

// seal writes what is pending, indexes it and closes the file for good.
func (f *file) seal(ctx context.Context, indexes string) error {
	if err := f.flush(); err != nil {
		return err
	}
	for _, statement := range []string{indexes, "COMMIT"} {
		if _, err := f.db.ExecContext(ctx, statement); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			return f.failed(err)
		}
	}
	if err := f.db.Close(); err != nil {
		return f.failed(err)
	}
	if err := syncFile(f.part()); err != nil {
		return f.failed(err)
	}
	return nil
}

// publish gives a sealed file its name.
func (f *file) publish() error {
	if err := os.Rename(f.part(), f.path); err != nil {
		return f.failed(err)
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// abandon closes the file and removes it, unless it has been published.
func (f *file) abandon() {
	_ = f.db.Close()
	_ = os.Remove(f.part())
}

func (f *file) flush() error {
	for _, t := range f.tables {
		if err := t.flush(); err != nil {
			return err
		}
	}
	return nil
}

// A table takes a file's rows and inserts them many at a time.
type table struct {
	file    *file
	name    string
	columns int
	full    *sql.Stmt
	args    []any
	rows    int // added since the start
}

// batch is the number of rows of an insert. More are no faster: the time goes
// into the rows themselves.
const batch = 50

func (f *file) table(name string, columns int) (*table, error) {
	t := &table{file: f, name: name, columns: columns, args: make([]any, 0, batch*columns)}
	full, err := f.db.Prepare(t.insert(batch))
	if err != nil {
		return nil, f.failed(err)
	}
	t.full = full
	f.tables = append(f.tables, t)
	return t, nil
}

func (t *table) insert(rows int) string {
	row := "(?" + strings.Repeat(",?", t.columns-1) + ")"
	return "INSERT INTO " + t.name + " VALUES " + row + strings.Repeat(","+row, rows-1)
}

// add takes one row, a value for each column.
func (t *table) add(values ...any) error {
	t.args = append(t.args, values...)
	t.rows++
	if len(t.args) < batch*t.columns {
		return nil
	}
	_, err := t.full.Exec(t.args...)
	t.args = t.args[:0]
	if err != nil {
		return t.file.failed(err)
	}
	return nil
}

func (t *table) flush() error {
	if len(t.args) == 0 {
		return nil
	}
	_, err := t.file.db.Exec(t.insert(len(t.args)/t.columns), t.args...)
	t.args = t.args[:0]
	if err != nil {
		return t.file.failed(err)
	}
	return nil
}

// null is NULL for an empty text.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}
