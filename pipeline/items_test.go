package pipeline_test

import (
	"path/filepath"
	"testing"

	"daycast"
	"daycast/pipeline"
	"daycast/simulate"
	"daycast/source"
	"daycast/warehouse"
)

// groupOf is the category of an item as known at an origin.
func groupOf(t *testing.T, dir, item string, origin daycast.Day) string {
	t.Helper()
	house, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(dir, "warehouse.duckdb"), warehouse.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = house.Close() }()
	p, err := pipeline.NewPanelSource(house, 1<<28, pipeline.PanelSpec{Step: daycast.Daily, Horizon: 7}).Panel(t.Context(), origin)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range p.Levels {
		for i, s := range p.Series {
			if l.Name == "category" && s.Item == item {
				return l.Names[l.Of[i]]
			}
		}
	}
	return ""
}

// A category that changes on a day is the old one for a forecast from the day
// before, as is everything that a backtest learns from groups.
func TestItemsAsOfTheOrigin(t *testing.T) {
	t.Parallel()
	w := world{dir: t.TempDir(), shop: fill(t, simulate.Shop{Items: 30, Days: 120, Seed: 7}), now: clock()}
	change(t, w.shop, "CREATE TABLE versions AS SELECT item_id, category, brand, NULL AS valid_from, NULL AS valid_to FROM products",
		"UPDATE versions SET valid_from = '2022-06-01', valid_to = '2023-02-28' WHERE item_id = 'SKU000001'",
		"INSERT INTO versions VALUES ('SKU000001', 'Toys 1', 'Elm', '2023-03-01', '9999-12-31'), ('SKU000002', 'Toys 1', 'Elm', 'soon', NULL)")
	queries := map[source.Table]string{}
	for name, query := range simulate.Queries() {
		queries[source.Table(name)] = query
	}
	queries[source.Items] = "SELECT * FROM versions"
	w.open(t, queries)
	w.run(t, pipeline.StepSignals)
	day, _ := daycast.ParseDay("2023-03-01")
	for origin, want := range map[daycast.Day]string{day - 40: "Kitchen 1", day - 1: "Kitchen 1", day: "Toys 1", day + 30: "Toys 1"} {
		if got := groupOf(t, w.dir, "SKU000001", origin); got != want {
			t.Errorf("as known on %s the category is %q, want %q", origin, got, want)
		}
		if got := groupOf(t, w.dir, "SKU000002", origin); got != "Kitchen 1" {
			t.Errorf("as known on %s an item that never changed is of %q", origin, got)
		}
	}
	var reasons []string
	for _, q := range w.content(t).Quarantine {
		if q.Table == "items" {
			reasons = append(reasons, q.Value+": "+q.Reason)
		}
	}
	if len(reasons) != 1 || reasons[0] != "soon: not a day: want YYYY-MM-DD" {
		t.Errorf("set aside: %q", reasons)
	}
}
