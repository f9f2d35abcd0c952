package clean

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"daycast"
)

// factSums are the facts of one series while they are summed.
type factSums map[factKey]*factSum

type factKey struct{ day, known daycast.Day }

func (s factSums) at(day, known daycast.Day) *factSum {
	key := factKey{day, known}
	if s[key] == nil {
		s[key] = &factSum{}
	}
	return s[key]
}

// A factSum is the lines of one day, known on one day.
type factSum struct {
	units    float64 // sales less returns
	sold     float64 // sales alone
	priced   float64 // units sold at a known price, and what they cost
	revenue  float64
	promoted float64 // units sold on promotion
	saysSo   bool    // whether any line says if it was
	buyers   int
	buyer    string // the last one: lines come customer by customer
}

func (s *factSum) sell(l orderLine) {
	s.units += l.units
	s.sold += l.units
	if !math.IsNaN(l.price) {
		s.priced += l.units
		s.revenue += l.units * l.price
	}
	if !math.IsNaN(l.promotion) {
		s.promoted += l.units * l.promotion
		s.saysSo = true
	}
	if l.customer != "" && l.customer != s.buyer {
		s.buyers++
		s.buyer = l.customer
	}
}

// yield hands on the facts by day and known-at.
func (s factSums) yield(series daycast.Series, yield func(daycast.Fact, error) bool) bool {
	keys := slices.SortedFunc(maps.Keys(s), func(a, b factKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.known, b.known))
	})
	for _, key := range keys {
		if !yield(s[key].fact(series, key), nil) {
			return false
		}
	}
	return true
}

func (s *factSum) fact(series daycast.Series, key factKey) daycast.Fact {
	unknown := float32(math.NaN())
	f := daycast.Fact{
		Series: series, Day: key.day, KnownAt: key.known, Units: float32(s.units),
		Price: unknown, Promotion: unknown, InStock: unknown, Buyers: unknown,
	}
	if s.revenue > 0 {
		f.Price = float32(s.revenue / s.priced)
	}
	if s.saysSo {
		f.Promotion = float32(s.promoted / s.sold)
	}
	if s.buyers > 0 {
		f.Buyers = float32(s.buyers)
	}
	return f
}
