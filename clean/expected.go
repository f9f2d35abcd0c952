package clean

import (
	"math"
	"slices"

	"daycast"
)

// expected is what a day of a series would sell in stock and without bulk
// orders, by what is known at the origin:
//
//	mean[t] = level[t] * factor[group, t] * lift[promotion, price]
//
// level is the series' own, over the weeks around t; factor is how much more or
// less the series of its category sold on t than their levels, which is weekday
// and season, weather and feast in one; lift is how much more days of that
// promotion and price sell, over all series. Each is a ratio of sums: a mean of
// ratios would be ruled by the small series.
//
// Its variance is that of a negative binomial counted in packs of unit pieces,
//
//	variance = unit * mean + over * mean^2
type expected struct {
	a      *assembly
	promo  *daycast.PanelSignal // nil where nobody knows of promotions
	group  []int32              // by series: its category
	learn  []int                // the series that factors and lifts are learnt from
	first  daycast.Day
	factor [][]float64 // by group and period from first
	sold   [][]float64 // what the factors come from
	mean   [][]float64
	lift   [priceBins * promoBins]float64
	unit   float64
	over   float64

	usual usual
}

const (
	// Factors and lifts are learnt from about so many periods, of at least so
	// many series of a category, so that a large shop's take no longer.
	learnPeriods = 1_000_000
	learnSeries  = 30
	// The level is that of so many days on either side which were in stock.
	levelDays = 14
	// A factor or lift that stands on few pieces is drawn towards one, as if so
	// many more had sold as expected.
	factorPieces = 30
	// Days that sell beyond this many times the median day sold, and beyond the
	// twentieth best, are bulk orders: what is usual ignores the rest of them.
	usualTimes = 5
)

// newExpected learns from the days in stock.
func newExpected(a *assembly) *expected {
	e := &expected{a: a, unit: 1, over: 0.5, first: a.panel.Origin}
	p := a.panel
	for _, s := range p.Start {
		e.first = min(e.first, s)
	}
	n := int(p.Origin-e.first)/int(p.Step) + 1
	groups := e.groups()
	e.draw(groups)
	for k := range e.lift {
		e.lift[k] = 1
	}
	for k := range p.Signals {
		if p.Signals[k].Name == "promotion" && p.Signals[k].Codes == nil {
			e.promo = &p.Signals[k]
		}
	}
	e.factor = make([][]float64, groups)
	for range 2 {
		e.learnFactors(n)
		e.learnLifts()
	}
	e.learnSpread()
	return e
}

// groups numbers the categories, or gives all series one group.
func (e *expected) groups() int {
	p := e.a.panel
	e.group = make([]int32, len(p.Series))
	for _, l := range p.Levels {
		if l.Name == "category" {
			for i, g := range l.Of {
				e.group[i] = g + 1
			}
			return len(l.Names) + 1
		}
	}
	return 1
}

// draw takes every so many-th series of each category to learn from.
func (e *expected) draw(groups int) {
	p := e.a.panel
	every := 1 + len(p.Units)/learnPeriods
	seen := make([]int, groups)
	for i, g := range e.group {
		if seen[g]++; seen[g] <= learnSeries || seen[g]%every == 0 {
			e.learn = append(e.learn, i)
		}
	}
}

// whole reports whether a period says in full what was wanted.
func (a *assembly) whole(k int) bool {
	s := a.panel.State[k]
	return (s == daycast.Sold || s == daycast.Zero) && !(a.inStock[k] < 1)
}

func (e *expected) learnFactors(n int) {
	p := e.a.panel
	e.sold, e.mean = make([][]float64, len(e.factor)), make([][]float64, len(e.factor))
	for g := range e.factor {
		e.sold[g], e.mean[g] = make([]float64, n), make([]float64, n)
	}
	for _, i := range e.learn {
		at := int(p.Start[i]-e.first) / int(p.Step)
		u := e.of(i)
		so, me := e.sold[e.group[i]][at:], e.mean[e.group[i]][at:]
		for t, level := range u.level {
			if u.counts[t] {
				so[t] += u.units[t]
				me[t] += level * u.lift[t]
			}
		}
	}
	for g := range e.factor {
		e.factor[g] = make([]float64, n)
		for t := range e.factor[g] {
			e.factor[g][t] = (e.sold[g][t] + factorPieces) / (e.mean[g][t] + factorPieces)
		}
	}
}

const promoBins, priceBins = 3, 4

// cell is the place in lift of a promotion (a share of the day) and a price (to
// the series' mean price).
func cell(promotion, price float64) int {
	c := 0
	switch {
	case promotion > 0.5:
		c = 2
	case promotion > 0:
		c = 1
	}
	switch {
	case price < 0.75:
		return c*priceBins + 2
	case price < 0.92:
		return c*priceBins + 1
	case price > 1.08:
		return c*priceBins + 3
	}
	return c * priceBins
}

func (e *expected) learnLifts() {
	var sold, mean [len(e.lift)]float64
	for _, i := range e.learn {
		u := e.of(i)
		for t, level := range u.level {
			if u.counts[t] {
				sold[u.cell[t]] += u.units[t]
				mean[u.cell[t]] += level * u.factor[t]
			}
		}
	}
	for c := range e.lift {
		e.lift[c] = (sold[c] + factorPieces) / (mean[c] + factorPieces)
	}
}

// learnSpread fits the variance to squared errors, gathered by the size of the
// mean. A series' own sales have no part in the factor here, which would else
// explain them.
func (e *expected) learnSpread() {
	const bins = 32
	var n, mean, squared [bins]float64
	for _, i := range e.learn {
		u := e.of(i)
		for t, level := range u.level {
			m := level * u.lift[t] * e.others(u, i, t, true)
			if !u.counts[t] || m <= 0 {
				continue
			}
			b := min(bins-1, max(0, int(2*math.Log2(m))+12))
			d := u.units[t] - m
			n[b]++
			mean[b] += m
			squared[b] += d * d
		}
	}
	// variance/mean = unit + over*mean, a line through the bins' means.
	var w, x, y, xx, xy float64
	for b := range n {
		if n[b] < 20 {
			continue
		}
		m, ratio := mean[b]/n[b], squared[b]/mean[b]
		w += n[b]
		x += n[b] * m
		y += n[b] * ratio
		xx += n[b] * m * m
		xy += n[b] * m * ratio
	}
	if w == 0 {
		return
	}
	e.over = 0.5
	if d := w*xx - x*x; d > 1e-9*w*xx {
		e.over = max(0.02, min(4, (w*xy-x*y)/d))
	}
	e.unit = max(0.05*x/w, (y-e.over*x)/w)
}

// usual is one series, as the expectation sees it. It is overwritten by the
// next.
type usual struct {
	units  []float64 // without bulk orders, and not below zero
	counts []bool    // says what was wanted
	factor []float64
	lift   []float64
	cell   []uint8
	level  []float64

	sum, weight []float64 // running, over the days that say something
	days        []int32   // by day: how many of those came before; one longer
}

func (u *usual) mean(t int) float64 { return u.level[t] * u.factor[t] * u.lift[t] }

// of fills the usual of series i.
func (e *expected) of(i int) *usual {
	u, p := &e.usual, e.a.panel
	u.fit(p.Len(i))
	lo, at := p.Offsets[i], int(p.Start[i]-e.first)/int(p.Step)
	limit := usualAbove(p.UnitsOf(i))
	price := p.PriceOf(i)
	var sum, priced float64
	for _, v := range price {
		if v == v {
			sum += float64(v)
			priced++
		}
	}
	factor, promotion := e.factor[e.group[i]], 0.0
	for t, v := range p.UnitsOf(i) {
		u.units[t], u.counts[t] = float64(max(0, min(v, limit))), e.a.whole(lo+t)
		u.factor[t] = 1
		if factor != nil {
			u.factor[t] = factor[at+t]
		}
		ratio := 1.0
		if price[t] == price[t] && sum > 0 {
			ratio = float64(price[t]) * priced / sum
		}
		if e.promo != nil {
			if v := float64(e.promo.At(i, e.a.day(i, t))); v == v {
				promotion = v
			}
		}
		u.cell[t] = uint8(cell(promotion, ratio))
		u.lift[t] = e.lift[u.cell[t]]
	}
	u.smooth(e.half())
	return u
}

// half is how many periods on either side make a level.
func (e *expected) half() int { return max(2, levelDays/int(e.a.panel.Step)) }

// own draws the lifts from those of all series to what the series itself shows,
// and its levels with them.
func (e *expected) own(u *usual) {
	var sold, mean [len(e.lift)]float64
	for t, level := range u.level {
		if u.counts[t] {
			sold[u.cell[t]] += u.units[t]
			mean[u.cell[t]] += level * u.factor[t]
		}
	}
	for t, c := range u.cell {
		u.lift[t] = (sold[c] + factorPieces*e.lift[c]) / (mean[c] + factorPieces)
	}
	u.smooth(e.half())
}

// smooth makes the levels: each that of so many days before and after it that
// count.
func (u *usual) smooth(half int) {
	for t, counts := range u.counts {
		k := u.days[t]
		u.days[t+1] = k
		if counts {
			u.sum[k+1], u.weight[k+1] = u.sum[k]+u.units[t], u.weight[k]+u.factor[t]*u.lift[t]
			u.days[t+1]++
		}
	}
	n := int(u.days[len(u.level)])
	for t := range u.level {
		k := int(u.days[t])
		lo, hi := max(0, k-half), min(n, k+half+1)
		u.level[t] = 0
		if w := u.weight[hi] - u.weight[lo]; w > 1e-12 {
			u.level[t] = max(0, u.sum[hi]-u.sum[lo]) / w
		}
	}
}

// others is the factor of a period by the series of the category but one, which
// may be among those that it was learnt from.
func (e *expected) others(u *usual, i, t int, among bool) float64 {
	at := int(e.a.panel.Start[i]-e.first)/int(e.a.panel.Step) + t
	g := e.group[i]
	sold, mean := e.sold[g][at], e.mean[g][at]
	if u.counts[t] && among {
		sold, mean = sold-u.units[t], mean-u.level[t]*u.lift[t]
	}
	return (max(0, sold) + factorPieces) / (max(0, mean) + factorPieces)
}

// learns reports whether factors were learnt from series i too.
func (e *expected) learns(i int) bool {
	_, ok := slices.BinarySearch(e.learn, i)
	return ok
}

// fit gives the slices a length.
func (u *usual) fit(n int) {
	if cap(u.sum) < n+1 {
		u.units, u.factor, u.lift, u.level = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		u.cell, u.counts = make([]uint8, n), make([]bool, n)
		u.sum, u.weight, u.days = make([]float64, n+1), make([]float64, n+1), make([]int32, n+1)
	}
	u.units, u.factor, u.lift, u.level = u.units[:n], u.factor[:n], u.lift[:n], u.level[:n]
	u.cell, u.counts = u.cell[:n], u.counts[:n]
	u.sum, u.weight, u.days = u.sum[:n+1], u.weight[:n+1], u.days[:n+1]
}

// usualAbove is the most that a day sells without a bulk order.
func usualAbove(units []float32) float32 {
	s := soldDays(units)
	if len(s) < bulkSales {
		return float32(math.Inf(1))
	}
	return max(usualTimes*s[len(s)/2], s[len(s)-1-len(s)/20])
}
