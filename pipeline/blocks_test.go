package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/clean"
	"daycast/model/all"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// blockShop is the daily table of series that sell on each day, so that nothing
// is inferred by comparing them.
func blockShop(series, days int) string {
	rng := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	b.WriteString("day,item,place,units,price\n")
	for t := range days { // day by day: the warehouse has to bring series together
		for i := range series {
			fmt.Fprintf(&b, "%s,i%03d,p%d,%d,%d\n", oddLast-daycast.Day(days-1-t), i/3, i%3, 3+rng.IntN(4)+(t%7)/5, 2+i%5)
		}
	}
	return b.String()
}

// loadBlocks opens a shop in blocks for so much memory.
func loadBlocks(t *testing.T, text string, memory ...int64) []*pipeline.Blocks {
	t.Helper()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "sales.csv")
	writeText(t, path, text)
	src, err := source.OpenCSV(ctx, map[source.Table]string{source.Daily: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	var out []*pipeline.Blocks
	for _, m := range memory {
		house, err := warehouse.OpenDuckDB(ctx, filepath.Join(t.TempDir(), "warehouse.duckdb"), warehouse.Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = house.Close() })
		table, err := pipeline.LoadDaily(ctx, "csv", src, house, pipeline.DailyOptions{Step: daycast.Daily, Today: oddLast + 1}, &clean.Report{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := pipeline.NewBlocks(ctx, house, m, pipeline.PanelSpec{
			Step: daycast.Daily, Anchor: table.Anchor, Last: table.Last, Horizon: 14, Absent: clean.AbsentAuto, Planned: table.Planned,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.Close() })
		out = append(out, b)
	}
	return out
}

// Models that look at one series at a time forecast in blocks what they forecast
// of the whole shop, of each series once.
func TestBlocksForecastAsTheWhole(t *testing.T) {
	const series, days = 60, 120
	blocks := loadBlocks(t, blockShop(series, days), 1<<30, series*days*70)
	models, err := all.Named([]string{"window_mean", "croston", "tsb", "ets", "theta", "seasonal_naive"})
	if err != nil {
		t.Fatal(err)
	}
	learning := blocks[0].Learn(pipeline.Learning{
		Models: models, Horizon: 14, Levels: pipeline.Levels(), Metric: "wape",
		Origins: 3, Scored: 1, MaxRows: 5000, Seed: 1, Threads: 2, Now: clock(),
	}, pipeline.BySize{})
	learned, err := learning.Learn(t.Context(), oddLast)
	if err != nil {
		t.Fatal(err)
	}
	type forecast struct {
		Model           string
		Mean, Quantiles []float32
	}
	of := make([]map[daycast.Series]forecast, 2)
	for k, b := range blocks {
		of[k] = map[daycast.Series]forecast{}
		walked := 0
		err := b.Each(t.Context(), nil, nil, func(p *daycast.Panel) error {
			walked++
			f, err := learning.Forecast(t.Context(), learned.Fitted, p)
			if err != nil {
				return err
			}
			for i, s := range p.Series {
				if _, twice := of[k][s]; twice {
					t.Errorf("series %s is in two blocks", s.ID())
				}
				n := f.Horizon * len(f.Levels)
				of[k][s] = forecast{f.Models[i], f.MeanOf(i), f.Quantiles[i*n : (i+1)*n]}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if walked != b.Count() || b.Whole() != (k == 0) {
			t.Errorf("%d blocks of %d, whole %t", walked, b.Count(), b.Whole())
		}
	}
	if len(of[0]) != series {
		t.Errorf("%d series, want %d", len(of[0]), series)
	}
	if diff := cmp.Diff(of[0], of[1]); diff != "" {
		t.Error(diff)
	}
}

// Models of groups and a choice for each series by itself are not made of a
// sample.
func TestBlocksLearnLess(t *testing.T) {
	blocks := loadBlocks(t, blockShop(12, 30), 1<<30, 12*30*40)
	usual := pipeline.Learning{Models: all.Models()}
	if l := blocks[0].Learn(usual, pipeline.BySize{Cheap: all.Cheap()}); len(l.Models) != len(usual.Models) || l.Sampled {
		t.Errorf("a shop that fits has %d of %d models", len(l.Models), len(usual.Models))
	}
	var names []string
	for _, m := range blocks[1].Learn(usual, pipeline.BySize{}).Models {
		names = append(names, m.Name())
	}
	if slices.Contains(names, "group_effects") || slices.Contains(names, "group_gbm") || !slices.Contains(names, "ridge") {
		t.Errorf("models of a sample: %v", names)
	}
	if cheap := blocks[1].Learn(usual, pipeline.BySize{Cheap: all.Cheap()}).Models; len(cheap) == 0 || len(cheap) >= len(names) {
		t.Errorf("%d cheap models of %d", len(cheap), len(names))
	}
}

// A small shop has more candidates, and still more once it has a year to learn from.
func TestSmallShopsLearnMore(t *testing.T) {
	by := pipeline.BySize{Small: all.Small(), Years: all.Years()}
	for days, want := range map[int]int{364: 1 + len(by.Small), 366: 1 + len(by.Small) + len(by.Years)} {
		whole := loadBlocks(t, blockShop(4, days), 1<<30)[0]
		if got := len(whole.Learn(pipeline.Learning{Models: all.Models()[:1]}, by).Models); got != want || len(by.Small)*len(by.Years) == 0 {
			t.Errorf("%d days: %d candidates, want %d", days, got, want)
		}
	}
}

// A run of a shop that does not fit forecasts each of its series, says so, and
// leaves nothing of the parts behind.
func TestRunInBlocks(t *testing.T) {
	shop := fill(t, small)
	whole := world{dir: t.TempDir(), shop: shop}
	whole.run(t, "")
	parts := world{dir: t.TempDir(), shop: shop, set: inBlocks}
	parts.run(t, pipeline.StepForecast)
	s, err := pipeline.ReadSummary(parts.dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(s.Trained.Notes, func(n string) bool { return strings.Contains(n, "do not fit into memory at once") }) {
		t.Errorf("notes: %v", s.Trained.Notes)
	}
	if left, _ := filepath.Glob(filepath.Join(parts.dir, "*.parts")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	cells := func(w world) (out []string) {
		err := w.do(t.Context(), func(r *pipeline.Run) error {
			s, err := pipeline.ReadSummary(w.dir)
			if err != nil {
				return err
			}
			for row, err := range r.Warehouse.Forecasts().Read(t.Context(), s.Run) {
				if err != nil {
					return err
				}
				if !row.Backtest {
					out = append(out, row.Series.ID()+" "+row.Day.String())
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if diff := cmp.Diff(cells(whole), cells(parts)); diff != "" {
		t.Error(diff)
	}
}
