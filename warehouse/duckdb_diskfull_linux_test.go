package warehouse_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"

	"daycast"
	"daycast/warehouse/warehousetest"
)

// On a full disk a Replace fails with code unavailable and the table keeps
// its former content, in the open warehouse and in the file.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("SKIPPED: a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(dir, "w.duckdb")
	w := open(t, path)
	warehousetest.Fill(t, w, "old")
	_, err := w.Facts().Replace(t.Context(), "new", noise(400_000))
	wantCode(t, err, daycast.Unavailable)
	_ = w.Close() // it may complain of the full disk once more

	w = open(t, path)
	facts := warehousetest.Collect(t, w.Facts().Read(t.Context(), warehousetest.Forever))
	if len(facts) != len(warehousetest.Facts()) {
		t.Errorf("%d facts, want the former %d", len(facts), len(warehousetest.Facts()))
	}
	if _, err := w.Facts().Replace(t.Context(), "small", warehousetest.Rows(facts[:1])); err != nil {
		t.Errorf("a replace that has room again: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// noise is n facts that do not compress.
func noise(n int) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		r := rand.New(rand.NewPCG(1, 2))
		for range n {
			f := daycast.Fact{
				Series: daycast.Series{Item: fmt.Sprint(r.Uint64())},
				Units:  r.Float32(), Price: r.Float32(), Buyers: r.Float32(),
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}
