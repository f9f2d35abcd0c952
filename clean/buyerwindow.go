package clean

import "daycast"

// A purchase is what one line says of its buyer.
type purchase struct {
	customer uint64
	day      daycast.Day
	group    int32 // -1: none
	units    float64
}

// A buyerWindow is who bought in the days of the window, of one group.
type buyerWindow struct {
	buyers map[uint64]boughtBy
	units  float64
	ring   [buyersWindow]map[uint64]float64 // units by customer, of each day
	totals [buyersWindow]float64            // of each day
}

type boughtBy struct {
	units float64
	days  int // on which they bought
}

func newBuyerWindow() *buyerWindow { return &buyerWindow{buyers: map[uint64]boughtBy{}} }

// begin forgets the day that leaves the window as a new one begins.
func (w *buyerWindow) begin(day daycast.Day) {
	slot := &w.ring[slotOf(day)]
	for id, units := range *slot {
		b := w.buyers[id]
		b.units -= units
		if b.days--; b.days == 0 {
			delete(w.buyers, id)
		} else {
			w.buyers[id] = b
		}
	}
	w.units -= w.totals[slotOf(day)] // at once, as maps have no order
	if len(w.buyers) == 0 {
		w.units = 0
	}
	*slot, w.totals[slotOf(day)] = nil, 0
}

func (w *buyerWindow) add(day daycast.Day, p purchase) {
	slot := &w.ring[slotOf(day)]
	if *slot == nil {
		*slot = map[uint64]float64{}
	}
	b := w.buyers[p.customer]
	if _, today := (*slot)[p.customer]; !today {
		b.days++
	}
	(*slot)[p.customer] += p.units
	b.units += p.units
	w.buyers[p.customer] = b
	w.units += p.units
	w.totals[slotOf(day)] += p.units
}

func slotOf(day daycast.Day) int { return int(day%buyersWindow+buyersWindow) % buyersWindow }
