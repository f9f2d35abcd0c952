package clean

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"daycast"
)

// of finds the inference of a state that holds a day.
func of(found Findings, state daycast.DayState, d daycast.Day) (Inference, bool) {
	for _, i := range found.Inferences {
		if i.State == state.String() && i.First <= d.String() && d.String() <= i.Last {
			return i, true
		}
	}
	return Inference{}, false
}

// TestOutage types silent days as lost that nothing explains, and those of a
// known break as closed, each with a reason.
func TestOutage(t *testing.T) {
	silent := func(d daycast.Day, from, to string) bool { return from <= d.String() && d.String() <= to }
	open := func(d daycast.Day) bool {
		return !silent(d, "2024-03-01", "2024-03-30") && !silent(d, "2024-05-14", "2024-05-15") && !silent(d, "2024-12-24", "2025-01-02")
	}
	s := mustLoad(t, stores("2024-01-01", 420, "", open, nothing), daycast.Daily)
	p, found := s.panel(t, s.table.Last, 1)
	for _, tt := range []struct {
		day   string
		state daycast.DayState
		words string
	}{
		{"2024-03-15", daycast.Missing, "silent for 30 days: nobody closes for so long"},
		{"2024-05-14", daycast.Missing, "nothing sold where 10 series sell on such days, and no weekday, date or feast explains it"},
		{"2024-12-25", daycast.Closed, "next to 2024-12-25, a day that the world keeps: 25 December"},
		{"2024-12-29", daycast.Closed, "next to 2024-12-25, a day that the world keeps: 25 December"},
	} {
		d := on(t, tt.day)
		i, ok := of(found, tt.state, d)
		if got := stateOn(p, d); got != tt.state || !ok || i.Evidence != tt.words || i.Probability < 0.95 {
			t.Errorf("%s is %s for %+v, want %s for %q", d, got, i, tt.state, tt.words)
		}
	}
	if found.Inferred["missing"] != 2 || found.Inferred["closed"] != 1 {
		t.Errorf("counted %v", found.Inferred)
	}
}

// TestMovedHoliday closes feasts that move with Easter or with the weekday.
func TestMovedHoliday(t *testing.T) {
	feasts := map[string]bool{
		"2022-04-15": true, "2023-04-07": true, "2024-03-29": true, // Good Friday
		"2022-08-29": true, "2023-08-28": true, "2024-08-26": true, // the last Monday of August
	}
	s := mustLoad(t, stores("2022-01-03", 1000, "", func(d daycast.Day) bool { return !feasts[d.String()] }, nothing), daycast.Daily)
	for _, tt := range []struct {
		origin, ahead string
		closed        bool
	}{
		{"2023-03-30", "2023-04-07", true}, // one year is enough for Good Friday
		{"2023-08-20", "2023-08-28", false},
		{"2024-08-20", "2024-08-26", true},
	} {
		origin := on(t, tt.origin)
		p, _ := s.panel(t, origin, 10)
		if got := p.Ahead.Closed[int(on(t, tt.ahead)-origin)-1]; got != tt.closed {
			t.Errorf("at %s the day %s is closed: %v", tt.origin, tt.ahead, got)
		}
	}
	p, _ := s.panel(t, s.table.Last, 1)
	for d := range feasts {
		if got := stateOn(p, on(t, d)); got != daycast.Closed {
			t.Errorf("%s is %s", d, got)
		}
	}
}

func TestEaster(t *testing.T) {
	for _, want := range []string{"2009-04-12", "2010-04-04", "2011-04-24", "2016-03-27", "2024-03-31", "2038-04-25", "2000-04-23"} {
		d := on(t, want)
		if got := easter(d.Time().Year()); got != d {
			t.Errorf("Easter %d is %s, want %s", d.Time().Year(), got, want)
		}
	}
}

// partial is a shop of two categories with 30 items each, of which about four
// in five sell on a day; lost says which rows never came.
func partial(days int, lost func(category int, d daycast.Day, rng *rand.Rand) bool) string {
	rng, chance := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	b.WriteString("item,category,day,units\n")
	from := daycast.DayOf(time.Date(2023, 1, 2, 0, 0, 0, 0, time.UTC))
	for i := range 60 {
		for k := range days {
			d := from + daycast.Day(k)
			if rng.Float64() < 0.8 && !lost(i%2, d, chance) {
				fmt.Fprintf(&b, "i%02d,c%d,%s,%d\n", i, i%2, d, 1+rng.IntN(4))
			}
		}
	}
	return b.String()
}

// TestPartialOutage types what is silent as lost where a whole category or
// most series are silent while the rest sells, and leaves a short day alone
// that comes every year.
func TestPartialOutage(t *testing.T) {
	s := mustLoad(t, partial(750, func(c int, d daycast.Day, rng *rand.Rand) bool {
		switch d.String() {
		case "2023-05-10":
			return c == 1
		case "2023-06-07":
			return rng.Float64() < 0.85
		case "2023-12-24", "2024-12-24":
			return rng.Float64() < 0.85
		}
		return false
	}), daycast.Daily)
	p, found := s.panel(t, s.table.Last, 1)
	for _, tt := range []struct {
		day, key string
		state    daycast.DayState
		least    int
	}{{"2023-05-10", "c1", daycast.Missing, 29}, {"2023-06-07", "", daycast.Missing, 40}, {"2024-12-24", "", daycast.Sold, 1}} {
		i, ok := of(found, tt.state, on(t, tt.day))
		if !ok || i.Key != tt.key || i.Periods < tt.least || i.Probability < outageSure {
			t.Errorf("%s: found %+v", tt.day, i)
		}
		n := 0
		for k := range p.Series {
			if p.StateOf(k)[on(t, tt.day)-p.Start[k]] == daycast.Missing {
				n++
			}
		}
		if (n >= tt.least) != (tt.state == daycast.Missing) {
			t.Errorf("%s: %d series are missing", tt.day, n)
		}
	}
	if n := found.Inferred["missing"]; n != 2 {
		t.Errorf("%d outages found, of 2: %+v", n, found.Inferences)
	}
}

// TestNegativeBinomial compares with sums of a Poisson's and a geometric's
// terms, which it has as its ends.
func TestNegativeBinomial(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if d := got - want; d > 1e-6 || d < -1e-6 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("Poisson none", negativeBinomial{2, 0}.none(), 0.1353352832366127)
	near("geometric none", negativeBinomial{3, 1}.none(), 0.25)
	near("geometric at most 2", negativeBinomial{3, 1}.atMost(2), 1-0.75*0.75*0.75)
	near("all", negativeBinomial{10, 0.3}.atMost(500), 1)
}
