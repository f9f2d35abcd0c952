package simulate

import (
	"math"
	"time"

	"daycast"
)

// A group is the items of one category at one place: what is generated in one
// go, and all of the shop that is in memory at a time.
type group struct {
	shop   Shop
	number int
	place  *place
	first  int // the first customer of the place
	items  []item
	local  []float64 // by item: how much more or less this place likes it
	dice   dice
}

func (s Shop) group(number int, p *place, firstCustomer int, items []item) *group {
	g := &group{shop: s, number: number, place: p, first: firstCustomer, items: items, dice: newDice(s.Seed, diceOfGroup, number)}
	for range items {
		g.local = append(g.local, g.dice.lognormal(0, 0.3))
	}
	return g
}

// means fills mean, by item, with the expected demand on day t without bulk
// orders: what would be bought if there were stock.
//
//	mean = base * scale * trend * week * year * holiday * jump * launch
//	       * (price/list)^elasticity * (1 + lift, on promotion)
//	       * (1 - cannibal * share of the category on promotion, off promotion)
func (g *group) means(t int, mean []float64) {
	promoted, all := 0.0, 0.0
	for i := range g.items {
		it := &g.items[i]
		mean[i] = 0
		if t < it.first || t >= it.end {
			continue
		}
		all += it.base
		if it.promo[t] {
			promoted += it.base
		}
		if !g.place.closed[t] {
			mean[i] = g.plain(it, t) * g.place.scale * g.local[i]
		}
	}
	for i := range g.items {
		if it := &g.items[i]; mean[i] > 0 && !it.promo[t] {
			mean[i] *= 1 - it.cannibal*promoted/all
		}
	}
}

// plain is the demand of an item that is alone in its category.
func (g *group) plain(it *item, t int) float64 {
	day := g.shop.Start + daycast.Day(t)
	mean := it.base * it.week[day.Weekday()]
	mean *= math.Exp(it.trend * float64(t) / 365)
	mean *= it.season(day)
	switch {
	case g.place.holiday[t]:
		mean *= it.holiday
	case t+1 < g.shop.Days && (g.place.holiday[t+1] || g.place.closed[t+1] && day.Time().Month() == time.December && day.Time().Day() == 24):
		mean *= it.eve
	}
	if t >= it.jumpDay {
		mean *= it.jump
	}
	if it.launched >= g.shop.Start { // it has to become known
		mean *= 1 - 0.8*math.Exp(-float64(t-it.first)/30)
	}
	mean *= math.Pow(it.price[t]/it.listPrice, it.elasticity)
	if it.promo[t] {
		mean *= 1 + it.lift
	}
	return mean
}

// season is a wave over the year and a rise from November to Christmas.
func (it *item) season(day daycast.Day) float64 {
	of := day.Time().YearDay()
	factor := 1 + it.year*math.Cos(2*math.Pi*(float64(of)-it.peak)/365.25)
	if _, month, d := day.Time().Date(); month == time.November || month == time.December && d < 24 {
		factor *= 1 + it.gift*float64(of-304)/53
	}
	return factor
}

// bulkOrder is the size of a bulk order on a day, mostly 0. Its tail is so
// heavy that a mean of a year is moved by one order.
func (g *group) bulkOrder(it *item, mean float64) int {
	if mean <= 0 || !g.dice.chance(it.bulk) {
		return 0
	}
	return int(math.Ceil(8 * max(0.5, mean) * g.dice.pareto(1.3, 100)))
}
