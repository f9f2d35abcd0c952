package clean

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"daycast"
)

// TestQuietWeekdays has a shop of nine items, of which three sell on a day, and rows
// for the others: Sundays are closed where none ever sells on one, until a year
// before the end or to the end, and open where some do.
func TestQuietWeekdays(t *testing.T) {
	const days = 800
	for _, c := range []struct {
		name         string
		sundays      func(k int) float64 // chance of an item to sell on one, to that of other days
		early, ahead bool                // closed on the 30th Sunday, and in the weeks to come
	}{
		{"never", func(int) float64 { return 0 }, true, true},
		{"seldom", func(int) float64 { return .2 }, false, false},
		{"opened a year ago", func(k int) float64 { return float64(k / (days - 365)) }, true, false},
		{"closed a year ago", func(k int) float64 { return 1 - float64(k/(days-365)) }, false, true},
	} {
		rng := rand.New(rand.NewPCG(7, 8))
		var b strings.Builder
		b.WriteString("item,day,units\n")
		first := on(t, "2022-01-02") // a Sunday
		for k := range days {
			for i := range 9 {
				chance := 1. / 3
				if k%7 == 0 {
					chance *= c.sundays(k)
				}
				units := 0
				if rng.Float64() < chance {
					units = 1 + rng.IntN(3)
				}
				fmt.Fprintf(&b, "i%d,%s,%d\n", i, first+daycast.Day(k), units)
			}
		}
		s := mustLoad(t, b.String(), daycast.Daily)
		p, _ := s.panel(t, s.table.Last, 14)
		closed := 0
		for k, state := range p.StateOf(0) {
			day := p.Start[0] + daycast.Day(k)
			if state == daycast.Closed {
				closed++
				if day.Weekday() != time.Sunday {
					t.Errorf("%s: %s is closed", c.name, day)
				}
			}
			if day == first+30*7 && (state == daycast.Closed) != c.early {
				t.Errorf("%s: %s is %s", c.name, day, state)
			}
		}
		for h := range p.Ahead.Periods {
			sunday := (p.Origin + daycast.Day(h+1)).Weekday() == time.Sunday
			if got := p.Ahead.Closed[h]; got != (sunday && c.ahead) {
				t.Errorf("%s: day %d ahead closed is %v", c.name, h+1, got)
			}
		}
		if (closed > 30) != (c.early || c.ahead) {
			t.Errorf("%s: %d days are closed", c.name, closed)
		}
	}
}
