package clean

import (
	"cmp"
	"flag"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	godiff "github.com/google/go-cmp/cmp"

	"daycast"
)

var update = flag.Bool("update", false, "write what the scenarios give into their files")

// Each file of testdata/lines holds lines, and what they come to. A dot is an
// empty value, an underscore a space.
func TestLinesScenarios(t *testing.T) {
	files, _ := filepath.Glob("testdata/lines/*.txt")
	if len(files) == 0 {
		t.Fatal("no scenarios")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(text), "-- facts --\n")
			got := runScenario(t, input)
			if *update {
				if err := os.WriteFile(file, []byte(input+"-- facts --\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := godiff.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func runScenario(t *testing.T, input string) string {
	zones := map[string]*time.Location{}
	var kept []daycast.Quarantined
	c := Lines{
		Zone:       func(place string) *time.Location { return zones[place] },
		Quarantine: func(q daycast.Quarantined) { kept = append(kept, q) },
	}
	var raw []daycast.RawLine
	section := ""
	for row := range strings.Lines(input) {
		values := strings.Fields(row)
		switch {
		case len(values) == 0 || values[0] == "#":
		case values[0] == "--":
			section = values[1]
		case section == "now":
			c.Now = day(t, values[0])
		case section == "zones":
			zone, err := time.LoadLocation(values[1])
			if err != nil {
				t.Fatal(err)
			}
			zones[values[0]] = zone
		case section == "lines" && values[0] != "order":
			raw = append(raw, scenarioLine(int64(len(raw)+1), values))
		}
	}
	facts, report := factsOf(t, c, raw)
	return table(facts) + "-- report --\n" + report.String() + "-- quarantine --\n" + keptTable(kept)
}

func scenarioLine(row int64, v []string) daycast.RawLine {
	for i := range v {
		if v[i] == "." {
			v[i] = ""
		}
	}
	return daycast.RawLine{
		Row: row, OrderID: v[0], LineID: v[1], OrderedAt: strings.Replace(v[2], "_", " ", 1), CustomerID: v[3], ItemID: v[4],
		PlaceID: v[5], Quantity: v[6], UnitPrice: v[7], Discount: v[8], Promotion: v[9],
	}
}

func day(t *testing.T, s string) daycast.Day {
	t.Helper()
	d, err := daycast.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// factsOf reads lines into types and sorts them as the warehouse does, and
// cleans them.
func factsOf(t *testing.T, c Lines, raw []daycast.RawLine) ([]daycast.Fact, *Report) {
	t.Helper()
	lines := make([]daycast.Line, len(raw))
	for i, l := range raw {
		lines[i] = LineReader{}.Read(l)
	}
	slices.SortStableFunc(lines, func(a, b daycast.Line) int {
		return cmp.Or(strings.Compare(a.Series.Item, b.Series.Item), strings.Compare(a.Series.Place, b.Series.Place))
	})
	report := &Report{}
	var facts []daycast.Fact
	for f, err := range c.Facts(t.Context(), each(lines), report) {
		if err != nil {
			t.Fatal(err)
		}
		facts = append(facts, f)
	}
	return facts, report
}

func each[T any](values []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func table(facts []daycast.Fact) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "series\tday\tknown\tunits\tprice\tpromotion\tbuyers")
	for _, f := range facts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%g\t%s\t%s\t%s\n", f.Series.ID(), f.Day, f.KnownAt, f.Units, dot(f.Price), dot(f.Promotion), dot(f.Buyers))
	}
	_ = w.Flush()
	return b.String()
}

func dot(v float32) string {
	if math.IsNaN(float64(v)) {
		return "."
	}
	return fmt.Sprint(v)
}

func keptTable(kept []daycast.Quarantined) string {
	var b strings.Builder
	for _, q := range kept {
		fmt.Fprintf(&b, "%s row %d: %s %q: %s\n", q.Table, q.Row, q.Column, q.Value, q.Reason)
	}
	return b.String()
}

// randomLines are order lines of a week, with every kind of dirt.
func randomLines(rng *rand.Rand, n int, first daycast.Day) []daycast.RawLine {
	pick := func(values ...string) string { return values[rng.IntN(len(values))] }
	lines := make([]daycast.RawLine, n)
	for i := range lines {
		lines[i] = daycast.RawLine{
			OrderID: fmt.Sprint(first, "-", rng.IntN(n)), LineID: pick("", "", "1"),
			OrderedAt:  (first + daycast.Day(rng.IntN(7))).String() + pick("", " 09:30", "T23:00:00Z", "T01:00:00+05:30", " noon"),
			CustomerID: pick("", "ann", "bob"), ItemID: pick("tea", "cup", "POST"), PlaceID: pick("", "shop"),
			Quantity:  pick("1", "2", "3.5", "-1", "-2", "-3.5", "0", "x"),
			UnitPrice: pick("3", "4.5", "", "0", "-1", "y"), Discount: pick("", "", "1", "9"), Promotion: pick("", "true", "0.5", "z"),
		}
	}
	lines = append(lines, lines[:n/10]...)
	for i := range lines {
		lines[i].Row = int64(i + 1)
	}
	return lines
}

// Every unit that was read is in a fact, or in the report with a reason.
func TestLinesLoseNothing(t *testing.T) {
	leftOut := []string{
		"duplicate", "superseded", "non_product", "missing_item", "bad_time", "old_date", "future_date", "bad_quantity",
		"zero_quantity", "zero_price", "negative_price", "return_without_sale", "stock_adjustment",
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		raw := randomLines(rng, 60, 20_000)
		facts, report := factsOf(t, Lines{Now: 20_005}, raw)
		want := 0.0
		for _, l := range raw {
			want += LineReader{}.Read(l).Units
		}
		for _, reason := range leftOut {
			want -= report.Of(reason).Units
		}
		got := 0.0
		for _, f := range facts {
			got += float64(f.Units)
		}
		if got != want || report.Rows != int64(len(raw)) {
			t.Fatalf("%g units in facts, want %g\n%s", got, want, report)
		}
	}
}

func TestLinesFactsAreInOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		facts, _ := factsOf(t, Lines{}, randomLines(rng, 60, 20_000))
		for i := 1; i < len(facts); i++ {
			a, b := facts[i-1], facts[i]
			if a.Series == b.Series && (a.Day > b.Day || a.Day == b.Day && a.KnownAt >= b.KnownAt) || b.Series.Less(a.Series) || b.KnownAt < b.Day {
				t.Fatalf("%v before %v", a, b)
			}
		}
	}
}

// What was known at a day does not depend on what came later.
func TestLinesDoNotPeek(t *testing.T) {
	const origin = daycast.Day(20_007) // the last lines of the past are of the day before
	rng := rand.New(rand.NewPCG(7, 8))
	for range 100 {
		past := randomLines(rng, 60, 20_000)
		poison := randomLines(rng, 60, origin+2)
		for i := range poison {
			poison[i].Row += int64(len(past))
			if rng.IntN(3) == 0 { // corrections of old orders
				poison[i].OrderID, poison[i].LineID = past[i%len(past)].OrderID, "1"
			}
		}
		known := func(raw []daycast.RawLine) string {
			facts, _ := factsOf(t, Lines{}, raw)
			return table(slices.DeleteFunc(facts, func(f daycast.Fact) bool { return f.KnownAt > origin }))
		}
		if diff := godiff.Diff(known(past), known(slices.Concat(past, poison))); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestLinesRefuseDisorder(t *testing.T) {
	lines := []daycast.Line{{Row: 1, Series: daycast.Series{Item: "tea"}}, {Row: 2, Series: daycast.Series{Item: "cup"}}}
	for _, err := range (Lines{}).Facts(t.Context(), each(lines), &Report{}) {
		if daycast.CodeOf(err) != daycast.Internal {
			t.Errorf("got %v", err)
		}
	}
}

func TestLinesNonProduct(t *testing.T) {
	tests := []struct {
		patterns []string
		item     string
		want     bool
	}{
		{nil, "post", true},
		{nil, "Postcard", false},
		{nil, "ADJUST2", true},
		{nil, "Bank Charges", true},
		{[]string{}, "POST", false},
		{[]string{"fee*", "a.b"}, "FEE 7", true},
		{[]string{"fee*", "a.b"}, "A.B", true},
		{[]string{"fee*", "a.b"}, "axb", false},
		{[]string{"*"}, "any\nthing", true},
	}
	for _, tt := range tests {
		rules := Lines{NonProduct: tt.patterns}.compile()
		if got := rules != nil && rules.MatchString(tt.item); got != tt.want {
			t.Errorf("%q of %q: %t", tt.item, tt.patterns, got)
		}
	}
}
