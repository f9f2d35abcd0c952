package clean

import (
	"cmp"
	"math"
	"slices"

	"daycast"
)

// factSums are the facts of one series while they are summed.
type factSums struct {
	index map[factKey]int
	sums  []factSum
}

type factKey struct{ day, known daycast.Day }

// A factSum is the lines of one day, known on one day.
type factSum struct {
	factKey
	units    float64 // sales less returns
	sold     float64 // sales alone
	priced   float64 // units sold at a known price, and what they cost
	revenue  float64
	promoted float64 // units sold on promotion
	saysSo   bool    // whether any line says if it was
	buyers   int
	buyer    uint64 // the last one: lines come customer by customer
}

func (s *factSums) forget() {
	clear(s.index)
	s.sums = s.sums[:0]
}

func (s *factSums) at(day, known daycast.Day) *factSum {
	key := factKey{day, known}
	// Lines come by time: the day is often the last one.
	if n := len(s.sums) - 1; n >= 0 && s.sums[n].factKey == key {
		return &s.sums[n]
	}
	i, has := s.index[key]
	if !has {
		if s.index == nil {
			s.index = map[factKey]int{}
		}
		i = len(s.sums)
		s.index[key] = i
		s.sums = append(s.sums, factSum{factKey: key})
	}
	return &s.sums[i]
}

// add changes the units of a day by what became known on another.
func (s *factSums) add(day, known daycast.Day, units float64) { s.at(day, known).units += units }

func (s *factSums) sell(l orderLine) {
	f := s.at(l.day, l.day)
	f.units += l.units
	f.sold += l.units
	if !math.IsNaN(l.price) {
		f.priced += l.units
		f.revenue += l.units * l.price
	}
	if !math.IsNaN(l.promotion) {
		f.promoted += l.units * l.promotion
		f.saysSo = true
	}
	if l.customer != 0 && l.customer != f.buyer {
		f.buyers++
		f.buyer = l.customer
	}
}

// yield hands on the facts by day and known-at.
func (s *factSums) yield(series daycast.Series, yield func(daycast.Fact, error) bool) bool {
	slices.SortFunc(s.sums, func(a, b factSum) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.known, b.known))
	})
	for i := range s.sums {
		if !yield(s.sums[i].fact(series), nil) {
			return false
		}
	}
	return true
}

func (s *factSum) fact(series daycast.Series) daycast.Fact {
	unknown := float32(math.NaN())
	f := daycast.Fact{
		Series: series, Day: s.day, KnownAt: s.known, Units: float32(s.units),
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
