package coherent

import (
	"context"
	"math"

	"daycast"
	"daycast/model"
	"daycast/model/reconcile"
)

var nan = float32(math.NaN())

// Groups are a shop's upper levels at an origin, and what they have sold.
type Groups struct {
	Hierarchy *reconcile.Hierarchy
	Levels    []daycast.Level // as Find gave them, the shop left out
	Panel     *daycast.Panel  // of the groups with a history, see Of
	node      []int           // by upper node of the hierarchy: its series in Panel, -1 for none
	open      []float64       // upper x horizon: the share of its listed series that will trade
}

// Of adds up the series of a whole shop's panel by the levels that Find gives:
//
//	units[t] = listed[t] * (sum of the units of series with evidence at t) / (number of those)
//
// so that neither lost days nor days on which some places are closed look like
// days on which little was wanted. A period without evidence is Closed, or
// Missing where a series' is.
func Of(p *daycast.Panel, asked [][]string, horizon int) (*Groups, error) {
	levels, err := Find(p, asked)
	if err != nil {
		return nil, err
	}
	h, err := reconcile.New(p.Series, levels)
	if err != nil {
		return nil, err
	}
	g := &Groups{Hierarchy: h, Levels: levels, open: make([]float64, h.Uppers()*horizon)}
	l := newLedger(p, h.Uppers(), horizon)
	of := make([]int, 0, len(levels)+1)
	for i := range p.Series {
		of = append(of[:0], 0)
		for k, level := range levels {
			if own := level.Of[i]; own >= 0 {
				of = append(of, h.Levels[k+1].First+int(own))
			}
		}
		l.add(p, i, of)
	}
	l.panel(p, g)
	return g, nil
}

// ledger holds sums by upper node and period, and counts of series by state.
type ledger struct {
	first   daycast.Day
	periods int
	horizon int
	sum     []float64
	told    []int32 // series with evidence
	listed  []int32
	missing []int32
	shut    []int32 // upper x horizon: series that will not trade
}

func newLedger(p *daycast.Panel, uppers, horizon int) *ledger {
	l := &ledger{first: p.Origin, horizon: horizon}
	for i, s := range p.Start {
		if p.Len(i) > 0 {
			l.first = min(l.first, s)
		}
	}
	l.periods = int(p.Origin-l.first)/int(p.Step) + 1
	n := uppers * l.periods
	l.sum, l.told, l.listed, l.missing = make([]float64, n), make([]int32, n), make([]int32, n), make([]int32, n)
	l.shut = make([]int32, uppers*horizon)
	return l
}

// add books series i in the upper nodes that it is of.
func (l *ledger) add(p *daycast.Panel, i int, of []int) {
	train, state := p.TrainOf(i), p.StateOf(i)
	begin := int(p.Start[i]-l.first) / int(p.Step)
	for _, u := range of {
		at := u*l.periods + begin
		for t, s := range state {
			if s == daycast.NotListed {
				continue
			}
			l.listed[at+t]++
			switch {
			case s.Evidence():
				l.sum[at+t] += float64(train[t])
				l.told[at+t]++
			case s == daycast.Missing:
				l.missing[at+t]++
			}
		}
		for h := range min(l.horizon, p.Ahead.Periods) {
			if p.Ahead.Closed[i*p.Ahead.Periods+h] {
				l.shut[u*l.horizon+h]++
			}
		}
	}
}

// panel makes series of the upper nodes.
func (l *ledger) panel(p *daycast.Panel, g *Groups) {
	q := &daycast.Panel{
		Step: p.Step, Origin: p.Origin, Offsets: []int{0}, NonNegative: p.NonNegative, Ahead: daycast.Ahead{Periods: l.horizon},
	}
	g.Panel, g.node = q, make([]int, g.Hierarchy.Uppers())
	for u := range g.node {
		g.node[u] = -1
		begin := 0
		for own := l.told[u*l.periods:]; begin < l.periods && own[begin] == 0; {
			begin++
		}
		if begin == l.periods {
			continue
		}
		g.node[u] = len(q.Series)
		q.Series = append(q.Series, daycast.Series{Item: g.Hierarchy.Node(u)})
		q.Start = append(q.Start, l.first+daycast.Day(begin*int(p.Step)))
		for at := u*l.periods + begin; at < (u+1)*l.periods; at++ {
			units, state := l.period(at)
			q.Units, q.State, q.Price = append(q.Units, units), append(q.State, state), append(q.Price, nan)
		}
		q.Offsets = append(q.Offsets, len(q.Units))
		listed := float64(l.listed[(u+1)*l.periods-1])
		for k := u * l.horizon; k < (u+1)*l.horizon; k++ {
			g.open[k] = 1
			if listed > 0 {
				g.open[k] = max(0, 1-float64(l.shut[k])/listed)
			}
			q.Ahead.Closed, q.Ahead.Price = append(q.Ahead.Closed, g.open[k] == 0), append(q.Ahead.Price, nan)
		}
	}
	q.Train = q.Units
}

func (l *ledger) period(at int) (float32, daycast.DayState) {
	switch {
	case l.told[at] > 0 && l.sum[at] != 0:
		return float32(l.sum[at] * float64(l.listed[at]) / float64(l.told[at])), daycast.Sold
	case l.told[at] > 0:
		return 0, daycast.Zero
	case l.missing[at] > 0:
		return 0, daycast.Missing
	}
	return 0, daycast.Closed
}

// Forecast is what each upper node will sell over the horizon by a model of its
// own; NaN where the node has no history.
func (g *Groups) Forecast(ctx context.Context, m model.Model, t model.Training) ([]float64, error) {
	t.Panels = g.Panel
	fitted, err := m.Fit(ctx, t)
	if err != nil {
		return nil, err
	}
	f, err := model.Predict(ctx, fitted, model.Request{Panel: g.Panel, Horizon: t.Horizon, Threads: t.Threads})
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(g.node))
	for u, k := range g.node {
		if k < 0 {
			out[u] = math.NaN()
			continue
		}
		for h, v := range f.MeanOf(k) {
			out[u] += float64(v) * g.open[u*t.Horizon+h]
		}
	}
	return out, nil
}
