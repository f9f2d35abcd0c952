package source

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"daycast"
)

// OpenSQLite opens a SQLite file to read only. It fails with code not_found
// where there is no such file.
func OpenSQLite(path string, queries map[Table]string) (*SQL, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "source.path: %w", err).WithField("source.path")
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, daycast.Errorf(daycast.NotFound, "cannot open the SQLite file: %w", err).
			WithHint("source.path is relative to the folder of daycast.yaml").WithField("source.path")
	}
	if info.IsDir() {
		return nil, daycast.Errorf(daycast.Invalid, "%s is a folder", path).
			WithHint("source.path names the SQLite file").WithField("source.path")
	}
	// A writer of the shop's may hold the file for a moment.
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, sqliteDialect{}.explain(err)
	}
	return &SQL{db: db, queries: queries, dialect: sqliteDialect{}, stream: scanRows}, nil
}

type sqliteDialect struct{ standard }

// A unary plus changes nothing but makes the column an expression: of a plain
// column declared as a date the driver would guess the time, and lose whether
// it had an offset.
func (sqliteDialect) value(quoted string) string { return "+" + quoted }

// Times in SQLite are text; ISO 8601 sorts as it reads.
func (sqliteDialect) since(quoted, _, day string) string { return quoted + " >= '" + day + "'" }

func (sqliteDialect) explain(err error) *daycast.Error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return daycast.Errorf(daycast.Unavailable, "SQLite: %w", err)
	}
	switch e.Code() & 0xff { // the low byte is the primary result code
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return daycast.Errorf(daycast.Invalid, "the SQLite file cannot be read: %w", err).
			WithHint("source.path names a SQLite 3 database that is whole")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return daycast.Errorf(daycast.Unavailable, "another program has locked the SQLite file: %w", err).
			WithHint("try again when it is done")
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return daycast.Errorf(daycast.Unauthorized, "the SQLite file cannot be opened: %w", err).
			WithHint("the program's user needs to read it")
	case sqlite3.SQLITE_ERROR:
		return daycast.Errorf(daycast.Invalid, "%w", err).
			WithHint("the tables and columns that the query names have to exist")
	default:
		return daycast.Errorf(daycast.Unavailable, "SQLite: %w", err)
	}
}
