package clean

import (
	"cmp"
	"flag"
	"fmt"
	"iter"
	"math"
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

// factsOf sorts lines as the warehouse does, and cleans them.
func factsOf(t *testing.T, c Lines, raw []daycast.RawLine) ([]daycast.Fact, *Report) {
	t.Helper()
	raw = slices.Clone(raw)
	slices.SortFunc(raw, func(a, b daycast.RawLine) int {
		return cmp.Or(strings.Compare(a.ItemID, b.ItemID), strings.Compare(a.PlaceID, b.PlaceID),
			strings.Compare(a.CustomerID, b.CustomerID), strings.Compare(a.OrderedAt, b.OrderedAt),
			strings.Compare(a.OrderID, b.OrderID), strings.Compare(a.LineID, b.LineID), cmp.Compare(a.Row, b.Row))
	})
	report := &Report{}
	var facts []daycast.Fact
	for f, err := range c.Facts(t.Context(), each(raw), report) {
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
	w.Flush()
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
