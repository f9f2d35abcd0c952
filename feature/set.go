package feature

import (
	"math"

	"daycast"
)

// A Set is the features that a shop's panels allow: it is made from the
// training panel, saved with the model, and bound to each panel that the
// model reads later.
//
// A row describes one series at an origin and a horizon h: what its own past
// up to the origin looks like, what its levels do, what is known of the day
// origin+h. No value comes from after the origin unless it was planned then.
// Units are divided by the series' scale at the origin (see Scale), so that
// big and small series teach each other.
type Set struct {
	Step    daycast.Step
	Levels  []LevelColumns
	Signals []SignalColumns
	Price   bool
}

// LevelColumns is a level that the training panel had, with its groups.
type LevelColumns struct {
	Name   string
	Groups []string
}

// SignalColumns is a signal that the training panel had.
type SignalColumns struct {
	Name   string
	Codes  []string // of a signal that is words
	Future bool
}

const (
	// A level with more groups than this is not a category for the trees: its
	// totals still help.
	maxGroups = 250
	// maxLevels bounds the columns: levels beyond are left out.
	maxLevels = 8
	// maxSignals likewise.
	maxSignals = 24
)

// NewSet makes the set of a shop from a panel, or any block of it.
func NewSet(p *daycast.Panel) *Set {
	s := &Set{Step: p.Step}
	for _, l := range p.Levels {
		if len(s.Levels) < maxLevels {
			s.Levels = append(s.Levels, LevelColumns{Name: l.Name, Groups: l.Names})
		}
	}
	ahead := 0
	for _, g := range p.Signals {
		if g.Future {
			ahead++
		}
	}
	room := map[bool]int{true: maxSignals, false: max(0, maxSignals-ahead)} // what is known ahead goes first
	for _, g := range p.Signals {
		if room[g.Future] > 0 {
			room[g.Future]--
			s.Signals = append(s.Signals, SignalColumns{Name: g.Name, Codes: g.Codes, Future: g.Future})
		}
	}
	for _, v := range p.Price {
		if v == v {
			s.Price = true
			break
		}
	}
	return s
}

// Merge takes account of a further block of the same shop: a price or a signal
// may begin there.
func (s *Set) Merge(p *daycast.Panel) {
	if other := NewSet(p); other.Price {
		s.Price = true
	}
}

// Columns are the features' names and kinds, in the order of a row.
func (s *Set) Columns() []Column {
	var c []Column
	number := func(group string, names ...string) {
		for _, n := range names {
			c = append(c, Column{Name: n, Group: group})
		}
	}
	number(GroupPast, pastNames...)
	number(GroupPast, likeNames...)
	number(GroupCalendar, dateNames...)
	c = append(c, Column{Name: "weekday", Levels: 7, Group: GroupCalendar}, Column{Name: "month", Levels: 12, Group: GroupCalendar})
	number(GroupLevels, seasonNames("shop")...)
	for _, l := range s.Levels {
		number(GroupLevels, seasonNames(l.Name)...)
		if len(l.Groups) <= maxGroups {
			c = append(c, Column{Name: l.Name, Levels: len(l.Groups), Group: GroupLevels})
		}
	}
	if s.Price {
		number(GroupPrice, "price_log", "price_to_mean", "price_to_max")
	}
	for _, g := range s.Signals {
		switch {
		case g.Codes != nil && g.Future:
			c = append(c, Column{Name: g.Name, Levels: len(g.Codes), Group: g.Name})
			number(g.Name, g.Name+"_next", g.Name+"_last")
		case g.Codes == nil && g.Future:
			number(g.Name, g.Name, g.Name+"_change", g.Name+"_mean", g.Name+"_like", g.Name+"_like_same")
		case g.Codes == nil:
			number(g.Name, g.Name+"_week", g.Name+"_mean")
		}
	}
	return c
}

// Bind prepares the set for a panel, matching levels, groups and signals by
// name: what the panel lacks is missing in the rows.
func (s *Set) Bind(p *daycast.Panel) *Bound {
	b := &Bound{set: s, p: p, width: len(s.Columns())}
	for _, want := range s.Levels {
		b.levels = append(b.levels, bindLevel(want, p))
	}
	b.shop = totalsOf(p, "shop")
	for _, want := range s.Signals {
		b.signals = append(b.signals, bindSignal(want, p))
	}
	return b
}

// Bound is a set bound to a panel. It is safe for concurrent use.
type Bound struct {
	set     *Set
	p       *daycast.Panel
	width   int
	shop    [][]float32
	levels  []boundLevel
	signals []boundSignal
}

type boundLevel struct {
	level *daycast.Level // nil: the panel lacks it
	mean  [][]float32    // by group of the panel; nil: no totals
	code  map[string]int32
	few   bool
}

func bindLevel(want LevelColumns, p *daycast.Panel) boundLevel {
	b := boundLevel{few: len(want.Groups) <= maxGroups, mean: totalsOf(p, want.Name)}
	for k := range p.Levels {
		if p.Levels[k].Name == want.Name {
			b.level = &p.Levels[k]
		}
	}
	if b.few {
		b.code = make(map[string]int32, len(want.Groups))
		for k, g := range want.Groups {
			b.code[g] = int32(k)
		}
	}
	return b
}

// totalsOf is the level's vectors by group, nil where the panel has none.
func totalsOf(p *daycast.Panel, level string) [][]float32 {
	if p.Totals == nil {
		return nil
	}
	for k, name := range p.Totals.Levels {
		if name == level {
			return p.Totals.Mean[k]
		}
	}
	return nil
}

type boundSignal struct {
	signal *daycast.PanelSignal // nil: the panel lacks it
	want   SignalColumns
	code   []float32 // panel's code -> the set's code, NaN unseen
}

func bindSignal(want SignalColumns, p *daycast.Panel) boundSignal {
	b := boundSignal{want: want}
	for k := range p.Signals {
		if p.Signals[k].Name == want.Name && (p.Signals[k].Codes != nil) == (want.Codes != nil) {
			b.signal = &p.Signals[k]
		}
	}
	if b.signal == nil || want.Codes == nil {
		return b
	}
	index := map[string]int{}
	for k, c := range want.Codes {
		index[c] = k
	}
	for _, c := range b.signal.Codes {
		k, ok := index[c]
		v := float32(k)
		if !ok {
			v = nan
		}
		b.code = append(b.code, v)
	}
	return b
}

var nan = float32(math.NaN())

// Row writes the features of series i at origin, its t-th period, for the
// h-th period after it (h >= 1), into out, one value a column, and returns
// the scale by which units were divided. Batch and live both call it.
func (b *Bound) Row(past *Past, h int, out []float32) {
	w := writer{out: out}
	past.write(&w)
	b.target(past, h, &w)
	b.season(past, h, &w)
	if b.set.Price {
		b.price(past, h, &w)
	}
	for k := range b.signals {
		b.signals[k].write(past, h, &w)
	}
}

// writer fills a row from the left.
type writer struct {
	out []float32
	at  int
}

func (w *writer) put(v float64) {
	w.out[w.at] = float32(v)
	w.at++
}

func (w *writer) put32(v float32) {
	w.out[w.at] = v
	w.at++
}
