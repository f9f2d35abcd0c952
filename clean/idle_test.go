package clean

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"daycast"
)

// TestOfferedAndNotSold has a series that sells and, for the last days of a
// hundred, one that is on offer and does not, or only on the last two.
func TestOfferedAndNotSold(t *testing.T) {
	for _, tt := range []struct {
		days, sold int
		idle       bool
	}{{5, 0, false}, {55, 0, false}, {56, 0, true}, {98, 0, true}, {9, 2, false}} {
		var b strings.Builder
		b.WriteString("item,day,units\n")
		for k := range 100 {
			fmt.Fprintf(&b, "a,%s,%d\n", daycast.Day(19000+k), 2+k%3)
			if k >= 100-tt.days {
				units := 0
				if k >= 100-tt.sold {
					units = 4
				}
				fmt.Fprintf(&b, "b,%s,%d\n", daycast.Day(19000+k), units)
			}
		}
		s := mustLoad(t, b.String(), daycast.Daily)
		p, found := s.panel(t, s.table.Last, 2)
		if closed := !slices.Contains(p.Ahead.Closed[2:], false); closed != tt.idle || (found.Idle == 1) != tt.idle {
			t.Errorf("%d days on offer, %d with sales: closed ahead is %t and %d idle", tt.days, tt.sold, closed, found.Idle)
		}
		if want := []int32{0, int32(tt.days - tt.sold)}; !slices.Equal(p.Waited, want) {
			t.Errorf("%d days on offer, %d with sales: waited %v, want %v", tt.days, tt.sold, p.Waited, want)
		}
	}
}
