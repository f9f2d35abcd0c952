package supply

import (
	"slices"
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

// served are the shares of series i, by a shop that is learnt from the panel.
func served(p *daycast.Panel, i, horizon int) []float32 {
	s := Learn(p, horizon)
	out := make([]float32, horizon)
	s.Fill(p, i, out)
	return out
}

func TestServed(t *testing.T) {
	never := func(int) bool { return false }
	for i := range 2 {
		if got := served(shelves(never, never), i, 7); got[0] != 1 || got[6] != 1 {
			t.Errorf("shares %v where stock never ran out", got)
		}
	}
	// One runs out each other day and one never: the former has little more than
	// half of its gap left by the prior, and the other some of it.
	p := shelves(never, func(t int) bool { return t%2 == 1 })
	s := Learn(p, 7)
	if a, b := s.own(p, 0), s.own(p, 1); a < 0.95 || b > 0.76 || b < 0.7 {
		t.Errorf("own shares %g and %g", a, b)
	}
	// b was out on the last day: it is in stock tomorrow, and out the day after.
	if got := served(p, 1, 7); got[0] < got[1]+0.3 {
		t.Errorf("shares of tomorrow %g and of the day after %g", got[0], got[1])
	}
	// Alone it has the same shares, by what was learnt of the shop.
	alone, all := make([]float32, 9), make([]float32, 9)
	s.Fill(p.Select([]int{1}), 0, alone)
	s.Fill(p, 1, all)
	if !slices.Equal(alone, all) || all[8] != all[6] {
		t.Errorf("shares %v, alone %v; want the same, and the last known one further on", all, alone)
	}
}

// A shelf that went empty stays empty for a while, which wears off.
func TestServedAfterAnEmptyShelf(t *testing.T) {
	weeks := func(from int) func(t int) bool { return func(t int) bool { return (t-from)%20 < 5 && t >= from } }
	p := shelves(weeks(5), weeks(9), weeks(15), weeks(17))
	empty, full := served(p, 2, 14), served(p, 1, 14) // out on day 99, and not
	if empty[0] > empty[9]-0.2 || empty[0] > full[0]-0.2 {
		t.Errorf("shares of the empty shelf %v, and of a full one %v", empty, full)
	}
}

func TestServedOfNothing(t *testing.T) {
	p := &daycast.Panel{Step: daycast.Daily, Offsets: []int{0, 0}, Start: []daycast.Day{0}, Series: []daycast.Series{{Item: "a"}}}
	if got := served(p, 0, 3)[2]; got != 1 {
		t.Errorf("share %g of a series without a day", got)
	}
}
