package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daycast"
	"daycast/clean"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// A shop with ready daily rows has promotions, prices and items of several
// versions too.
func TestPlansBesideDailyRows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var daily strings.Builder
	daily.WriteString("item,day,units\n")
	first, _ := daycast.ParseDay("2024-01-01")
	for d := first; d < first+60; d++ {
		fmt.Fprintf(&daily, "a,%s,3\nb,%s,2\nc,%s,4\n", d, d, d)
	}
	files := map[source.Table]string{}
	for table, text := range map[source.Table]string{
		source.Daily:      daily.String(),
		source.Items:      "item_id,category,valid_from\na,hats,\na,shoes,2024-02-01\nb,hats,\nc,shoes,then\n",
		source.Promotions: "category,starts,ends,announced\nhats,2024-03-02,2024-03-02,\nhats,2024-03-03,2024-03-03,2024-03-01\nsocks,2024-03-02,2024-03-02,\n",
		source.Prices:     "item_id,starts,price\nb,2024-02-01,7\n",
	} {
		files[table] = filepath.Join(dir, string(table)+".csv")
		if err := os.WriteFile(files[table], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src, err := source.OpenCSV(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	w, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(dir, "w.duckdb"), warehouse.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	table, err := pipeline.LoadDaily(t.Context(), "r", src, w, pipeline.DailyOptions{Step: daycast.Daily}, &clean.Report{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.NewPanelSource(w, 1<<28, pipeline.PanelSpec{Step: daycast.Daily, Last: table.Last, Horizon: 5}).Panel(t.Context(), table.Last)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Signals {
		if s.Name == "promotion" {
			got := [3]float32{s.At(0, p.Origin+2), s.At(1, p.Origin+2), s.At(1, p.Origin+3)}
			if want := [3]float32{0, 1, 0}; got != want { // a is no hat any more; the second promotion is not announced
				t.Errorf("promotions of %s, ahead of %s: %v, want %v", s.Name, p.Origin, got, want)
			}
		}
	}
	if len(p.Signals) != 1 || p.Ahead.Price[5] != 7 {
		t.Errorf("%d signals, prices ahead %v", len(p.Signals), p.Ahead.Price)
	}
	var aside []string
	for _, q := range rows(t, w.Quarantine().Read(t.Context(), 1<<20)) {
		aside = append(aside, q.Table+" "+q.Value+": "+q.Reason)
	}
	if want := "items then: not a day: want YYYY-MM-DD|promotions socks: no such category"; strings.Join(aside, "|") != want {
		t.Errorf("set aside: %q", aside)
	}
}
