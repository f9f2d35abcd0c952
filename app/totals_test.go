package app_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"daycast"
	"daycast/app"
)

// restless is a shop of items with Poisson sales in two categories.
func restless(items, days int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	b := &strings.Builder{}
	b.WriteString("item,day,units,category\n")
	for i := range items {
		for k := range days {
			fmt.Fprintf(b, "i%02d,%s,%d,%s\n", i, daycast.Day(20000+k), rng.IntN(6), []string{"a", "b"}[i%2])
		}
	}
	return b.String()
}

func table(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func withTotals(t *testing.T, threads int) (forecasts, totals string) {
	t.Helper()
	o := options(t, restless(8, 150))
	o.Horizon, o.Levels, o.Threads, o.Totals = 14, []float64{.9, .025, .5}, threads, filepath.Join(t.TempDir(), "totals.csv")
	if _, err := app.ForecastCSV(t.Context(), o, world()); err != nil {
		t.Fatal(err)
	}
	return o.Out, o.Totals
}

func TestLevelsNameTheColumns(t *testing.T) {
	forecasts, totals := withTotals(t, 1)
	if got := strings.Join(table(t, forecasts)[0], ","); got != "item,place,day,mean,q2.5,q50,q90,model,sold" {
		t.Errorf("forecasts have the columns %s", got)
	}
	if got := strings.Join(table(t, totals)[0], ","); got != "level,group,first,last,mean,q2.5,q50,q90" {
		t.Errorf("totals have the columns %s", got)
	}
}

// TestTotals: means add up, the groups are there by day, week and horizon, and
// a sum's range is narrower than the sum of ranges.
func TestTotals(t *testing.T) {
	forecasts, totals := withTotals(t, 1)
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var mean, low, high float64
	for _, r := range table(t, forecasts)[1:] {
		if r[0] == "i00" {
			mean, low, high = mean+number(r[3]), low+number(r[4]), high+number(r[6])
		}
	}
	rows := map[string]int{}
	for _, r := range table(t, totals)[1:] {
		rows[r[0]+" "+r[1]]++
		q := []float64{number(r[5]), number(r[6]), number(r[7])}
		if !slices.IsSorted(q) {
			t.Errorf("%v: quantiles %v", r, q)
		}
		if r[1] == "i00" && r[2] == daycast.Day(20150).String() && r[3] == daycast.Day(20163).String() {
			if m := number(r[4]); m < mean-.01 || m > mean+.01 {
				t.Errorf("the mean over the horizon is %g, of the days together %g", m, mean)
			}
			if q[2]-q[0] > .7*(high-low) || q[0] > mean || q[2] < mean {
				t.Errorf("the sum lies in %g to %g, the days' quantiles add up to %g to %g", q[0], q[2], low, high)
			}
		}
	}
	for group, want := range map[string]int{"series i00": 3, "shop ": 17, "category a": 17, "category b": 17} {
		if rows[group] != want {
			t.Errorf("%s has %d rows, want %d", group, rows[group], want)
		}
	}
}

func TestTotalsDoNotDependOnThreads(t *testing.T) {
	var files []string
	for _, threads := range []int{1, 3} {
		_, totals := withTotals(t, threads)
		content, err := os.ReadFile(totals)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(content))
	}
	if files[0] != files[1] {
		t.Error("one thread and three wrote different totals")
	}
}

func TestLevelsAreRefused(t *testing.T) {
	for _, levels := range [][]float64{{0}, {1}, {.5, -.1}, {90}} {
		o := options(t, "")
		o.Levels = levels
		if err := o.Validate(); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "--levels") {
			t.Errorf("%v: %v", levels, err)
		}
	}
}
