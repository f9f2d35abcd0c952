package clean

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"daycast"
)

// sellers are ten items that sell some pieces nearly every day; silent says on
// which days the first is not there.
func sellers(days int, extra string, silent func(k int) bool) string {
	rng := rand.New(rand.NewPCG(21, 22))
	var b strings.Builder
	b.WriteString("item,day,units" + map[bool]string{true: ",in_stock"}[extra != ""] + "\n")
	for i := range 10 {
		for k := range days {
			units := poisson(rng, 2)
			if i == 0 && silent(k) {
				units = 0
			}
			if units > 0 || extra != "" {
				fmt.Fprintf(&b, "i%d,%s,%d%s\n", i, daycast.Day(19723+k), units, extra)
			}
		}
	}
	return b.String()
}

// TestSilences infers an empty shelf from a silence that the rate makes too
// improbable, with what speaks for it; a span off sale from a longer one; and
// nothing of a silence that goes on, or where stock is known.
func TestSilences(t *testing.T) {
	short := func(k int) bool { return k >= 100 && k < 110 }
	long := func(k int) bool { return k >= 100 && k < 160 }
	for _, tt := range []struct {
		name   string
		silent func(k int) bool
		extra  string
		origin int
		want   daycast.DayState
		words  string
	}{
		{"returned", short, "", 299, daycast.StockOut, "an empty shelf: nothing sold where"},
		{"not yet returned", short, "", 109, daycast.Zero, ""},
		{"stock is known", short, ",1", 299, daycast.Zero, ""},
		{"off sale", long, "", 299, daycast.NotListed, "not on sale: nothing sold where"},
	} {
		s := mustLoad(t, sellers(300, tt.extra, tt.silent), daycast.Daily)
		p, found := s.panel(t, daycast.Day(19723+tt.origin), 1)
		at := daycast.Day(19723 + 105)
		if got := stateOn(p, at); got != tt.want {
			t.Errorf("%s: the day is %s, want %s", tt.name, got, tt.want)
		}
		i, ok := of(found, tt.want, at)
		if ok != (tt.words != "") || !strings.HasPrefix(i.Evidence, tt.words) || ok && (i.Key != "i0" || i.Probability < emptySure) {
			t.Errorf("%s: found %+v", tt.name, found.Inferences)
		}
		train := p.TrainOf(0)[at-p.Start[0]]
		if tt.want == daycast.StockOut && (train < 1.4 || train > 2.8) || tt.want != daycast.StockOut && train != 0 {
			t.Errorf("%s: the day trains with %v, of a mean of 2", tt.name, train)
		}
	}
}

// TestLuckIsNoStockOut leaves shops alone in which nothing ever runs out.
func TestLuckIsNoStockOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	var b strings.Builder
	b.WriteString("item,day,units\n")
	for i := range 200 {
		mean := 0.2 + 2*rng.Float64()
		for k := range 400 {
			if units := poisson(rng, mean); units > 0 {
				fmt.Fprintf(&b, "i%03d,%s,%d\n", i, daycast.Day(19723+k), units)
			}
		}
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	_, found := s.panel(t, s.table.Last, 1)
	if n := found.Inferred["stock_out"] + found.Inferred["not_listed"]; n > 2 {
		t.Errorf("%d silences of 200 series over 400 days are no chance: %+v", n, found.Inferences)
	}
}
