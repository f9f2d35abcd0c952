package warehouse

import (
	"context"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"

	"daycast"
)

// OpenSnapshot opens the Parquet files that Export wrote into dir. Reading is
// as of the warehouse, any number of processes can do it, and nothing can be
// replaced: that is code conflict. A folder that is no snapshot, or lacks a
// part, is code invalid; one of a newer schema is code conflict. Where dir is
// a symbolic link, the snapshot stays the one to which it points now.
func OpenSnapshot(ctx context.Context, dir string, o Options) (Warehouse, error) {
	target, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, daycast.Errorf(daycast.NotFound, "snapshot: %w", err).
			WithHint("a snapshot is there once a run has ended")
	}
	scratch, err := os.MkdirTemp("", "daycast-snapshot-")
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "snapshot %s: %w", dir, err).
			WithHint("large reads sort on disk: let TMPDIR name a folder that can be written to")
	}
	db := &duckDB{path: target, snapshot: true, scratch: scratch}
	settings := o.settings()
	settings.Set("temp_directory", scratch)
	if err := db.open(ctx, ":memory:", settings, db.view); err != nil {
		_ = os.RemoveAll(scratch) // err is what matters
		return nil, err
	}
	return db, nil
}

// view makes a view over each file, beside the empty tables that say which
// columns it must have. rowid is what breaks ties in a table's order.
func (d *duckDB) view(ctx context.Context, s *session) error {
	for _, statement := range []string{"CREATE SCHEMA blank", "USE blank"} {
		if err := s.exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := d.migrate(ctx, s); err != nil {
		return err
	}
	for _, table := range append(storedTables(), stored{name: versionTable}) {
		from := fmt.Sprintf("SELECT * EXCLUDE file_row_number, file_row_number AS rowid"+
			" FROM read_parquet(%s, file_row_number = true)", quote(parquetFile(d.path, table.name)))
		if table.private {
			from = "SELECT *, rowid FROM blank." + table.name
		}
		if err := s.exec(ctx, fmt.Sprintf("CREATE VIEW main.%s AS %s", table.name, from)); err != nil {
			return err
		}
	}
	if err := d.checkColumns(ctx, s); err != nil {
		return err
	}
	known, err := version(ctx, s, "blank."+versionTable)
	if err != nil {
		return err
	}
	have, err := version(ctx, s, "main."+versionTable)
	if err == nil && have > known {
		err = d.newer(have, known)
	}
	return err
}

func (d *duckDB) checkColumns(ctx context.Context, s *session) error {
	const missing = `
		SELECT table_name || '.' || column_name || ' (' || data_type || ')' FROM (
			SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'blank'
			EXCEPT SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main')
		ORDER BY ALL LIMIT 1`
	var name string
	err := s.query(ctx, missing, func(row []driver.Value) bool {
		name = as[string](row[0])
		return true
	})
	if err == nil && name != "" {
		err = daycast.Errorf(daycast.Invalid, "snapshot %s lacks the column %s", d.path, name).
			WithHint("publish it again with this daycast")
	}
	return err
}
