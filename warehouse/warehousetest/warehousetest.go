// Package warehousetest is what every warehouse.Warehouse must pass.
package warehousetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/warehouse"
)

// errRows is what failing rows fail with.
var errRows = errors.New("the rows broke off")

// Run checks the warehouses that open gives, each of them empty. The suite
// closes them.
func Run(t *testing.T, open func(t *testing.T) warehouse.Warehouse) {
	t.Helper()
	fresh := func(t *testing.T) warehouse.Warehouse {
		w := open(t)
		t.Cleanup(func() {
			if err := w.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return w
	}
	t.Run("tables", func(t *testing.T) { runTables(t, fresh(t)) })
	t.Run("run tables", func(t *testing.T) { runRunTables(t, fresh(t)) })
	t.Run("lines", func(t *testing.T) { runLines(t, fresh(t)) })
	t.Run("known at", func(t *testing.T) { runKnownAt(t, fresh(t)) })
	t.Run("ties keep their order", func(t *testing.T) { runTies(t, fresh(t)) })
	t.Run("many rows", func(t *testing.T) { runMany(t, fresh(t)) })
	t.Run("stop early", func(t *testing.T) { runStopEarly(t, fresh(t)) })
	t.Run("read while writing", func(t *testing.T) { runReadWhileWriting(t, fresh(t)) })
	t.Run("cancellation", func(t *testing.T) { runCancel(t, fresh(t)) })
	t.Run("counts", func(t *testing.T) { runCounts(t, fresh(t)) })
	t.Run("forecasts that are due", func(t *testing.T) { runDue(t, fresh(t)) })
	t.Run("facts in parts", func(t *testing.T) { runParts(t, fresh(t)) })
	t.Run("facts are counted", func(t *testing.T) { runCounted(t, fresh(t)) })
	t.Run("series are found", func(t *testing.T) { runFound(t, fresh(t)) })
	t.Run("newest scores", func(t *testing.T) { runNewestScores(t, fresh(t)) })
	t.Run("fingerprint", func(t *testing.T) { runFingerprint(t, fresh(t)) })
	t.Run("export", func(t *testing.T) { runExport(t, fresh(t)) })
}

// runTables checks each table with a known content.
func runTables(t *testing.T, w warehouse.Warehouse) {
	table(t, "facts", w.Facts(), Facts())
	table(t, "stock", w.Stock(), stocks())
	table(t, "items", w.Items(), items())
	table(t, "places", w.Places(), places())
	table(t, "signals", w.Signals(), signals())
	table(t, "plans", w.Plans(), plans())
	table(t, "quarantine", w.Quarantine(), quarantined())
}

func runRunTables(t *testing.T, w warehouse.Warehouse) {
	runTable[warehouse.ForecastRow](t, "forecasts", w.Forecasts(), forecasts())
	runTable(t, "importances", w.Importances(), importances())
	runTable(t, "errors", w.Errors(), errorRows())
	runTable(t, "adjustments", w.Adjustments(), adjustments())
	runTable[warehouse.SeriesRow](t, "series", w.Series(), seriesRows())
	runTable[warehouse.ScoreRow](t, "scores", w.Scores(), scores())
	runTable(t, "accuracy", w.Accuracy(), accuracies())
	runTable(t, "features", w.Features(), features())
	runTable(t, "failures", w.Failures(), failures())
}

// table writes rows, sorted as the table sorts them, in another order.
func table[T any](t *testing.T, name string, table warehouse.Table[T], sorted []T) {
	t.Run(name, func(t *testing.T) {
		read := func() []T { return Collect(t, table.Read(t.Context(), Forever)) }
		if got := read(); len(got) != 0 {
			t.Fatalf("a new table holds %v", got)
		}
		replace := func(run string, rows iter.Seq2[T, error]) (int64, error) {
			return table.Replace(t.Context(), run, rows)
		}
		checkReplace(t, replace, read, sorted)
		if n, err := replace("r9", Rows[T](nil)); n != 0 || err != nil || len(read()) != 0 {
			t.Fatalf("replaced by nothing: %d rows, %v, read %v", n, err, read())
		}
	})
}

func runTable[T any](t *testing.T, name string, table warehouse.RunTable[T], sorted []T) {
	t.Run(name, func(t *testing.T) {
		other := sorted[:1]
		if _, err := table.Replace(t.Context(), "other", Rows(other)); err != nil {
			t.Fatal(err)
		}
		read := func() []T { return Collect(t, table.Read(t.Context(), "r'1")) }
		replace := func(_ string, rows iter.Seq2[T, error]) (int64, error) {
			return table.Replace(t.Context(), "r'1", rows)
		}
		checkReplace(t, replace, read, sorted)
		diff(t, "the other run's rows", other, Collect(t, table.Read(t.Context(), "other")))
		if got := Collect(t, table.Read(t.Context(), "never")); len(got) != 0 {
			t.Fatalf("a run that never was has %v", got)
		}
	})
}

func checkReplace[T any](
	t *testing.T, replace func(string, iter.Seq2[T, error]) (int64, error), read func() []T, sorted []T,
) {
	t.Helper()
	shuffled := slices.Clone(sorted)
	slices.Reverse(shuffled)
	for _, run := range []string{"r1", "r1", "r2"} { // again, and another run
		n, err := replace(run, Rows(shuffled))
		if err != nil {
			t.Fatal(err)
		}
		if n != int64(len(sorted)) {
			t.Fatalf("run %s: %d rows, want %d", run, n, len(sorted))
		}
		diff(t, "rows of run "+run, sorted, read())
	}
	if _, err := replace("r3", failing(shuffled[:1])); !errors.Is(err, errRows) {
		t.Fatalf("failing rows: got error %v", err)
	}
	diff(t, "rows after a failure", sorted, read())
}

// runLines checks what replacing a span of the order lines leaves.
func runLines(t *testing.T, w warehouse.Warehouse) {
	ctx, table := t.Context(), w.Lines()
	checkReplace(t,
		func(run string, rows iter.Seq2[daycast.Line, error]) (int64, error) {
			return table.Replace(ctx, run, daycast.Span{}, rows)
		},
		func() []daycast.Line { return sorted(Collect(t, table.Read(ctx))) }, sorted(lines()))

	const noon = int64(12 * 60 * 60 * 1e6)
	at := func(day, row int64) daycast.Line { return daycast.Line{Row: row, At: 2*day*noon + noon} }
	soon := daycast.Line{Row: 9, At: daycast.NoTime, Unread: daycast.UnreadTime + "1970-01-09 noon"}
	replace := func(run string, span daycast.Span, want int64, rows ...daycast.Line) {
		t.Helper()
		n, err := table.Replace(ctx, run, span, Rows(rows))
		if err != nil || n != want {
			t.Fatalf("replace %v: %d rows, %v; want %d", span, n, err, want)
		}
	}
	replace("r4", daycast.Span{}, 6, at(-3, 1), at(6, 2), at(7, 3), soon, at(8, 4), at(9, 5))
	late := daycast.Span{From: 8}
	if _, err := table.Replace(ctx, "r5", late, failing([]daycast.Line{at(8, 6)})); !errors.Is(err, errRows) {
		t.Fatalf("failing rows: got error %v", err)
	}
	replace("r5", daycast.Span{From: 7, To: 8}, 6, at(7, 6))
	replace("r5", late, 4, at(9, 7))
	replace("r5", late, 4, at(9, 7))
	replace("r6", daycast.Span{To: 7}, 2)
	var rows []int64
	for _, l := range sorted(Collect(t, table.Read(ctx))) {
		rows = append(rows, l.Row)
	}
	diff(t, "rows", []int64{6, 7}, rows)

	replace("r7", daycast.Span{}, 3000, many(1000, 0)...)
	replace("r8", daycast.Span{From: 5, To: 7}, 2400, many(0, 0)...)
	last := daycast.Series{}
	for i, l := range Collect(t, table.Read(ctx)) {
		if l.Series.Less(last) || l.UTCDay() == 5 || l.UTCDay() == 6 {
			t.Fatalf("line %d: %v after %v", i, l, last)
		}
		last = l.Series
	}
}

// many are n lines of each of three series, on ten days.
func many(n, row int) (all []daycast.Line) {
	for i := range n {
		for _, item := range []string{"b", "c", "a"} {
			row++
			all = append(all, daycast.Line{
				Series: daycast.Series{Item: item}, Row: int64(row), At: int64(i%10) * 24 * 60 * 60 * 1e6, Units: float64(i), Order: "o",
			})
		}
	}
	return all
}

// sorted brings the lines of a series, which come in any order, into one.
func sorted(all []daycast.Line) []daycast.Line {
	slices.SortStableFunc(all, func(a, b daycast.Line) int {
		if a.Series != b.Series {
			return strings.Compare(a.Series.Item+"\x00"+a.Series.Place, b.Series.Item+"\x00"+b.Series.Place)
		}
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	return all
}

// runKnownAt checks that nothing is read before it was known.
func runKnownAt(t *testing.T, w warehouse.Warehouse) {
	ctx := t.Context()
	var facts []daycast.Fact
	var signals []daycast.Signal
	for known := daycast.Day(-2); known < 3; known++ {
		facts = append(facts, daycast.Fact{Series: daycast.Series{Item: "a"}, Day: 1, KnownAt: known})
		signals = append(signals, daycast.Signal{Name: "s", Day: 1, KnownAt: known})
	}
	if _, err := w.Facts().Replace(ctx, "r", Rows(facts)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Signals().Replace(ctx, "r", Rows(signals)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		known daycast.Day
		want  int
	}{{math.MinInt32, 0}, {-3, 0}, {-2, 1}, {0, 3}, {2, 5}, {Forever, 5}} {
		diff(t, "facts", facts[:c.want], Collect(t, w.Facts().Read(ctx, c.known)))
		diff(t, "signals", signals[:c.want], Collect(t, w.Signals().Read(ctx, c.known)))
	}
}

// runTies checks that rows which the order holds equal stay as written, so
// that sums over them are the same on any number of threads.
func runTies(t *testing.T, w warehouse.Warehouse) {
	facts := make([]daycast.Fact, 50_000)
	for i := range facts {
		facts[i] = daycast.Fact{Series: daycast.Series{Item: "a"}, Units: float32(i)}
	}
	if _, err := w.Facts().Replace(t.Context(), "r", Rows(facts)); err != nil {
		t.Fatal(err)
	}
	diff(t, "facts", facts, Collect(t, w.Facts().Read(t.Context(), Forever)))
}

// runMany checks that no row is lost or moved between blocks.
func runMany(t *testing.T, w warehouse.Warehouse) {
	const n = 1 << 18
	rows := func(yield func(daycast.Stock, error) bool) {
		for i := range n {
			at := i * 5 % n // 5 and n have no divisor in common: each once
			s := daycast.Stock{Series: daycast.Series{Item: "a"}, Day: daycast.Day(at), OnHand: float32(at)}
			if !yield(s, nil) {
				return
			}
		}
	}
	if got, err := w.Stock().Replace(t.Context(), "r", rows); got != n || err != nil {
		t.Fatalf("%d rows, %v; want %d", got, err, n)
	}
	next := daycast.Day(0)
	for s, err := range w.Stock().Read(t.Context(), Forever) {
		if err != nil {
			t.Fatal(err)
		}
		if s.Day != next || s.OnHand != float32(next) {
			t.Fatalf("row %d is %+v", next, s)
		}
		next++
	}
	if next != n {
		t.Fatalf("read %d rows, want %d", next, n)
	}
}

func runStopEarly(t *testing.T, w warehouse.Warehouse) {
	ctx := t.Context()
	if _, err := w.Items().Replace(ctx, "r", Rows(items())); err != nil {
		t.Fatal(err)
	}
	for _, err := range w.Items().Read(ctx, Forever) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if _, err := w.Items().Replace(ctx, "r", Rows(items()[:1])); err != nil {
		t.Fatalf("replace after a read that stopped early: %v", err)
	}
}

// runReadWhileWriting makes a table's rows from another table, and from what
// the table itself held before.
func runReadWhileWriting(t *testing.T, w warehouse.Warehouse) {
	ctx := t.Context()
	Fill(t, w, "r1")
	fromLines := func(yield func(daycast.Fact, error) bool) {
		for l, err := range w.Lines().Read(ctx) {
			if !yield(daycast.Fact{Series: l.Series}, err) {
				return
			}
		}
	}
	if n, err := w.Facts().Replace(ctx, "r2", fromLines); err != nil || n != int64(len(lines())) {
		t.Fatalf("facts from lines: %d, %v", n, err)
	}
	want := Collect(t, w.Facts().Read(ctx, Forever))
	if _, err := w.Facts().Replace(ctx, "r3", w.Facts().Read(ctx, Forever)); err != nil {
		t.Fatalf("facts from facts: %v", err)
	}
	diff(t, "facts", want, Collect(t, w.Facts().Read(ctx, Forever)))
}

func runCancel(t *testing.T, w warehouse.Warehouse) {
	if _, err := w.Facts().Replace(t.Context(), "r", Rows(Facts())); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := w.Facts().Replace(ctx, "r", func(yield func(daycast.Fact, error) bool) {
		_ = yield(daycast.Fact{}, nil)
		cancel()
		_ = yield(daycast.Fact{}, nil)
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("replace: got error %v", err)
	}
	for _, err := range w.Facts().Read(ctx, Forever) {
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("read: got error %v", err)
		}
	}
	diff(t, "facts", Facts(), Collect(t, w.Facts().Read(t.Context(), Forever)))

	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range w.Facts().Read(ctx, Forever) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Fatalf("a read cancelled on its way ended with %v", last)
	}
}

func runCounts(t *testing.T, w warehouse.Warehouse) {
	Fill(t, w, "r1")
	got, err := w.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "counts", map[string]int64{
		"lines": int64(len(lines())), "facts": int64(len(Facts())), "stock": int64(len(stocks())),
		"items": int64(len(items())), "places": int64(len(places())), "signals": int64(len(signals())),
		"plans":      int64(len(plans())),
		"quarantine": int64(len(quarantined())), "forecasts": int64(len(forecasts())),
		"accuracy": int64(len(accuracies())), "features": int64(len(features())), "failures": int64(len(failures())),
		"scores": int64(len(scores())), "importances": int64(len(importances())), "errors": int64(len(errorRows())),
		"adjustments": int64(len(adjustments())), "series": int64(len(seriesRows())),
	}, got)
}

// runExport checks that a snapshot reads as the warehouse does, one run's
// forecasts apart, and cannot be written to.
func runExport(t *testing.T, w warehouse.Warehouse) {
	ctx, dir := t.Context(), t.TempDir()
	Fill(t, w, "other")
	Fill(t, w, "r'1")
	export := func(from warehouse.Warehouse, name string) warehouse.Warehouse {
		shot := filepath.Join(dir, name)
		if err := from.Export(ctx, "r'1", shot); err != nil {
			t.Fatal(err)
		}
		s, err := warehouse.OpenSnapshot(ctx, shot, warehouse.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	s := export(w, "it's a [snapshot] * 100%?")
	same(t, w, s, "r'1")
	same(t, s, export(s, "again"), "r'1")
	if rows := Collect(t, s.Forecasts().Read(ctx, "other")); len(rows) != 0 {
		t.Errorf("the snapshot holds another run's forecasts: %v", rows)
	}
	_, err := s.Facts().Replace(ctx, "r2", Rows(Facts()))
	wantConflict(t, err)
	_, err = s.Failures().Replace(ctx, "r2", Rows(failures()))
	wantConflict(t, err)
	_, err = s.Lines().Replace(ctx, "r2", daycast.Span{}, Rows(lines()))
	wantConflict(t, err)
}

func wantConflict(t *testing.T, err error) {
	t.Helper()
	if err == nil || daycast.CodeOf(err) != daycast.Conflict {
		t.Errorf("replacing in a snapshot: got error %v, want code conflict", err)
	}
}

// Rows yields rows.
func Rows[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// failing yields rows, then errRows.
func failing[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		var none T
		yield(none, errRows)
	}
}

// Collect reads all rows.
func Collect[T any](t *testing.T, rows iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for r, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func diff[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("%s (-want +got):\n%.4000s", what, d)
	}
}
