package pipeline

import "daycast"

// Served tells how much of the demand for each series its stock will serve, if
// stock is as it was in the last weeks: forecasts are of demand, what is sold is
// less where shelves are empty.
//
// Of the last servedPeriods it takes the share of the demand that each series
// served, held to that of all, and by what that share differs where the series
// was out of stock so many periods before: an empty shelf is likely to be empty
// tomorrow, and less so next week.
type Served struct {
	own   []float64    // by series: the share of its demand that it served
	out   []bool       // by series: out of stock on the last period
	after [2][]float64 // by whether it was out of stock h+1 periods before: times own
}

const (
	servedPeriods = 56
	// servedPrior is how many periods of a series' mean demand weigh as much as
	// what all series served.
	servedPrior = 14
)

// LearnServed reads the panel's last weeks.
func LearnServed(p *daycast.Panel, horizon int) *Served {
	s := &Served{own: make([]float64, len(p.Series)), out: make([]bool, len(p.Series))}
	var sold, demand float64
	for i := range p.Series {
		a, b := servedOf(p, i, func(int, float64, float64) {})
		sold, demand = sold+a, demand+b
	}
	all := share(sold, demand)
	for i := range p.Series {
		n := 0
		a, b := servedOf(p, i, func(int, float64, float64) { n++ })
		prior := b / float64(max(n, 1)) * servedPrior
		s.own[i] = share(a+all*prior, b+prior)
		if state := p.StateOf(i); len(state) > 0 {
			s.out[i] = state[len(state)-1] == daycast.StockOut
		}
	}
	s.learnAfter(p, horizon)
	return s
}

func (s *Served) learnAfter(p *daycast.Panel, horizon int) {
	var sold, demand [2][]float64
	for k := range s.after {
		s.after[k], sold[k], demand[k] = make([]float64, horizon), make([]float64, horizon), make([]float64, horizon)
	}
	for i := range p.Series {
		state := p.StateOf(i)
		servedOf(p, i, func(t int, a, b float64) {
			for h := range min(horizon, t) {
				k := 0
				if state[t-h-1] == daycast.StockOut {
					k = 1
				}
				sold[k][h] += a
				demand[k][h] += b * s.own[i]
			}
		})
	}
	for k := range s.after {
		for h := range s.after[k] {
			s.after[k][h] = share(sold[k][h], demand[k][h])
		}
	}
}

// Share is that of the demand for series i which is served h periods ahead, from
// 0, between 0 and 1.
func (s *Served) Share(i, h int) float32 {
	k := 0
	if s.out[i] {
		k = 1
	}
	return float32(min(1, s.own[i]*s.after[k][h]))
}

// servedOf sums what series i sold and what it would have sold, period by period.
func servedOf(p *daycast.Panel, i int, each func(t int, sold, demand float64)) (sold, demand float64) {
	lo, n := p.Offsets[i], p.Len(i)
	for t := max(0, n-servedPeriods); t < n; t++ {
		if !p.State[lo+t].Evidence() || p.Train[lo+t] <= 0 {
			continue
		}
		b := float64(p.Train[lo+t])
		a := max(0, min(b, float64(p.Units[lo+t])))
		each(t, a, b)
		sold, demand = sold+a, demand+b
	}
	return sold, demand
}

// share is 1 where there was no demand.
func share(sold, demand float64) float64 {
	if demand <= 0 {
		return 1
	}
	return sold / demand
}
