package warehousetest

import (
	"math"
	"testing"

	"daycast"
	"daycast/warehouse"
)

// Forever is a day by whose end all is known.
const Forever = daycast.Day(math.MaxInt32)

var nan32, nan = float32(math.NaN()), math.NaN()

// odd are texts that get lost where a store is careless.
var odd = []string{"", " ", `"quoted"`, "a", "a' OR 'b", `back\slash`, "line\nbreak", "nul\x00inside", "ÄÖ", "雪だるま☃", "🛒"}

// Facts are the content of the facts table, in its order, that Fill writes.
// The functions below give the other tables'.
func Facts() []daycast.Fact {
	inf := float32(math.Inf(1))
	var facts []daycast.Fact
	for _, item := range odd {
		s := daycast.Series{Item: item, Place: "p"}
		facts = append(facts,
			daycast.Fact{Series: s, Day: -1, KnownAt: 3, Units: 2.5, Price: nan32, Promotion: 1, InStock: 0, Buyers: 2},
			daycast.Fact{Series: s, Day: 15_000, KnownAt: 14_000, Units: nan32, Price: nan32, Promotion: nan32, InStock: nan32, Buyers: nan32},
			daycast.Fact{Series: s, Day: 15_000, KnownAt: 15_001, Units: -math.MaxFloat32, Price: math.SmallestNonzeroFloat32, Promotion: inf, InStock: -inf},
			daycast.Fact{Series: daycast.Series{Item: item, Place: "q"}, Day: -9, KnownAt: -9},
		)
	}
	return facts
}

// lines come in the table's order, each with another value than the one before.
func lines() []daycast.Line {
	nan := math.NaN()
	unknown := daycast.Line{Price: nan, Discount: nan, Promotion: nan}
	with := func(change func(*daycast.Line)) daycast.Line {
		l := unknown
		change(&l)
		return l
	}
	all := []daycast.Line{
		unknown,
		with(func(l *daycast.Line) { l.Row = 1 }),
		with(func(l *daycast.Line) { l.At, l.Local, l.Order, l.Number = 1_323_420_600_000_001, true, "o", "1" }),
		with(func(l *daycast.Line) { l.At, l.Unread = daycast.NoTime, daycast.UnreadTime+"soon" }),
		with(func(l *daycast.Line) {
			l.Customer, l.Units, l.Price, l.Discount, l.Promotion = math.MaxUint64, -1.5, 2, 0.1, 1
		}),
		with(func(l *daycast.Line) { l.Series.Place = "p" }),
	}
	for _, text := range odd[1:] {
		l := unknown
		l.Series.Item, l.Order, l.Number, l.Unread, l.Row = text, text, text, text, math.MaxInt64
		all = append(all, l)
	}
	return all
}

func stocks() []daycast.Stock {
	a, b := daycast.Series{Item: "a"}, daycast.Series{Item: "a", Place: "b"}
	return []daycast.Stock{{Series: a, Day: 1}, {Series: a, Day: 2, OnHand: nan32}, {Series: b, Day: 1, OnHand: 7.5}}
}

func items() []daycast.Item {
	items := []daycast.Item{{ID: ""}, {ID: "a", Attributes: map[string]string{"": ""}}}
	all := map[string]string{}
	for _, text := range odd {
		all[text] = text
	}
	return append(items, daycast.Item{ID: "b", Attributes: all}, daycast.Item{ID: "b", KnownAt: 19_000})
}

func places() []daycast.Place {
	return []daycast.Place{
		{ID: "", Latitude: nan, Longitude: nan},
		{
			ID: "Zürich", TimeZone: "Europe/Zurich", Country: "CH", Region: "CH-ZH",
			Latitude: 47.3769, Longitude: 8.5417, Attributes: map[string]string{"size": "l"},
		},
	}
}

func signals() []daycast.Signal {
	return []daycast.Signal{
		{Name: "heat", Scope: daycast.ScopePlace, Key: "p", Day: 1, KnownAt: 0, Value: nan32},
		{Name: "heat", Scope: daycast.ScopePlace, Key: "p", Day: 1, KnownAt: 1, Value: 21.5},
		{Name: "heat", Scope: daycast.ScopePlace, Key: "q", Day: 0, KnownAt: 0},
		{Name: "heat", Scope: daycast.ScopeShop, Key: "", Day: 0, KnownAt: 0},
		{Name: "holiday", Scope: daycast.ScopeShop, Key: "", Day: -5, KnownAt: -9, Value: nan32, Code: "Weihnachten ☃"},
	}
}

func plans() []daycast.Plan {
	return []daycast.Plan{
		{Kind: daycast.PlannedPrice, Item: "a", First: 10, Last: 10, KnownAt: -3000, Value: 2.5, Row: 1},
		{Kind: daycast.PlannedPrice, Item: "a", Place: "p", First: 9, Last: 9, KnownAt: 9, Value: math.SmallestNonzeroFloat32, Row: 2},
		{Kind: daycast.PlannedPromotion, First: 3, Last: 5, KnownAt: 2, Value: nan32, Name: "Schlussverkauf ☃", Row: 3},
		{Kind: daycast.PlannedPromotion, Category: "ÄÖ", Place: "p", First: -5, Last: 40_000, KnownAt: -9, Row: math.MaxInt64},
	}
}

func quarantined() []daycast.Quarantined {
	return []daycast.Quarantined{
		{Table: "items", Row: 2, Column: "id", Value: "", Reason: "empty"},
		{Table: "sales", Row: 1, Column: "quantity", Value: "x'\n", Reason: "not a number"},
		{Table: "sales", Row: math.MaxInt64, Column: "quantity", Value: "1e999", Reason: "too large"},
	}
}

func forecasts() []warehouse.ForecastRow {
	a, b := daycast.Series{Item: "a"}, daycast.Series{Item: "a", Place: "b"}
	return []warehouse.ForecastRow{
		{Series: b, Origin: 10, Day: 11, Mean: -1, Q10: nan32, Q50: nan32, Q90: nan32, Model: "naïve"},
		{Series: a, Origin: 11, Day: 12, Mean: 1.5, Q10: 1, Q50: 1.25, Q90: 3, Model: "gbm"},
		{Series: a, Origin: 11, Day: 13, Model: "gbm", Backtest: true},
		{Series: b, Origin: 11, Day: 12, Model: "gbm"},
	}
}

func accuracies() []warehouse.AccuracyRow {
	return []warehouse.AccuracyRow{
		{Model: "gbm", Origin: 1, Chosen: true, RMSE: 1, MAE: 2, WAPE: 3, Bias: -4, MASE: 5, RMSSE: 6, Pinball: 7, Coverage: .8, Seconds: 9},
		{Model: "gbm", Origin: 2, WAPE: math.Inf(1), Pinball: nan, Coverage: nan},
		{Model: "ridge", Origin: 1, RMSE: math.SmallestNonzeroFloat64},
	}
}

func failures() []warehouse.FailureRow {
	a, b := daycast.Series{Item: "a"}, daycast.Series{Item: "a", Place: "b"}
	return []warehouse.FailureRow{
		{Series: a, Stage: "fit", Model: "ets", Reason: "too short"},
		{Series: b, Stage: "fit", Model: "", Reason: ""},
	}
}

func scores() []warehouse.ScoreRow {
	return []warehouse.ScoreRow{
		{Origin: 10, Day: 11, Category: "", Pairs: 1, Absolute: 2, Squared: 3, Signed: -4, Sold: 5, Open: 6, Inside: 7},
		{Origin: 9, Day: 12, Category: "ÄÖ", Pairs: math.MaxInt64},
		{Origin: 10, Day: 12, Category: "a", Squared: math.MaxFloat64},
	}
}

func importances() []warehouse.ImportanceRow {
	return []warehouse.ImportanceRow{
		{Model: "gbm", Feature: "price", Group: "price", Increase: .5},
		{Model: "gbm", Feature: "ÄÖ", Increase: -.25},
		{Model: "ridge", Feature: "a", Group: "b", Increase: math.MaxFloat64},
	}
}

func errorRows() []warehouse.ErrorRow {
	return []warehouse.ErrorRow{
		{Model: "gbm", Origin: 9, Horizon: 28, Category: "z", Pairs: 1, Absolute: 2, Squared: 3, Signed: -4, Sold: 5, Open: 6, Inside: 7},
		{Model: "gbm", Origin: 10, Horizon: 1, Category: "", Pairs: math.MaxInt64},
		{Model: "gbm", Origin: 10, Horizon: 1, Category: "ÄÖ"},
	}
}

func adjustments() []warehouse.AdjustmentRow {
	a, b := daycast.Series{Item: "a"}, daycast.Series{Item: "a", Place: "ÄÖ"}
	return []warehouse.AdjustmentRow{
		{Series: a, Day: -1, Kind: "outlier", Before: math.MaxFloat32, After: 1.5, Reason: "beyond 1.5"},
		{Series: a, Day: 3, Kind: "bulk", Before: 9, After: 2},
		{Series: a, Day: 3, Kind: "stock_out", After: 2, Reason: "雪だるま☃"},
		{Series: b, Day: 1, Kind: "outlier", Before: 4, After: 3},
	}
}

func seriesRows() []warehouse.SeriesRow {
	at := func(item, place string) daycast.Series { return daycast.Series{Item: item, Place: place} }
	return []warehouse.SeriesRow{
		{Series: at("A/1", ""), Levels: map[string]string{"category": "Küche", "brand": "x"}, Sold: true, LastSale: 9, At: math.MaxInt64},
		{Series: at("a", ""), LastSale: -3},
		{Series: at("a", "ÄÖ"), Levels: map[string]string{"category": "Mugs"}, Sold: true, LastSale: 7, At: 8},
		{Series: at("b", "a"), Levels: map[string]string{"category": "Küche"}, At: 8},
	}
}

func features() []warehouse.FeatureRow {
	a, b := daycast.Series{Item: "a"}, daycast.Series{Item: "a", Place: "b"}
	return []warehouse.FeatureRow{
		{Series: a, Origin: 10, Values: map[string]float32{"log_scale": -1.5, "month": 11}},
		{Series: b, Origin: 10},
	}
}

// Fill writes all of the above under one run.
func Fill(t *testing.T, w warehouse.Warehouse, run string) {
	t.Helper()
	must := func(_ int64, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	must(w.Lines().Replace(ctx, run, daycast.Span{}, Rows(lines())))
	must(w.Facts().Replace(ctx, run, Rows(Facts())))
	must(w.Stock().Replace(ctx, run, Rows(stocks())))
	must(w.Items().Replace(ctx, run, Rows(items())))
	must(w.Places().Replace(ctx, run, Rows(places())))
	must(w.Signals().Replace(ctx, run, Rows(signals())))
	must(w.Plans().Replace(ctx, run, Rows(plans())))
	must(w.Quarantine().Replace(ctx, run, Rows(quarantined())))
	must(w.Features().Replace(ctx, run, Rows(features())))
	must(w.Forecasts().Replace(ctx, run, Rows(forecasts())))
	must(w.Accuracy().Replace(ctx, run, Rows(accuracies())))
	must(w.Failures().Replace(ctx, run, Rows(failures())))
	must(w.Scores().Replace(ctx, run, Rows(scores())))
	must(w.Importances().Replace(ctx, run, Rows(importances())))
	must(w.Errors().Replace(ctx, run, Rows(errorRows())))
	must(w.Adjustments().Replace(ctx, run, Rows(adjustments())))
	must(w.Series().Replace(ctx, run, Rows(seriesRows())))
}

// same checks that b reads as a does, of the run tables for one run.
func same(t *testing.T, a, b warehouse.Warehouse, run string) {
	t.Helper()
	ctx := t.Context()
	sameTable(t, "facts", a.Facts(), b.Facts())
	sameTable(t, "stock", a.Stock(), b.Stock())
	sameTable(t, "items", a.Items(), b.Items())
	sameTable(t, "places", a.Places(), b.Places())
	sameTable(t, "signals", a.Signals(), b.Signals())
	sameTable(t, "plans", a.Plans(), b.Plans())
	sameTable(t, "quarantine", a.Quarantine(), b.Quarantine())
	diff(t, "features", Collect(t, a.Features().Read(ctx, run)), Collect(t, b.Features().Read(ctx, run)))
	diff(t, "forecasts", Collect(t, a.Forecasts().Read(ctx, run)), Collect(t, b.Forecasts().Read(ctx, run)))
	diff(t, "accuracy", Collect(t, a.Accuracy().Read(ctx, run)), Collect(t, b.Accuracy().Read(ctx, run)))
	diff(t, "scores", Collect(t, a.Scores().Newest(ctx)), Collect(t, b.Scores().Newest(ctx)))
	diff(t, "importances", Collect(t, a.Importances().Read(ctx, run)), Collect(t, b.Importances().Read(ctx, run)))
	diff(t, "errors", Collect(t, a.Errors().Read(ctx, run)), Collect(t, b.Errors().Read(ctx, run)))
	diff(t, "adjustments", Collect(t, a.Adjustments().Read(ctx, run)), Collect(t, b.Adjustments().Read(ctx, run)))
	diff(t, "series", Collect(t, a.Series().Read(ctx, run)), Collect(t, b.Series().Read(ctx, run)))
	diff(t, "failures", Collect(t, a.Failures().Read(ctx, run)), Collect(t, b.Failures().Read(ctx, run)))
}

func sameTable[T any](t *testing.T, name string, a, b warehouse.Table[T]) {
	t.Helper()
	diff(t, name, Collect(t, a.Read(t.Context(), Forever)), Collect(t, b.Read(t.Context(), Forever)))
}
