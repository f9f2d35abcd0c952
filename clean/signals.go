package clean

import (
	"context"
	"math"
	"sort"

	"daycast"
)

// signals compiles the outside factors known at the origin, and the facts' own
// columns that vary by day, for the series of the panel.
func (a *assembly) signals(ctx context.Context) error {
	p := a.panel
	end := a.origin + daycast.Day(a.b.Step) - 1
	c := compiler{origin: a.origin, b: a.b, by: map[string]*gathered{}}
	for s, err := range a.b.Reader.Signals(ctx, end) {
		if err != nil {
			return err
		}
		if s.KnownAt <= end {
			c.add(s)
		}
	}
	for _, name := range c.names() {
		p.Signals = append(p.Signals, c.compile(name, p))
	}
	if a.promotion.any {
		p.Signals = append(p.Signals, a.own("promotion", a.promotion, a.b.Planned.Promotion))
	}
	if a.buyers.any {
		p.Signals = append(p.Signals, a.own("buyers", a.buyers, false))
	}
	return ctx.Err()
}

// own makes a signal of one vector a series from a column of the facts.
func (a *assembly) own(name string, r ragged, future bool) daycast.PanelSignal {
	s := daycast.PanelSignal{Name: name, Future: future, Step: a.b.Step, First: a.panel.Start, Vectors: r.values}
	s.Vector = make([]int32, len(a.panel.Series))
	for i := range s.Vector {
		s.Vector[i] = int32(i)
	}
	return s
}

// compiler gathers signal rows by name and key.
type compiler struct {
	origin daycast.Day
	b      PanelBuilder
	by     map[string]*gathered
}

type gathered struct {
	scope daycast.Scope
	keys  map[string][]daycast.Signal
	codes map[string]bool
}

func (c *compiler) add(s daycast.Signal) {
	g := c.by[s.Name]
	if g == nil {
		g = &gathered{scope: s.Scope, keys: map[string][]daycast.Signal{}, codes: map[string]bool{}}
		c.by[s.Name] = g
	}
	if s.Code != "" {
		g.codes[s.Code] = true
	}
	g.keys[s.Key] = append(g.keys[s.Key], s)
}

func (c *compiler) names() []string {
	var names []string
	for n := range c.by {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func (c *compiler) compile(name string, p *daycast.Panel) daycast.PanelSignal {
	g := c.by[name]
	s := daycast.PanelSignal{Name: name, Step: c.b.Step, Vector: make([]int32, len(p.Series))}
	code := map[string]float32{}
	for word := range g.codes {
		s.Codes = append(s.Codes, word)
	}
	sort.Strings(s.Codes)
	for k, word := range s.Codes {
		code[word] = float32(k)
	}
	index := map[string]int32{}
	for i := range p.Series {
		key := scopeKey(p, i, g.scope)
		v, seen := index[key]
		if !seen {
			v = -1
			if rows := g.keys[key]; len(rows) > 0 {
				v = int32(len(s.Vectors))
				first, values := c.vector(rows, code, len(s.Codes) > 0)
				s.First, s.Vectors = append(s.First, first), append(s.Vectors, values)
				s.Future = s.Future || first+daycast.Day(len(values))*daycast.Day(c.b.Step) > c.origin+daycast.Day(c.b.Step)
			}
			index[key] = v
		}
		s.Vector[i] = v
	}
	return s
}

// vector lays rows out by period. Of several rows of a period the last known
// counts; a week takes the mean of its days, or its last word.
func (c *compiler) vector(rows []daycast.Signal, code map[string]float32, words bool) (daycast.Day, []float32) {
	first, last := rows[0].Day, rows[0].Day
	for _, r := range rows {
		first, last = min(first, r.Day), max(last, r.Day)
	}
	first, last = c.b.periodOf(first), c.b.periodOf(last)
	limit := c.origin + daycast.Day(c.b.Step)*lead
	last = min(last, limit)
	values := make([]float32, int(last-first)/int(c.b.Step)+1)
	for t := range values {
		values[t] = float32(math.NaN())
	}
	count := make([]int, len(values))
	for _, r := range rows {
		t := int(c.b.periodOf(r.Day)-first) / int(c.b.Step)
		if t >= len(values) {
			continue
		}
		v := r.Value
		if words {
			v = code[r.Code]
			if r.Code == "" {
				continue
			}
		}
		if c.b.Step == daycast.Weekly && !words && count[t] > 0 {
			v = (values[t]*float32(count[t]) + v) / float32(count[t]+1)
		}
		values[t] = v
		count[t]++
	}
	return first, values
}

// scopeKey is the key under which a signal of this scope is known for series i.
func scopeKey(p *daycast.Panel, i int, scope daycast.Scope) string {
	switch scope {
	case daycast.ScopePlace:
		return p.Series[i].Place
	case daycast.ScopeItem:
		return p.Series[i].Item
	case daycast.ScopeSeries:
		return p.Series[i].ID()
	case daycast.ScopeCategory:
		for _, l := range p.Levels {
			if l.Name == "category" && l.Of[i] >= 0 {
				return l.Names[l.Of[i]]
			}
		}
	}
	return ""
}
