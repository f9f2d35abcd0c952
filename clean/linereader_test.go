package clean

import (
	"math"
	"testing"

	"daycast"
)

func TestLineReader(t *testing.T) {
	r := LineReader{
		Key: [16]byte{1}, Currency: "EUR", Rates: map[string]float64{"USD": 0.5},
		IsTest: Patterns([]string{"test*", "probe@shop.example"}).MatchString,
	}
	raw := daycast.RawLine{OrderID: " 7 ", ItemID: " tea", OrderedAt: "2024-03-01", Quantity: "2", UnitPrice: "10", Discount: "1", CustomerID: "ann"}
	with := func(change func(*daycast.RawLine)) daycast.Line {
		l := raw
		change(&l)
		return r.Read(l)
	}
	plain := r.Read(raw)
	if plain.Order != "7" || plain.Series.Item != "tea" || plain.Units != 2 || plain.Price != 10 || plain.Discount != 1 || !math.IsNaN(plain.Promotion) || plain.Unread != "" {
		t.Errorf("got %+v", plain)
	}
	if plain.Customer == 0 || plain.Customer != r.Read(raw).Customer || (LineReader{}).Read(raw).Customer == plain.Customer {
		t.Error("a pseudonym is one customer's under one secret")
	}
	if l := with(func(l *daycast.RawLine) { l.CustomerID = " " }); l.Customer != 0 {
		t.Error("nobody has a pseudonym")
	}
	if l := with(func(l *daycast.RawLine) { l.Currency = "usd" }); l.Price != 5 || l.Discount != 0.5 {
		t.Errorf("10 USD are %g EUR", l.Price)
	}
	for name, c := range map[string]struct {
		change func(*daycast.RawLine)
		want   string // reason
	}{
		"another currency":    {func(l *daycast.RawLine) { l.Currency = "GBP" }, "other_currency"},
		"the shop's":          {func(l *daycast.RawLine) { l.Currency = "eur" }, ""},
		"a test order":        {func(l *daycast.RawLine) { l.OrderID = "TEST-1" }, "test_order"},
		"a testing customer":  {func(l *daycast.RawLine) { l.CustomerID = "probe@shop.example" }, "test_order"},
		"a contest's winner":  {func(l *daycast.RawLine) { l.CustomerID = "contest" }, ""},
		"no quantity":         {func(l *daycast.RawLine) { l.Quantity = "?" }, "bad_quantity"},
		"too high a quantity": {func(l *daycast.RawLine) { l.Quantity = "4006381333931" }, "bad_quantity"},
		"no time":             {func(l *daycast.RawLine) { l.OrderedAt, l.Quantity = "soon", "?" }, "bad_time"},
	} {
		report := &Report{}
		facts := 0
		for _, err := range (Lines{}).Facts(t.Context(), each([]daycast.Line{with(c.change)}), report) {
			if err != nil {
				t.Fatal(err)
			}
			facts++
		}
		reasons := report.Reasons()
		if c.want == "" && (facts != 1 || len(reasons) != 0) || c.want != "" && (facts != 0 || len(reasons) != 1 || reasons[0].Name != c.want) {
			t.Errorf("%s: %d facts, %v", name, facts, reasons)
		}
	}
}

// Where a line stands among spans does not depend on whether its time could be
// read before or after it was typed.
func TestInSpanAgreesWithLine(t *testing.T) {
	day, _ := daycast.ParseDay("2024-03-01")
	for _, at := range []string{
		"2024-02-29T23:59:59Z", "2024-03-01", "2024-03-01T00:30:00+01:00", "2024-03-04 23:59", "2024-03-05", "", "soon", "2024-03-02 noon", "20240302", "01/03/2024",
	} {
		l := LineReader{}.Read(daycast.RawLine{OrderedAt: at})
		held := 0
		for _, s := range []daycast.Span{{To: day}, {From: day, To: day + 4}, {From: day + 4}} {
			if InSpan(at, s) != s.Holds(l) {
				t.Errorf("%q in %v: %t", at, s, InSpan(at, s))
			}
			if s.Holds(l) {
				held++
			}
		}
		if held != 1 {
			t.Errorf("%q is in %d spans", at, held)
		}
	}
}
