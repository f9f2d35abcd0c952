package simulate

import "math"

// calendarAhead is how many days beyond the shop's last one promotions and
// prices are planned: more than a usual horizon of four weeks.
const calendarAhead = 56

// A calendar is what is planned of an item, past and to come. Days are counted
// from the shop's start.
type calendar struct {
	promotions []promotion
	prices     []priceChange
}

type promotion struct {
	first, days int
	off         float64 // share of the price
	lead        int     // days before, on which it was announced
}

type priceChange struct {
	day   int
	price float64
	lead  int // likewise
}

// announce says when each entry became known: promotions two to six weeks
// before, prices one to eight.
func (it *item) announce(s Shop, number int) {
	d := newDice(s.Seed, diceOfCalendar, number)
	for k := range it.promotions {
		it.promotions[k].lead = d.days(14, 42)
	}
	for k := range it.prices {
		it.prices[k].lead = d.days(7, 56)
	}
}

// calendar writes what was announced of an item up to the shop's last day.
func (w *writer) calendar(s Shop, it *item) error {
	for _, p := range it.promotions {
		if p.first+p.days <= it.first || p.first >= it.end && it.end < s.Days || p.first-p.lead >= s.Days {
			continue
		}
		off := math.Round(100*p.off) / 100
		if err := w.promotions.add(it.id, s.date(p.first), s.date(p.first+p.days-1), off, s.date(p.first-p.lead)); err != nil {
			return err
		}
	}
	for _, p := range it.prices {
		if p.day-p.lead >= s.Days {
			continue
		}
		if err := w.prices.add(it.id, s.date(p.day), math.Round(100*p.price)/100, s.date(p.day-p.lead)); err != nil {
			return err
		}
	}
	return nil
}
