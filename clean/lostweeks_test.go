package clean

import (
	"fmt"
	"strings"
	"testing"

	"daycast"
)

// TestLostWeeks types weeks without a row Missing where a place lost all of its
// items, or a steady series its own; a season's end, what may be the end of the
// demand, zeros with a row and weeks of series that sell few pieces stay zeros.
func TestLostWeeks(t *testing.T) {
	var b strings.Builder
	b.WriteString("item,place,day,units\n")
	const weeks = 100
	row := func(item, place string, k, units int) {
		fmt.Fprintf(&b, "%s,%s,%s,%d\n", item, place, on(t, "2024-01-01")+daycast.Day(7*k), units)
	}
	for k := range weeks {
		for item := range 8 {
			if k != 40 && (k+item)%4 != 0 { // the small items, all lost in a week
				row(fmt.Sprint("i", item), "north", k, 1+(k+item)%3)
			}
		}
		switch { // a steady one alone in its place
		case k == 50, k == 60 || k == 61, k >= 70 && k < 75, k >= weeks-2:
		default:
			row("steady", "south", k, 100+k%7)
		}
		if k%10 != 9 {
			row("few", "west", k, 1+k%4)
		}
		units := 100 + k%7
		if k == 30 {
			units = 0
		}
		row("written", "east", k, units)
	}
	s := mustLoad(t, b.String(), daycast.Weekly)
	p, found := s.panel(t, s.table.Last, 4)
	for i, series := range p.Series {
		for k, state := range p.StateOf(i) {
			want := daycast.Sold
			if p.UnitsOf(i)[k] == 0 {
				want = daycast.Zero
			}
			week := int(p.Start[i]-on(t, "2024-01-01"))/7 + k
			if series.Place == "north" && week == 40 || series.Place == "south" && (week == 50 || week == 60 || week == 61) {
				want = daycast.Missing
			}
			if state != want {
				t.Errorf("week %d of %s is %s, want %s", week, series.ID(), state, want)
			}
		}
	}
	for week, words := range map[int]string{
		40: "next to nothing sold where five series and more sell around it",
		50: "silent, where the series sells in 90 of 93 weeks and much in its poorest",
	} {
		if i, ok := of(found, daycast.Missing, on(t, "2024-01-01")+daycast.Day(7*week)); !ok || i.Evidence != words {
			t.Errorf("week %d: said %+v, want %q", week, i, words)
		}
	}
}
