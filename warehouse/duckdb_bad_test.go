package warehouse_test

import (
	"database/sql"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"daycast"
	"daycast/warehouse"
	"daycast/warehouse/warehousetest"
)

func TestNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO schema_version VALUES (9999)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = warehouse.OpenDuckDB(t.Context(), path, warehouse.Options{})
	wantCode(t, err, daycast.Conflict)
}

func TestTwoInOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w := open(t, path)
	defer func() { _ = w.Close() }()
	_, err := warehouse.OpenDuckDB(t.Context(), path, warehouse.Options{Threads: 1})
	wantCode(t, err, daycast.Conflict)
}

// Days far from any calendar do no harm.
func TestExtremeDays(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "w.duckdb"))
	defer func() { _ = w.Close() }()
	var want []daycast.Stock
	for _, day := range []daycast.Day{math.MinInt32, -3_000_000, 3_000_000, math.MaxInt32} {
		want = append(want, daycast.Stock{Day: day})
	}
	if _, err := w.Stock().Replace(t.Context(), "r", warehousetest.Rows(want)); err != nil {
		t.Fatal(err)
	}
	if got := warehousetest.Collect(t, w.Stock().Read(t.Context(), 0)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBadPaths(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.duckdb")
	if err := os.WriteFile(text, []byte("item,day,units\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		want       daycast.Code
	}{
		{"no folder", filepath.Join(dir, "none", "w.duckdb"), daycast.Invalid},
		{"a folder", dir, daycast.Invalid},
		{"below a file", filepath.Join(text, "w.duckdb"), daycast.Invalid},
		{"another file", text, daycast.Invalid},
		{"a question mark", filepath.Join(dir, "w?.duckdb"), daycast.Invalid},
		{"a bad escape", filepath.Join(dir, "50%.duckdb"), daycast.Invalid},
		{"empty", "", daycast.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := warehouse.OpenDuckDB(t.Context(), c.path, warehouse.Options{})
			wantCode(t, err, c.want)
		})
	}
}
