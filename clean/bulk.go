package clean

import (
	"fmt"
	"slices"
)

const (
	// bulkTimes the usual day sold is where bulk begins: 3 to 6 did as well over
	// seven past origins of Online Retail.
	bulkTimes = 4
	// bulkEach times what a buyer usually takes is no bulk order yet.
	bulkEach = 2
	// bulkSales is how many days sold say what is usual.
	bulkSales = 3
	// seasonDays on either side of a day, with at least seasonSales days sold,
	// say what is usual in a season or a promotion, whose peak is no bulk order:
	// without them squared errors rose before Christmas.
	seasonDays  = 28
	seasonSales = 5
	// ownBulk is the share of a series' bulk that stays its own. Over those
	// origins 0 has the least absolute error and half the least squared one; a
	// quarter is better than no spreading at all by both.
	ownBulk = 0.25
	// bulkDays is how far back the shop's bulk is summed: the time that keeps a
	// series on sale.
	bulkDays = 56
)

// spreadBulk makes training units for the levels of single series, without
// what a day sold beyond four times the series' median day sold, of all days or
// of the weeks around it. That is given back in small change: a quarter to the
// series' own other days, the rest to all series as far as they sell. A bulk
// order is real demand, but of a customer rather than of the product, and says
// little of who gets the next one: a level that follows it is too high there
// and too low everywhere else. The shop's total over the last eight weeks stays
// what it is. Models of all series learn better from Train itself.
func (a *assembly) spreadBulk() {
	p := a.panel
	first := p.Origin
	for _, s := range p.Start {
		first = min(first, s)
	}
	n := int(p.Origin-first)/int(p.Step) + 1
	before, after := make([]float64, n), make([]float64, n)
	train, cut := slices.Clone(p.Train), dayset{}
	for i := range p.Series {
		lo, at := p.Offsets[i], int(p.Start[i]-first)/int(p.Step)
		own := train[lo:p.Offsets[i+1]]
		var buyers []float32
		if a.buyers.any {
			buyers = a.buyers.values[i]
		}
		cutBulk(own, buyers, seasonDays/int(p.Step), func(t int) { cut.add(int32(lo + t)) })
		for t, u := range own {
			if u > 0 {
				before[at+t] += float64(p.Train[lo+t])
				after[at+t] += float64(u)
			}
		}
	}
	if len(cut) == 0 {
		return
	}
	factor := trailing(before, after, bulkDays/int(p.Step))
	for i := range p.Series {
		at := int(p.Start[i]-first) / int(p.Step)
		scale(train[p.Offsets[i]:p.Offsets[i+1]], factor[at:])
		a.tellBulk(i, train, cut)
	}
	p.Spread = train
}

// tellBulk tells of the days of series i that lost a bulk order. The others
// get small change, which Train has not.
func (a *assembly) tellBulk(i int, spread []float32, cut dayset) {
	p := a.panel
	if a.b.Changed == nil {
		return
	}
	for t := range p.Len(i) {
		k := p.Offsets[i] + t
		if !cut.has(int32(k)) {
			continue
		}
		reason := "far beyond the usual day sold: the rest is spread over the shop, for the levels of single series"
		if a.buyers.any && a.buyers.values[i][t] > 0 {
			reason = fmt.Sprintf("%.4g pieces a buyer, of %.0f buyers, is %s", p.Train[k]/a.buyers.values[i][t], a.buyers.values[i][t], reason)
		}
		a.b.Changed(Change{Series: p.Series[i], Day: a.day(i, t), Kind: ChangeBulk, Before: p.Train[k], After: spread[k], Reason: reason})
	}
}

// cutBulk cuts the bulk of one series' days and scales the rest by the share
// of it that stays its own; it tells which days it cut. Where buyers are known,
// a day on which each bought as much as ever is no bulk, however many came.
func cutBulk(units, buyers []float32, around int, cut func(t int)) {
	limit, ok := bulkAbove(units, bulkSales)
	if !ok {
		return
	}
	var bulk, usual float64
	kept := slices.Clone(units)
	each := usualEach(units, buyers)
	for t, u := range units {
		if u <= 0 {
			continue
		}
		if u > limit && !(buyers != nil && u <= bulkEach*each*buyers[t]) {
			season, _ := bulkAbove(units[max(0, t-around):min(len(units), t+around+1)], seasonSales)
			if kept[t] = min(u, max(limit, season)); kept[t] < u {
				cut(t)
			}
		}
		bulk += float64(u - kept[t])
		usual += float64(kept[t])
	}
	if bulk == 0 {
		return
	}
	for t, u := range kept {
		if u > 0 {
			u = float32(float64(u) * (1 + ownBulk*bulk/usual))
		}
		units[t] = u
	}
}

// usualEach is how many pieces a buyer takes on the median day sold; 0 where
// nobody knows the buyers.
func usualEach(units, buyers []float32) float32 {
	if buyers == nil {
		return 0
	}
	var each []float32
	for t, u := range units {
		if u > 0 && buyers[t] > 0 {
			each = append(each, u/buyers[t])
		}
	}
	if len(each) == 0 {
		return 0
	}
	slices.Sort(each)
	return each[len(each)/2]
}

// bulkAbove is the most that a day sells in the usual way; it wants so many
// days sold.
func bulkAbove(units []float32, want int) (float32, bool) {
	var sold []float32
	for _, u := range units {
		if u > 0 {
			sold = append(sold, u)
		}
	}
	if len(sold) < want {
		return 0, false
	}
	slices.Sort(sold)
	return bulkTimes * sold[len(sold)/2], true
}

// trailing is by period a's sum over b's in the window that ends there; 1
// where b has nothing.
func trailing(a, b []float64, window int) []float64 {
	out := make([]float64, len(a))
	for t := range a {
		var x, y float64
		for k := max(0, t-window+1); k <= t; k++ {
			x, y = x+a[k], y+b[k]
		}
		if out[t] = 1; y > 0 {
			out[t] = x / y
		}
	}
	return out
}

// scale multiplies what was sold, period by period.
func scale(units []float32, by []float64) {
	for t, u := range units {
		if u > 0 {
			units[t] = float32(float64(u) * by[t])
		}
	}
}
