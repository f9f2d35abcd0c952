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
	n := len(p.Series)
	s := &Served{own: make([]float64, n), out: make([]bool, n)}
	demands, priors := make([]float64, n), make([]float64, n)
	var sold, demand float64
	for i := range p.Series {
		periods := 0
		eachServed(p, i, func(_ int, a, b float64) {
			s.own[i] += a
			demands[i] += b
			periods++
		})
		sold, demand = sold+s.own[i], demand+demands[i]
		priors[i] = demands[i] / float64(max(periods, 1)) * servedPrior
		if state := p.StateOf(i); len(state) > 0 {
			s.out[i] = state[len(state)-1] == daycast.StockOut
		}
	}
	all := share(sold, demand)
	for i, prior := range priors {
		s.own[i] = share(s.own[i]+all*prior, demands[i]+prior)
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
		eachServed(p, i, func(t int, a, b float64) {
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

// eachServed tells period by period what series i sold and what it would have sold.
func eachServed(p *daycast.Panel, i int, tell func(t int, sold, demand float64)) {
	lo, n := p.Offsets[i], p.Len(i)
	for t := max(0, n-servedPeriods); t < n; t++ {
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
