package supply

import (
	"testing"

	"daycast"
)

// shelves is a panel of series of 100 days that want 10 pieces a day and sell 4
// where empty says that they ran out.
func shelves(empty ...func(t int) bool) *daycast.Panel {
	p := &daycast.Panel{Step: daycast.Daily, Offsets: []int{0}}
	for i, out := range empty {
		p.Series = append(p.Series, daycast.Series{Item: string(rune('a' + i))})
		p.Start = append(p.Start, 0)
		for t := range 100 {
			units, state := float32(10), daycast.Sold
			if out(t) {
				units, state = 4, daycast.StockOut
			}
			p.Units, p.Train, p.State = append(p.Units, units), append(p.Train, 10), append(p.State, state)
		}
		p.Offsets = append(p.Offsets, len(p.Units))
	}
	return p
}

func TestShare(t *testing.T) {
	never := func(int) bool { return false }
	if p := shelves(never, never); Learn(p).Share(p, 0) != 1 {
		t.Errorf("a share of %g where stock never ran out", Learn(p).Share(p, 0))
	}
	// One runs out each other day and one never: of the gap between them, whose
	// shares are .7 and 1, the prior takes more than half.
	p := shelves(never, func(t int) bool { return t%2 == 1 })
	s := Learn(p)
	a, b := s.Share(p, 0), s.Share(p, 1)
	if s.All < .84 || s.All > .86 || a < .89 || a > .92 || b < .78 || b > .81 {
		t.Errorf("of all demand %g, of the series' %g and %g", s.All, a, b)
	}
	// Alone it has the same share, by what was learnt of the shop.
	if alone := s.Share(p.Select([]int{1}), 0); alone != b {
		t.Errorf("a share of %g alone, of %g among others", alone, b)
	}
}

// What ran out of late counts more than what ran out long ago.
func TestNewDaysCountMore(t *testing.T) {
	p := shelves(func(t int) bool { return t >= 86 }, func(t int) bool { return t >= 58 && t < 72 })
	s := Learn(p)
	if late, early := s.Share(p, 0), s.Share(p, 1); late > early-.05 {
		t.Errorf("shares of %g where it ran out in the last weeks, and %g where it did before", late, early)
	}
}

func TestShareOfNothing(t *testing.T) {
	p := &daycast.Panel{Step: daycast.Daily, Offsets: []int{0, 0}, Start: []daycast.Day{0}, Series: []daycast.Series{{Item: "a"}}}
	if got := Learn(p).Share(p, 0); got != 1 {
		t.Errorf("share %g of a series without a day", got)
	}
	if got := (Shop{All: .6}).Share(p, 0); got != .6 {
		t.Errorf("share %g of a series without a day, want that of all", got)
	}
}
