package warehouse_test

import (
	"path/filepath"
	"testing"

	"daycast"
	"daycast/warehouse"
	"daycast/warehouse/warehousetest"
)

func open(t *testing.T, path string) warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.OpenDuckDB(t.Context(), path, warehouse.Options{MemoryLimit: 256 << 20, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestDuckDB(t *testing.T) {
	warehousetest.Run(t, func(t *testing.T) warehouse.Warehouse {
		return open(t, filepath.Join(t.TempDir(), "it's 100%25 ours.duckdb"))
	})
}

// BenchmarkFacts writes and reads a million facts of 2,000 series.
func BenchmarkFacts(b *testing.B) {
	w, err := warehouse.OpenDuckDB(b.Context(), filepath.Join(b.TempDir(), "w.duckdb"), warehouse.Options{Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	const n = 1_000_000
	rows := make([]daycast.Fact, n)
	for i := range rows {
		rows[i] = daycast.Fact{
			Series: daycast.Series{Item: "item" + daycast.Day(i/500).String()},
			Day:    daycast.Day(i % 500), KnownAt: daycast.Day(i % 500), Units: float32(i % 13), Price: float32(i%500) / 7,
		}
	}
	replace := func(b *testing.B) {
		if _, err := w.Facts().Replace(b.Context(), "r", warehousetest.Rows(rows)); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("in", func(b *testing.B) {
		for b.Loop() {
			replace(b)
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("out", func(b *testing.B) {
		replace(b)
		for b.Loop() {
			for _, err := range w.Facts().Read(b.Context(), warehousetest.Forever) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}
