package grouped

import (
	"slices"

	"daycast"
)

// gathering is what the series of each group have in common, over the blocks of
// a shop or in one panel.
type gathering struct {
	levels  []string
	signals []signal
	groups  map[string][]*group // by level and group; nil: no series
}

// signal is one that the nodes see.
type signal struct {
	name  string
	codes []string
	step  daycast.Step
}

func (s signal) empty() daycast.PanelSignal {
	return daycast.PanelSignal{Name: s.name, Codes: s.codes, Future: true, Step: s.step}
}

// group is what all series of one have.
type group struct {
	vectors []vector // by signal
	closed  []bool   // ahead
}

// vector is the values of a signal that all series of a group have.
type vector struct {
	first  daycast.Day
	values []float32 // nil: none
	mixed  bool      // they have several
}

// gather makes room for the levels and those of the panel's signals that are
// named.
func gather(p *daycast.Panel, levels []Level, signals []string) *gathering {
	g := &gathering{groups: map[string][]*group{}}
	for _, l := range levels {
		g.levels = append(g.levels, l.Name)
	}
	for _, s := range p.Signals {
		if s.Future && slices.Contains(signals, s.Name) {
			g.signals = append(g.signals, signal{s.Name, s.Codes, s.Step})
		}
	}
	return g
}

func (g *gathering) group(level string, k int) *group {
	if k < len(g.groups[level]) {
		return g.groups[level][k]
	}
	return nil
}

// add looks at a panel's series.
func (g *gathering) add(p *daycast.Panel) {
	signals := make([]*daycast.PanelSignal, len(g.signals))
	for k, want := range g.signals {
		for n := range p.Signals {
			if s := &p.Signals[n]; s.Name == want.name && s.Future {
				signals[k] = s
			}
		}
	}
	for _, name := range g.levels {
		l := levelOf(p, name)
		groups := g.groups[name]
		for len(groups) < len(l.Names) {
			groups = append(groups, nil)
		}
		for i, k := range l.Of {
			if k < 0 {
				continue
			}
			if groups[k] == nil {
				groups[k] = newGroup(p, i, signals)
				continue
			}
			groups[k].add(p, i, signals)
		}
		g.groups[name] = groups
	}
}

func newGroup(p *daycast.Panel, i int, signals []*daycast.PanelSignal) *group {
	g := &group{}
	for _, s := range signals {
		g.vectors = append(g.vectors, vectorOf(s, i))
	}
	for h := range p.Ahead.Periods {
		g.closed = append(g.closed, p.Ahead.Closed[i*p.Ahead.Periods+h])
	}
	return g
}

func vectorOf(s *daycast.PanelSignal, i int) vector {
	if s == nil || s.Vector[i] < 0 || len(s.Vectors[s.Vector[i]]) == 0 {
		return vector{}
	}
	return vector{first: s.First[s.Vector[i]], values: s.Vectors[s.Vector[i]]}
}

func (g *group) add(p *daycast.Panel, i int, signals []*daycast.PanelSignal) {
	for k, s := range signals {
		if v := &g.vectors[k]; !v.mixed {
			v.mixed = !v.same(vectorOf(s, i))
		}
	}
	for h := range g.closed {
		g.closed[h] = g.closed[h] && p.Ahead.Closed[i*p.Ahead.Periods+h]
	}
}

// same compares values only where they are not the same memory.
func (v vector) same(o vector) bool {
	if v.first != o.first || len(v.values) != len(o.values) {
		return false
	}
	if len(v.values) == 0 || &v.values[0] == &o.values[0] {
		return true
	}
	return slices.EqualFunc(v.values, o.values, func(a, b float32) bool { return a == b || a != a && b != b })
}
