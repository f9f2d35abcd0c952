// Package supply tells how much of the demand for each series its stock will
// serve, if stock is as it was in the last weeks: forecasts are of demand, what is
// sold is less where shelves are empty.
package supply

import (
	"math"

	"daycast"
)

const (
	// periods are the last ones of a series that are looked at, of which one that is
	// halfLife older weighs half.
	periods  = 56
	halfLife = 14
	// prior is how many periods of a series' mean demand weigh as much as what all
	// series served.
	prior = 28
)

// A Shop is what the stock of a shop served of its demand.
type Shop struct {
	All float64 `json:"all"` // the share of all demand
}

// Learn reads the last weeks of a shop's panel, or of a fair sample of it.
func Learn(p *daycast.Panel) Shop {
	var all ledger
	for i := range p.Series {
		own := read(p, i)
		all.sold += own.sold
		all.demand += own.demand
	}
	return Shop{All: share(all.sold, all.demand)}
}

// Share of the demand for series i of a panel that is served after its origin,
// between 0 and 1: as in its own last weeks, held to that of all.
func (s Shop) Share(p *daycast.Panel, i int) float32 {
	own := read(p, i)
	usual := float64(prior)
	if own.weight > 0 {
		usual *= own.demand / own.weight
	}
	return float32(min(1, share(own.sold+s.All*usual, own.demand+usual)))
}

// ledger holds sums over periods, newer ones weighing more.
type ledger struct{ sold, demand, weight float64 }

// read sums up what series i sold and what it would have sold.
func read(p *daycast.Panel, i int) (l ledger) {
	lo, n := p.Offsets[i], p.Len(i)
	for t := max(0, n-periods); t < n; t++ {
		if !p.State[lo+t].Evidence() || p.Train[lo+t] <= 0 {
			continue
		}
		w := math.Exp2(-float64(n-1-t) / halfLife)
		demand := float64(p.Train[lo+t])
		l.sold += w * max(0, min(demand, float64(p.Units[lo+t])))
		l.demand += w * demand
		l.weight += w
	}
	return l
}

// share is 1 where there was no demand.
func share(sold, demand float64) float64 {
	if demand <= 0 {
		return 1
	}
	return sold / demand
}
