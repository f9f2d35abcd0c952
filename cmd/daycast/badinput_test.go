package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lastDay is in the past whenever the tests run.
var lastDay = time.Date(2024, 3, 31, 0, 0, 0, 0, time.UTC)

// daily sells two items each day of n days up to lastDay.
func daily(n int, add func(order any, at, place, item string, quantity, price any)) {
	for d := range n {
		at := lastDay.AddDate(0, 0, d+1-n).Format(time.DateOnly)
		add(fmt.Sprint("a", d), at+"T10:00:00", "", "apple", 3+d%7, 1.5)
		add(fmt.Sprint("b", d), at+"T11:00:00", "", "pear", 1+d%3, 2)
	}
}

// A column that is mostly words is the wrong column: said before a row is
// read. A few words among numbers are dirt: kept aside, counted and shown.
func TestTextForNumbers(t *testing.T) {
	t.Parallel()
	dir := handShop(t, func(add func(order any, at, place, item string, quantity, price any)) {
		daily(60, add)
		for i, word := range []string{"two", "n/a", "1,5", "1e99", "NaN", ""} {
			add(fmt.Sprint("x", i), "2024-03-01T09:00:00", "", "apple", word, 1)
		}
	})
	if o := must(t, dir, "run"); !strings.Contains(o.out, "bad_quantity  6") || !strings.Contains(o.out, `quantity "two"`) {
		t.Errorf("the summary does not count the words:\n%s", o.out)
	}
	if rows := forecasts(t, dir); len(rows) != 2 || len(rows["apple@"]) != 7 {
		t.Errorf("forecasts %v", rows)
	}
	change(t, dir, `UPDATE lines SET quantity = 'some'`)
	daycast(t, dir, "run").fails(t, 1, "source.queries.sales", `column "quantity"`, "some", "want numbers such as 1234.5")
	if o := daycast(t, dir, "check"); o.code != 1 || !strings.Contains(o.out, `column "quantity"`) {
		t.Errorf("check: exit code %d\n%s", o.code, o.out)
	}
	if rows := forecasts(t, dir); len(rows) != 2 {
		t.Error("the failed run took the forecasts with it")
	}
}

func TestMissingTablesAndColumns(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	config := filepath.Join(dir, "daycast.yaml")
	text := read(t, config)
	for name, c := range map[string]struct{ from, to, says string }{
		"table":          {"FROM products", "FROM produce", "no such table: produce"},
		"column":         {"l.quantity", "l.amount", "no such column: l.amount"},
		"no such column": {"l.quantity,", "", `column "quantity"`},
		"syntax":         {"SELECT day, item_id", "SELEC day, item_id", "syntax error"},
	} {
		write(t, config, strings.Replace(text, c.from, c.to, 1))
		o := daycast(t, dir, "run")
		o.fails(t, 1, "source.queries.", c.says)
		if _, err := os.Stat(filepath.Join(dir, "data", "runs", "journal.json")); err == nil {
			t.Errorf("%s: it was found only after the run began", name)
		}
		if o := daycast(t, dir, "check"); o.code != 1 || !strings.Contains(o.out, "WRONG") || !strings.Contains(o.out, c.says) {
			t.Errorf("%s: check says\n%s", name, o.out)
		}
	}
	write(t, config, strings.Replace(text, "path: shop.sqlite", "path: shop.sqlit", 1))
	daycast(t, dir, "run").fails(t, 1, "shop.sqlit", "source.path")
	write(t, config, strings.Replace(text, "path: shop.sqlite", "path: daycast.yaml", 1))
	daycast(t, dir, "run").fails(t, 1, "SQLite 3 database")
}

func TestEmptyTable(t *testing.T) {
	t.Parallel()
	dir := handShop(t, func(func(order any, at, place, item string, quantity, price any)) {})
	must(t, dir, "check")
	daycast(t, dir, "run").fails(t, 1, "source.queries.sales", "the shop has no order lines")
}

// A single day is too little to compare models on, and still forecast.
func TestSingleDay(t *testing.T) {
	t.Parallel()
	dir := handShop(t, func(add func(order any, at, place, item string, quantity, price any)) { daily(1, add) })
	if o := must(t, dir, "run"); !strings.Contains(o.out, "too little was sold to compare models") {
		t.Errorf("the summary does not say so:\n%s", o.out)
	}
	if o := must(t, dir, "run", "--json"); !strings.Contains(o.out, `"published": true`) {
		t.Errorf("as JSON:\n%s", o.out)
	}
	rows := forecasts(t, dir)
	if len(rows["apple@"]) != 7 || rows["apple@"][0][2] != "2024-04-01" || rows["apple@"][0][3] == "0" {
		t.Errorf("forecasts %v", rows)
	}
	must(t, dir, "models", "list", "--json")
}

// Orders of the future are kept aside; the last day is that of the last real
// order, and so is the watermark.
func TestFutureDates(t *testing.T) {
	t.Parallel()
	dir := handShop(t, func(add func(order any, at, place, item string, quantity, price any)) {
		daily(60, add)
		add("f1", "2999-01-01T10:00:00", "", "apple", 1, 1)
		add("f2", time.Now().AddDate(0, 0, 3).Format(time.RFC3339), "", "pear", 1, 1)
		add("f3", "1970-01-01T00:00:00", "", "pear", 1, 1)
	})
	if o := must(t, dir, "run"); !strings.Contains(o.out, "future_date  2") || !strings.Contains(o.out, "old_date     1") {
		t.Errorf("the summary does not count them:\n%s", o.out)
	}
	if rows := forecasts(t, dir); rows["apple@"][0][2] != "2024-04-01" {
		t.Errorf("the forecast begins on %s", rows["apple@"][0][2])
	}
	// The next run sees what came after the last real order.
	change(t, dir, `INSERT INTO lines VALUES ('new', '2024-04-01T10:00:00', '', 'apple', 5, 1)`)
	must(t, dir, "run")
	if rows := forecasts(t, dir); rows["apple@"][0][2] != "2024-04-02" {
		t.Errorf("after a new order the forecast begins on %s", rows["apple@"][0][2])
	}
}

// The same instant is another day in Auckland than in Los Angeles, and an
// order of this morning in Auckland is not of the future.
func TestTwoTimeZones(t *testing.T) {
	t.Parallel()
	dir := handShop(t, func(add func(order any, at, place, item string, quantity, price any)) {
		for d := range 30 {
			at := lastDay.AddDate(0, 0, d-29).Format(time.DateOnly)
			add(fmt.Sprint("k", d), at+"T20:00:00Z", "auckland", "kiwi", 4, 1)
			add(fmt.Sprint("l", d), at+"T20:00:00Z", "la", "kiwi", 4, 1)
		}
		morning := time.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)
		add("now", morning.Format(time.RFC3339), "auckland", "fresh", 4, 1)
	})
	change(t, dir, `INSERT INTO places VALUES ('auckland', 'Pacific/Auckland'), ('la', 'America/Los_Angeles')`)
	if o := must(t, dir, "run"); strings.Contains(o.out, "future_date") {
		t.Errorf("an order of this morning is called one of the future:\n%s", o.out)
	}
	s := start(t, dir, "serve", "--addr", "127.0.0.1:0")
	for place, want := range map[string]string{"auckland": "2024-03-03", "la": "2024-03-02"} {
		var history struct{ Days []struct{ Day string } }
		s.get("/v1/series/kiwi@"+place+"/history", 200, &history)
		if history.Days[0].Day != want {
			t.Errorf("%s began to sell on %s, want %s", place, history.Days[0].Day, want)
		}
	}
	s.stop()
	change(t, dir, `UPDATE places SET time_zone = 'Middle/Earth' WHERE place_id = 'la'`)
	daycast(t, dir, "run").fails(t, 1, "la", "Middle/Earth", "Europe/London")
}

// Kilograms are fractional, and a return undoes its sale's day.
func TestNegativeAndFractional(t *testing.T) {
	t.Parallel()
	dir := handShop(t, func(add func(order any, at, place, item string, quantity, price any)) {
		for d := range 60 {
			at := lastDay.AddDate(0, 0, d-59).Format(time.DateOnly)
			add(fmt.Sprint("a", d), at+"T10:00:00", "", "cheese", 0.25+float64(d%4)/8, 12.5)
		}
		add("r1", "2024-03-20T12:00:00", "", "cheese", -0.25, 12.5)
		add("r2", "2024-03-21T12:00:00", "", "cheese", -500, 12.5)
		add("r3", "2024-03-21T12:00:00", "", "ghost", -1, 1)
	})
	o := must(t, dir, "run")
	if !strings.Contains(o.out, "return ") || !strings.Contains(o.out, "return_without_sale") {
		t.Errorf("the summary does not tell the returns:\n%s", o.out)
	}
	rows := forecasts(t, dir)
	if len(rows) != 1 {
		t.Fatalf("forecasts %v", rows)
	}
	for _, r := range rows["cheese@"] {
		if r[3] <= "0.1" || r[3] >= "0.9" {
			t.Errorf("%s: %s kilograms, want between .1 and .9", r[2], r[3])
		}
	}
}

// One item with a million order lines takes seconds, and memory for one item.
func TestMillionRowItem(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows take seconds")
	}
	t.Parallel()
	dir := handShop(t, func(func(order any, at, place, item string, quantity, price any)) {})
	change(t, dir, `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
		INSERT INTO lines SELECT i, strftime('%Y-%m-%dT%H:%M:%S', 1600000000 + i * 100, 'unixepoch'), '', 'apple', 1 + i % 3, 2 FROM n`)
	began := time.Now()
	o := must(t, dir, "run")
	t.Logf("%.1f s, %d MiB", time.Since(began).Seconds(), o.memory>>20)
	if o.memory > 1<<30 {
		t.Errorf("it took %d MiB of memory", o.memory>>20)
	}
	if !strings.Contains(o.out, "1000000 rows read") && !strings.Contains(o.out, "1,000,000 rows read") {
		t.Errorf("not all rows were read:\n%s", o.out)
	}
}

// A registry with a damaged model says which file, and the champion's forecasts stay.
func TestCorruptModel(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	must(t, dir, "train")
	files, err := filepath.Glob(filepath.Join(dir, "data", "models", "*", "model-*.bin"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	write(t, files[0], "damaged")
	daycast(t, dir, "run").fails(t, 1, filepath.Base(files[0]), "corrupt")
	must(t, dir, "run") // it begins anew, with a model of its own
	snapshot := filepath.Join(dir, "data", "snapshots", "current")
	for _, file := range []string{"model.bin", "facts.parquet", "forecasts.parquet", "manifest.json"} {
		good := read(t, filepath.Join(snapshot, file))
		write(t, filepath.Join(snapshot, file), good[:len(good)/2])
		daycast(t, dir, "forecast", "--config", "daycast.yaml", "--out", "-").fails(t, 1, file)
		write(t, filepath.Join(snapshot, file), good)
	}
	if rows := forecasts(t, dir); len(rows) != 4 {
		t.Errorf("%d forecasts", len(rows))
	}
}
