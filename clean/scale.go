package clean

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"daycast"
)

// Scales watches the facts of each series for prices that moved by a factor
// that no shop's price moves by, and counts them in the report:
//
//	price_scale  for some days the price is a hundred or a thousand times what
//	             it is before and after, or as small a part: cents where units
//	             of the currency are meant. The price of those days is unknown
//	unit_change  from a day on the price is higher by a pack's size, and so
//	             many times fewer are sold, or the other way: single pieces
//	             became boxes. Nothing is changed; units are those since
type Scales struct {
	Forgotten func(daycast.Series, daycast.Day) // hears of each price that became unknown; may be nil
}

const (
	slipDays    = 14   // a slip of prices lasts at most so many days with a price
	sideDays    = 56   // days on either side of a change that are compared
	leastPrices = 5    // days with a price on either side that tell its level
	leastUnits  = 20   // units on the side that sells more, from which on a rate is no chance
	priceBand   = 0.25 // how far from the factor the price may be, as a share: a box is cheaper than its pieces
	rateBand    = 1.6  // by how much less or more than the factor units a day may change
	leastJump   = 2.5  // a smaller step from day to day is no change of unit
)

// packs are the factors that a unit changes by: the sizes of usual packs. From
// four on no shop's price rises by itself and stays.
var packs = []float64{4, 5, 6, 8, 10, 12, 15, 16, 18, 20, 24, 25, 30, 36, 48, 50, 60, 72, 100, 144, 200, 250, 500, 1000}

var slips = []float64{100, 1000}

// Facts yields the facts, which come by item, place and day, as Lines.Facts
// gives them. It holds one series at a time.
func (s Scales) Facts(ctx context.Context, facts iter.Seq2[daycast.Fact, error], report *Report) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		var series []daycast.Fact
		flush := func() bool {
			s.watch(series, report)
			for _, f := range series {
				if !yield(f, nil) {
					return false
				}
			}
			series = series[:0]
			return true
		}
		for f, err := range facts {
			if err != nil {
				yield(f, err)
				return
			}
			if len(series) > 0 && f.Series != series[0].Series {
				if err := context.Cause(ctx); err != nil {
					yield(daycast.Fact{}, err)
					return
				}
				if !flush() {
					return
				}
			}
			series = append(series, f)
		}
		flush()
	}
}

// A pricedDay is a day on which something was sold at a known price.
type pricedDay struct {
	day          daycast.Day
	price, units float64
}

// watch looks at one series, and takes the prices of slips away.
func (s Scales) watch(facts []daycast.Fact, report *Report) {
	days := pricedDays(facts)
	days = s.dropSlips(days, facts, report)
	for at := leastPrices; at+leastPrices <= len(days); at++ {
		if c, found := unitChange(days, at); found {
			report.count("unit_change", unitsFrom(days[at:]), facts[0].Series.ID()+": "+c.String())
			return // what comes after is measured in other units
		}
	}
}

// pricedDays are the days of sales, in order.
func pricedDays(facts []daycast.Fact) (days []pricedDay) {
	for _, f := range facts {
		if f.Units > 0 && f.Price > 0 && f.KnownAt == f.Day {
			days = append(days, pricedDay{f.Day, float64(f.Price), float64(f.Units)})
		}
	}
	return days
}

// dropSlips finds stretches of days whose price is off by a factor of slips
// against the days around them, and returns the days without them.
func (s Scales) dropSlips(days []pricedDay, facts []daycast.Fact, report *Report) []pricedDay {
	var kept []pricedDay
	for at := 0; at < len(days); {
		n, factor := slipAt(kept, days[at:])
		if n == 0 {
			kept = append(kept, days[at])
			at++
			continue
		}
		for _, d := range days[at : at+n] {
			report.count("price_scale", d.units, fmt.Sprintf("%s: on %s the price is %.6g, around it %.6g: %s",
				facts[0].Series.ID(), d.day, d.price, level(kept), slipWords(factor)))
		}
		s.forget(facts, days[at].day, days[at+n-1].day)
		at += n
	}
	return kept
}

// slipAt is how many of the next days are a slip against the days before, and
// by which factor; 0 where they are none. The days after have to be back at the
// level before, where there are any.
func slipAt(before, next []pricedDay) (n int, factor float64) {
	if len(before) < leastPrices {
		return 0, 0
	}
	if step := next[0].price / before[len(before)-1].price; max(step, 1/step) < slips[0]/2 {
		return 0, 0
	}
	before = before[max(0, len(before)-sideDays):]
	usual := level(before)
	factor = nearest(next[0].price/usual, slips)
	if factor == 0 {
		return 0, 0
	}
	for n < len(next) && near(next[n].price/usual, factor) {
		n++
	}
	if n > slipDays || n < len(next) && !near(next[n].price/usual, 1) {
		return 0, 0
	}
	// Where so many fewer are sold, the unit changed.
	if fell := unitsFrom(before) / float64(len(before)) / (unitsFrom(next[:n]) / float64(n)); math.Log(fell)*math.Log(factor) > 0 && max(fell, 1/fell) > math.Sqrt(slips[0]) {
		return 0, 0
	}
	return n, factor
}

// forget makes the prices of days unknown.
func (s Scales) forget(facts []daycast.Fact, first, last daycast.Day) {
	for i := range facts {
		if facts[i].Day < first || facts[i].Day > last || !(facts[i].Price > 0) {
			continue
		}
		facts[i].Price = float32(math.NaN())
		if s.Forgotten != nil {
			s.Forgotten(facts[i].Series, facts[i].Day)
		}
	}
}

func slipWords(factor float64) string {
	if factor > 1 {
		return fmt.Sprintf("%g times", factor)
	}
	return fmt.Sprintf("a %gth", math.Round(1/factor))
}

// A change of a series' unit.
type change struct {
	day         daycast.Day
	was, is     float64 // price
	sold, sells float64 // units a day
	size        float64 // of the pack
}

func (c change) String() string {
	what := "packs of %g"
	if c.is < c.was {
		what = "pieces where they were packs of %g"
	}
	return fmt.Sprintf("from %s on the price is %.4g instead of %.4g, and %.3g a day are sold instead of %.3g: as if units were "+what,
		c.day, c.is, c.was, c.sells, c.sold, c.size)
}

// unitChange reports whether price and units a day change at a day by the
// same pack, in opposite directions, and stay so.
func unitChange(days []pricedDay, at int) (c change, found bool) {
	step := max(days[at].price/days[at-1].price, days[at-1].price/days[at].price)
	if two := days[at-2].price / days[at].price; max(step, two, 1/two) < leastJump {
		return c, false
	}
	was, is := before(days, at), after(days, at)
	if len(was) < leastPrices || len(is) < leastPrices {
		return c, false
	}
	c = change{day: days[at].day, was: level(was), is: level(is)}
	factor := nearest(c.is/c.was, packs)
	if factor == 0 || !steady(was, c.was) || !steady(is, c.is) || near(days[at-1].price/c.is, 1) || !near(days[at].price/c.is, 1) {
		return c, false
	}
	c.sold, c.sells, c.size = rate(was, was[0].day, c.day), rate(is, c.day, is[len(is)-1].day+1), math.Round(max(factor, 1/factor))
	off := c.sold / c.sells / factor
	return c, max(unitsFrom(was), unitsFrom(is)) >= leastUnits && max(off, 1/off) <= rateBand
}

func before(days []pricedDay, at int) []pricedDay {
	from := at
	for from > 0 && days[at].day-days[from-1].day <= sideDays {
		from--
	}
	return days[from:at]
}

func after(days []pricedDay, at int) []pricedDay {
	to := at
	for to < len(days) && days[to].day-days[at].day < sideDays {
		to++
	}
	return days[at:to]
}

// level is the median price.
func level(days []pricedDay) float64 {
	prices := make([]float64, len(days))
	for i, d := range days {
		prices[i] = d.price
	}
	slices.Sort(prices)
	half := len(prices) / 2
	if len(prices)%2 == 1 {
		return prices[half]
	}
	return (prices[half-1] + prices[half]) / 2
}

// steady reports whether nine in ten of the prices are near the level: a
// change that does not last is none.
func steady(days []pricedDay, level float64) bool {
	n := 0
	for _, d := range days {
		if math.Abs(math.Log(d.price/level)) < math.Log(1.5) {
			n++
		}
	}
	return 10*n >= 9*len(days)
}

// rate is units by day of the calendar, from a day up to another.
func rate(days []pricedDay, from, to daycast.Day) float64 { return unitsFrom(days) / float64(to-from) }

func unitsFrom(days []pricedDay) (units float64) {
	for _, d := range days {
		units += d.units
	}
	return units
}

// near reports whether a ratio is a factor, but for the prices' own moves.
func near(ratio, factor float64) bool { return math.Abs(ratio/factor-1) <= priceBand }

// nearest is the factor, or one over it, that a ratio is nearest to and near
// enough; 0 where there is none.
func nearest(ratio float64, factors []float64) (best float64) {
	for _, f := range factors {
		for _, f := range []float64{f, 1 / f} {
			if near(ratio, f) && (best == 0 || math.Abs(math.Log(ratio/f)) < math.Abs(math.Log(ratio/best))) {
				best = f
			}
		}
	}
	return best
}

// HasPrices reports whether the table has a column of prices.
func (t *DailyTable) HasPrices() bool { return t.profile.price >= 0 }

// Ordered reports whether the rows come series by series and each one's day by
// day, so that Scales can watch them as they are.
func (t *DailyTable) Ordered() bool { return !t.profile.disordered }
