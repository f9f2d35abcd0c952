package simulate

import (
	"fmt"
	"math"
	"time"

	"daycast"
)

// trade lives through the shop's days and writes what happened: orders, their
// lines, stock, and the truth beside them.
func (g *group) trade(w *writer, firstOrder []daycast.Day) error {
	b := &books{group: g, w: w, firstOrder: firstOrder, shelves: make([]shelf, len(g.items)), back: make([][]comeback, g.shop.Days)}
	mean := make([]float64, len(g.items))
	for t := range g.shop.Days {
		g.means(t, mean)
		b.open(t)
		for i := range g.items {
			if t < g.items[i].first || t >= g.items[i].end {
				continue
			}
			if err := b.sell(i, mean[i]); err != nil {
				return err
			}
		}
		if err := b.close(); err != nil {
			return err
		}
	}
	return nil
}

// books are what a group keeps from day to day.
type books struct {
	*group
	w          *writer
	firstOrder []daycast.Day // by customer; 0: none yet
	shelves    []shelf       // by item
	back       [][]comeback  // by day
	orders     int           // numbered so far

	t     int // today
	day   string
	lines []sale // of today
}

// A sale is a line of today's, before it is in a basket.
type sale struct {
	item, quantity int
	bulk           bool
}

// A comeback is a line that will be returned.
type comeback struct {
	item, quantity int
	customer       int
	price          float64
}

func (b *books) open(t int) {
	b.t, b.day, b.lines = t, b.shop.date(t), b.lines[:0]
}

// sell sells what of today's demand for an item is in stock.
func (b *books) sell(i int, mean float64) error {
	it, s := &b.items[i], &b.shelves[i]
	if b.t == it.first {
		*s = newShelf(b.dice, mean)
	}
	s.receive(b.t)
	usual, bulk := b.dice.negativeBinomial(mean, it.shape), b.bulkOrder(it, mean)
	demand := usual + bulk
	sold := min(demand, s.onHand)
	s.onHand -= sold
	s.reorder(b.dice, b.t, sold)
	b.split(i, min(sold, usual))
	if sold > usual {
		b.lines = append(b.lines, sale{i, sold - usual, true})
	}
	state := b.state(demand, sold)
	if state == daycast.StockOut {
		b.w.planted.StockOuts++
	}
	if !b.place.outage[b.t] {
		if err := b.w.stockLevel(b.dice, b.day, it.id, b.place.id, s.onHand); err != nil {
			return err
		}
	}
	return b.w.demand.add(it.id, b.place.id, b.day, mean, demand, bulk, sold, it.price[b.t], asNumber(it.promo[b.t]), state.String())
}

func (b *books) state(demand, sold int) daycast.DayState {
	switch {
	case b.place.closed[b.t]:
		return daycast.Closed
	case b.place.outage[b.t]:
		return daycast.Missing
	case sold < demand:
		return daycast.StockOut
	case sold > 0:
		return daycast.Sold
	}
	return daycast.Zero
}

// split makes lines of an item's units.
func (b *books) split(i, units int) {
	for units > 0 {
		quantity := min(units, 1+b.dice.geometric(1-b.items[i].pack))
		b.lines = append(b.lines, sale{i, quantity, false})
		units -= quantity
	}
}

// close puts the day's lines into baskets and takes back what comes back.
func (b *books) close() error {
	var usual []sale
	for _, s := range b.lines {
		if !s.bulk {
			usual = append(usual, s)
		} else if err := b.order([]sale{s}); err != nil {
			return err
		}
	}
	b.dice.Shuffle(len(usual), func(i, j int) { usual[i], usual[j] = usual[j], usual[i] })
	for len(usual) > 0 {
		size := min(len(usual), 1+b.dice.geometric(0.6))
		if err := b.order(usual[:size]); err != nil {
			return err
		}
		usual = usual[size:]
	}
	return b.takeBack()
}

// order writes one order. Of a day without a feed nothing is written.
func (b *books) order(lines []sale) error {
	d := b.dice
	// Squared, so that a few customers buy much.
	customer := b.first + int(math.Pow(d.Float64(), 2)*float64(b.place.customers))
	b.orders++
	id := fmt.Sprintf("%d-%d", b.number+1, b.orders)
	lost := b.place.outage[b.t]
	if lost {
		b.w.planted.Lost += len(lines)
	} else {
		if today := b.shop.Start + daycast.Day(b.t); b.firstOrder[customer] == 0 || today < b.firstOrder[customer] {
			b.firstOrder[customer] = today
		}
		if err := b.w.order(d, id, customerID(customer), b.place.id, b.clock()); err != nil {
			return err
		}
	}
	for n, l := range lines {
		it := &b.items[l.item]
		price := it.price[b.t]
		if !lost {
			if err := b.w.line(d, id, n+1, it.id, l.quantity, price, it.promo[b.t]); err != nil {
				return err
			}
		}
		if d.chance(it.returns) {
			b.comeBack(comeback{l.item, 1 + d.IntN(l.quantity), customer, price})
		}
	}
	return nil
}

// comeBack plans a return for an open day, if the shop still has one.
func (b *books) comeBack(c comeback) {
	t := b.t + 2 + b.dice.geometric(0.12)
	for t < b.shop.Days && b.place.closed[t] {
		t++
	}
	if t < b.shop.Days {
		b.back[t] = append(b.back[t], c)
	}
}

// takeBack writes today's returns. What came back is not sold again.
func (b *books) takeBack() error {
	back := b.back[b.t]
	b.back[b.t] = nil
	for _, c := range back {
		b.orders++
		if b.place.outage[b.t] {
			b.w.planted.Lost++
			continue
		}
		b.w.planted.Returns++
		id := fmt.Sprintf("R%d-%d", b.number+1, b.orders)
		if err := b.w.order(b.dice, id, customerID(c.customer), b.place.id, b.clock()); err != nil {
			return err
		}
		if err := b.w.line(b.dice, id, 1, b.items[c.item].id, -c.quantity, c.price, false); err != nil {
			return err
		}
	}
	return nil
}

// clock is a time of today between eight and nine in the evening, of the
// place's own clock.
func (b *books) clock() string {
	second := time.Duration(b.dice.days(8*3600, 21*3600-1)) * time.Second
	return b.day + time.Time{}.Add(second).Format("T15:04:05")
}

func customerID(number int) string { return fmt.Sprintf("C%07d", number+1) }

// A shelf is an item's stock at a place. It is filled up to cover days of the
// pace at which it sold lately when half of that is left; deliveries take
// lead days, and some are late by weeks: then, and when a promotion or a bulk
// order comes as a surprise, it stands empty.
type shelf struct {
	onHand, cover, lead int
	pace                float64 // units a day, smoothed
	coming, arrives     int     // units on order and their day; 0 units for none
}

func newShelf(d dice, mean float64) shelf {
	s := shelf{cover: d.days(14, 45), lead: d.days(2, 9), pace: max(0.2, mean)}
	s.onHand = s.full()
	return s
}

func (s *shelf) full() int { return 2 + int(s.pace*float64(s.cover)) }

func (s *shelf) receive(t int) {
	if s.coming > 0 && t >= s.arrives {
		s.onHand += s.coming
		s.coming = 0
	}
}

func (s *shelf) reorder(d dice, t, sold int) {
	if s.onHand > 0 || sold > 0 { // an empty shelf says nothing about the pace
		s.pace += 0.05 * (float64(sold) - s.pace)
	}
	if s.coming > 0 || s.onHand > s.full()/2 {
		return
	}
	s.coming, s.arrives = s.full()-s.onHand, t+s.lead
	if d.chance(0.06) {
		s.arrives += d.days(7, 35)
	}
}
