package warehouse

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"daycast"
)

// duckFacts is the FactTable.
type duckFacts struct{ duckTable[daycast.Fact] }

func (t duckFacts) Size(ctx context.Context, last daycast.Day) (size FactSize, err error) {
	s, err := t.db.connect(ctx)
	if err != nil {
		return size, err
	}
	defer s.close()
	err = s.query(ctx, "SELECT count(*), coalesce(sum(greatest(0, make_date(?::INTEGER) - begun) + 1), 0)::BIGINT "+
		"FROM (SELECT min(day) AS begun FROM facts GROUP BY item, place)", func(row []driver.Value) bool {
		size = FactSize{Series: as[int64](row[0]), Days: as[int64](row[1])}
		return true
	}, int32(last))
	return size, t.db.explain(err)
}

// Split deals the rows out to files beside the warehouse: one walk over the
// table, where a query for each part would be a walk for each.
func (t duckFacts) Split(ctx context.Context, n int) (FactParts, error) {
	dir, err := t.db.partsFolder()
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "no room for the facts in parts: %w", err)
	}
	parts := duckParts{t.db, dir}
	s, err := t.db.connect(ctx)
	if err == nil {
		err = t.db.explain(s.exec(ctx, "COPY (SELECT *, rowid AS row_number, "+partOf(n)+" AS part FROM facts) TO "+
			quote(dir)+" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480, PARTITION_BY (part), OVERWRITE_OR_IGNORE)"))
		s.close()
	}
	if err != nil {
		_ = parts.Close() // err is what matters
		return nil, err
	}
	return parts, nil
}

// where is the condition of a part's rows.
func (p Part) where() string { return fmt.Sprintf("%s = %d", partOf(p.Of), p.Index) }

// partOf is the index of a row's part.
func partOf(n int) string { return fmt.Sprintf("hash(item, place) %% %d", n) }

// partsFolder is a new folder. Beside a warehouse's file it has one name, so
// that what a killed run left there is found and removed.
func (d *duckDB) partsFolder() (string, error) {
	if d.snapshot {
		return os.MkdirTemp("", "daycast-parts-")
	}
	dir := d.path + ".parts"
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.Mkdir(dir, 0o755)
}

// duckParts are the facts in files, a folder a part.
type duckParts struct {
	db  *duckDB
	dir string
}

func (p duckParts) Read(ctx context.Context, part int, known daycast.Day) iter.Seq2[daycast.Fact, error] {
	folder := filepath.Join(p.dir, fmt.Sprintf("part=%d", part))
	if _, err := os.Stat(folder); os.IsNotExist(err) { // no series has that hash
		return func(func(daycast.Fact, error) bool) {}
	}
	rel := factRelation
	rel.name = "read_parquet(" + quote(filepath.Join(folder, "*.parquet")) + ")"
	rel.tie = "row_number"
	return apart(read(ctx, p.db, &rel, filter{where: "known_at <= make_date(?::INTEGER)", args: []any{int32(known)}}))
}

func (p duckParts) Close() error { return os.RemoveAll(p.dir) }
