package clean

import (
	"fmt"
	"strings"
	"testing"

	"daycast"
)

// TestBreakOfASteadySeries types a rebuilding of two months Missing and single
// silent days Closed, and leaves a series alone whose zeros may be chance.
func TestBreakOfASteadySeries(t *testing.T) {
	rebuilt := func(k int) bool { return k >= 60 && k < 120 }
	var b strings.Builder
	b.WriteString("item,place,day,units\n")
	for k := range 300 {
		d := on(t, "2024-01-01") + daycast.Day(k)
		if !rebuilt(k) && k%40 != 39 {
			fmt.Fprintf(&b, "a,1,%s,%d\n", d, 100+k%7)
			fmt.Fprintf(&b, "b,2,%s,%d\n", d, 1+k%4)
		}
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	p, _ := s.panel(t, s.table.Last, 7)
	for k := range p.Len(0) {
		want := daycast.Sold
		switch {
		case rebuilt(k) || k == 59 || k == 119 || k == 120:
			continue // the edges may belong to either silence
		case k%40 == 39:
			want = daycast.Closed
		}
		if got := p.StateOf(0)[k]; got != want {
			t.Errorf("day %d of the steady series is %s, want %s", k, got, want)
		}
	}
	if got := p.StateOf(0)[90]; got != daycast.Missing {
		t.Errorf("a day of the rebuilding is %s, want missing", got)
	}
	if got := p.StateOf(1)[39]; got != daycast.Zero {
		t.Errorf("a silent day of a series that sells few pieces is %s, want zero", got)
	}
}

// TestPlanListsOpenDays closes the day ahead that a plan leaves out, where the
// plan has rows for most days and the past leaves out the closed ones.
func TestPlanListsOpenDays(t *testing.T) {
	for _, planned := range []int{14, 5} { // of 14 days
		var b strings.Builder
		b.WriteString("item,place,day,units,promotion\n")
		for k := range 215 {
			d := on(t, "2024-01-01") + daycast.Day(k)
			switch {
			case k <= 200 && k%50 != 49:
				fmt.Fprintf(&b, "sales,1,%s,%d,%d\n", d, 500+k, k%2)
			case k > 200 && k != 204 && k <= 200+planned:
				fmt.Fprintf(&b, "sales,1,%s,,%d\n", d, k%2)
			}
		}
		s := mustLoad(t, b.String(), daycast.Daily)
		p, _ := s.panel(t, s.table.Last, 14)
		for h, closed := range p.Ahead.Closed {
			if want := planned == 14 && h == 3; closed != want {
				t.Errorf("a plan of %d days: day %d ahead closed is %v", planned, h+1, closed)
			}
		}
	}
}

// TestSmallPlacesFollowTheShop has the days that a feed lost of ten places of one
// series each: none says anything alone, together they do. A silent day of one
// place alone stays what it is.
func TestSmallPlacesFollowTheShop(t *testing.T) {
	var b strings.Builder
	b.WriteString("place,day,units\n")
	lost := func(k int) bool { return k == 60 || k == 61 || k == 99 }
	for k := range 100 {
		for place := range 10 {
			if !lost(k) && (k+place)%4 != 0 {
				fmt.Fprintf(&b, "p%d,%s,%d\n", place, on(t, "2024-01-01")+daycast.Day(k), 1+(k+place)%3)
			}
		}
	}
	fmt.Fprintf(&b, "p0,%s,1\n", on(t, "2024-01-01")+100)
	s := mustLoad(t, b.String(), daycast.Daily)
	p, found := s.panel(t, s.table.Last, 7)
	for i := range p.Series {
		for k, state := range p.StateOf(i) {
			d := p.Start[i] + daycast.Day(k) - on(t, "2024-01-01")
			want := daycast.Sold
			switch {
			case lost(int(d)):
				want = daycast.Missing
			case p.UnitsOf(i)[k] == 0:
				want = daycast.Zero
			}
			if state != want && d < 100 {
				t.Errorf("day %d of %s is %s, want %s", d, p.Series[i].Place, state, want)
			}
		}
	}
	i, ok := of(found, daycast.Missing, on(t, "2024-01-01")+60)
	if want := "nothing sold where 8 series sell on such days, and no weekday, date or feast explains it"; !ok || i.Evidence != want || i.Probability < .9 {
		t.Errorf("said %+v, want %q", i, want)
	}
}
