// Package sourcetest holds the suite that every source passes.
package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/source"
)

// A Fixture is a table as a shop would have it: the values as the source has
// to read them, and as which kinds the shop stores them.
type Fixture struct {
	Header []string
	Kinds  []source.Kind
	Rows   [][]string
}

// A Shop is the tables that an adapter has to set up.
type Shop map[source.Table]Fixture

// Run tests a source. open sets up the shop, gives a source that reads it in
// its order, and cleans up with t.Cleanup.
func Run(t *testing.T, open func(t *testing.T, shop Shop) source.Source) {
	t.Run("reads every table", func(t *testing.T) { testTables(t, open(t, corner())) })
	t.Run("knows columns by any spelling", func(t *testing.T) { testSpelling(t, open) })
	t.Run("streams in batches", func(t *testing.T) { testBatches(t, open) })
	t.Run("reads a span", func(t *testing.T) { testSpan(t, open) })
	t.Run("names what is missing", func(t *testing.T) { testMissing(t, open) })
	t.Run("names what is mistyped", func(t *testing.T) { testMistyped(t, open) })
	t.Run("tolerates some dirt", func(t *testing.T) { testDirt(t, open) })
	t.Run("reads an empty table", func(t *testing.T) { testEmpty(t, open) })
	t.Run("knows which tables it has", func(t *testing.T) { testHas(t, open) })
	t.Run("ends when cancelled", func(t *testing.T) { testCancel(t, open) })
}

const (
	text   = source.Text
	number = source.Number
	clock  = source.Time
	date   = source.Date
	truth  = source.Bool
)

func sales(rows ...[]string) Fixture {
	return Fixture{
		Header: []string{"order_id", "line_id", "ordered_at", "customer_id", "item_id", "place_id", "quantity", "unit_price", "discount", "promotion"},
		Kinds:  []source.Kind{text, text, clock, text, text, text, number, number, number, truth},
		Rows:   rows,
	}
}

func corner() Shop {
	return Shop{
		source.Sales: sales(
			[]string{"1", "1", "2024-03-01T09:30:00", "c1", "tea", "online", "2", "3.5", "0.5", "true"},
			[]string{"1", "2", "2024-03-01T09:30:00", "", `a "big", red; cup`, "online", "-1", "12", "", "false"},
			[]string{"2", "1", "2024-03-31T23:59:59", "ç\n2", "tea", "online", "0.25", "", "", ""},
		),
		source.Daily: {
			Header: []string{"item", "day", "units", "price", "weather"},
			Kinds:  []source.Kind{text, date, number, number, text},
			Rows:   [][]string{{"tea", "2024-03-01", "7", "3.5", "rain"}, {"tea", "2024-03-02", "", "3.5", ""}},
		},
		source.Items: {
			Header: []string{"item_id", "category", "name"},
			Kinds:  []source.Kind{text, text, text},
			Rows:   [][]string{{"tea", "drinks", "Green tea"}, {"cup", "", "Cup"}},
		},
		source.Customers: {
			Header: []string{"customer_id", "country"},
			Kinds:  []source.Kind{text, text},
			Rows:   [][]string{{"c1", "GB"}},
		},
		source.Places: {
			Header: []string{"place_id", "time_zone", "latitude", "longitude"},
			Kinds:  []source.Kind{text, text, number, number},
			Rows:   [][]string{{"online", "Europe/London", "51.5", "-0.125"}},
		},
		source.Stock: {
			Header: []string{"day", "item_id", "on_hand"},
			Kinds:  []source.Kind{date, text, number},
			Rows:   [][]string{{"2024-03-01", "tea", "120"}},
		},
	}
}

func testTables(t *testing.T, s source.Source) {
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for table, want := range corner() {
		columns, err := s.Columns(t.Context(), table)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Header, columns); diff != "" {
			t.Errorf("%s: columns: %s", table, diff)
		}
		if diff := cmp.Diff(want.Rows, all(t, s, table, daycast.Span{})); diff != "" {
			t.Errorf("%s: %s", table, diff)
		}
	}
}

type opener = func(t *testing.T, shop Shop) source.Source

func testSpelling(t *testing.T, open opener) {
	s := open(t, Shop{source.Items: {
		Header: []string{"Item_ID", "Category"},
		Kinds:  []source.Kind{text, text},
		Rows:   [][]string{{"tea", "drinks"}},
	}})
	columns, err := s.Columns(t.Context(), source.Items)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"item_id", "Category"}, columns); diff != "" {
		t.Error(diff)
	}
}

func testBatches(t *testing.T, open opener) {
	const n = 10_000
	var rows [][]string
	for i := range n {
		rows = append(rows, []string{fmt.Sprintf("item %05d", i)})
	}
	s := open(t, Shop{source.Items: {Header: []string{"item_id"}, Kinds: []source.Kind{text}, Rows: rows}})
	for batch, err := range s.Read(t.Context(), source.Items, daycast.Span{}) {
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) == 0 || len(batch) > n/2 {
			t.Errorf("a batch of %d rows", len(batch))
		}
		break // a caller may stop early, and read again
	}
	if diff := cmp.Diff(rows, all(t, s, source.Items, daycast.Span{})); diff != "" {
		t.Error(diff)
	}
}

// testSpan: the lines of a span, and maybe of a day around.
func testSpan(t *testing.T, open opener) {
	var lines [][]string
	for i, at := range []string{
		"2024-02-28T23:59:59", "2024-02-29T00:00:00", "2024-03-01T18:00:00", "2024-03-02T09:00:00", "2024-03-03T23:59:59", "2024-03-04T00:00:00",
	} {
		lines = append(lines, []string{strconv.Itoa(i), "1", at, "", "tea", "", "1", "1", "", ""})
	}
	shop := Shop{source.Sales: sales(lines...)}
	s := open(t, shop)
	from, _ := daycast.ParseDay("2024-03-01")
	rows := shop[source.Sales].Rows
	for _, tt := range []struct {
		span daycast.Span
		want [][]string
	}{
		{daycast.Span{}, rows},
		{daycast.Span{From: from}, rows[1:]},
		{daycast.Span{From: from, To: from + 2}, rows[1:5]},
		{daycast.Span{To: from + 2}, rows[:5]},
	} {
		got := all(t, s, source.Sales, tt.span)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v: %s", tt.span, diff)
		}
	}
}

func testMissing(t *testing.T, open opener) {
	s := open(t, Shop{
		source.Sales: {
			Header: []string{"order_id", "ordered_at", "item"},
			Kinds:  []source.Kind{text, clock, text},
			Rows:   [][]string{{"1", "2024-03-01T09:30:00", "tea"}},
		},
		source.Stock: {
			Header: []string{"day", "item_id"},
			Kinds:  []source.Kind{date, text},
			Rows:   [][]string{{"2024-03-01", "tea"}},
		},
	})
	wantInvalid(t, s.Check(t.Context()), "sales", "item_id", "quantity", "stock", "on_hand")
	for _, err := range source.Lines(t.Context(), s, daycast.Span{}, nil) {
		wantInvalid(t, err, "item_id", "quantity")
	}
}

func testMistyped(t *testing.T, open opener) {
	s := open(t, Shop{source.Stock: {
		Header: []string{"day", "item_id", "on_hand"},
		Kinds:  []source.Kind{text, text, text},
		Rows:   [][]string{{"1/3/2024", "tea", "some"}, {"2/3/2024", "tea", "1,5"}},
	}})
	wantInvalid(t, s.Check(t.Context()), "stock", "day", "3/2024", "on_hand", "1,5", "decimal mark")
}

func testDirt(t *testing.T, open opener) {
	s := open(t, Shop{source.Stock: {
		Header: []string{"day", "item_id", "on_hand"},
		Kinds:  []source.Kind{date, text, text},
		Rows:   [][]string{{"2024-03-01", "tea", "1"}, {"2024-03-02", "tea", "2"}, {"2024-03-03", "tea", "many"}},
	}})
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func testEmpty(t *testing.T, open opener) {
	s := open(t, Shop{source.Sales: sales()})
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if rows := all(t, s, source.Sales, daycast.Span{}); len(rows) != 0 {
		t.Errorf("rows: %v", rows)
	}
}

func testHas(t *testing.T, open opener) {
	s := open(t, Shop{source.Sales: sales()})
	if !s.Has(source.Sales) || s.Has(source.Stock) {
		t.Error("want sales and no stock")
	}
	if _, err := s.Columns(t.Context(), source.Stock); daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("columns of a table that is not there: %v", err)
	}
	for _, err := range s.Read(t.Context(), source.Stock, daycast.Span{}) {
		if daycast.CodeOf(err) != daycast.NotFound {
			t.Errorf("rows of a table that is not there: %v", err)
		}
	}
}

func testCancel(t *testing.T, open opener) {
	s := open(t, corner())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for _, err := range s.Read(ctx, source.Sales, daycast.Span{}) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("reading when cancelled: %v", last)
	}
}

func all(t *testing.T, s source.Source, table source.Table, span daycast.Span) [][]string {
	t.Helper()
	var rows [][]string
	for batch, err := range s.Read(t.Context(), table, span) {
		if err != nil {
			t.Fatal(err)
		}
		rows = slices.Concat(rows, batch)
	}
	return rows
}

func wantInvalid(t *testing.T, err error, words ...string) {
	t.Helper()
	if daycast.CodeOf(err) != daycast.Invalid {
		t.Fatalf("want an error with code invalid, got %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not name %q: %v", word, err)
		}
	}
}
