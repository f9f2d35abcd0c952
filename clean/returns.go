package clean

import (
	"cmp"
	"slices"

	"daycast"
)

// A ledger holds one customer's sales of one series, oldest first, with the
// units of each that have not come back.
type ledger struct {
	sales []openSale
	back  []giveBack
}

type openSale struct {
	day   daycast.Day
	units float64 // not yet returned, >= 0
}

// A giveBack is what a return took that turned out, on a later day, not to be
// as the shop had written it.
type giveBack struct {
	from  daycast.Day // when that was known
	day   daycast.Day // of the sale
	units float64
}

const (
	// lookBackSales is how many of a customer's newest sales are searched for
	// one that has all the returned units. It only bounds the work where
	// millions of lines have no customer.
	lookBackSales = 1000
	// crumb is what is left of a sale by rounding alone.
	crumb = 1e-9
)

// forget makes the ledger ready for the next customer.
func (l *ledger) forget() { l.sales, l.back = l.sales[:0], l.back[:0] }

func (l *ledger) sell(day daycast.Day, units float64) {
	l.sales = append(l.sales, openSale{day, units})
}

// undo takes returned units back from the newest sale that still has them
// all, or else from as many sales as it takes, the newest first. It tells
// took the day and the units of each, and returns the units that no sale has.
func (l *ledger) undo(units float64, took func(day daycast.Day, units float64)) (rest float64) {
	oldest := max(0, len(l.sales)-lookBackSales)
	for i, s := range slices.Backward(l.sales[oldest:]) {
		if s.units >= units-crumb {
			l.take(oldest+i, units, took)
			return 0
		}
	}
	for len(l.sales) > 0 && units > crumb {
		units -= l.take(len(l.sales)-1, units, took)
	}
	return max(0, units)
}

// take takes up to units from sale i, and drops the newest sales of which
// nothing is left.
func (l *ledger) take(i int, units float64, took func(daycast.Day, float64)) float64 {
	s := &l.sales[i]
	units = min(units, s.units)
	s.units -= units
	if s.units < crumb {
		s.units = 0
	}
	if units > 0 {
		took(s.day, units)
	}
	for n := len(l.sales); n > 0 && l.sales[n-1].units == 0; n-- {
		l.sales = l.sales[:n-1]
	}
	return units
}

// restore gives back what is known by a day.
func (l *ledger) restore(today daycast.Day) {
	if len(l.back) == 0 {
		return
	}
	l.back = slices.DeleteFunc(l.back, func(b giveBack) bool {
		if b.from > today {
			return false
		}
		i, _ := slices.BinarySearchFunc(l.sales, b.day, func(s openSale, day daycast.Day) int { return cmp.Compare(s.day, day) })
		l.sales = slices.Insert(l.sales, i, openSale{b.day, b.units})
		return true
	})
}
