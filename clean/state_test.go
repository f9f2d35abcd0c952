package clean

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
)

// stores writes ten items that sell every day on which open says so, from
// first on; extra adds columns to a row.
func stores(first string, days int, header string, open func(daycast.Day) bool, extra func(daycast.Day) string) string {
	var b strings.Builder
	b.WriteString("item,day,units" + header + "\n")
	from, _ := daycast.ParseDay(first)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 10 {
		for k := range days {
			d := from + daycast.Day(k)
			if open(d) {
				fmt.Fprintf(&b, "i%d,%s,%d%s\n", i, d, 1+rng.IntN(5), extra(d))
			}
		}
	}
	return b.String()
}

func nothing(daycast.Day) string { return "" }

func on(t *testing.T, s string) daycast.Day {
	t.Helper()
	d, err := daycast.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// stateOn is the state of the panel's first series on a day.
func stateOn(p *daycast.Panel, d daycast.Day) daycast.DayState { return p.StateOf(0)[d-p.Start[0]] }

func TestClosedWeekday(t *testing.T) {
	s := mustLoad(t, stores("2024-01-01", 141, "", func(d daycast.Day) bool { return d.Weekday() != 0 }, nothing), daycast.Daily)
	p, found := s.panel(t, s.table.Last, 8)
	for k, state := range p.StateOf(0) {
		d := p.Start[0] + daycast.Day(k)
		if want := d.Weekday() == 0; (state == daycast.Closed) != want {
			t.Fatalf("%s, a %s, is %s", d, d.Weekday(), state)
		}
	}
	for h := range 8 {
		d := s.table.Last + daycast.Day(h) + 1
		if p.Ahead.Closed[h] != (d.Weekday() == 0) {
			t.Errorf("%s, a %s ahead: closed %v", d, d.Weekday(), p.Ahead.Closed[h])
		}
	}
	if !slices.Contains(found.Closed, "Sundays") {
		t.Errorf("found %q", found.Closed)
	}
}

// TestRecurringDates closes 25 December after one year, and other dates only
// after two.
func TestRecurringDates(t *testing.T) {
	open := func(d daycast.Day) bool {
		switch d.String()[5:] {
		case "12-25", "11-01":
			return false
		case "11-05":
			return d.Time().Year() != 2022
		}
		return true
	}
	s := mustLoad(t, stores("2022-01-01", 2*365-10, "", open, nothing), daycast.Daily)
	tests := []struct {
		origin string
		closed []string
	}{
		{"2022-12-24", nil},
		{"2023-10-30", nil},
		{"2023-12-20", []string{"2023-12-25"}},
	}
	for _, tt := range tests {
		origin := on(t, tt.origin)
		p, _ := s.panel(t, origin, 10)
		var closed []string
		for h := range 10 {
			if p.Ahead.Closed[h] {
				closed = append(closed, (origin + daycast.Day(h) + 1).String())
			}
		}
		if !slices.Equal(closed, tt.closed) {
			t.Errorf("at %s closed ahead %v, want %v", tt.origin, closed, tt.closed)
		}
	}
	p, found := s.panel(t, s.table.Last, 12)
	words := []string{"2022-11-01", "2022-12-25", "2023-11-01", "2023-12-25"}
	if !slices.Equal(found.Closed, words) {
		t.Errorf("found %q, want %q", found.Closed, words)
	}
	if got := stateOn(p, on(t, "2022-11-05")); got != daycast.Missing {
		t.Errorf("a lone silent day that nothing explains is %s", got)
	}
}

// TestHolidayName closes the days ahead whose name closed the shop before.
func TestHolidayName(t *testing.T) {
	named := map[string]string{
		"2024-02-10": "Founders", "2024-03-20": "Founders", "2024-04-12": "Founders",
		"2024-02-20": "Sale", "2024-04-14": "Sale",
	}
	closed := func(d daycast.Day) bool { return named[d.String()] == "Founders" }
	var b strings.Builder
	b.WriteString("item,day,units,holiday\n")
	for i := range 10 {
		for d := on(t, "2024-01-01"); d <= on(t, "2024-04-20"); d++ {
			units := "2"
			if closed(d) {
				units = "0"
			}
			if d > on(t, "2024-04-10") {
				units = ""
			}
			fmt.Fprintf(&b, "i%d,%s,%s,%s\n", i, d, units, named[d.String()])
		}
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	p, found := s.panel(t, s.table.Last, 6)
	want := []bool{false, true, false, false, false, false}
	if got := p.Ahead.Closed[:6]; !slices.Equal(got, want) {
		t.Errorf("closed ahead %v, want %v: notes %q, found %q", got, want, s.table.Notes, found.Closed)
	}
}

// TestSteadySeries closes the few silent days of a series that sells nearly
// always, where its place has too few series to tell.
func TestSteadySeries(t *testing.T) {
	var b strings.Builder
	b.WriteString("item,place,day,units\n")
	for k := range 150 {
		d := on(t, "2024-01-01") + daycast.Day(k)
		if d.Weekday() != 0 && k != 50 {
			fmt.Fprintf(&b, "sales,1,%s,%d\n", d, 100+k)
		}
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	p, _ := s.panel(t, s.table.Last, 7)
	if got := stateOn(p, on(t, "2024-01-01")+50); got != daycast.Closed {
		t.Errorf("a silent day is %s", got)
	}
	for h := range 7 {
		d := s.table.Last + daycast.Day(h) + 1
		if p.Ahead.Closed[h] != (d.Weekday() == 0) {
			t.Errorf("%s ahead: closed %v", d.Weekday(), p.Ahead.Closed[h])
		}
	}
}

// TestRefurbishment takes a store's silent months for unknown once it sells again; until
// then they may be the end. The weekday that it never opens is known at once.
func TestRefurbishment(t *testing.T) {
	var b strings.Builder
	b.WriteString("item,place,day,units\n")
	rng := rand.New(rand.NewPCG(11, 12))
	for k := range 400 {
		d := on(t, "2023-01-02") + daycast.Day(k)
		if d.Weekday() != 0 && (k < 200 || k >= 350) {
			fmt.Fprintf(&b, "sales,1,%s,%d\n", d, 80+rng.IntN(60))
		}
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	for _, tt := range []struct {
		origin int
		want   daycast.DayState
	}{{340, daycast.Zero}, {353, daycast.Missing}} {
		p, _ := s.panel(t, on(t, "2023-01-02")+daycast.Day(tt.origin), 7)
		if got := p.StateOf(0)[300]; got != tt.want {
			t.Errorf("at day %d a day of the silence is %s, want %s", tt.origin, got, tt.want)
		}
		if got := p.StateOf(0)[41]; got != daycast.Closed {
			t.Errorf("at day %d a Sunday before it is %s", tt.origin, got)
		}
		for h := range 7 {
			if sunday := (p.Origin + daycast.Day(h) + 1).Weekday() == 0; p.Ahead.Closed[h] != sunday {
				t.Errorf("at day %d the day after %d is closed: %v", tt.origin, h, p.Ahead.Closed[h])
			}
		}
	}
}

// TestIntermittentStaysOpen types silent days of items that sell seldom, or in
// packs, as zeros.
func TestIntermittentStaysOpen(t *testing.T) {
	var b strings.Builder
	b.WriteString("item,place,day,units\n")
	rng := rand.New(rand.NewPCG(13, 14))
	for k := range 400 {
		d := on(t, "2023-01-02") + daycast.Day(k)
		if rng.IntN(10) < 8 {
			fmt.Fprintf(&b, "packs,1,%s,%d\n", d, 12*(1+rng.IntN(3)))
		}
		if rng.IntN(10) < 8 {
			fmt.Fprintf(&b, "few,2,%s,%d\n", d, 1+rng.IntN(3))
		}
		if rng.IntN(10) < 3 {
			fmt.Fprintf(&b, "many,3,%s,%d\n", d, 50+rng.IntN(60))
		}
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	_, found := s.panel(t, s.table.Last, 1)
	if n := found.Days[daycast.Closed]; n > 0 {
		t.Errorf("%d days are closed", n)
	}
}

// TestFutureRowsOpen lets a planned row open a day that would be closed, unless
// the table has rows of closed days too.
func TestFutureRowsOpen(t *testing.T) {
	for _, written := range []bool{false, true} {
		var b strings.Builder
		b.WriteString("item,day,units,promotion\n")
		for i := range 10 {
			for k := range 141 {
				d := on(t, "2024-01-01") + daycast.Day(k)
				units := "3"
				if d.Weekday() == 0 {
					if units = "0"; !written && k < 134 {
						continue
					}
				}
				if k >= 134 {
					units = ""
				}
				fmt.Fprintf(&b, "i%d,%s,%s,%d\n", i, d, units, k%2)
			}
		}
		s := mustLoad(t, b.String(), daycast.Daily)
		p, _ := s.panel(t, s.table.Last, 7)
		for h := range 7 {
			sunday := (s.table.Last + daycast.Day(h) + 1).Weekday() == 0
			if p.Ahead.Closed[h] != (sunday && written) {
				t.Errorf("rows on closed days %v: sunday %v, closed %v", written, sunday, p.Ahead.Closed[h])
			}
		}
	}
}

// TestAbsentDecision shows what days without a row are taken for, and why.
func TestAbsentDecision(t *testing.T) {
	written := "item,day,units\na,2024-01-01,3\na,2024-01-02,0\na,2024-01-04,2\n"
	left := "item,day,units\na,2024-01-01,3\na,2024-01-02,1\na,2024-01-04,2\n"
	tests := []struct {
		text    string
		absent  Absent
		picture string
		why     string
	}{
		{written, AbsentAuto, "S0MS", "1 of 3 rows are zeros, so the 1 days without a row are unknown, not zero"},
		{left, AbsentAuto, "SS0S", "0 of 3 rows are zeros: the data leaves zeros out, so the 1 days without a row are zeros or closed"},
		{left, AbsentMissing, "SSMS", "as asked"},
		{left, AbsentClosed, "SSCS", "as asked"},
		{written, AbsentZero, "S00S", "as asked"},
	}
	for _, tt := range tests {
		s := mustLoad(t, tt.text, daycast.Daily)
		b := s.builder(0)
		b.Absent = tt.absent
		p, found, err := b.Build(t.Context(), s.table.Last)
		if err != nil {
			t.Fatal(err)
		}
		if got := picture(p); got != "a 2024-01-01 "+tt.picture+"|\n" || found.Why != tt.why {
			t.Errorf("%s: got %q because %q", tt.absent, got, found.Why)
		}
	}
}

// same compares panels; a number that is not known equals itself.
var same = cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateEmpty()}

// TestPanelKnowsNothingOfTheFuture poisons all that became known after the
// origin: rows of later days, corrections of earlier ones, and every column but
// the planned ones.
func TestPanelKnowsNothingOfTheFuture(t *testing.T) {
	silent := mustLoad(t, sellers(300, "", func(k int) bool { return k > 100 && k < 110 || k > 200 && k < 272 }), daycast.Daily)
	for _, s := range []*shop{poisonable(t, daycast.Daily), poisonable(t, daycast.Weekly), silent} {
		step := s.table.daily.Step
		origin := s.table.Last - 28
		end := s.builder(5).periodOf(origin) + daycast.Day(step) - 1
		want, wantFound := s.panel(t, origin, 5)
		poison := float32(1e6)
		bad := *s
		bad.facts, bad.signals = nil, nil
		for _, f := range s.facts {
			if f.KnownAt > end {
				f.Units, f.InStock, f.Buyers, f.Price = poison, 0, poison, poison // promotion is planned
			}
			bad.facts = append(bad.facts, f)
			if f.Day%5 == 0 && f.Day <= end {
				late := f
				late.KnownAt, late.Units, late.Price = end+1, poison, poison
				bad.facts = append(bad.facts, late)
			}
		}
		for _, g := range s.signals {
			if g.KnownAt > end {
				g.Value, g.Code = poison, strings.Replace(g.Code, "rain", "hail", 1)
			}
			bad.signals = append(bad.signals, g)
		}
		got, gotFound := bad.panel(t, origin, 5)
		if diff := cmp.Diff(want, got, same) + cmp.Diff(wantFound, gotFound); diff != "" {
			t.Errorf("step %d: what came after the origin changes the panel (-clean +poisoned):\n%s", step, diff)
		}
	}
}

// poisonable is a shop with every kind of column.
func poisonable(t *testing.T, step daycast.Step) *shop {
	t.Helper()
	var b strings.Builder
	b.WriteString("item,place,day,units,price,promotion,in_stock,weather,plan,size\n")
	rng := rand.New(rand.NewPCG(7, 8))
	for i := range 8 {
		for k := range 120 {
			units, price, stock, weather := fmt.Sprint(rng.IntN(6)), fmt.Sprint(1+rng.IntN(3)), "1", "sun"
			if rng.IntN(9) == 0 {
				stock = "0"
			}
			if k%3 == 0 {
				weather = "rain"
			}
			if k >= 113 {
				units, price, stock, weather = "", "", "", ""
			}
			fmt.Fprintf(&b, "i%d,p%d,%s,%s,%s,%d,%s,%s,%d,s%d\n",
				i/2, i%2, on(t, "2024-01-01")+daycast.Day(k), units, price, rng.IntN(2), stock, weather, k%4, i/4)
		}
	}
	s := mustLoad(t, b.String(), step)
	want := Planned{Promotion: true}
	if s.table.Planned != want {
		t.Fatalf("planned %+v, want %+v", s.table.Planned, want)
	}
	return s
}

// TestPanelIsOfKnownFacts compares panels of random shops with a slow reading
// of the same facts: units are the sum of what is known, and each period of a
// series has one state that fits them.
func TestPanelIsOfKnownFacts(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 50 {
		var b strings.Builder
		b.WriteString("item,day,units\n")
		first := on(t, "2024-01-01")
		sums := map[string]map[daycast.Day]float64{}
		for range 1 + rng.IntN(60) {
			item, d, units := fmt.Sprint("i", rng.IntN(4)), first+daycast.Day(rng.IntN(40)), rng.IntN(7)-2
			fmt.Fprintf(&b, "%s,%s,%d\n", item, d, units)
			if sums[item] == nil {
				sums[item] = map[daycast.Day]float64{}
			}
		}
		s := mustLoad(t, b.String(), daycast.Daily)
		for _, f := range s.facts {
			sums[f.Series.Item][f.Day] += float64(f.Units)
		}
		p, _ := s.panel(t, s.table.Last, 3)
		if len(p.Series) != len(sums) {
			t.Fatalf("%d series, want %d", len(p.Series), len(sums))
		}
		for i, series := range p.Series {
			for k, units := range p.UnitsOf(i) {
				d := p.Start[i] + daycast.Day(k)
				if math.Abs(float64(units)-sums[series.Item][d]) > 1e-6 {
					t.Fatalf("%s on %s: %v, want %v of\n%s", series.Item, d, units, sums[series.Item][d], b.String())
				}
				if state := p.StateOf(i)[k]; (state == daycast.Sold) != (units != 0) {
					t.Fatalf("%s on %s: %v units and %s", series.Item, d, units, state)
				}
				delete(sums[series.Item], d)
			}
			for d, units := range sums[series.Item] {
				if units != 0 {
					t.Fatalf("%s on %s: %v units are not in the panel", series.Item, d, units)
				}
			}
		}
	}
}
