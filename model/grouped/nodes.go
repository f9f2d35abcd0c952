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

var nan = float32(math.NaN())

// nodes are the groups that some panels have series of, as a panel of their own.
type nodes struct {
	panel *daycast.Panel
	at    map[string][]int // by level and group: its series in panel, -1 for none
}

// of is the node of series i of p at a level, -1 for none.
func (n nodes) of(p *daycast.Panel, level string, i int) int {
	g := int32(0) // of the shop
	if level != shop {
		g = groupOf(p, level, i)
	}
	if g >= 0 && int(g) < len(n.at[level]) {
		return n.at[level][g]
	}
	return -1
}

func groupOf(p *daycast.Panel, level string, i int) int32 {
	for k := range p.Levels {
		if p.Levels[k].Name == level {
			return p.Levels[k].Of[i]
		}
	}
	return -1
}

// nodes makes the panel of the groups that were gathered of panels of one shop,
// p among them.
func (f *Fitted) nodes(p *daycast.Panel, gathered *gathering) nodes {
	n := nodes{at: map[string][]int{}, panel: &daycast.Panel{
		Step: p.Step, Origin: p.Origin, Offsets: []int{0}, Totals: p.Totals, NonNegative: p.NonNegative,
		Ahead: daycast.Ahead{Periods: p.Ahead.Periods},
	}}
	n.levels(p)
	for k := range gathered.signals {
		n.panel.Signals = append(n.panel.Signals, gathered.signals[k].empty())
	}
	for _, level := range f.Levels {
		totals := totalsOf(p, level.Name)
		if totals < 0 {
			continue
		}
		names := levelOf(p, level.Name).Names
		n.at[level.Name] = slices.Repeat([]int{-1}, len(names))
		for g := range min(len(names), len(p.Totals.Mean[totals])) {
			if own := gathered.group(level.Name, g); own != nil && n.history(p, totals, g) {
				n.at[level.Name][g] = len(n.panel.Series)
				n.panel.Series = append(n.panel.Series, daycast.Series{Item: level.Name, Place: names[g]})
				n.around(p, level, g)
				n.signals(own)
				n.ahead(own)
			}
		}
	}
	n.panel.Train = n.panel.Units
	return n
}

// totalsOf is the index of a level in the panel's totals, -1 where it has none.
func totalsOf(p *daycast.Panel, level string) int {
	if p.Totals == nil || p.Totals.Count == nil {
		return -1
	}
	return slices.Index(p.Totals.Levels, level)
}

// history appends a group's days, if it sells on enough of them. Its units are
// the mean of the listed series times their number now: what is listed changes
// by itself.
func (n nodes) history(p *daycast.Panel, totals, g int) bool {
	mean, count := p.Totals.Mean[totals][g], p.Totals.Count[totals][g]
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
		units, state, price := mean[t]*members, daycast.Sold, nan
		switch {
		case units != units:
			units, state = 0, daycast.Missing
		case units == 0:
			state = daycast.Zero
		}
		if p.Totals.Price != nil {
			price = p.Totals.Price[totals][g][t]
		}
		q.Units, q.State, q.Price = append(q.Units, units), append(q.State, state), append(q.Price, price)
	}
	q.Start = append(q.Start, p.Totals.First+daycast.Day(begin*step))
	q.Offsets = append(q.Offsets, len(q.Units))
	return true
}

// levels gives the nodes the panel's levels: its totals are of the same.
func (n nodes) levels(p *daycast.Panel) {
	for _, l := range p.Levels {
		n.panel.Levels = append(n.panel.Levels, daycast.Level{Name: l.Name, Names: l.Names})
	}
}

// around says which groups a node lies within.
func (n nodes) around(p *daycast.Panel, level Level, g int) {
	name := levelOf(p, level.Name).Names[g]
	for k := range n.panel.Levels {
		l := &n.panel.Levels[k]
		own := int32(-1)
		if other, ok := level.Around[name][l.Name]; ok {
			own = int32(slices.Index(l.Names, other))
		}
		if l.Name == level.Name {
			own = int32(g)
		}
		l.Of = append(l.Of, own)
	}
}

func (n nodes) signals(own *group) {
	for k := range n.panel.Signals {
		s := &n.panel.Signals[k]
		v := own.vectors[k]
		if v.mixed || v.values == nil {
			s.Vector = append(s.Vector, -1)
			continue
		}
		at := slices.IndexFunc(s.Vectors, func(o []float32) bool { return &o[0] == &v.values[0] })
		if at < 0 {
			at = len(s.Vectors)
			s.Vectors, s.First = append(s.Vectors, v.values), append(s.First, v.first)
		}
		s.Vector = append(s.Vector, int32(at))
	}
}

// ahead closes a node on the days on which all its series are closed.
func (n nodes) ahead(own *group) {
	a := &n.panel.Ahead
	for h := range a.Periods {
		a.Closed, a.Price = append(a.Closed, h < len(own.closed) && own.closed[h]), append(a.Price, nan)
	}
}
