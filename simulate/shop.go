package simulate

import (
	"context"
	"path/filepath"
	"strings"

	"daycast"
)

// A Shop is a simulated shop whose true demand is known. Its demand has a
// trend, a week, a year, holidays, level jumps, bulk orders with a heavy tail,
// and answers to price and promotion that differ by item; items of a category
// take sales from each other; items are launched and delisted; stock-outs
// hide demand, goods are returned, the feed fails for days, and some rows are
// doubled or broken.
//
// The same Shop gives the same rows. Only one category of one place is in
// memory at a time, and 4 bytes a customer.
//
// What it is for is to test what no real shop can tell: what would have been
// sold. It is no proof of accuracy.
type Shop struct {
	Seed   uint64
	Items  int         // products; 0 means 300
	Places int         // 0 means 1; series = Items * Places, at most a million
	Start  daycast.Day // the first day; 0 means 2023-01-01
	Days   int         // 0 means 730, at most 10,000
}

const (
	maxSeries = 1_000_000
	maxDays   = 10_000
)

// filled is the shop with its defaults, or an error of code invalid.
func (s Shop) filled() (Shop, error) {
	if s.Items == 0 {
		s.Items = 300
	}
	if s.Places == 0 {
		s.Places = 1
	}
	if s.Start == 0 {
		s.Start = 19358 // 2023-01-01
	}
	if s.Days == 0 {
		s.Days = 730
	}
	switch {
	case s.Items < 1 || s.Items > maxSeries:
		return s, daycast.Errorf(daycast.Invalid, "a shop of %d items: want 1 to %d", s.Items, maxSeries).WithField("items")
	case s.Places < 1 || s.Places > maxSeries/s.Items:
		return s, daycast.Errorf(daycast.Invalid, "a shop of %d items at %d places: want 1 to %d series", s.Items, s.Places, maxSeries).WithField("places")
	case s.Days < 1 || s.Days > maxDays:
		return s, daycast.Errorf(daycast.Invalid, "a shop of %d days: want 1 to %d", s.Days, maxDays).WithField("days")
	}
	return s, nil
}

// TruthPath is where the truth of the shop at path is: beside it, as
// shop.truth.sqlite.
func TruthPath(path string) string {
	ext := filepath.Ext(path)
	return strings.TrimSuffix(path, ext) + ".truth" + ext
}

// The truth is a file of its own, so that nothing that reads the shop can read
// it by mistake. demand has a row for each day that a series is listed: mean
// is the expected demand without bulk orders, demand what was wanted, bulk
// the bulk orders in it, sold what left the shop before returns, and state a
// daycast.DayState. items has each item's effects; see item for their units.
const truthSchema = `
CREATE TABLE demand (item_id TEXT, place_id TEXT, day TEXT, mean REAL, demand INTEGER, bulk INTEGER,
  sold INTEGER, price REAL, promotion INTEGER, state TEXT);
CREATE TABLE items (item_id TEXT, base REAL, shape REAL, trend REAL, year REAL, peak REAL, gift REAL, holiday REAL, eve REAL,
  jump_day TEXT, jump REAL, list_price REAL, elasticity REAL, lift REAL, cannibal REAL, returns REAL,
  first_day TEXT, last_day TEXT);`

const truthIndexes = `CREATE INDEX demand_by_series ON demand (item_id, place_id, day)`

// Write makes the SQLite file at path and its truth at TruthPath, or replaces
// them. progress may be nil; it hears of the series done.
func (s Shop) Write(ctx context.Context, path string, progress func(done, total int)) (Summary, error) {
	s, err := s.filled()
	if err != nil {
		return Summary{}, err
	}
	shop, err := createFile(path, schema)
	if err != nil {
		return Summary{}, err
	}
	defer shop.abandon()
	truth, err := createFile(TruthPath(path), truthSchema)
	if err != nil {
		return Summary{}, err
	}
	defer truth.abandon()
	summary, err := s.fill(ctx, shop, truth, progress)
	if err != nil {
		return Summary{}, err
	}
	if err := truth.seal(ctx, truthIndexes); err != nil {
		return Summary{}, err
	}
	if err := shop.seal(ctx, indexes); err != nil {
		return Summary{}, err
	}
	if err := truth.publish(); err != nil {
		return Summary{}, err
	}
	return summary, shop.publish()
}

// fill writes the shop, one category of one place after the other.
func (s Shop) fill(ctx context.Context, shop, truth *file, progress func(done, total int)) (Summary, error) {
	w, err := newWriter(shop, truth)
	if err != nil {
		return Summary{}, err
	}
	sum := Summary{Places: s.Places, Items: s.Items}
	var firstOrder []daycast.Day // by customer
	for p, done := 0, 0; p < s.Places; p++ {
		here := s.place(p)
		if err := w.place(&here); err != nil {
			return Summary{}, err
		}
		firstCustomer := len(firstOrder)
		firstOrder = append(firstOrder, make([]daycast.Day, here.customers)...)
		for c := 0; c*itemsOfCategory < s.Items; c++ {
			if err := ctx.Err(); err != nil {
				return Summary{}, err
			}
			items := s.category(c)
			if p == 0 {
				if err := w.items(s, items); err != nil {
					return Summary{}, err
				}
			}
			number := p*((s.Items+itemsOfCategory-1)/itemsOfCategory) + c
			if err := s.group(number, &here, firstCustomer, items).trade(w, firstOrder); err != nil {
				return Summary{}, err
			}
			if done += len(items); progress != nil {
				progress(done, s.Items*s.Places)
			}
		}
		if err := w.buyers(s, &here, firstCustomer, firstOrder[firstCustomer:]); err != nil {
			return Summary{}, err
		}
	}
	sum.Customers, sum.Orders, sum.Lines, sum.Stock = len(firstOrder), w.orders.rows, w.lines.rows, w.stock.rows
	sum.Plans, sum.Planted = w.promotions.rows+w.prices.rows, w.planted
	return sum, nil
}

// category is the items of the c-th category.
func (s Shop) category(c int) []item {
	var items []item
	for i := c * itemsOfCategory; i < min(s.Items, (c+1)*itemsOfCategory); i++ {
		items = append(items, s.item(i))
	}
	return items
}

// date is the t-th day from the start, as tables have it.
func (s Shop) date(t int) string { return (s.Start + daycast.Day(t)).String() }
