package pipeline_test

import (
	order "cmp"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/pipeline"
	"daycast/warehouse"
)

var rowNumber = regexp.MustCompile(`row \d+`)

// unnumbered leaves out where in its extraction a row stood, which differs
// between one that read all and one that read what is new.
func unnumbered(r result) result {
	r.Summary = rowNumber.ReplaceAllString(r.Summary, "row")
	for _, c := range []content{r.Warehouse, r.Snapshot} {
		for i := range c.Lines {
			c.Lines[i].Row = 0
		}
		for i := range c.Quarantine {
			c.Quarantine[i].Row = 0
		}
		slices.SortFunc(c.Quarantine, func(a, b daycast.Quarantined) int {
			return order.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Reason, b.Reason), strings.Compare(a.Value, b.Value))
		})
	}
	return r
}

// examples leaves out which rows the report shows: of equal lines, the first
// of an extraction.
func withoutExamples(r result) result {
	r.Summary = regexp.MustCompile(`(?s)"examples": \[.*?\]`).ReplaceAllString(r.Summary, "")
	return r
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, []byte(read(t, from)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// extracted says how many lines the newest run read, and since when.
func (w world) extracted(t *testing.T) (lines int64, since daycast.Day) {
	t.Helper()
	s, err := pipeline.ReadSummary(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		Lines int64
		Since daycast.Day
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(w.dir, "runs", s.Run+".extracted.json"))), &e); err != nil {
		t.Fatal(err)
	}
	return e.Lines, e.Since
}

// A second run reads what is new since the first, less the look-back, and ends
// equal to one that reads all.
func TestIncrementalEqualsFull(t *testing.T) {
	whole := fill(t, small)
	shop := filepath.Join(t.TempDir(), "shop.sqlite")
	copyFile(t, whole, shop)
	change(t, shop,
		`DELETE FROM orders WHERE ordered_at >= '2023-04-20' AND ordered_at < '3'`,
		`DELETE FROM order_lines WHERE order_id NOT IN (SELECT order_id FROM orders)`,
		`DELETE FROM stock WHERE day >= '2023-04-20'`,
	)
	now := clock()
	w := world{dir: t.TempDir(), shop: shop, now: now}
	w.run(t, "")
	copyFile(t, whole, shop)
	w.run(t, "")
	fresh := world{dir: t.TempDir(), shop: whole}
	fresh.run(t, "")

	all, _ := fresh.extracted(t)
	lines, since := w.extracted(t)
	if since.String() != "2023-04-11" {
		t.Errorf("read since %s, want the last order's day less 7 days of look-back and one of time zones", since)
	}
	if lines == 0 || lines > all/2 {
		t.Errorf("the second run read %d of %d lines, want a few", lines, all)
	}
	got, want := withoutExamples(unnumbered(w.result(t))), withoutExamples(unnumbered(fresh.result(t)))
	got.Counts, want.Counts = nil, nil // the first run's forecasts are kept too
	if n := len(got.Warehouse.Scores); n != 11 || len(want.Warehouse.Scores) != 0 {
		t.Errorf("%d days of the first run's forecasts are scored, want the 11 that came", n)
	}
	got.Warehouse.Scores, got.Snapshot.Scores = nil, nil
	if d := difference(want, got); d != "" {
		t.Errorf("reading what is new ends otherwise than reading all (-all +new):\n%s", d)
	}
}

// Orders that come late, are edited or deleted change what is known now, and
// leave what was known before as it was.
func TestCorrectionsAreVersions(t *testing.T) {
	whole := fill(t, small)
	shop := filepath.Join(t.TempDir(), "shop.sqlite")
	copyFile(t, whole, shop)
	change(t, shop,
		`DELETE FROM orders WHERE ordered_at >= '2023-04-20' AND ordered_at < '3'`,
		`DELETE FROM order_lines WHERE order_id NOT IN (SELECT order_id FROM orders)`,
		// Two days before, half of the orders are still to come, some have
		// another quantity, and some will be deleted.
		`DELETE FROM order_lines WHERE order_id IN (SELECT order_id FROM orders WHERE ordered_at >= '2023-04-17' AND ordered_at < '3' AND rowid % 2 = 0)`,
		`UPDATE order_lines SET quantity = 40 WHERE order_id IN (SELECT order_id FROM orders WHERE ordered_at LIKE '2023-04-16%')`,
		`INSERT INTO order_lines SELECT order_id || 'x', line_id, item_id, 7, unit_price, promotion FROM order_lines
			WHERE order_id IN (SELECT order_id FROM orders WHERE ordered_at LIKE '2023-04-15%')`,
		`INSERT INTO orders SELECT order_id || 'x', customer_id, place_id, ordered_at FROM orders WHERE ordered_at LIKE '2023-04-15%'`,
	)
	w := world{dir: t.TempDir(), shop: shop, now: clock()}
	w.run(t, "")
	first := w.facts(t)
	copyFile(t, whole, shop)
	w.run(t, "")
	second := w.facts(t)
	w.run(t, pipeline.StepClean)
	if d := cmp.Diff(second, w.facts(t), cmpopts.EquateNaNs()); d != "" {
		t.Errorf("a third run, which finds nothing new, changes facts: %.2000s", d)
	}
	fresh := world{dir: t.TempDir(), shop: whole}
	fresh.run(t, "")

	seen, err := daycast.ParseDay("2023-04-19")
	if err != nil {
		t.Fatal(err)
	}
	known := func(facts []daycast.Fact) []daycast.Fact {
		return slices.DeleteFunc(slices.Clone(facts), func(f daycast.Fact) bool { return f.KnownAt > seen || f.InStock == f.InStock })
	}
	if d := cmp.Diff(known(first), known(second), cmpopts.EquateNaNs()); d != "" {
		t.Errorf("what was known before has changed: %.2000s", d)
	}
	sums := func(facts []daycast.Fact) map[daycast.Series]map[daycast.Day]float32 {
		m := map[daycast.Series]map[daycast.Day]float32{}
		for _, f := range facts {
			if f.InStock == f.InStock {
				continue
			}
			if m[f.Series] == nil {
				m[f.Series] = map[daycast.Day]float32{}
			}
			m[f.Series][f.Day] += f.Units
		}
		for _, days := range m {
			for d, units := range days {
				if units == 0 {
					delete(days, d)
				}
			}
		}
		return m
	}
	if d := cmp.Diff(sums(fresh.facts(t)), sums(second)); d != "" {
		t.Errorf("what is known now differs from reading all: %.2000s", d)
	}
	late := 0
	for _, f := range second {
		if f.Day <= seen && f.KnownAt > seen && f.Units > 0 {
			late++
		}
	}
	if late == 0 {
		t.Error("nothing became known late")
	}
}

// What the watermark cannot know of makes the next run read all.
func TestReadsAllAgain(t *testing.T) {
	shop := fill(t, small)
	for name, c := range map[string]struct {
		set    func(*pipeline.Run)
		before func(dir string) error
		all    bool
	}{
		"nothing changed": {},
		"other queries":   {set: func(r *pipeline.Run) { r.Shop.Tables = "others" }, all: true},
		"no warehouse":    {before: func(dir string) error { return os.Remove(filepath.Join(dir, "warehouse.duckdb")) }, all: true},
		"a broken watermark": {before: func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "runs", "watermark.json"), []byte("{"), 0o600)
		}, all: true},
		"a watermark of words": {before: func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "runs", "watermark.json"), []byte(`{"newest": "yesterday, late", "tables": "simulated"}`), 0o600)
		}, all: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world{dir: t.TempDir(), shop: shop, now: clock()}
			w.run(t, "")
			if c.before != nil {
				if err := c.before(w.dir); err != nil {
					t.Fatal(err)
				}
			}
			w.set = c.set
			w.run(t, pipeline.StepClean)
			if _, since := w.extracted(t); (since == 0) != c.all {
				t.Errorf("read since %s", since)
			}
		})
	}
}

// The same seed and data give the same bytes on one thread and on two.
func TestThreads(t *testing.T) {
	shop := fill(t, small)
	var results []result
	for _, threads := range []int{1, 2, 5} {
		w := world{dir: t.TempDir(), shop: shop, set: func(r *pipeline.Run) { r.Settings.Threads = threads }}
		w.run(t, "")
		results = append(results, w.result(t))
	}
	for _, r := range results[1:] {
		if d := difference(results[0], r); d != "" {
			t.Errorf("more threads, another result:\n%s", d)
		}
	}
}

// etl, train and run are one run: each does what is left. Once more, they
// begin another, with an id of its own even within the same second, that keeps
// what has not changed.
func TestVerbsShareARun(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small), now: func() time.Time { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) }}
	var stages []string
	w.stage = func(name string) {
		step, kept, _ := strings.Cut(name, ": unchanged since run ")
		if kept != "" {
			step += "="
		}
		stages = append(stages, step)
	}
	ids := map[string]bool{}
	for _, c := range []struct {
		last   string
		stages string
		fresh  bool // a new run
	}{
		{pipeline.StepSignals, "extract clean signals", true},
		{pipeline.StepTrain, "score train", false},
		{"", "forecast publish", false},
		{"", "extract clean= signals= score= train= forecast= publish=", true},
		{pipeline.StepSignals, "extract clean= signals=", true},
		{pipeline.StepSignals, "extract clean= signals=", true},
		{"", "score= train= forecast= publish=", false},
	} {
		stages = nil
		w.run(t, c.last)
		if got := strings.Join(stages, " "); got != c.stages {
			t.Errorf("up to %q: steps %q, want %q", c.last, got, c.stages)
		}
		s, err := pipeline.ReadSummary(w.dir)
		if err != nil {
			t.Fatal(err)
		}
		if ids[s.Run] == c.fresh {
			t.Errorf("up to %q: run %s, fresh %t", c.last, s.Run, c.fresh)
		}
		ids[s.Run] = true
		if s.Published != strings.Contains(c.stages, "publish") {
			t.Errorf("up to %q: published %t", c.last, s.Published)
		}
	}
}

// A run that did not end is not resumed where its result would be another's.
func TestBeginsAnew(t *testing.T) {
	shop := fill(t, small)
	for name, c := range map[string]struct {
		set    func(*pipeline.Run)
		now    time.Time
		resume bool
	}{
		"the same":           {resume: true},
		"less memory":        {set: func(r *pipeline.Run) { r.Settings.Memory, r.Settings.Threads = 1<<29, 2 }, resume: true},
		"another horizon":    {set: func(r *pipeline.Run) { r.Settings.Horizon = 7 }},
		"another time zone":  {set: func(r *pipeline.Run) { r.Shop.TimeZone = time.FixedZone("x", 3600) }},
		"fewer models":       {set: func(r *pipeline.Run) { r.Models = r.Models[:1] }},
		"another program":    {set: func(r *pipeline.Run) { r.Code = "next" }},
		"the day after that": {now: time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world{dir: t.TempDir(), shop: shop}
			w.run(t, pipeline.StepClean)
			before, err := pipeline.ReadSummary(w.dir)
			if err != nil {
				t.Fatal(err)
			}
			w.set = c.set
			if !c.now.IsZero() {
				w.now = func() time.Time { return c.now }
			}
			w.run(t, pipeline.StepSignals)
			after, err := pipeline.ReadSummary(w.dir)
			if err != nil {
				t.Fatal(err)
			}
			if (before.Run == after.Run) != c.resume {
				t.Errorf("run %s, then %s", before.Run, after.Run)
			}
		})
	}
}

// Data that cannot be used ends the run, so that the next one reads it anew;
// what the warehouse had stays.
func TestWrongDataEndsTheRun(t *testing.T) {
	whole := fill(t, small)
	for name, c := range map[string]struct{ damage, want string }{
		"no lines":     {`DELETE FROM order_lines`, "the shop has no order lines"},
		"no good time": {`UPDATE orders SET ordered_at = 'last week'`, "none of"},
		"no such zone": {`UPDATE places SET time_zone = 'Mars/Olympus'`, `time zone "Mars/Olympus" is not known`},
	} {
		t.Run(name, func(t *testing.T) {
			shop := filepath.Join(t.TempDir(), "shop.sqlite")
			copyFile(t, whole, shop)
			w := world{dir: t.TempDir(), shop: shop, now: clock()}
			w.run(t, "")
			want := w.result(t)
			change(t, shop, c.damage)
			if err := os.Remove(filepath.Join(w.dir, "runs", "watermark.json")); err != nil {
				t.Fatal(err)
			}
			err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), "") })
			if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, want code invalid and %q", err, c.want)
			}
			house, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(w.dir, "warehouse.duckdb"), warehouse.Options{})
			if err != nil {
				t.Fatal(err)
			}
			facts := rows(t, house.Facts().Read(t.Context(), 1<<20))
			if err := house.Close(); err != nil {
				t.Fatal(err)
			}
			if len(facts) != len(want.Warehouse.Facts) {
				t.Errorf("%d facts are left of %d", len(facts), len(want.Warehouse.Facts))
			}
			copyFile(t, whole, shop)
			w.run(t, "") // the data is right again, and read again
			got := w.result(t)
			got.Counts, want.Counts = nil, nil
			if d := difference(want, got); d != "" {
				t.Errorf("after the data was mended (-before +after):\n%s", d)
			}
		})
	}
}

// A run that lacked something outside of it goes on at its step.
func TestInterruptedRunGoesOn(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	full := errors.New("the disk is full")
	w.wrap = func(inner warehouse.Warehouse) warehouse.Warehouse {
		return signing{inner, func(what string) {
			if what == "exported" {
				panic(full)
			}
		}}
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the export was not reached")
			}
		}()
		w.run(t, "")
	}()
	w.wrap = nil
	var stages []string
	w.stage = func(name string) { stages = append(stages, name) }
	w.run(t, "")
	if !slices.Equal(stages, []string{pipeline.StepPublish}) {
		t.Errorf("steps %v, want publish alone", stages)
	}
}

func TestBrokenJournal(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small)}
	if _, err := pipeline.ReadSummary(w.dir); daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("an empty folder: %v, want code not_found", err)
	}
	w.run(t, "")
	path := filepath.Join(w.dir, "runs", "journal.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), "") })
	if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "remove the file") {
		t.Errorf("%v, want code invalid, the file and what to do", err)
	}
}
