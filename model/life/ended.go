package life

import (
	"math"

	"daycast"
)

const (
	// endedDays is the least silence of an end: until then a series is on sale.
	endedDays = 56
	// yearOfLife is the days within which a series is expected to end, if
	// nothing is known of it: a year, as assortments change with the seasons.
	yearOfLife = 365
	// leastAlive is the chance of living on below which nothing is expected: a
	// hundredth of any forecast is less than its error.
	leastAlive = 0.01
)

// ended reports whether the silence of series i is an end. With a periods that
// sold and b that did not before n silent ones, the chance of such a silence
// in a series that lives on is that of the beta-binomial,
//
//	S = B(a+1/2, b+1/2+n) / B(a+1/2, b+1/2)
//
// and the chance that it does S / (S + n/yearOfLife): Schmittlein, Morrison
// and Colombo's question (1987, "Counting your customers", Management Science
// 33(1)) of items. A silence that a longer or half as long one has gone before
// is a season. One in which the series is out of stock is none.
func ended(p *daycast.Panel, i int) bool {
	state := p.StateOf(i)
	last := len(state)
	var n float64
	for ; last > 0 && state[last-1] != daycast.Sold; last-- {
		switch state[last-1] {
		case daycast.StockOut:
			return false
		case daycast.Zero:
			n++
		}
	}
	if last == 0 || n*float64(p.Step) < endedDays {
		return false
	}
	var sold, zeros, run, longest float64
	for _, s := range state[:last] {
		switch s {
		case daycast.Sold:
			sold++
			run = 0
		case daycast.Zero:
			zeros++
			run++
			longest = max(longest, run)
		}
	}
	if 2*longest >= n {
		return false
	}
	silent := math.Exp(lbeta(sold+0.5, zeros+0.5+n) - lbeta(sold+0.5, zeros+0.5))
	return silent < leastAlive*(silent+n*float64(p.Step)/yearOfLife)
}

func lbeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

// end forecasts nothing of series i.
func end(out *daycast.Forecasts, i int) {
	clear(out.MeanOf(i))
	for h := range out.Horizon {
		clear(out.QuantilesAt(i, h))
	}
	out.Models[i] = Ended
}
