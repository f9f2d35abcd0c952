package main_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// figures are those of a report that the tests look at.
type figures struct {
	Run, Step string
	Series    struct{ Total, OnSale int }
	States    []struct {
		Name string
		Days int
	}
	Cleaning struct {
		Rows    int
		Reasons []struct{ Name string }
		Notes   []string
	}
	Total struct {
		Days  []string
		Units []*float64
	}
	Week struct{ Mean []float64 }
	Top  []struct{ ID, Item string }
}

func parseFigures(t *testing.T, text string) (f figures) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatalf("%v: %.300s", err, text)
	}
	return f
}

// pageFigures are what a browser finds in a report's page.
func pageFigures(t *testing.T, page string) figures {
	t.Helper()
	_, rest, found := strings.Cut(page, `id="report">`)
	text, _, ended := strings.Cut(rest, "</script")
	if !found || !ended {
		t.Fatalf("the page has no figures: %.300s", page)
	}
	return parseFigures(t, text)
}

func TestExplore(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	daycast(t, dir, "explore").fails(t, 1, "nothing was published yet", "daycast run publishes")
	must(t, dir, "run")
	daycast(t, dir, "explore", "--json", "--out", "-").fails(t, 2, "--json and --out -")
	daycast(t, dir, "explore", "--out", "nowhere/report.html").fails(t, 1, "out: cannot write")

	if o := must(t, dir, "explore"); o.out != "wrote report.html: open it in a browser\n" || !strings.Contains(o.errors, "compute the figures") {
		t.Errorf("it says %q, %q", o.out, o.errors)
	}
	written := pageFigures(t, read(t, filepath.Join(dir, "report.html")))
	printed := parseFigures(t, must(t, dir, "explore", "--json").out)
	shown := pageFigures(t, must(t, dir, "explore", "--out", "-").out)
	for name, f := range map[string]figures{"page": written, "json": printed, "standard output": shown} {
		var summary struct{ Days map[string]int }
		if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "data", "runs", f.Run+".trained.json"))), &summary); err != nil {
			t.Fatal(err)
		}
		for _, s := range f.States {
			if s.Days != summary.Days[s.Name] {
				t.Errorf("%s: %d days are %s, in the run's summary %d", name, s.Days, s.Name, summary.Days[s.Name])
			}
		}
		if f.Series.Total != 4 || f.Cleaning.Rows == 0 || len(f.Cleaning.Reasons) == 0 || len(f.Total.Days) != len(f.Total.Units) ||
			len(f.Week.Mean) != 7 || len(f.Top) == 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// Names that would end the script, or fill the page, are figures like others.
func TestExploreHostileNames(t *testing.T) {
	t.Parallel()
	names := []string{`</script><img src=x onerror=alert(1)>`, "😀 <!-- <script>", strings.Repeat("é", 5000)}
	dir := handShop(t, func(add func(order any, at, place, item string, quantity, price any)) {
		for d := range 120 {
			for k, name := range names {
				add(fmt.Sprint(d, "-", k), day(d-121)+"T10:00:00", "", name, 1+(d+k)%4, 2)
			}
		}
	})
	config := filepath.Join(dir, "daycast.yaml")
	write(t, config, strings.Replace(read(t, config), "forecast: {", "forecast: {step: week, ", 1))
	must(t, dir, "run")
	must(t, dir, "explore")
	f := pageFigures(t, read(t, filepath.Join(dir, "report.html")))
	if f.Step != "week" || len(f.Top) != len(names) {
		t.Fatalf("a report of %q, %d items", f.Step, len(f.Top))
	}
	for _, top := range f.Top {
		if !strings.Contains(strings.Join(names, "\n"), top.Item) || top.Item == "" {
			t.Errorf("an item came out as %.80q", top.Item)
		}
	}
}
