package global

import (
	"slices"

	"daycast"
)

// A growth is copies of some series of a panel, with periods after its origin
// that are filled in as they are forecast, so that features can be read from
// later origins. What is known ahead (prices, promotions, events) is there from
// the start; what is not ends at the panel's origin.
type growth struct {
	panel *daycast.Panel
	of    []int     // by copy: its series in the panel that it is made from
	known []int     // by copy: its periods up to the origin
	most  []float32 // by copy: what is fed back at most
	ahead *daycast.Ahead
}

// runaway is how many times the most that a series has sold is fed back at most:
// forecasts of forecasts that grow by a factor each time would leave all numbers.
const runaway = 2

// grow makes so many copies of each of p's series from lo to before hi. totals
// are those of later.
func grow(p *daycast.Panel, totals *daycast.Totals, lo, hi, copies, horizon int) *growth {
	g := &growth{ahead: &p.Ahead}
	var indices []int
	for i := lo; i < hi; i++ {
		if p.Len(i) > 0 {
			indices = append(indices, slices.Repeat([]int{i}, copies)...)
		}
	}
	short := p.Select(indices)
	q := *short
	q.Origin += daycast.Day(horizon) * daycast.Day(p.Step)
	q.Offsets, q.Spread, q.Totals = []int{0}, nil, totals
	n := len(short.Train) + len(indices)*horizon
	q.Train, q.State, q.Price = make([]float32, 0, n), make([]daycast.DayState, 0, n), make([]float32, 0, n)
	for k, i := range indices {
		g.of, g.known = append(g.of, i), append(g.known, short.Len(k))
		q.Train = append(append(q.Train, short.TrainOf(k)...), make([]float32, horizon)...)
		q.State = append(append(q.State, short.StateOf(k)...), make([]daycast.DayState, horizon)...)
		q.Price = append(append(q.Price, short.PriceOf(k)...), pricesAhead(p, i, horizon)...)
		q.Offsets = append(q.Offsets, len(q.Train))
		g.most = append(g.most, runaway*mostSold(short, k))
	}
	q.Units = q.Train
	q.Signals = nil
	for _, s := range short.Signals {
		q.Signals = append(q.Signals, knownOf(s, p.Origin))
	}
	g.panel = &q
	return g
}

// pricesAhead are series i's after the origin: the planned one, or the one before.
func pricesAhead(p *daycast.Panel, i, horizon int) []float32 {
	out := make([]float32, horizon)
	last := p.PriceOf(i)[p.Len(i)-1]
	for h := range out {
		if at := i*p.Ahead.Periods + h; h < p.Ahead.Periods && at < len(p.Ahead.Price) && p.Ahead.Price[at] == p.Ahead.Price[at] {
			last = p.Ahead.Price[at]
		}
		out[h] = last
	}
	return out
}

// mostSold is the greatest amount of series i's periods that are evidence.
func mostSold(p *daycast.Panel, i int) (most float32) {
	state := p.StateOf(i)
	for t, v := range p.TrainOf(i) {
		if state[t].Evidence() {
			most = max(most, v, -v)
		}
	}
	return most
}

// knownOf is a signal without what lies after the origin, unless it is known
// ahead.
func knownOf(s daycast.PanelSignal, origin daycast.Day) daycast.PanelSignal {
	if s.Future {
		return s
	}
	s.Vectors = slices.Clone(s.Vectors)
	for v, first := range s.First {
		n := 0
		if origin >= first {
			n = int(origin-first)/int(s.Step) + 1
		}
		s.Vectors[v] = s.Vectors[v][:min(n, len(s.Vectors[v]))]
	}
	return s
}

// feed makes v what copy k sold in the h-th period (from 0) after the origin. A
// period on which the place will not trade says nothing.
func (g *growth) feed(k, h int, v float32) {
	at := g.panel.Offsets[k] + g.known[k] + h
	v = min(max(v, -g.most[k]), g.most[k])
	if g.panel.NonNegative {
		v = max(v, 0)
	}
	i := g.of[k]*g.ahead.Periods + h
	switch {
	case h < g.ahead.Periods && i < len(g.ahead.Closed) && g.ahead.Closed[i]:
		g.panel.State[at] = daycast.Closed
	case v == 0:
		g.panel.State[at] = daycast.Zero
	default:
		g.panel.Train[at], g.panel.State[at] = v, daycast.Sold
	}
}
