package pipeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/model/all"
	"daycast/pipeline"
	"daycast/simulate"
	"daycast/source"
)

// promoted is a shop whose fifth item may be on promotion in the second week after
// the newest day with sales, 2023-12-27.
func promoted(t *testing.T, statements ...string) (forecasts map[daycast.Day]float32) {
	t.Helper()
	w := world{dir: t.TempDir(), shop: fill(t, simulate.Shop{Items: 24, Days: 400, Seed: 11}), now: clock()}
	change(t, w.shop, append([]string{"DELETE FROM promotions WHERE starts > '2023-12-27'"}, statements...)...)
	ridge, err := all.Named([]string{"ridge"})
	if err != nil {
		t.Fatal(err)
	}
	w.set = func(r *pipeline.Run) { r.Models = ridge }
	w.run(t, "")
	s, err := pipeline.OpenSnapshot(t.Context(), pipeline.Snapshots(w.dir)+"/current", 1<<30, 1, all.Loaders())
	if err != nil {
		t.Fatal(err)
	}
	forecasts = map[daycast.Day]float32{}
	for _, row := range s.Rows {
		if row.Series.Item == "SKU000005" {
			forecasts[row.Day-row.Origin] = row.Mean
		}
	}
	return forecasts
}

// A promotion that is planned for the second week changes the forecast of that
// week and of no other.
func TestPlannedPromotionIsForecast(t *testing.T) {
	t.Parallel()
	plain := promoted(t)
	with := promoted(t, "INSERT INTO promotions VALUES ('SKU000005', '2024-01-04', '2024-01-10', 0.3, '2023-12-27')")
	later := promoted(t, "INSERT INTO promotions VALUES ('SKU000005', '2024-01-04', '2024-01-10', 0.3, '2023-12-28')")
	if !cmp.Equal(plain, later) {
		t.Error("the forecast knows of a promotion that is announced on the day after")
	}
	for h := daycast.Day(1); h <= 14; h++ {
		a, b := plain[h], with[h]
		t.Logf("%2d days ahead: %5.2f without, %5.2f with the promotion", h, a, b)
		if want := h >= 8 && a > 0; want != (b > 1.1*a) || !want && a != b {
			t.Errorf("%d days ahead the promotion turns %g into %g", h, a, b)
		}
	}
}

// What of the calendar cannot be used is in the quarantine, with the reason.
func TestPlansInQuarantine(t *testing.T) {
	t.Parallel()
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	change(t, w.shop, "DELETE FROM promotions", "DELETE FROM prices", `INSERT INTO promotions VALUES
		('SKU000001', '2023-03-05', '2023-03-07', 0.2, NULL), ('SKU000001', '2023-03-05', '2023-03-04', 0.2, NULL),
		('NOSUCH', '2023-03-05', '2023-03-07', 0.2, NULL), (NULL, 'next week', '2023-03-07', 0.2, NULL)`,
		"INSERT INTO prices VALUES ('SKU000002', '2023-05-01', 0, '2023-04-01'), ('SKU000002', '2023-05-02', 3, '2023-04-01')")
	w.run(t, pipeline.StepClean)
	c := w.content(t)
	var got []daycast.Quarantined
	for _, q := range c.Quarantine {
		if q.Table == string(source.Promotions) || q.Table == string(source.Prices) {
			got = append(got, q)
		}
	}
	want := []daycast.Quarantined{
		{Table: "prices", Row: 1, Column: "price", Value: "0", Reason: "not a price above 0"},
		{Table: "promotions", Row: 2, Column: "ends", Value: "2023-03-04", Reason: "before starts"},
		{Table: "promotions", Row: 3, Column: "item_id", Value: "NOSUCH", Reason: "no such item"},
		{Table: "promotions", Row: 4, Column: "starts", Value: "next week", Reason: "not a day: want YYYY-MM-DD"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the quarantine (-want +got):\n%s", diff)
	}
}
