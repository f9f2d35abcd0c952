package clean

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
)

// twoItems sell every day of 2024 up to its 100th at two places; the table says
// of a promotion on the second day.
func twoItems(t *testing.T) *shop {
	t.Helper()
	var b strings.Builder
	b.WriteString("item,place,category,day,units,price,promotion\n")
	first := on(t, "2024-01-01")
	for d := first; d < first+100; d++ {
		for _, row := range []string{"a,p,hats", "a,q,hats", "b,p,shoes", "b,q,shoes"} {
			promoted := 0
			if d == first+1 {
				promoted = 1
			}
			fmt.Fprintf(&b, "%s,%s,3,10,%d\n", row, d, promoted)
		}
	}
	return mustLoad(t, b.String(), daycast.Daily)
}

func promotionOf(t *testing.T, row int64, record map[string]string) daycast.Plan {
	t.Helper()
	p, bad := ReadPlan(daycast.PlannedPromotion, row, record)
	if bad.Reason != "" {
		t.Fatal(bad)
	}
	return p
}

func priceOf(t *testing.T, row int64, record map[string]string) daycast.Plan {
	t.Helper()
	p, bad := ReadPlan(daycast.PlannedPrice, row, record)
	if bad.Reason != "" {
		t.Fatal(bad)
	}
	return p
}

func signalOf(p *daycast.Panel, name string) *daycast.PanelSignal {
	for k := range p.Signals {
		if p.Signals[k].Name == name {
			return &p.Signals[k]
		}
	}
	return nil
}

// between is a signal of each series from one day to another, in digits.
func between(s *daycast.PanelSignal, p *daycast.Panel, from, to daycast.Day) string {
	var lines []string
	for i, series := range p.Series {
		line := series.ID() + " "
		for d := from; d <= to; d++ {
			v := s.At(i, d)
			if v != v {
				line += "-"
			} else {
				line += fmt.Sprint(math.Round(100*float64(v))/100, " ")
			}
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n")
}

// TestPlannedPromotions: who a promotion is for, and that the sales' own column
// counts up to the calendar's first day.
func TestPlannedPromotions(t *testing.T) {
	s := twoItems(t)
	s.plans = []daycast.Plan{
		promotionOf(t, 1, map[string]string{"item_id": "a", "place_id": "q", "starts": "2024-03-01", "ends": "2024-03-01"}),
		promotionOf(t, 2, map[string]string{"category": "hats", "starts": "2024-04-10", "ends": "2024-04-11", "discount": "0.1"}),
		promotionOf(t, 3, map[string]string{"starts": "2024-04-11", "ends": "2024-04-11", "discount": "20%"}),
		promotionOf(t, 4, map[string]string{"category": "shoes", "place_id": "p", "starts": "2024-04-12", "ends": "2024-04-30"}),
		promotionOf(t, 5, map[string]string{"item_id": "a", "starts": "2024-04-12", "ends": "2024-04-12", "announced": "2024-04-10"}),
	}
	p, _ := s.panel(t, on(t, "2024-04-09"), 5)
	promotion := signalOf(p, "promotion")
	if !promotion.Future {
		t.Fatal("promotions are not known ahead")
	}
	for _, tt := range []struct{ from, to, want string }{
		{"2024-01-01", "2024-01-03", "a@p 0 1 0\na@q 0 1 0\nb@p 0 1 0\nb@q 0 1 0"},
		{"2024-02-29", "2024-03-02", "a@p 0 0 0\na@q 0 1 0\nb@p 0 0 0\nb@q 0 0 0"},
		{"2024-04-09", "2024-04-12", "a@p 0 1 1 0\na@q 0 1 1 0\nb@p 0 0 1 1\nb@q 0 0 1 0"},
	} {
		if diff := cmp.Diff(tt.want, between(promotion, p, on(t, tt.from), on(t, tt.to))); diff != "" {
			t.Errorf("promotions from %s (-want +got):\n%s", tt.from, diff)
		}
	}
	want := "a@p 0 0.1 0.2 0\na@q 0 0.1 0.2 0\nb@p 0 0 0.2 0\nb@q 0 0 0.2 0"
	if diff := cmp.Diff(want, between(signalOf(p, "discount"), p, on(t, "2024-04-09"), on(t, "2024-04-12"))); diff != "" {
		t.Errorf("discounts (-want +got):\n%s", diff)
	}
	p, _ = s.panel(t, on(t, "2024-04-10"), 2)
	if got := signalOf(p, "promotion").At(0, on(t, "2024-04-12")); got != 1 {
		t.Errorf("what was announced on the origin is %g on its day, want 1", got)
	}
}

// TestPlannedPrices lays prices over those of the sales.
func TestPlannedPrices(t *testing.T) {
	s := twoItems(t)
	s.plans = []daycast.Plan{
		priceOf(t, 1, map[string]string{"item_id": "a", "starts": "2024-04-08", "price": "12"}),
		priceOf(t, 2, map[string]string{"item_id": "a", "starts": "2024-04-12", "price": "14"}),
		priceOf(t, 3, map[string]string{"item_id": "a", "place_id": "q", "starts": "2024-04-11", "price": "8"}),
		promotionOf(t, 4, map[string]string{"item_id": "a", "starts": "2024-04-12", "ends": "2024-04-12", "discount": "0.5"}),
	}
	p, _ := s.panel(t, on(t, "2024-04-09"), 3)
	nan := float32(math.NaN())
	want := []float32{12, 12, 7, 12, 8, 4, nan, nan, nan, nan, nan, nan}
	if diff := cmp.Diff(want, p.Ahead.Price, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("prices ahead (-want +got):\n%s", diff)
	}
	if got := p.PriceOf(0)[p.Len(0)-3:]; !cmp.Equal(got, []float32{10, 12, 12}) {
		t.Errorf("the last prices are %v", got)
	}
	if from := p.Ahead.PricePlanned; from[0] != on(t, "2024-04-08") || from[2] != daycast.NotPlanned {
		t.Errorf("prices are planned from %v", from)
	}
}

// TestPlansOfLaterChangeNothing poisons the calendar with what is announced
// after the origin.
func TestPlansOfLaterChangeNothing(t *testing.T) {
	s := twoItems(t)
	s.plans = []daycast.Plan{
		promotionOf(t, 1, map[string]string{"item_id": "b", "starts": "2024-04-10", "ends": "2024-04-12", "announced": "2024-04-01", "discount": ".3"}),
		priceOf(t, 2, map[string]string{"item_id": "a", "starts": "2024-04-11", "price": "11", "announced": "2024-04-09"}),
	}
	origin := on(t, "2024-04-09")
	want, _ := s.panel(t, origin, 14)
	for _, starts := range []string{"2024-02-01", "2024-04-09", "2024-04-12"} {
		s.plans = append(s.plans,
			promotionOf(t, 3, map[string]string{"starts": starts, "ends": "2024-05-30", "announced": "2024-04-10", "discount": "0.9"}),
			priceOf(t, 4, map[string]string{"item_id": "a", "starts": starts, "price": "1e6", "announced": "2024-04-10"}),
		)
	}
	got, _ := s.panel(t, origin, 14)
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("the panel knows what was announced later:\n%s", diff)
	}
	if later, _ := s.panel(t, origin+1, 14); signalOf(later, "promotion").At(0, origin+5) != 1 {
		t.Error("the poison is not seen even when it is known")
	}
}

// TestPlansByWeek takes the share of a week's days.
func TestPlansByWeek(t *testing.T) {
	s := twoItems(t)
	s.plans = []daycast.Plan{promotionOf(t, 1, map[string]string{"item_id": "a", "starts": "2024-04-02", "ends": "2024-04-04", "discount": "0.7"})}
	b := s.builder(2)
	b.Step, b.Anchor = daycast.Weekly, on(t, "2024-01-01")
	p, _, err := b.Build(t.Context(), on(t, "2024-03-25"))
	if err != nil {
		t.Fatal(err)
	}
	week := on(t, "2024-04-01")
	if v, off := signalOf(p, "promotion").At(0, week), signalOf(p, "discount").At(0, week); math.Abs(float64(v)-3./7) > 1e-6 || math.Abs(float64(off)-.3) > 1e-6 {
		t.Errorf("a week with three days of promotion is %g, discount %g", v, off)
	}
}

func TestReadPlan(t *testing.T) {
	ok := map[string]string{"item_id": "a", "starts": "2024-01-02", "ends": "2024-01-02T00:00:00", "price": "2"}
	for _, tt := range []struct {
		kind                  daycast.PlanKind
		column, value, reason string
	}{
		{daycast.PlannedPromotion, "", "", ""},
		{daycast.PlannedPrice, "", "", ""},
		{daycast.PlannedPromotion, "starts", "2.1.2024", notDay},
		{daycast.PlannedPromotion, "ends", "", notDay},
		{daycast.PlannedPromotion, "ends", "2024-01-01", "before starts"},
		{daycast.PlannedPromotion, "ends", "2042-01-01", "more than two years after starts"},
		{daycast.PlannedPromotion, "announced", "soon", notDay},
		{daycast.PlannedPromotion, "discount", "20", "not a share from 0 to 1, such as 0.2 or 20%"},
		{daycast.PlannedPromotion, "discount", "NaN", "not a share from 0 to 1, such as 0.2 or 20%"},
		{daycast.PlannedPrice, "price", "0", "not a price above 0"},
		{daycast.PlannedPrice, "price", "inf", "not a price above 0"},
		{daycast.PlannedPrice, "item_id", " ", "missing"},
	} {
		record := map[string]string{}
		for k, v := range ok {
			record[k] = v
		}
		if tt.column != "" {
			record[tt.column] = tt.value
		}
		if _, bad := ReadPlan(tt.kind, 1, record); bad != (Misfit{tt.column, tt.reason}) {
			t.Errorf("%s with %s %q: %v, want %q", tt.kind, tt.column, tt.value, bad, tt.reason)
		}
	}
}

// FuzzReadPlan holds that no row makes a plan that the panel cannot take.
func FuzzReadPlan(f *testing.F) {
	f.Add("a", "2024-01-02", "2024-01-03", "0.2", "2024-01-01", "5")
	f.Add("", "9999-12-31", "0000-01-01", "100%", "x", "1e39")
	f.Fuzz(func(t *testing.T, item, starts, ends, discount, announced, price string) {
		record := map[string]string{"item_id": item, "starts": starts, "ends": ends, "discount": discount, "announced": announced, "price": price}
		for _, kind := range []daycast.PlanKind{daycast.PlannedPromotion, daycast.PlannedPrice} {
			p, bad := ReadPlan(kind, 1, record)
			if bad.Reason != "" {
				continue
			}
			if p.Last < p.First || p.Last-p.First >= longestPromotion || math.IsInf(float64(p.Value), 0) || p.Value < 0 {
				t.Errorf("%v became %+v", record, p)
			}
		}
	})
}
