package pipeline_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/clean"
	"daycast/model"
	"daycast/model/all"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// oddDays is how long the shop of odd series has been there, up to a Sunday.
const oddDays, oddLast = 200, daycast.Day(20003)

// odd are series that shops have beside the regular ones: the units of a day
// and whether the series was in stock, by days before the last one, and what a
// merchant expects of the four weeks after it. A series without a row on a day
// has units below zero.
var odd = []struct {
	name   string
	sell   func(ago int, rng *rand.Rand) (units float64, inStock bool)
	expect func(h int, d daycast.Day) (low, high float64)
}{
	{"one-sale", func(ago int, _ *rand.Rand) (float64, bool) { return upTo(ago == 0, 3, -1), true }, within(.3, 9)},
	{"one-sale-long-ago", func(ago int, _ *rand.Rand) (float64, bool) { return upTo(ago == 150, 3, upTo(ago > 150, -1, 0)), true }, within(0, 0)},
	{"two-days", func(ago int, _ *rand.Rand) (float64, bool) { return upTo(ago < 2, 6, -1), true }, within(1, 9)},
	{"only-zeros", func(int, *rand.Rand) (float64, bool) { return 0, true }, within(0, 0)},
	{"ended", func(ago int, rng *rand.Rand) (float64, bool) { return upTo(ago < 70, 0, around(rng, 6)), true }, within(0, 0)},
	{"back-in-stock", func(ago int, rng *rand.Rand) (float64, bool) {
		out := ago >= 2 && ago < 30
		return upTo(out, 0, around(rng, 8)), !out
	}, within(5, 11)},
	{"out-of-stock", func(ago int, rng *rand.Rand) (float64, bool) { return upTo(ago < 20, 0, around(rng, 8)), ago >= 20 }, within(4, 11)},
	{"saturdays", func(ago int, rng *rand.Rand) (float64, bool) {
		return upTo((oddLast-daycast.Day(ago)).Weekday() == time.Saturday, 20+around(rng, 4), 0), true
	}, func(_ int, d daycast.Day) (float64, float64) {
		if d.Weekday() == time.Saturday {
			return 14, 30
		}
		return 0, 3
	}},
	{"bulk", func(ago int, rng *rand.Rand) (float64, bool) { return upTo(ago == 5, 500, around(rng, 2)), true }, within(.7, 5)},
}

func upTo(is bool, a, b float64) float64 {
	if is {
		return a
	}
	return b
}

// around is a count with a mean.
func around(rng *rand.Rand, mean float64) float64 {
	return math.Round(mean * (.6 + .8*rng.Float64()))
}

func within(low, high float64) func(int, daycast.Day) (float64, float64) {
	return func(int, daycast.Day) (float64, float64) { return low, high }
}

// oddShop is the daily table of twenty regular series and the odd ones.
func oddShop() string {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("item,day,units,in_stock\n")
	write := func(item string, ago int, units float64, inStock bool) {
		if units >= 0 {
			fmt.Fprintf(&b, "%s,%s,%g,%g\n", item, oddLast-daycast.Day(ago), units, upTo(inStock, 1, 0))
		}
	}
	for k := range 20 {
		for ago := range oddDays {
			week := 1 + .3*math.Sin(float64(oddLast-daycast.Day(ago))/7*2*math.Pi)
			write(fmt.Sprintf("regular-%02d", k), ago, around(rng, float64(2+k%8)*week), true)
		}
	}
	for _, o := range odd {
		for ago := range oddDays {
			units, inStock := o.sell(ago, rng)
			write(o.name, ago, units, inStock)
		}
	}
	return b.String()
}

// TestOddSeries goes through the whole recipe.
func TestOddSeries(t *testing.T) {
	if testing.Short() {
		t.Skip("compares all usual models, whose packages have tests of their own")
	}
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "sales.csv")
	writeText(t, path, oddShop())
	house, err := warehouse.OpenDuckDB(ctx, filepath.Join(t.TempDir(), "warehouse.duckdb"), warehouse.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = house.Close() }()
	src, err := source.OpenCSV(ctx, map[source.Table]string{source.Daily: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = src.Close() }()
	table, err := pipeline.LoadDaily(ctx, "csv", src, house, pipeline.DailyOptions{Step: daycast.Daily, Today: oddLast + 1}, &clean.Report{})
	if err != nil {
		t.Fatal(err)
	}
	panels := pipeline.NewPanelSource(house, 1<<30, pipeline.PanelSpec{
		Step: daycast.Daily, Anchor: table.Anchor, Last: table.Last, Horizon: 28, Absent: clean.AbsentAuto, Planned: table.Planned,
	})
	// The usual models, and the one that a shop of seldom sold items chooses.
	for _, names := range [][]string{nil, {"weekday_mean"}} {
		t.Run(strings.Join(names, ","), func(t *testing.T) {
			models, err := all.Named(names)
			if err != nil {
				t.Fatal(err)
			}
			forecastOdd(t, panels, table.Last, models)
		})
	}
}

func forecastOdd(t *testing.T, panels *pipeline.PanelSource, last daycast.Day, models []model.Model) {
	learning := pipeline.Learning{
		Panel: panels.Panel, Models: models, Horizon: 28, Levels: pipeline.Levels(), Metric: "wape",
		Origins: 2, Scored: 1, MaxRows: 5000, Seed: 1, Threads: 2, Now: clock(),
	}
	learned, err := learning.Learn(t.Context(), last)
	if err != nil {
		t.Fatal(err)
	}
	f, err := learning.Forecast(t.Context(), learned.Fitted, learned.Panel)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, s := range learned.Panel.Series {
		at[s.Item] = i
	}
	for _, o := range odd {
		i, ok := at[o.name]
		if !ok {
			t.Errorf("%s: there is no such series", o.name)
			continue
		}
		for h, mean := range f.MeanOf(i) {
			if low, high := o.expect(h, f.Day(h)); !(float64(mean) >= low && float64(mean) <= high) {
				t.Errorf("%s by %s: %.2f from %s on, want %g to %g", o.name, f.Models[i], f.MeanOf(i)[h:min(28, h+7)], f.Day(h), low, high)
				break
			}
		}
	}
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
