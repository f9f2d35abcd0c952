package warehouse_test

import (
	"os"
	"path/filepath"
	"testing"

	"daycast"
	"daycast/warehouse"
	"daycast/warehouse/warehousetest"
)

func TestSnapshotOfNothing(t *testing.T) {
	dir := t.TempDir()
	w := open(t, filepath.Join(dir, "w.duckdb"))
	if err := w.Export(t.Context(), "r1", filepath.Join(dir, "s")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	counts, err := openSnapshot(t, filepath.Join(dir, "s")).Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for table, n := range counts {
		if n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

func TestSnapshotThatIsNone(t *testing.T) {
	dir := t.TempDir()
	w := open(t, filepath.Join(dir, "w.duckdb"))
	defer func() { _ = w.Close() }()
	warehousetest.Fill(t, w, "r1")
	for _, c := range []struct {
		name  string
		spoil func(facts string) error
	}{
		{"a file is missing", os.Remove},
		{"a file is cut off", func(facts string) error { return os.Truncate(facts, 100) }},
		{"a file is empty", func(facts string) error { return os.Truncate(facts, 0) }},
		{"a file is text", func(facts string) error { return os.WriteFile(facts, []byte("item,place\n1,2\n"), 0o644) }},
		{"a file is of another table", func(facts string) error {
			stock, err := os.ReadFile(filepath.Join(filepath.Dir(facts), "stock.parquet"))
			if err != nil {
				return err
			}
			return os.WriteFile(facts, stock, 0o644)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			shot := filepath.Join(t.TempDir(), "s")
			if err := w.Export(t.Context(), "r1", shot); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(filepath.Join(shot, "facts.parquet")); err != nil {
				t.Fatal(err)
			}
			_, err := warehouse.OpenSnapshot(t.Context(), shot, warehouse.Options{})
			wantCode(t, err, daycast.Invalid)
		})
	}
}

func TestSnapshotThatIsNotThere(t *testing.T) {
	_, err := warehouse.OpenSnapshot(t.Context(), filepath.Join(t.TempDir(), "none"), warehouse.Options{})
	wantCode(t, err, daycast.NotFound)
}

// The link "current" moves on to the next run while readers hold the former.
func TestSnapshotBehindALink(t *testing.T) {
	dir := t.TempDir()
	w := open(t, filepath.Join(dir, "w.duckdb"))
	defer func() { _ = w.Close() }()
	for _, run := range []string{"r1", "r2"} {
		if err := w.Export(t.Context(), run, filepath.Join(dir, run)); err != nil {
			t.Fatal(err)
		}
		warehousetest.Fill(t, w, run)
	}
	current := filepath.Join(dir, "current")
	link(t, filepath.Join(dir, "r1"), current)
	s := openSnapshot(t, current)
	link(t, filepath.Join(dir, "r2"), current)
	if rows := warehousetest.Collect(t, s.Facts().Read(t.Context(), warehousetest.Forever)); len(rows) != 0 {
		t.Errorf("the snapshot of r1, which is empty, has the facts of r2: %d", len(rows))
	}
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name+".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

func openSnapshot(t *testing.T, dir string) warehouse.Warehouse {
	t.Helper()
	s, err := warehouse.OpenSnapshot(t.Context(), dir, warehouse.Options{MemoryLimit: 256 << 20, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func wantCode(t *testing.T, err error, code daycast.Code) {
	t.Helper()
	if daycast.CodeOf(err) != code || err == nil {
		t.Fatalf("got error %v, want code %s", err, code)
	}
	t.Log(err)
}
