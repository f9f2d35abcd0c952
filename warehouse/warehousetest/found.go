package warehousetest

import (
	"testing"

	"daycast"
	"daycast/warehouse"
)

// runFound checks that series and their forecasts are found by their keys, by
// what comes before and after, and by a text.
func runFound(t *testing.T, w warehouse.Warehouse) {
	ctx, run := t.Context(), "r'1"
	Fill(t, w, "other")
	Fill(t, w, run)
	all := seriesRows()
	of := func(s ...daycast.Series) []warehouse.SeriesRow { return Collect(t, w.Series().Of(ctx, run, s)) }
	diff(t, "none", nil, of())
	diff(t, "one that is not there", nil, of(daycast.Series{Item: "b"}))
	diff(t, "some", []warehouse.SeriesRow{all[0], all[3]}, of(all[3].Series, daycast.Series{Item: "zz"}, all[0].Series))

	after := func(s daycast.Series, text string, limit int) []warehouse.SeriesRow {
		return Collect(t, w.Series().After(ctx, run, s, text, limit))
	}
	diff(t, "the first page", all[:3], after(daycast.Series{}, "", 3))
	diff(t, "the second page", all[3:], after(all[2].Series, "", 3))
	diff(t, "after one that is not there", all[2:], after(daycast.Series{Item: "a", Place: "x"}, "", 9))
	diff(t, "by group", []warehouse.SeriesRow{all[0], all[3]}, after(daycast.Series{}, "küche", 9))
	diff(t, "by group, the second page", all[3:], after(all[0].Series, "küche", 9))
	diff(t, "by encoded id", all[:1], after(daycast.Series{}, "%2f", 9))
	diff(t, "by the start of an id", all[1:3], after(daycast.Series{Item: "A/1"}, "a", 2))
	diff(t, "by what nothing has", nil, after(daycast.Series{}, "' OR true", 9))
	diff(t, "backwards", []warehouse.SeriesRow{all[1], all[0]}, Collect(t, w.Series().Before(ctx, run, all[2].Series, 5)))
	diff(t, "one backwards", all[1:2], Collect(t, w.Series().Before(ctx, run, all[2].Series, 1)))

	var want []warehouse.ForecastRow
	one := forecasts()[0].Series
	for _, row := range forecasts() {
		if row.Series == one && !row.Backtest {
			want = append(want, row)
		}
	}
	diff(t, "forecasts of one series", want, Collect(t, w.Forecasts().Of(ctx, run, one)))
}
