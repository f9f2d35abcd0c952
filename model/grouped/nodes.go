package grouped

import (
	"math"
	"slices"

	"daycast"
)

const (
	// minDays is how many days a group must have sold on, and minShare on which
	// share of its days, to be forecast by itself.
	minDays  = 28
	minShare = 0.5
	// settleDays are left out where a history is long: series begin with a sale,
	// so that the mean of those listed is too high at first.
	settleDays = 28
)

// node is a group that a panel has series of.
type node struct {
	level   string
	name    string
	totals  int // the level in the panel's totals
	group   int
	members []int // the panel's series
}

// nodes are a panel's groups, as a panel of their own.
type nodes struct {
	list  []node // in the order of panel's series
	panel *daycast.Panel
	of    map[string][]int // by level and the panel's series: its node, -1
}

// nodes makes the panel of the groups that p has series of.
func (f *Fitted) nodes(p *daycast.Panel) nodes {
	n := nodes{of: map[string][]int{}, panel: &daycast.Panel{
		Step: p.Step, Origin: p.Origin, Offsets: []int{0}, Totals: p.Totals, NonNegative: p.NonNegative,
	}}
	for _, level := range f.Levels {
		k := totalsOf(p, level.Name)
		if k < 0 {
			continue
		}
		l := levelOf(p, level.Name)
		members := make([][]int, len(l.Names))
		for i, g := range l.Of {
			if g >= 0 {
				members[g] = append(members[g], i)
			}
		}
		own := slices.Repeat([]int{-1}, len(p.Series))
		for g, m := range members {
			if len(m) > 0 && g < len(p.Totals.Mean[k]) && n.add(p, node{level.Name, l.Names[g], k, g, m}) {
				for _, i := range m {
					own[i] = len(n.list) - 1
				}
			}
		}
		n.of[level.Name] = own
	}
	n.panel.Train = n.panel.Units
	n.levels(p, f.Levels)
	n.signals(p, f.Signals)
	n.ahead(p)
	return n
}

// totalsOf is the index of a level in the panel's totals, -1 where it has none.
func totalsOf(p *daycast.Panel, level string) int {
	if p.Totals == nil || p.Totals.Count == nil {
		return -1
	}
	return slices.Index(p.Totals.Levels, level)
}

// add appends a group that sells on enough days. Its units are the mean of the
// listed series times their number now: what is listed changes by itself.
func (n *nodes) add(p *daycast.Panel, own node) bool {
	mean, count := p.Totals.Mean[own.totals][own.group], p.Totals.Count[own.totals][own.group]
	begin, sold, days, members := -1, 0, 0, float32(1)
	for t, v := range mean {
		if v != v {
			continue
		}
		if begin < 0 {
			begin = t
		}
		days++
		if v != 0 {
			sold++
		}
		members = float32(count[t])
	}
	step := int(p.Step)
	if sold < minDays/step || float64(sold) < minShare*float64(days) {
		return false
	}
	if len(mean)-begin > 4*settleDays/step {
		begin += settleDays / step
	}
	q := n.panel
	for t := begin; t < len(mean); t++ {
		units, state := mean[t]*members, daycast.Sold
		switch {
		case units != units:
			units, state = 0, daycast.Missing
		case units == 0:
			state = daycast.Zero
		}
		q.Units, q.State = append(q.Units, units), append(q.State, state)
		q.Price = append(q.Price, priceOf(p, own, t))
	}
	n.list = append(n.list, own)
	q.Series = append(q.Series, daycast.Series{Item: own.level, Place: own.name})
	q.Start = append(q.Start, p.Totals.First+daycast.Day(begin*step))
	q.Offsets = append(q.Offsets, len(q.Units))
	return true
}

var nan = float32(math.NaN())

func priceOf(p *daycast.Panel, n node, t int) float32 {
	if p.Totals.Price == nil {
		return nan
	}
	return p.Totals.Price[n.totals][n.group][t]
}

// levels says which groups each node lies within: the panel's totals are of
// the same levels.
func (n *nodes) levels(p *daycast.Panel, forecast []Level) {
	for _, l := range p.Levels {
		own := daycast.Level{Name: l.Name, Names: l.Names, Of: make([]int32, len(n.list))}
		for k, node := range n.list {
			own.Of[k] = -1
			if node.level == l.Name {
				own.Of[k] = int32(node.group)
				continue
			}
			at := slices.IndexFunc(forecast, func(f Level) bool { return f.Name == node.level })
			if name, ok := forecast[at].Around[node.name][l.Name]; ok {
				own.Of[k] = int32(slices.Index(l.Names, name))
			}
		}
		n.panel.Levels = append(n.panel.Levels, own)
	}
}

// signals gives each node the vector that all its series share.
func (n *nodes) signals(p *daycast.Panel, names []string) {
	for _, s := range p.Signals {
		if !slices.Contains(names, s.Name) {
			continue
		}
		vectors := make([]int32, len(n.list))
		for k, node := range n.list {
			vectors[k] = s.Vector[node.members[0]]
			for _, i := range node.members {
				if s.Vector[i] != vectors[k] {
					vectors[k] = -1
				}
			}
		}
		s.Vector = vectors
		n.panel.Signals = append(n.panel.Signals, s)
	}
}

// ahead closes a node on the days on which all its series are closed.
func (n *nodes) ahead(p *daycast.Panel) {
	a := daycast.Ahead{Periods: p.Ahead.Periods}
	for _, node := range n.list {
		for h := range a.Periods {
			closed := true
			for _, i := range node.members {
				closed = closed && p.Ahead.Closed[i*a.Periods+h]
			}
			a.Closed, a.Price = append(a.Closed, closed), append(a.Price, nan)
		}
	}
	n.panel.Ahead = a
}
