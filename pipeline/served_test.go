package pipeline

import (
	"math"
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

func TestServed(t *testing.T) {
	never := func(int) bool { return false }
	if s := LearnServed(shelves(never, never), 7); s.Share(0, 0) != 1 || s.Share(1, 6) != 1 {
		t.Errorf("shares %g and %g where stock never ran out", s.Share(0, 0), s.Share(1, 6))
	}
	// One runs out each other day and one never: the former has little more than
	// half of its gap left by the prior, and the other some of it.
	s := LearnServed(shelves(never, func(t int) bool { return t%2 == 1 }), 7)
	if s.own[0] < 0.95 || s.own[1] > 0.76 || s.own[1] < 0.7 {
		t.Errorf("own shares %v", s.own)
	}
	// b was out on the last day: it is in stock tomorrow, and out the day after.
	if tomorrow, after := s.Share(1, 0), s.Share(1, 1); tomorrow < after+0.3 {
		t.Errorf("shares of tomorrow %g and of the day after %g", tomorrow, after)
	}
}

// A shelf that went empty stays empty for a while, which wears off.
func TestServedAfterAnEmptyShelf(t *testing.T) {
	weeks := func(from int) func(t int) bool { return func(t int) bool { return (t-from)%20 < 5 && t >= from } }
	s := LearnServed(shelves(weeks(5), weeks(9), weeks(15), weeks(17)), 14)
	now := s.Share(2, 0) // out on day 99
	if !s.out[2] || s.out[1] || now > s.Share(2, 9)-0.2 || now > s.Share(1, 0)-0.2 {
		t.Errorf("shares of the empty shelf %g, %g and of a full one %g", now, s.Share(2, 9), s.Share(1, 0))
	}
}

func TestServedOfNothing(t *testing.T) {
	p := &daycast.Panel{Step: daycast.Daily, Offsets: []int{0, 0}, Start: []daycast.Day{0}, Series: []daycast.Series{{Item: "a"}}}
	if got := LearnServed(p, 3).Share(0, 2); got != 1 || math.IsNaN(float64(got)) {
		t.Errorf("share %g of a series without a day", got)
	}
}
