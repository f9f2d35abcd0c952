package warehousetest

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"daycast"
	"daycast/warehouse"
)

// runDue checks that the newest run of an origin speaks for it, that
// backtests do not, and what is forgotten.
func runDue(t *testing.T, w warehouse.Warehouse) {
	ctx := t.Context()
	row := func(item string, origin, day daycast.Day, mean float32) warehouse.ForecastRow {
		return warehouse.ForecastRow{Series: daycast.Series{Item: item}, Origin: origin, Day: day, Mean: mean}
	}
	proof := row("a", 7, 9, 99)
	proof.Backtest = true
	for run, rows := range map[string][]warehouse.ForecastRow{
		"1": {row("a", 7, 8, 1), row("a", 7, 9, 1), row("b", 7, 9, 1)},
		"2": {row("a", 8, 9, 2), row("a", 8, 10, 2), row("b", 8, 9, 2), proof},
		"3": {row("a", 8, 9, 3)},
	} {
		if _, err := w.Forecasts().Replace(ctx, run, Rows(rows)); err != nil {
			t.Fatal(err)
		}
	}
	due := func(days ...daycast.Day) []warehouse.ForecastRow {
		return Collect(t, w.Forecasts().Due(ctx, days, warehouse.Part{}))
	}
	diff(t, "due", []warehouse.ForecastRow{row("a", 7, 8, 1), row("a", 7, 9, 1), row("a", 8, 9, 3), row("b", 7, 9, 1)}, due(8, 9))
	diff(t, "due on no day", nil, due())
	var parts int
	for k := range 3 {
		parts += len(Collect(t, w.Forecasts().Due(ctx, []daycast.Day{8, 9}, warehouse.Part{Index: k, Of: 3})))
	}
	if parts != 4 {
		t.Errorf("%d forecasts are due in three parts, want 4", parts)
	}
	if err := w.Forecasts().Forget(ctx, 8); err != nil {
		t.Fatal(err)
	}
	diff(t, "due, the first run forgotten", []warehouse.ForecastRow{row("a", 8, 9, 3)}, due(8, 9))
	diff(t, "the second run's rows", []warehouse.ForecastRow{proof, row("a", 8, 9, 2), row("a", 8, 10, 2), row("b", 8, 9, 2)},
		Collect(t, w.Forecasts().Read(ctx, "2")))
}

// runParts checks that facts are dealt out whole, each series in one part, in
// the order of the table, and that they are counted.
func runParts(t *testing.T, w warehouse.Warehouse) {
	ctx := t.Context()
	var facts []daycast.Fact
	for k := range 40 {
		for day := range daycast.Day(1 + k%3) {
			for _, units := range []float32{3, 1, 2} { // equal rows stay as written
				facts = append(facts, daycast.Fact{Series: daycast.Series{Item: string(rune('a' + k/2)), Place: string(rune('a' + k%2))}, Day: 5 + day, KnownAt: 5 + day, Units: units})
			}
		}
	}
	if _, err := w.Facts().Replace(ctx, "r", Rows(facts)); err != nil {
		t.Fatal(err)
	}
	size, err := w.Facts().Size(ctx, 9)
	if err != nil || size != (warehouse.FactSize{Series: 40, Days: 40 * 5}) {
		t.Errorf("%+v, %v: want 40 series of 5 days", size, err)
	}
	parts, err := w.Facts().Split(ctx, 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Facts().Replace(ctx, "r", Rows(facts[:3])); err != nil { // is not in the parts
		t.Fatal(err)
	}
	in, got := map[daycast.Series]int{}, []daycast.Fact(nil)
	for k := range 3 {
		own := Collect(t, parts.Read(ctx, k, Forever))
		if len(own) == 0 || len(own) == len(facts) {
			t.Errorf("part %d has %d of %d facts", k, len(own), len(facts))
		}
		for _, f := range own {
			if before, ok := in[f.Series]; ok && before != k {
				t.Errorf("series %s is in parts %d and %d", f.Series.ID(), before, k)
			}
			in[f.Series] = k
		}
		got = append(got, own...)
	}
	slices.SortStableFunc(got, func(a, b daycast.Fact) int {
		return cmp.Or(cmp.Compare(a.Series.Item, b.Series.Item), cmp.Compare(a.Series.Place, b.Series.Place), cmp.Compare(a.Day, b.Day))
	})
	diff(t, "the facts of all parts", facts, got)
	early := 0
	for k := range 3 {
		early += len(Collect(t, parts.Read(ctx, k, 5)))
	}
	if early != 120 {
		t.Errorf("%d facts were known by day 5, want 120", early)
	}
	if err := parts.Close(); err != nil {
		t.Error(err)
	}
}

// runNewestScores checks that a correction takes the place of what it corrects
// and of nothing else.
func runNewestScores(t *testing.T, w warehouse.Warehouse) {
	ctx := t.Context()
	row := func(origin, day daycast.Day, category string, pairs int64) warehouse.ScoreRow {
		return warehouse.ScoreRow{Origin: origin, Day: day, Category: category, Pairs: pairs}
	}
	for run, rows := range map[string][]warehouse.ScoreRow{
		"1": {row(1, 2, "a", 1), row(1, 2, "b", 1), row(1, 3, "a", 1)},
		"2": {row(1, 2, "a", 2)},
	} {
		if _, err := w.Scores().Replace(ctx, run, Rows(rows)); err != nil {
			t.Fatal(err)
		}
	}
	diff(t, "newest", []warehouse.ScoreRow{row(1, 2, "a", 2), row(1, 2, "b", 1), row(1, 3, "a", 1)}, Collect(t, w.Scores().Newest(ctx)))
}

// runFingerprint checks that contents are told apart, and runs are not.
func runFingerprint(t *testing.T, w warehouse.Warehouse) {
	ctx := t.Context()
	print := func() string {
		t.Helper()
		s, err := w.Fingerprint(ctx, "lines", "facts")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	seen := map[string]string{print(): "nothing"}
	fresh := func(what string) {
		t.Helper()
		p := print()
		if before, ok := seen[p]; ok {
			t.Fatalf("%s has the fingerprint of %s", what, before)
		}
		seen[p] = what
	}
	Fill(t, w, "r1")
	fresh("the rows")
	before := print()
	Fill(t, w, "r2")
	if print() != before {
		t.Fatal("the same rows of another run have another fingerprint")
	}
	moved := lines()
	for i := range moved {
		moved[i].Row += 5
	}
	if _, err := w.Lines().Replace(ctx, "r3", daycast.Span{}, Rows(moved)); err != nil {
		t.Fatal(err)
	}
	if print() != before {
		t.Fatal("lines at other positions have another fingerprint")
	}
	facts := Facts()
	facts[0].Units++
	if _, err := w.Facts().Replace(ctx, "r3", Rows(facts)); err != nil {
		t.Fatal(err)
	}
	fresh("another unit")
	if _, err := w.Facts().Replace(ctx, "r3", Rows(append(Facts(), Facts()[0]))); err != nil {
		t.Fatal(err)
	}
	fresh("a row twice")
	if _, err := w.Fingerprint(ctx, "none"); err == nil {
		t.Fatal("a table that is not there has a fingerprint")
	}
}

// runCounted checks what is counted of facts against a count by hand, and that
// parts of them are all of them.
func runCounted(t *testing.T, w warehouse.Warehouse) {
	ctx := t.Context()
	fact := func(item, place string, day, known daycast.Day, units, price float32) daycast.Fact {
		f := Facts()[0]
		f.Series, f.Day, f.KnownAt, f.Units, f.Price = daycast.Series{Item: item, Place: place}, day, known, units, price
		return f
	}
	nan := float32(math.NaN())
	facts := []daycast.Fact{
		fact("a", "x", 1, 1, 5, 2), fact("a", "x", 9, 9, 3, 2), fact("a", "x", 10, 10, 1, nan),
		fact("a", "y", 2, 2, 7, 1),                               // long ago
		fact("b", "x", 9, 9, 4, 1), fact("b", "x", 9, 10, -4, 1), // all of it came back
		fact("c", "y", 10, 10, 0, 1), fact("c", "y", 11, 11, 6, 1), // sold after the last day
		fact("d", "z", 11, 11, 6, 1), // not known yet
		fact("e", "z", 9, 9, 8, nan),
	}
	if _, err := w.Facts().Replace(ctx, "r", Rows(facts)); err != nil {
		t.Fatal(err)
	}
	n, err := w.Facts().Count(ctx, 10, 3)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "counts", warehouse.FactCount{Series: 5, Items: 4, Places: 3, OnSale: 2, NeverSold: 1}, n)
	top, err := w.Facts().Top(ctx, 10, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "top", []warehouse.SoldRow{
		{Series: daycast.Series{Item: "e", Place: "z"}, Units: 8, Revenue: math.NaN()},
		{Series: daycast.Series{Item: "a", Place: "x"}, Units: 4, Revenue: 8}, // the last day at the price of the day before
	}, top)
	parts := 0
	for k := range 3 {
		parts += len(Collect(t, w.Facts().ReadPart(ctx, warehouse.Part{Index: k, Of: 3}, 10)))
	}
	if all := len(Collect(t, w.Facts().ReadPart(ctx, warehouse.Part{}, 10))); parts != 8 || all != 8 {
		t.Errorf("%d facts in three parts, %d in one, want 8", parts, all)
	}
}
