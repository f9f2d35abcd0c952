package pipeline_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/contract"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// open reads a shop's file by queries of the test's own.
func (w *world) open(t *testing.T, queries map[source.Table]string, rules ...contract.Rule) {
	src, err := source.OpenSQLite(w.shop, queries)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	w.set = func(r *pipeline.Run) { r.Source, r.Contract = src, rules }
}

// plain are queries whose columns are those of the shop's tables.
func plain() map[source.Table]string {
	return map[source.Table]string{source.Sales: "SELECT * FROM sales", source.Items: "SELECT * FROM products", source.Stock: "SELECT * FROM stock"}
}

const salesView = `CREATE VIEW sales AS SELECT l.order_id, l.line_id, o.ordered_at, o.customer_id, l.item_id, o.place_id, l.%s, l.unit_price, l.promotion
	FROM order_lines l JOIN orders o ON o.order_id = l.order_id`

func viewed(t *testing.T) world {
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	change(t, w.shop, fmt.Sprintf(salesView, "quantity"))
	return w
}

func ruleOf(table source.Table, check contract.Check, s contract.Severity, columns ...string) contract.Rule {
	return contract.Rule{Table: string(table), Check: check, Severity: s, Columns: columns, Min: math.Inf(-1), Max: math.Inf(1)}
}

func (w world) quality(t *testing.T) string {
	t.Helper()
	q, err := pipeline.ReadQuality(w.dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return q.String()
}

func (w world) content(t *testing.T) (c content) {
	t.Helper()
	house, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(w.dir, "warehouse.duckdb"), warehouse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = house.Close() }()
	return contentOf(t, house, "")
}

// Rows that a rule sets aside are in the quarantine with its name, and in no
// other table, also when the next run reads only some of them again.
func TestContractSetsAside(t *testing.T) {
	t.Parallel()
	w := viewed(t)
	change(t, w.shop, "UPDATE order_lines SET quantity = 7777 WHERE rowid IN (5, 6)",
		"UPDATE stock SET on_hand = -3 WHERE rowid IN (1, 2, 3)")
	large := ruleOf(source.Sales, contract.Range, contract.Quarantine, "quantity")
	large.Max = 1000
	negative := ruleOf(source.Stock, contract.Range, contract.Quarantine, "on_hand")
	negative.Min = 0
	w.open(t, plain(), large, negative)
	w.run(t, pipeline.StepClean)
	c := w.content(t)
	by := map[string]int{}
	for _, q := range c.Quarantine {
		name, _, _ := strings.Cut(q.Reason, ":")
		by[q.Table+" "+name]++
		if name == "quantity.range" && q.Value == "7777" && q.Column == "quantity" {
			by["7777"]++
		}
	}
	if by["7777"] != 2 || by["stock on_hand.range"] < 3 {
		t.Errorf("in quarantine: %v", by)
	}
	for _, l := range c.Lines {
		if l.Units == 7777 {
			t.Errorf("%+v is used", l)
		}
	}
	for _, s := range c.Stock {
		if s.OnHand < 0 {
			t.Errorf("%+v is used", s)
		}
	}
	if text := w.quality(t); !strings.Contains(text, "2 of 2 rules of the contract are broken: 2 to quarantine") {
		t.Error(text)
	}
}

// A rule that stops leaves all as it was, though its table is the last that is
// read, and says what is wrong; the next run goes on where the data is mended.
func TestContractStops(t *testing.T) {
	t.Parallel()
	w := viewed(t)
	w.open(t, plain(), ruleOf(source.Stock, contract.Unique, contract.Stop, "day", "item_id"), ruleOf(source.Sales, contract.Required, contract.Stop, "order_id"))
	w.run(t, "")
	before := w.content(t)
	change(t, w.shop, "UPDATE order_lines SET unit_price = 1", "INSERT INTO stock SELECT * FROM stock WHERE rowid <= 2")
	err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), "") })
	if err == nil || daycast.CodeOf(err) != daycast.Invalid ||
		!strings.Contains(err.Error(), "stock: day+item_id.unique: no two rows have the same day, item_id; broken by 2 of ") {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before.Lines, w.content(t).Lines, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("orders were replaced: %.300s", diff)
	}
	if text := w.quality(t); !strings.Contains(text, "stopped; 1 of 1 rules of the contract are broken: 1 to stop") || !strings.Contains(text, "\n20240101T0") {
		t.Error(text)
	}
	change(t, w.shop, "DELETE FROM stock WHERE rowid IN (SELECT max(rowid) FROM stock GROUP BY day, item_id HAVING count(*) > 1)")
	w.run(t, "")

	// One of the order lines does too, in the midst of their stream.
	change(t, w.shop, "UPDATE order_lines SET order_id = '' WHERE rowid = (SELECT max(rowid) FROM order_lines)", "INSERT INTO orders SELECT '', customer_id, place_id, ordered_at FROM orders ORDER BY ordered_at LIMIT 1 OFFSET 900")
	before = w.content(t)
	w.dir = t.TempDir() // everything is read
	err = w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), "") })
	if err == nil || !strings.Contains(err.Error(), "order_id is never missing; broken by 1 of ") {
		t.Fatal(err)
	}
	if n := len(w.content(t).Lines); n != 0 {
		t.Errorf("%d lines are in the warehouse", n)
	}
}

// What the source's columns have become since the last whole run is said
// before a row is read.
func TestSourceChanges(t *testing.T) {
	t.Parallel()
	w := viewed(t)
	w.open(t, plain())
	w.run(t, "")
	change(t, w.shop, "ALTER TABLE products RENAME COLUMN brand TO brand_name")
	w.run(t, "")
	if text := w.quality(t); !strings.Contains(text, `items: column "brand" is gone; "brand_name" is new`) {
		t.Error(text)
	}
	change(t, w.shop, "DROP VIEW sales", strings.Replace(fmt.Sprintf(salesView, "quantity"), "l.unit_price", "l.unit_price AS price_of_unit", 1))
	err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), "") })
	if err == nil || daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "price_of_unit AS unit_price") {
		t.Fatal(err)
	}
	// A query that was changed says that it is meant.
	tables := w.set
	w.set = func(r *pipeline.Run) { tables(r); r.Shop.Tables = "changed" }
	w.run(t, "")
	change(t, w.shop, "DROP VIEW sales", fmt.Sprintf(salesView, "quantity AS qty"))
	src, err := source.OpenSQLite(w.shop, plain())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = src.Close() }()
	_, run, err := pipeline.SourceChanges(t.Context(), src, w.dir, "changed again")
	if err == nil || run == "" || !strings.Contains(err.Error(), "qty AS quantity") {
		t.Errorf("%s, %v", run, err)
	}
	if changes, run, err := pipeline.SourceChanges(t.Context(), src, t.TempDir(), ""); changes != nil || run != "" || err != nil {
		t.Errorf("of no run before: %v, %s, %v", changes, run, err)
	}
}

// A daily table is read several times; each time the same rows are set aside.
func TestContractOfDailyRows(t *testing.T) {
	t.Parallel()
	var csv strings.Builder
	csv.WriteString("item,day,units,price\n")
	for d := range 60 {
		day := daycast.Day(19600 + d)
		fmt.Fprintf(&csv, "mug,%s,%d,2.5\nplate,%s,3,4\n", day, 5+d%7, day)
		if d%20 == 10 {
			fmt.Fprintf(&csv, "mug,%s,50000,2.5\nmug,%s,9,2.5\n", day, day) // too much, and a key that comes again
		}
	}
	path := filepath.Join(t.TempDir(), "daily.csv")
	if err := os.WriteFile(path, []byte(csv.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	src, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Daily: path})
	if err != nil {
		t.Fatal(err)
	}
	large := ruleOf(source.Daily, contract.Range, contract.Quarantine, "units")
	large.Max = 1000
	volume := ruleOf(source.Daily, contract.Volume, contract.Warn, "day")
	volume.Lowest, volume.Highest, volume.Weeks = 0.5, 1.9, 4
	w := world{dir: t.TempDir(), shop: fill(t, small), now: func() time.Time { return daycast.Day(19660).Time() }}
	w.set = func(r *pipeline.Run) {
		r.Source, r.Contract = src, contract.Contract{large, ruleOf(source.Daily, contract.Unique, contract.Quarantine, "item", "day"), volume}
	}
	w.run(t, pipeline.StepExtract)
	c := w.content(t)
	for _, f := range c.Facts {
		if f.Units >= 1000 || f.Series.Item == "mug" && f.Units != float32(5+(int(f.Day)-19600)%7) {
			t.Errorf("%+v is used", f)
		}
	}
	if len(c.Facts) != 120 || len(c.Quarantine) != 6 {
		t.Errorf("%d facts, %d in quarantine", len(c.Facts), len(c.Quarantine))
	}
	text := w.quality(t)
	for _, want := range []string{"daily  126        6          0           6              2023-10-29, new", "units.range      3 ", "item+day.unique  3 "} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}

// A run that is stopped by hand leaves no report and no half file.
func TestContractCancelled(t *testing.T) {
	t.Parallel()
	w := viewed(t)
	w.open(t, plain(), ruleOf(source.Sales, contract.Required, contract.Quarantine, "customer_id"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(ctx, "") }); err == nil {
		t.Fatal("it went on")
	}
	if files, _ := filepath.Glob(filepath.Join(w.dir, "runs", "*.next")); files != nil {
		t.Errorf("left behind: %s", files)
	}
	if _, err := pipeline.ReadQuality(w.dir, ""); daycast.CodeOf(err) != daycast.NotFound {
		t.Error(err)
	}
}
