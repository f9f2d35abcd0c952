package simulate

import "daycast"

// A writer writes the shop's rows, and dirties some.
type writer struct {
	places, customers, products, orders, lines, stock *table
	promotions, prices                                *table
	demand, effects                                   *table // the truth's
	planted                                           Planted
}

func newWriter(shop, truth *file) (*writer, error) {
	w := &writer{}
	for _, t := range []struct {
		table   **table
		file    *file
		name    string
		columns int
	}{
		{&w.places, shop, "places", 6},
		{&w.customers, shop, "customers", 4},
		{&w.products, shop, "products", 6},
		{&w.orders, shop, "orders", 4},
		{&w.lines, shop, "order_lines", 6},
		{&w.stock, shop, "stock", 4},
		{&w.promotions, shop, "promotions", 5},
		{&w.prices, shop, "prices", 4},
		{&w.demand, truth, "demand", 10},
		{&w.effects, truth, "items", 18},
	} {
		var err error
		if *t.table, err = t.file.table(t.name, t.columns); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *writer) place(p *place) error {
	w.planted.Outages += p.outages()
	return w.places.add(p.id, p.timeZone, p.country, p.region, p.latitude, p.longitude)
}

// items writes products and, beside them, their effects.
func (w *writer) items(s Shop, items []item) error {
	for i := range items {
		it := &items[i]
		if err := w.products.add(it.id, it.name, it.category, it.brand, it.launched.String(), it.listPrice); err != nil {
			return err
		}
		if err := w.calendar(s, it); err != nil {
			return err
		}
		var jumpDay any
		if it.jump != 1 {
			jumpDay = s.date(it.jumpDay)
		}
		if err := w.effects.add(it.id, it.base, it.shape, it.trend, it.year, it.peak, it.gift, it.holiday, it.eve,
			jumpDay, it.jump, it.listPrice, it.elasticity, it.lift, it.cannibal, it.returns,
			s.date(it.first), s.date(it.end-1)); err != nil {
			return err
		}
	}
	return nil
}

var segments = []string{"consumer", "consumer", "consumer", "business", "reseller"}

// buyers writes the customers of a place, of whom the first has a number.
func (w *writer) buyers(s Shop, p *place, first int, firstOrder []daycast.Day) error {
	for i, day := range firstOrder {
		d := newDice(s.Seed, diceOfCustomer, first+i)
		country := p.country
		if d.chance(0.1) {
			country = cities[d.IntN(len(cities))].country
		}
		var firstDay any
		if day != 0 {
			firstDay = day.String()
		}
		if err := w.customers.add(customerID(first+i), country, d.oneOf(segments), firstDay); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) order(d dice, id, customer, place, orderedAt string) error {
	if d.chance(badDateChance) {
		w.planted.BadDates++
		orderedAt = d.oneOf(badDates)
	}
	return w.orders.add(id, customer, place, orderedAt)
}

func (w *writer) line(d dice, order string, number int, item string, quantity int, price float64, promo bool) error {
	var q, p any = quantity, price
	switch u := d.Float64(); {
	case u < badQuantityChance:
		w.planted.BadQuantities++
		q = d.oneOf(badQuantities)
	case u < badQuantityChance+badPriceChance:
		w.planted.BadPrices++
		p = d.oneOf(badPrices)
	case u < badQuantityChance+badPriceChance+noPriceChance:
		w.planted.NoPrices++
		p = nil
	}
	times := 1
	if d.chance(duplicateChance) {
		w.planted.Duplicates++
		times = 2
	}
	for range times {
		if err := w.lines.add(order, number, item, q, p, asNumber(promo)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) stockLevel(d dice, day, item, place string, onHand int) error {
	var n any = onHand
	if d.chance(badStockChance) {
		w.planted.BadStock++
		n = d.oneOf(badStock)
	}
	return w.stock.add(day, item, place, n)
}

func asNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}
