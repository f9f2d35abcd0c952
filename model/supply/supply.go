// Package supply tells how much of the demand for each series its stock will
// serve, if stock is as it was in the last weeks: forecasts are of demand, what is
// sold is less where shelves are empty.
package supply

import "daycast"

const (
	// periods are the last ones of a series that are looked at.
	periods = 56
	// prior is how many periods of a series' mean demand weigh as much as what all
	// series served.
	prior = 14
)

// A Shop is what the stock of a shop served of its demand.
type Shop struct {
	All float64 `json:"all"` // the share of all demand
	// After is, of series that were in stock so many periods before (from 1), and of
	// those that were out of it, what their shares are multiplied by: an empty shelf
	// is likely to be empty tomorrow, and less so next week.
	After [2][]float64 `json:"after"`
}

// Learn reads the last weeks of a shop's panel, or of a fair sample of it, for
// forecasts over a horizon; further on its last period holds.
func Learn(p *daycast.Panel, horizon int) Shop {
	s := Shop{}
	var sold, demand float64
	for i := range p.Series {
		each(p, i, func(_ int, a, b float64) {
			sold += a
			demand += b
		})
	}
	s.All = share(sold, demand)
	s.learnAfter(p, horizon)
	return s
}

func (s *Shop) learnAfter(p *daycast.Panel, horizon int) {
	var sold, demand [2][]float64
	for k := range s.After {
		s.After[k], sold[k], demand[k] = make([]float64, horizon), make([]float64, horizon), make([]float64, horizon)
	}
	for i := range p.Series {
		state, own := p.StateOf(i), s.own(p, i)
		each(p, i, func(t int, a, b float64) {
			for h := range min(horizon, t) {
				k := index(state[t-h-1])
				sold[k][h] += a
				demand[k][h] += b * own
			}
		})
	}
	for k := range s.After {
		for h := range s.After[k] {
			s.After[k][h] = share(sold[k][h], demand[k][h])
		}
	}
}

// Fill writes into out what share of the demand for series i of a panel is served
// in each of the periods after its origin, between 0 and 1. Of the series' own last
// weeks it takes the share that was served, held to that of all.
func (s *Shop) Fill(p *daycast.Panel, i int, out []float32) {
	own, k := s.own(p, i), 0
	if state := p.StateOf(i); len(state) > 0 {
		k = index(state[len(state)-1])
	}
	after := 1.0
	for h := range out {
		if h < len(s.After[k]) {
			after = s.After[k][h]
		}
		out[h] = float32(min(1, own*after))
	}
}

// own is the share of its demand that series i served.
func (s *Shop) own(p *daycast.Panel, i int) float64 {
	var sold, demand float64
	n := 0
	each(p, i, func(_ int, a, b float64) {
		sold += a
		demand += b
		n++
	})
	usual := demand / float64(max(n, 1)) * prior
	return share(sold+s.All*usual, demand+usual)
}

func index(last daycast.DayState) int {
	if last == daycast.StockOut {
		return 1
	}
	return 0
}

// each tells period by period what series i sold and what it would have sold.
func each(p *daycast.Panel, i int, tell func(t int, sold, demand float64)) {
	lo, n := p.Offsets[i], p.Len(i)
	for t := max(0, n-periods); t < n; t++ {
		if !p.State[lo+t].Evidence() || p.Train[lo+t] <= 0 {
			continue
		}
		demand := float64(p.Train[lo+t])
		tell(t, max(0, min(demand, float64(p.Units[lo+t]))), demand)
	}
}

// share is 1 where there was no demand.
func share(sold, demand float64) float64 {
	if demand <= 0 {
		return 1
	}
	return sold / demand
}
