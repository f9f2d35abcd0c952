package explore

import (
	"cmp"
	"math"
	"slices"
)

// PriceResponse says what series sold at other prices than their median one:
// over the days in stock with a known price, in bins of price / own median,
//
//	Units  sum of units / sum of usual, a series' usual being its mean in the
//	       middle bin, whose Units are therefore 1
//	Days   series-days in the bin
//
// of the series that sold in the middle bin and had prices outside of it. It
// is what went together, not what a change would cause: a shop lowers prices
// for reasons, such as a bulk order.
type PriceResponse struct {
	Change     []string `json:"change"`
	Units      []Number `json:"units"`
	Days       []int64  `json:"days"`
	Elasticity Number   `json:"elasticity"`
	Series     int      `json:"series"`
}

// The bins end below these ratios; the middle one holds the usual price.
const middle = 3

var (
	priceBounds = []float64{.7, .85, .95, 1.05, 1.15, 1.3}
	priceNames  = []string{
		"-30% or more", "-30% to -15%", "-15% to -5%", "-5% to +5%", "+5% to +15%", "+15% to +30%", "+30% or more",
	}
)

// A rung is the days of one price: all that a response needs of a series.
type rung struct {
	price       float64
	days, units float64
	log         float64 // of price / median
}

// A ladder is a series' rungs by price, ascending.
type ladder []rung

// ladderOf takes the days in stock with a price above zero.
func (s *shop) ladderOf(i int) ladder {
	units, price := s.panel.UnitsOf(i), s.panel.PriceOf(i)
	var l ladder
	for t, state := range s.panel.StateOf(i) {
		if !inStock(state) || !(price[t] > 0) {
			continue
		}
		p := float64(price[t])
		if n := len(l); n == 0 || l[n-1].price != p { // prices stay: runs are few to sort
			l = append(l, rung{price: p})
		}
		l[len(l)-1].days++
		l[len(l)-1].units += float64(units[t])
	}
	slices.SortStableFunc(l, func(a, b rung) int { return cmp.Compare(a.price, b.price) })
	merged := l[:0]
	for _, r := range l {
		if n := len(merged); n > 0 && merged[n-1].price == r.price {
			merged[n-1].days += r.days
			merged[n-1].units += r.units
		} else {
			merged = append(merged, r)
		}
	}
	return merged
}

// sums are the days and units of all rungs.
func (l ladder) sums() (days, units float64) {
	for _, r := range l {
		days += r.days
		units += r.units
	}
	return days, units
}

// median is the price of the middle day, or the mean of the two in the middle;
// NaN of none.
func (l ladder) median() float64 {
	days, _ := l.sums()
	if days == 0 {
		return math.NaN()
	}
	at := func(rank float64) float64 {
		for _, r := range l {
			if rank < r.days {
				return r.price
			}
			rank -= r.days
		}
		return l[len(l)-1].price
	}
	return (at(math.Floor((days-1)/2)) + at(math.Floor(days/2))) / 2
}

// bin is the one of a rung, given the median price.
func (r rung) bin(median float64) int {
	k := 0
	for k < len(priceBounds) && r.price/median >= priceBounds[k] {
		k++
	}
	return k
}

func (s *shop) priceResponse(r *Report) {
	out := PriceResponse{Change: priceNames, Units: make([]Number, len(priceNames)), Days: make([]int64, len(priceNames))}
	usual := make([]float64, len(priceNames))
	var varied []ladder
	for i := range s.panel.Series {
		l := s.ladderOf(i)
		median := l.median()
		var days, units [7]float64 // by bin
		for k := range l {
			bin := l[k].bin(median)
			days[bin] += l[k].days
			units[bin] += l[k].units
			l[k].log = math.Log(l[k].price / median)
		}
		allDays, allUnits := l.sums()
		if units[middle] <= 0 || allUnits <= 0 || days[middle] == allDays {
			continue
		}
		varied = append(varied, l)
		for k := range days {
			out.Days[k] += int64(days[k])
			out.Units[k] += Number(units[k])
			usual[k] += days[k] * units[middle] / days[middle]
		}
	}
	for k, u := range usual {
		out.Units[k] = ratio(float64(out.Units[k]), u)
	}
	out.Series, out.Elasticity = len(varied), Number(elasticity(varied))
	r.PriceResponse = out
	if len(varied) > 0 {
		r.note("Responses to price and promotion are what went together, not what a change would cause: a bulk order, too, has a low price.")
	}
}

// elasticity is e in a Poisson regression with a level of each series' own,
//
//	E[units] = level * (price / median)^e
//
// which takes days without a sale as they are, where a regression of logarithms
// cannot. Santos Silva, Tenreyro (2006), "The log of gravity", REStat 88(4).
// The levels fall out of the score, which is solved by Newton's steps:
//
//	score(e) = sum over series of (sum units x - (sum units) * mean of x by days * exp(e x))
//
// NaN where there is nothing to solve or no end to it.
func elasticity(of []ladder) float64 {
	const steps, close, wild = 50, 1e-12, 100
	var e float64
	for range steps {
		var score, slope float64
		for _, l := range of {
			var y, yx, w, wx, wxx float64
			for _, r := range l {
				weight := r.days * math.Exp(e*r.log)
				y, yx = y+r.units, yx+r.units*r.log
				w, wx, wxx = w+weight, wx+weight*r.log, wxx+weight*r.log*r.log
			}
			mean := wx / w
			score += yx - y*mean
			slope += y * (wxx/w - mean*mean)
		}
		if !(slope > 0) {
			return math.NaN()
		}
		step := max(-1, min(1, score/slope)) // far from the end a full step can overshoot
		e += step
		if math.Abs(step) < close {
			return e
		}
		if math.Abs(e) > wild {
			return math.NaN()
		}
	}
	return e
}
