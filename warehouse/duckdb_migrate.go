package warehouse

import (
	"context"
	"database/sql/driver"
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"daycast"
)

// Migrations are named by their version, "0001_what.sql", and never change
// once released.
//
//go:embed duckdb/*.sql
var migrationFiles embed.FS

// versionTable holds one row for each migration that was applied.
const versionTable = "schema_version"

type migration struct {
	version int32
	sql     string
}

// migrations are in the order of their versions.
func migrations() ([]migration, error) {
	entries, err := fs.ReadDir(migrationFiles, "duckdb")
	if err != nil {
		return nil, err
	}
	var ms []migration
	for _, e := range entries {
		number, _, _ := strings.Cut(e.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 32)
		if err != nil {
			return nil, err
		}
		text, err := migrationFiles.ReadFile("duckdb/" + e.Name())
		if err != nil {
			return nil, err
		}
		ms = append(ms, migration{int32(version), string(text)})
	}
	return ms, nil
}

// migrate brings the schema to the newest version that this program knows.
func (d *duckDB) migrate(ctx context.Context, s *session) error {
	ms, err := migrations()
	if err != nil {
		return err
	}
	return s.atomically(ctx, func() error {
		err := s.exec(ctx, "CREATE TABLE IF NOT EXISTS "+versionTable+" (version INTEGER NOT NULL)")
		if err != nil {
			return err
		}
		have, err := version(ctx, s, versionTable)
		if err != nil {
			return err
		}
		if newest := ms[len(ms)-1].version; have > newest {
			return d.newer(have, newest)
		}
		for _, m := range ms {
			if m.version <= have {
				continue
			}
			if err := s.exec(ctx, m.sql); err != nil {
				return err
			}
			if err := s.exec(ctx, "INSERT INTO "+versionTable+" VALUES (?)", m.version); err != nil {
				return err
			}
		}
		return nil
	})
}

// version is the newest migration that the table holds, 0 for none.
func version(ctx context.Context, s *session, table string) (have int32, err error) {
	err = s.query(ctx, "SELECT max(version) FROM "+table, func(row []driver.Value) bool {
		have = as[int32](row[0])
		return true
	})
	return have, err
}

func (d *duckDB) newer(have, known int32) error {
	return daycast.Errorf(daycast.Conflict, "%s has schema version %d; this daycast knows up to %d", d.path, have, known).
		WithHint("use the daycast that wrote it, or a newer one")
}
