package life

import (
	"math"
	"slices"

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
func ended(state []daycast.DayState, step daycast.Step) bool {
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
	if last == 0 || n*float64(step) < endedDays {
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
	return silent < leastAlive*(silent+n*float64(step)/yearOfLife)
}

const (
	// mostReturned is the share of their former units that series which seemed
	// to have ended may have sold in the weeks after for silences of the shop to
	// be ends: Online Retail's are (0.04 to 1.1% over five origins), those of M5's
	// stores are not (30 to 80% over three): they are empty shelves.
	mostReturned = 0.02
	// endTrials is how many past origins, a week apart, tell that.
	endTrials = 13
)

// silencesEnd reports whether the shop's series that seemed to have ended sold
// nothing more. A silence that is known by now to be an empty shelf was but a
// silence then.
func silencesEnd(p *daycast.Panel) bool {
	after := periods(p.Step, aheadDays)
	var returned, before float64
	for i := range p.Series {
		state := slices.Clone(p.StateOf(i))
		for t, s := range state {
			if s == daycast.StockOut {
				state[t] = daycast.Zero
			}
		}
		units := p.UnitsOf(i)
		for k := range endTrials {
			cut := len(state) - after - k*periods(p.Step, 7)
			if cut <= 0 || !ended(state[:cut], p.Step) {
				continue
			}
			returned += sum(units[cut : cut+after])
			before += rate(units[:cut]) * float64(after)
		}
	}
	return returned <= mostReturned*before
}

// rate is the mean of units up to the last that are not 0.
func rate(units []float32) float64 {
	for len(units) > 0 && units[len(units)-1] == 0 {
		units = units[:len(units)-1]
	}
	return sum(units) / float64(max(1, len(units)))
}

func sum(units []float32) float64 {
	s := 0.0
	for _, u := range units {
		s += float64(u)
	}
	return s
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
	if out.Models != nil {
		out.Models[i] = Ended
	}
}
