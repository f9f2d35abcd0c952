package clean

import (
	"math"
	"testing"

	"daycast"
)

// Totals are means of the series that gave evidence, with how many those were,
// and mean prices of the listed ones.
func TestTotalsOfAGroup(t *testing.T) {
	nan := float32(math.NaN())
	p := &daycast.Panel{
		Step: daycast.Daily, Origin: 11, Offsets: []int{0, 2, 3}, Start: []daycast.Day{10, 11},
		Series: []daycast.Series{{Item: "a"}, {Item: "b"}},
		Train:  []float32{4, 6, 1}, Price: []float32{nan, 3, 5},
		State:  []daycast.DayState{daycast.Sold, daycast.Sold, daycast.Closed},
		Levels: []daycast.Level{{Name: "category", Names: []string{"x"}, Of: []int32{0, 0}}},
	}
	got := totals(p)
	for level := range got.Levels {
		mean, count, price := got.Mean[level][0], got.Count[level][0], got.Price[level][0]
		if mean[0] != 4 || mean[1] != 6 || count[0] != 1 || count[1] != 1 {
			t.Errorf("%s: means %v of %v, want 4 and 6 of one series", got.Levels[level], mean, count)
		}
		if price[0] == price[0] || price[1] != 4 {
			t.Errorf("%s: prices %v, want none and 4", got.Levels[level], price)
		}
	}
}
