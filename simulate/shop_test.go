package simulate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/simulate"
)

func fill(t *testing.T, s simulate.Shop) (string, simulate.Summary) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.sqlite")
	summary, err := s.Write(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return path, summary
}

func number(t *testing.T, path, query string) float64 {
	t.Helper()
	got := rows(t, path, query)
	if len(got) != 1 {
		t.Fatalf("%s: %d rows", query, len(got))
	}
	n, err := strconv.ParseFloat(got[0], 64)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// content is every row of a file.
func content(t *testing.T, path string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range rows(t, path, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
		all[table] = rows(t, path, "SELECT * FROM "+table)
	}
	return all
}

func TestShopIsItsSeed(t *testing.T) {
	s := simulate.Shop{Seed: 7, Items: 30, Places: 2, Days: 90}
	one, _ := fill(t, s)
	two, _ := fill(t, s)
	if diff := cmp.Diff(content(t, one), content(t, two)); diff != "" {
		t.Errorf("shops of one seed differ:\n%s", diff)
	}
	if diff := cmp.Diff(content(t, simulate.TruthPath(one)), content(t, simulate.TruthPath(two))); diff != "" {
		t.Errorf("truths of one seed differ:\n%s", diff)
	}
	s.Seed = 8
	other, _ := fill(t, s)
	if cmp.Equal(content(t, one)["order_lines"], content(t, other)["order_lines"]) {
		t.Error("two seeds made the same shop")
	}
}

// What is planted is counted again with SQL.
func TestShopIsWhatItSays(t *testing.T) {
	path, sum := fill(t, simulate.Shop{Seed: 1, Items: 60, Places: 2, Days: 500})
	truth := simulate.TruthPath(path)
	const lines = "(SELECT DISTINCT order_id, line_id, item_id, quantity, unit_price, promotion FROM order_lines)"
	p := sum.Planted
	tests := map[string]struct {
		path, query string
		want        int
	}{
		"places":         {path, "SELECT count(*) FROM places", sum.Places},
		"items":          {path, "SELECT count(*) FROM products", sum.Items},
		"customers":      {path, "SELECT count(*) FROM customers", sum.Customers},
		"orders":         {path, "SELECT count(DISTINCT order_id) FROM orders", sum.Orders},
		"lines":          {path, "SELECT count(*) FROM (" + simulate.Queries()["sales"] + ")", sum.Lines},
		"stock":          {path, "SELECT count(*) FROM stock", sum.Stock},
		"duplicates":     {path, "SELECT (SELECT count(*) FROM order_lines) - (SELECT count(*) FROM " + lines + ")", p.Duplicates},
		"one line each":  {path, "SELECT (SELECT count(*) FROM " + lines + ") - (SELECT count(*) FROM (SELECT DISTINCT order_id, line_id FROM order_lines))", 0},
		"bad quantities": {path, "SELECT count(*) FROM " + lines + " WHERE typeof(quantity) = 'text'", p.BadQuantities},
		"bad prices":     {path, "SELECT count(*) FROM " + lines + " WHERE typeof(unit_price) = 'text'", p.BadPrices},
		"no prices":      {path, "SELECT count(*) FROM " + lines + " WHERE unit_price IS NULL", p.NoPrices},
		"bad dates":      {path, "SELECT count(*) FROM orders WHERE datetime(ordered_at) IS NULL", p.BadDates},
		"bad stock":      {path, "SELECT count(*) FROM stock WHERE typeof(on_hand) = 'text'", p.BadStock},
		"returns":        {path, "SELECT count(DISTINCT order_id) FROM orders WHERE order_id LIKE 'R%'", p.Returns},
		"orphans":        {path, "SELECT count(*) FROM order_lines WHERE order_id NOT IN (SELECT order_id FROM orders)", 0},
		"stock-outs":     {truth, "SELECT count(*) FROM demand WHERE state = 'stock_out'", p.StockOuts},
		"outages":        {truth, "SELECT count(*) FROM (SELECT DISTINCT place_id, day FROM demand WHERE state = 'missing')", p.Outages},
		"true series":    {truth, "SELECT count(*) FROM (SELECT DISTINCT item_id, place_id FROM demand)", sum.Items * sum.Places},
		"closed":         {truth, "SELECT count(*) FROM demand WHERE state = 'closed' AND (demand <> 0 OR mean <> 0)", 0},
		"zero":           {truth, "SELECT count(*) FROM demand WHERE state = 'zero' AND demand <> 0", 0},
		"sold":           {truth, "SELECT count(*) FROM demand WHERE state = 'sold' AND sold <> demand", 0},
		"hidden":         {truth, "SELECT count(*) FROM demand WHERE state = 'stock_out' AND sold >= demand", 0},
	}
	for name, test := range tests {
		if got := number(t, test.path, test.query); int(got) != test.want {
			t.Errorf("%s: %v, want %d", name, got, test.want)
		}
	}
	for name, n := range map[string]int{
		"returns": p.Returns, "stock-outs": p.StockOuts, "outages": p.Outages, "lost": p.Lost, "duplicates": p.Duplicates,
		"bad quantities": p.BadQuantities, "bad prices": p.BadPrices, "no prices": p.NoPrices, "bad dates": p.BadDates, "bad stock": p.BadStock,
	} {
		if n == 0 {
			t.Errorf("no %s were planted", name)
		}
	}
}

// A day's lines add up to what was truly sold, but where dirt took some.
func TestShopSellsItsTruth(t *testing.T) {
	path, sum := fill(t, simulate.Shop{Seed: 2, Items: 60, Days: 400})
	sold := map[string]int{}
	for _, row := range rows(t, simulate.TruthPath(path), "SELECT item_id || ' ' || day || ' ' || sold FROM demand WHERE state <> 'missing' AND sold > 0") {
		f := strings.Fields(row)
		sold[f[0]+" "+f[1]], _ = strconv.Atoi(f[2])
	}
	got := rows(t, path, `SELECT item_id || ' ' || substr(ordered_at, 1, 10) || ' ' || sum(quantity) FROM
		(SELECT DISTINCT order_id, line_id, item_id, quantity FROM order_lines WHERE typeof(quantity) = 'integer' AND quantity > 0)
		JOIN orders USING (order_id) WHERE datetime(ordered_at) IS NOT NULL GROUP BY item_id, substr(ordered_at, 1, 10)`)
	same := 0
	for _, row := range got {
		f := strings.Fields(row)
		units, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		switch want := sold[f[0]+" "+f[1]]; {
		case units > want:
			t.Fatalf("%s: %d units in the lines, %d were sold", row, units, want)
		case units == want:
			same++
		}
	}
	dirty := sum.Planted.BadQuantities + 5*sum.Planted.BadDates // an order has up to about five lines
	if same < len(sold)-dirty || same == 0 {
		t.Errorf("%d of %d days add up; dirt explains %d", same, len(sold), dirty)
	}
}

// A return undoes an earlier purchase of the same customer, unless that
// purchase was lost or its time is broken.
func TestShopTakesBackWhatItSold(t *testing.T) {
	path, sum := fill(t, simulate.Shop{Seed: 3, Items: 60, Days: 300})
	orphans := number(t, path, `SELECT count(*) FROM order_lines r JOIN orders ro USING (order_id)
		WHERE r.order_id LIKE 'R%' AND NOT EXISTS (
			SELECT 1 FROM orders o JOIN order_lines l USING (order_id)
			WHERE o.customer_id = ro.customer_id AND l.item_id = r.item_id AND o.order_id NOT LIKE 'R%'
			AND (o.ordered_at < ro.ordered_at OR datetime(o.ordered_at) IS NULL OR datetime(ro.ordered_at) IS NULL))`)
	if allowed := sum.Planted.Lost / 5; int(orphans) > allowed {
		t.Errorf("%v of %d returns were never bought, want at most %d", orphans, sum.Planted.Returns, allowed)
	}
}

// Demand is drawn around its mean, and promotions move it by item.
func TestShopTruthIsTrue(t *testing.T) {
	path, _ := fill(t, simulate.Shop{Seed: 4, Items: 150, Days: 500})
	truth := simulate.TruthPath(path)
	if r := number(t, truth, "SELECT sum(demand - bulk) / sum(mean) FROM demand"); r < 0.99 || r > 1.01 {
		t.Errorf("demand without bulk orders is %.4f of its mean", r)
	}
	if r := number(t, truth, "SELECT 1.0 * max(bulk) / avg(demand) FROM demand"); r < 50 {
		t.Errorf("the largest bulk order is only %.0f times the mean day", r)
	}
	if r := number(t, truth, "SELECT 1.0 * sum(state = 'stock_out') / sum(state <> 'closed') FROM demand"); r < 0.02 || r > 0.15 {
		t.Errorf("out of stock on a share of %.3f of the days", r)
	}
	on := number(t, truth, "SELECT avg(demand - bulk) FROM demand WHERE promotion = 1 AND state <> 'closed'")
	off := number(t, truth, "SELECT avg(demand - bulk) FROM demand WHERE promotion = 0 AND state <> 'closed'")
	if on < 1.3*off {
		t.Errorf("%.2f units a day on promotion, %.2f off", on, off)
	}
	if got := rows(t, path, "SELECT strftime('%w', ordered_at) FROM orders WHERE datetime(ordered_at) IS NOT NULL GROUP BY 1"); len(got) != 6 {
		t.Errorf("traded on weekdays %v, want six", got)
	}
}

func TestShopPlaces(t *testing.T) {
	path, sum := fill(t, simulate.Shop{Items: 13, Places: 3, Days: 30})
	if sum.Places != 3 || sum.Items != 13 {
		t.Errorf("%+v", sum)
	}
	want := []string{"P0001 Europe/London GB", "P0002 Europe/Berlin DE", "P0003 Europe/Paris FR"}
	if diff := cmp.Diff(want, rows(t, path, "SELECT place_id, time_zone, country FROM places")); diff != "" {
		t.Error(diff)
	}
}

func TestShopOfOneDay(t *testing.T) {
	_, sum := fill(t, simulate.Shop{Items: 1, Days: 1, Start: 20000})
	if sum.Items != 1 || sum.Stock > 1 {
		t.Errorf("%+v", sum)
	}
}

func TestShopRefuses(t *testing.T) {
	for name, s := range map[string]simulate.Shop{
		"items": {Items: -1}, "places": {Items: 1000, Places: 1001}, "days": {Days: 10_001},
	} {
		_, err := s.Write(t.Context(), filepath.Join(t.TempDir(), "shop.sqlite"), nil)
		var e *daycast.Error
		if !errors.As(err, &e) || e.Code != daycast.Invalid || e.Field != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err := simulate.Shop{Items: 1, Days: 1}.Write(t.Context(), filepath.Join(t.TempDir(), "no", "shop.sqlite"), nil)
	if daycast.CodeOf(err) != daycast.Unavailable {
		t.Errorf("a folder that does not exist: got %v", err)
	}
}

// Whoever is stopped half way leaves what was there before.
func TestShopStopped(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "shop.sqlite")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := simulate.Shop{Items: 36, Days: 30}.Write(ctx, path, func(done, total int) {
		if total != 36 {
			t.Errorf("progress of %d", total)
		}
		if done >= 24 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files are left, %v", len(files), err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "before" {
		t.Errorf("the file is now %q, %v", b, err)
	}
}

func TestTruthPath(t *testing.T) {
	for path, want := range map[string]string{"a/shop.sqlite": "a/shop.truth.sqlite", "a.b/shop": "a.b/shop.truth"} {
		if got := simulate.TruthPath(path); got != want {
			t.Errorf("TruthPath(%q) = %q, want %q", path, got, want)
		}
	}
}
