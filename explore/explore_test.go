package explore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/model/modeltest"
	"daycast/warehouse"
	"daycast/warehouse/warehousetest"
)

var nan = modeltest.NaN

// tables is a warehouse that has what a report reads.
type tables struct {
	warehouse.Warehouse
	items       []daycast.Item
	importances []warehouse.ImportanceRow
	errors      []warehouse.ErrorRow
}

func (t tables) Items() warehouse.Table[daycast.Item] { return table[daycast.Item]{rows: t.items} }
func (t tables) Importances() warehouse.RunTable[warehouse.ImportanceRow] {
	return runTable[warehouse.ImportanceRow]{rows: t.importances}
}
func (t tables) Errors() warehouse.RunTable[warehouse.ErrorRow] {
	return runTable[warehouse.ErrorRow]{rows: t.errors}
}

type table[T any] struct {
	warehouse.Table[T]
	rows []T
}

func (t table[T]) Read(context.Context, daycast.Day) iter.Seq2[T, error] {
	return warehousetest.Rows(t.rows)
}

type runTable[T any] struct {
	warehouse.RunTable[T]
	rows []T
}

func (t runTable[T]) Read(context.Context, string) iter.Seq2[T, error] {
	return warehousetest.Rows(t.rows)
}

// build reports on a panel whose items are in the categories of its level.
func build(t *testing.T, p *daycast.Panel) *Report {
	t.Helper()
	var w tables
	for i, s := range p.Series {
		it := daycast.Item{ID: s.Item, Attributes: map[string]string{}}
		if g := p.Levels[0].Of[i]; g >= 0 {
			it.Attributes["category"] = p.Levels[0].Names[g]
		}
		w.items = append(w.items, it)
	}
	r, err := Build(t.Context(), Inputs{Shop: "test", Panel: p, Warehouse: w, Cleaning: &Cleaning{}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func day(t *testing.T, text string) daycast.Day {
	t.Helper()
	d, err := daycast.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// same compares numbers, of which NaN is one.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	close := func(a, b Number) bool {
		x, y := float64(a), float64(b)
		return x == y || x != x && y != y || math.Abs(x-y) <= 1e-9*math.Abs(y)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(close)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Two weeks of two items, worked out by hand: Monday 2024-01-29 to Sunday
// 2024-02-11, closed on Sundays.
func handPanel(t *testing.T) *daycast.Panel {
	const s, z, o, c, m = daycast.Sold, daycast.Zero, daycast.StockOut, daycast.Closed, daycast.Missing
	return modeltest.Panel(day(t, "2024-02-11"),
		modeltest.Series{
			Item: "a", Category: "fruit",
			Units: []float32{2, 2, 2, 2, 2, 10, 0, 4, 4, 4, 4, 0, 4, 0},
			State: []daycast.DayState{s, s, s, s, s, s, c, s, s, s, s, z, s, c},
			Price: []float32{2, 2, 2, 2, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2},
		},
		modeltest.Series{Item: "b", Units: []float32{1, 0, 0, 3, 0}, State: []daycast.DayState{s, o, m, s, c}},
	)
}

func TestStates(t *testing.T) {
	r := build(t, handPanel(t))
	same(t, "series", r.Series, Series{Total: 2, OnSale: 2, Items: 2, Places: 1})
	same(t, "states", r.States, []StateDays{{"sold", 13}, {"zero", 1}, {"stock_out", 1}, {"closed", 3}, {"missing", 1}, {"not_listed", 0}})
	same(t, "months", r.StatesByMonth, StatesByMonth{[]string{"2024-01", "2024-02"}, map[string][]int64{
		"sold": {3, 10}, "zero": {0, 1}, "stock_out": {0, 1}, "closed": {0, 3}, "missing": {0, 1}, "not_listed": {0, 0},
	}})
}

func TestTotal(t *testing.T) {
	r := build(t, handPanel(t))
	same(t, "days", r.Total.Days[:4], []string{"2024-01-29", "2024-01-30", "2024-01-31", "2024-02-01"})
	// The last days: a and b sold, a sold and b out of stock, a idle and b missing, both sold, both closed.
	same(t, "units", r.Total.Units, []Number{2, 2, 2, 2, 2, 10, unknown, 4, 4, 5, 4, 0, 7, unknown})
	same(t, "revenue", r.Total.Revenue, []Number{4, 4, 4, 4, 4, 10, unknown, 8, 8, 8, 8, 0, 8, unknown})
	same(t, "states", r.Total.States[9:], []string{"open", "open", "open", "open", "closed"})
}

func TestWeek(t *testing.T) {
	r := build(t, handPanel(t))
	// 20 and 24 units in the two weeks.
	want := func(q float64) (of []Number) {
		for k, first := range []float64{2, 2, 2, 2, 2, 10, 0} {
			a, b := first/20, []float64{4, 4, 5, 4, 0, 7, 0}[k]/24
			of = append(of, Number(min(a, b)+q*math.Abs(a-b)))
		}
		return of
	}
	same(t, "week", r.Week, Week{[]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}, want(.5), want(.25), want(.75)})
}

// The profile of a shop that doubles each year is that of the shop that does
// not.
func TestYear(t *testing.T) {
	first, last := day(t, "2021-03-01"), day(t, "2024-02-29")
	var units []float32
	want, sum := make([]Number, 12), 0.0
	for m := range want {
		want[m] = Number(1 + m%5)
		sum += float64(want[m])
	}
	for m := range want {
		want[m] *= Number(12 / sum)
	}
	for d := first; d <= last; d++ {
		month := 12*(d.Time().Year()-2021) + int(d.Time().Month()) - 1
		units = append(units, float32(float64(1+month%12%5)*math.Exp2(float64(month)/12)))
	}
	r := build(t, modeltest.Panel(last, modeltest.Series{Units: units}))
	for m := range want {
		if math.Abs(float64(r.Year.Mean[m]-want[m])) > 1e-6 { // of float32 units
			t.Errorf("%s: %v, want %v", r.Year.Months[m], r.Year.Mean[m], want[m])
		}
	}
	r = build(t, modeltest.Panel(last, modeltest.Series{Units: units[len(units)-45:]}))
	same(t, "of six weeks", r.Year.Mean, []Number{unknown, 1, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown}[:12])
}

func TestConcentration(t *testing.T) {
	r := build(t, modeltest.Panel(100, modeltest.Series{Units: []float32{1, 5}}, modeltest.Series{Units: []float32{-3}}, modeltest.Series{Units: []float32{4}}))
	same(t, "concentration", r.Concentration, Concentration{[]Number{1. / 3, 2. / 3, 1}, []Number{.6, 1, 1}})
	var many []modeltest.Series
	for k := range 250 {
		many = append(many, modeltest.Series{Units: []float32{float32(k % 7)}})
	}
	r = build(t, modeltest.Panel(100, many...))
	if n := len(r.Concentration.Share); n != shown || r.Concentration.Share[n-1] != 1 || r.Concentration.Units[n-1] != 1 {
		t.Errorf("%d points: %+v", n, r.Concentration)
	}
}

func TestTrendAndTop(t *testing.T) {
	var many []modeltest.Series
	for k := range 12 {
		units := make([]float32, 16)
		for d := range units {
			units[d] = float32(k + 1)
		}
		many = append(many, modeltest.Series{Category: fmt.Sprintf("c%02d", k), Units: units})
	}
	r := build(t, modeltest.Panel(day(t, "2024-02-13"), many...)) // from Monday 2024-01-29 to a Tuesday
	var names []string
	for _, c := range r.Trend {
		names = append(names, c.Category)
	}
	same(t, "categories", names, []string{"c11", "c10", "c09", "c08", "c07", "c06", "c05", "c04", "other"})
	same(t, "best", r.Trend[0], Trend{"c11", []string{"2024-01-29", "2024-02-05"}, []Number{84, 84}})
	same(t, "other", r.Trend[8].Units, []Number{70, 70})
	same(t, "top", r.Top[0], TopSeries{ID: "item-011", Item: "item-011", Category: "c11", Units: 192, Revenue: unknown})
}

func TestPriceResponse(t *testing.T) {
	// At the usual price of 2 the item sells 4, at half of it 16: elasticity -2.
	p := modeltest.Panel(100, modeltest.Series{
		Units: []float32{4, 16, 3, 5, 16, 9}, Price: []float32{2, 1, 2, 2, 1, nan},
	}, modeltest.Series{Units: []float32{7, 7}, Price: []float32{3, 3}})
	r := build(t, p).PriceResponse
	same(t, "units", r.Units, []Number{4, unknown, unknown, 1, unknown, unknown, unknown})
	same(t, "days", r.Days, []int64{2, 0, 0, 3, 0, 0, 0})
	if r.Series != 1 || math.Abs(float64(r.Elasticity)+2) > 1e-9 {
		t.Errorf("%d series, elasticity %v", r.Series, r.Elasticity)
	}
}

// With two prices each, the levels of many series can be searched for by hand:
// the score of their sum vanishes at the elasticity.
func TestElasticity(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	var of []ladder
	for range 40 {
		l := ladder{}
		for range 5 {
			l = append(l, rung{days: float64(1 + random.IntN(9)), units: float64(random.IntN(50)), log: random.NormFloat64() / 3})
		}
		of = append(of, l)
	}
	likelihood := func(e float64) (sum float64) { // with each level at its best
		for _, l := range of {
			var mean, y float64
			for _, r := range l {
				mean += r.days * math.Exp(e*r.log)
				y += r.units
			}
			for _, r := range l {
				sum += r.units * (e*r.log - math.Log(mean))
			}
		}
		return sum
	}
	e := elasticity(of)
	if best := likelihood(e); !(best > likelihood(e+1e-4) && best > likelihood(e-1e-4)) {
		t.Errorf("%v is not the best", e)
	}
	if e := elasticity([]ladder{{{days: 1, units: 3, log: -1}, {days: 1, log: 0}}}); e == e {
		t.Errorf("sales at one price alone give %v", e)
	}
}

func TestPromotion(t *testing.T) {
	p := modeltest.Panel(100,
		modeltest.Series{Category: "x", Units: []float32{2, 4, 2, 10}},
		modeltest.Series{Category: "y", Units: []float32{1, 1, 1, 1}},
		modeltest.Series{Category: "y", Units: []float32{3, 3, 3, 9}})
	p.Signals = []daycast.PanelSignal{{
		Name: "promotion", Step: daycast.Daily, Vector: []int32{0, -1, 1}, First: []daycast.Day{97, 97},
		Vectors: [][]float32{{0, 1, 0, 1}, {0, nan, 0, 1}},
	}}
	same(t, "promotion", build(t, p).Promotion, Promotion{
		Share: 3. / 7, Lift: Number((14. + 9) / (4 + 3)), Days: 3,
		ByCategory: []PromotionLift{{"x", 3.5, 2}, {"y", 3, 1}},
	})
}

func TestAccuracy(t *testing.T) {
	row := func(origin daycast.Day, horizon int32, category string, sold float64) warehouse.ErrorRow {
		return warehouse.ErrorRow{
			Model: "m", Origin: origin, Horizon: horizon, Category: category,
			Pairs: 4, Absolute: 3, Squared: 9, Signed: -1, Sold: sold, Open: 4, Inside: 3,
		}
	}
	closed := row(17, 2, "closed", 0)
	closed.Open, closed.Inside = 0, 0
	w := tables{
		importances: []warehouse.ImportanceRow{{Model: "gbm", Feature: "mean_28", Group: "sales", Increase: .5}, {Model: "gbm", Feature: "price", Group: "price", Increase: -.01}},
		errors:      []warehouse.ErrorRow{row(10, 1, "", 2), row(10, 2, "x", 10), row(17, 1, "x", 10), closed},
	}
	r, err := Build(t.Context(), Inputs{Run: "r", Model: "mean(gbm,ets)", Version: "v", Panel: handPanel(t), Warehouse: w})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "model", r.Model, &Model{"mean(gbm,ets)", "v", "gbm", []Feature{{"mean_28", "sales", .5}, {"price", "price", -.01}}})
	same(t, "errors", r.Errors, &Errors{
		Horizon:  []ErrorLine{{"1", .5, 1.5, -2. / 12, .75, 8}, {"2", .6, 1.5, -.2, .75, 8}},
		Category: []ErrorLine{{"x", .3, 1.5, -.1, .75, 8}, {"no category", 1.5, 1.5, -.5, .75, 4}, {"closed", unknown, 1.5, unknown, unknown, 4}},
		Origins:  []string{daycast.Day(10).String(), daycast.Day(17).String()},
	})
}

func TestCapped(t *testing.T) {
	p := handPanel(t)
	p.Train = append([]float32{}, p.Units...)
	p.Train[5], p.Train[15] = 7, 3 // capped; a stock-out is raised
	same(t, "capped", build(t, p).Cleaning.Capped, Capped{1, 3})
}

// Odd shops have a report without NaN, whose page holds the same figures.
func TestOddShops(t *testing.T) {
	closed := []daycast.DayState{daycast.Closed, daycast.Closed}
	hostile := `</script><img src=x onerror=alert(1)> & "😀"` + "\u2028"
	noPeriods := modeltest.Panel(100, modeltest.Series{Units: []float32{}})
	noPeriods.Start[0] = 101
	for name, p := range map[string]*daycast.Panel{
		"empty":            modeltest.Panel(100),
		"never sold":       noPeriods,
		"one series":       modeltest.Panel(100, modeltest.Series{Units: []float32{1}, Price: []float32{2}}),
		"all closed":       modeltest.Panel(100, modeltest.Series{Units: []float32{0, 0}, State: closed}),
		"returns only":     modeltest.Panel(100, modeltest.Series{Units: []float32{-1, -2}, Price: []float32{0, 0}}),
		"weekly":           modeltest.WeeklyPanel(100, modeltest.Series{Units: []float32{1, 2, 3, 0, 5, 6, 7, 8}}),
		"hostile":          modeltest.Panel(100, modeltest.Series{Item: hostile, Place: hostile, Category: hostile, Units: []float32{1, 2}}),
		"ten kilobytes":    modeltest.Panel(100, modeltest.Series{Item: strings.Repeat("é", 5000), Category: strings.Repeat("x", 10_000), Units: []float32{1, 2}}),
		"invalid encoding": modeltest.Panel(100, modeltest.Series{Item: "\xff\xfe", Units: []float32{1, 2}}),
	} {
		t.Run(name, func(t *testing.T) {
			r := build(t, p)
			figures, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var page bytes.Buffer
			if err := WritePage(&page, r); err != nil {
				t.Fatal(err)
			}
			if got := inPage(t, page.String()); got != string(figures) {
				t.Errorf("the page holds %s\nwant %s", got, figures)
			}
			var back Report
			if err := json.Unmarshal(figures, &back); err != nil {
				t.Fatal(err)
			}
			if len(r.Top) > 0 && back.Top[0].Item != strings.ToValidUTF8(r.Top[0].Item, "\ufffd\ufffd") {
				t.Errorf("a name came back as %q", back.Top[0].Item)
			}
			for k, list := range map[string]any{"states": r.States, "trend": r.Trend, "top": r.Top, "notes": r.Notes} {
				if text, _ := json.Marshal(list); string(text) == "null" {
					t.Errorf("%s is null", k)
				}
			}
		})
	}
}

// inPage is what a browser takes for the figures' script: all up to the first
// end of a script.
func inPage(t *testing.T, page string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `id="report">`)
	figures, _, ended := strings.Cut(rest, "</script")
	if !found || !ended {
		t.Fatalf("no script in %s", page)
	}
	return figures
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, Inputs{Panel: handPanel(t)}); err == nil {
		t.Error("no error")
	}
}

func TestWritePageFails(t *testing.T) {
	r, w := io.Pipe()
	_ = r.Close()
	if err := WritePage(w, build(t, handPanel(t))); err == nil {
		t.Error("no error")
	}
}
