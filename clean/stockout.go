package clean

import (
	"fmt"

	"daycast"
)

const (
	// hourBins tell shares of the day in stock apart.
	hourBins = 16
	// hourPieces draws the share of demand served in a share of the day towards
	// that share of the day, as if so many pieces had been wanted.
	hourPieces = 50
	// demandRounds of estimating demand from levels, and levels from demand.
	demandRounds = 4
)

// served is the share of a day's demand that a day serves which is in stock for
// a share of it, by bins of that share: when a shelf is empty by the evening,
// less is lost than the hours say.
type served [hourBins]float64

// learnServed compares what days in stock for a share of the day sold with what
// they would have sold in stock. Days run out because much was sold, so those
// that run out in the last hours sell more than expected; the excess is no
// service, and is divided out. Times of single sales would say it directly, but
// facts are of days.
func (a *assembly) learnServed(e *expected) served {
	var sold, mean [hourBins]float64
	p := a.panel
	for i := range p.Series {
		lo := p.Offsets[i]
		var u *usual
		for t := range p.Len(i) {
			if s := a.inStock[lo+t]; s > 0 && s < 1 && trades(p.State[lo+t]) {
				if u == nil {
					u = e.of(i)
				}
				b := hourBin(s)
				sold[b] += u.units[t]
				mean[b] += u.mean(t)
			}
		}
	}
	var top, topMean float64
	for b := hourBins * 3 / 4; b < hourBins; b++ {
		top += sold[b]
		topMean += mean[b]
	}
	excess := max(1, (top+hourPieces)/(topMean+hourPieces))
	var s served
	best := 0.0
	for b := range s {
		even := (float64(b) + 0.5) / hourBins
		best = max(best, (sold[b]/excess+hourPieces*even)/(mean[b]+hourPieces))
		s[b] = min(best, 1)
	}
	return s
}

func hourBin(inStock float32) int { return min(hourBins-1, int(inStock*hourBins)) }

// trades reports whether the place was open that day.
func trades(s daycast.DayState) bool {
	return s == daycast.Sold || s == daycast.Zero || s == daycast.StockOut
}

// restore fills the training units of the days on which series i ran out with
// the demand that is expected of them, given what they sold. Levels and demand
// depend on each other: a few rounds of estimating one from the other, which
// is the EM algorithm, bring them together.
func (a *assembly) restore(i int, e *expected, s served) {
	p, lo := a.panel, a.panel.Offsets[i]
	var out []int
	for t := range p.Len(i) {
		if p.State[lo+t] == daycast.StockOut {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return
	}
	u := e.of(i)
	sold := make([]float64, len(out))
	for k, t := range out {
		sold[k] = u.units[t]
	}
	e.own(u)
	for range demandRounds {
		for k, t := range out {
			u.units[t] = e.demand(u.mean(t), sold[k], a.inStock[lo+t], s)
			u.counts[t] = sold[k] > 0 // an empty shelf says nothing
		}
		e.own(u)
	}
	for k, t := range out {
		if more := float32(u.units[t] - sold[k]); more > 0 {
			a.change(lo+t, i, t, p.Units[lo+t]+more, ChangeStockOut, func() string { return ranOut(a.inStock[lo+t], u.mean(t)) })
		}
	}
}

// ranOut says what a day's demand was estimated from.
func ranOut(inStock float32, mean float64) string {
	words := "ran out"
	switch {
	case inStock != inStock:
		words = "silent too long for chance"
	case inStock > 0:
		words = fmt.Sprintf("in stock for %.0f%% of the day", 100*inStock)
	}
	return fmt.Sprintf("%s; %.3g pieces are expected in stock", words, mean)
}

// demand is that of one day of which a share was in stock; NaN: it is not
// known how much, but it ran out.
func (e *expected) demand(mean, sold float64, inStock float32, s served) float64 {
	if inStock > 0 && inStock < 1 {
		return inPart(mean, sold, s[hourBin(inStock)], e.unit, e.over)
	}
	return atLeast(mean, sold, e.unit, e.over)
}
