// Package clean turns raw order lines into daily facts, and facts as known at
// an origin into panels that models read.
package clean

import (
	"context"
	"iter"
	"math"
	"slices"
	"sort"

	"daycast"
)

// A Reader gives a panel builder what the warehouse knows by the end of a day.
type Reader interface {
	Facts(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Fact, error]     // by series, day
	Signals(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Signal, error] // by name, scope, key, day, known-at
	Plans(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Plan, error]     // by kind, item, category, place, first day, known-at
	Items(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Item, error]     // by id, known-at
	Places(ctx context.Context) iter.Seq2[daycast.Place, error]
}

// A PanelBuilder makes the panel of a shop as known at an origin. All that it
// infers (states, caps, corrections, closed days to come) is a function of
// what was known then, and is never stored.
type PanelBuilder struct {
	Reader  Reader
	Step    daycast.Step
	Anchor  daycast.Day // a day on which periods begin; any day for daily panels
	Horizon int         // periods ahead for which prices, promotions and closures are wanted
	Absent  Absent      // what a day without a row means
	Planned Planned     // which of the facts' own columns are known ahead
	// Outlook is how the names begin of signals that are forecast, such as
	// "weather_". Where no forecast was known at the origin they have what could
	// be expected then, up to the horizon, and never what came.
	Outlook []string
	// Changed hears of each change to the training units, by series and day within
	// a kind; nil: nobody does.
	Changed func(Change)
}

// Planned says which columns of the facts are known before their day, because
// the shop plans them.
type Planned struct{ Price, Promotion bool }

// lead is how far ahead planned values are known, in days: longer than any
// horizon.
const lead = 3660

// Build reads everything known at origin. The panel holds each series that is
// known by then, from its first sale to the origin; one that has not sold has
// no periods.
func (b PanelBuilder) Build(ctx context.Context, origin daycast.Day) (*daycast.Panel, Findings, error) {
	origin = b.periodOf(origin)
	a := assembly{b: b, origin: origin, begins: origin, panel: &daycast.Panel{
		Step: b.Step, Origin: origin, Offsets: []int{0}, NonNegative: true,
		Ahead: daycast.Ahead{Periods: b.Horizon},
	}}
	if err := a.readFacts(ctx); err != nil {
		return nil, Findings{}, err
	}
	if err := a.levels(ctx); err != nil {
		return nil, Findings{}, err
	}
	if err := a.signals(ctx); err != nil {
		return nil, Findings{}, err
	}
	if err := a.plan(ctx); err != nil {
		return nil, Findings{}, err
	}
	found := a.typeStates()
	found.Outlook = a.outlook
	a.correct()
	a.spreadBulk()
	a.panel.Totals = totals(a.panel)
	return a.panel, found, nil
}

// periodOf is the first day of the period that holds d.
func (b PanelBuilder) periodOf(d daycast.Day) daycast.Day {
	step := daycast.Day(b.Step)
	return d - ((d-b.Anchor)%step+step)%step
}

// assembly is a panel while it is being filled.
type assembly struct {
	b         PanelBuilder
	origin    daycast.Day
	begins    daycast.Day // the first day of any row
	panel     *daycast.Panel
	rowed     []bool    // by period: a fact gave units
	blank     []bool    // by period: a row came without units
	inStock   []float32 // by period; NaN unknown
	promotion ragged
	buyers    ragged
	future    []bool // series x ahead: a row for the period exists
	inferred  inferences
	expected  *expected
	category  map[string]string   // by item
	discounts daycast.PanelSignal // the discounts of the shop's calendar
	outlook   map[string]Outlook  // by signal
}

// ragged is a vector of values by series, for signals with a value a period.
type ragged struct {
	any    bool
	values [][]float32
}

func (a *assembly) readFacts(ctx context.Context) error {
	last := a.origin + daycast.Day(a.b.Step)*daycast.Day(a.b.Horizon+1) - 1
	var facts []daycast.Fact
	for f, err := range a.b.Reader.Facts(ctx, last) {
		if err != nil {
			return err
		}
		if len(facts) > 0 && f.Series != facts[0].Series {
			a.addSeries(facts)
			facts = facts[:0]
		}
		facts = append(facts, f)
	}
	if len(facts) > 0 {
		a.addSeries(facts)
	}
	return ctx.Err()
}

// addSeries appends one series, unless nothing is known of it at the origin.
func (a *assembly) addSeries(facts []daycast.Fact) {
	p, step := a.panel, daycast.Day(a.b.Step)
	a.begins = min(a.begins, facts[0].Day)
	first, sold := a.firstSale(facts)
	if !sold {
		if !a.knows(facts) {
			return
		}
		first = a.origin + step
	}
	n := int((a.origin-first)/step) + 1
	ahead := a.b.Horizon
	s := newSpan(first, step, n, ahead)
	for _, f := range facts {
		s.add(f, a.b, a.origin)
	}
	s.finish()
	p.Series = append(p.Series, facts[0].Series)
	p.Start = append(p.Start, first)
	p.Offsets = append(p.Offsets, p.Offsets[len(p.Offsets)-1]+n)
	p.Units = append(p.Units, s.units...)
	p.Price = append(p.Price, s.price[:n]...)
	p.Ahead.Price = append(p.Ahead.Price, s.price[n:]...)
	if a.b.Planned.Price {
		p.Ahead.PricePlanned = append(p.Ahead.PricePlanned, first)
	}
	a.rowed = append(a.rowed, s.rowed[:n]...)
	a.blank = append(a.blank, s.blank...)
	a.future = append(a.future, s.rowed[n:]...)
	a.inStock = append(a.inStock, s.inStock...)
	p.Waited = append(p.Waited, int32(a.offered(facts, first)))
	a.promotion.add(s.promotion[:s.planned(a.b.Planned.Promotion)])
	a.buyers.add(s.buyers)
	for _, u := range s.units {
		if u < 0 {
			p.NonNegative = false
			break
		}
	}
}

func (r *ragged) add(values []float32) {
	for _, v := range values {
		if v == v {
			r.any = true
			break
		}
	}
	r.values = append(r.values, values)
}

// knows reports whether any of the facts is known at the origin.
func (a *assembly) knows(facts []daycast.Fact) bool {
	end := a.origin + daycast.Day(a.b.Step) - 1
	return slices.ContainsFunc(facts, func(f daycast.Fact) bool { return f.KnownAt <= end })
}

// offered is how many periods before first a row first says that the series was
// there to be bought.
func (a *assembly) offered(facts []daycast.Fact, first daycast.Day) int {
	for _, f := range facts {
		if known(f, a.origin+daycast.Day(a.b.Step)-1) && !out(f.InStock) {
			return max(0, int(first-a.b.periodOf(f.Day))/int(a.b.Step))
		}
	}
	return 0
}

// firstSale is the period of the first day whose units, as known at the
// origin, are not zero.
func (a *assembly) firstSale(facts []daycast.Fact) (daycast.Day, bool) {
	for i := 0; i < len(facts); {
		var units float64
		day := facts[i].Day
		for ; i < len(facts) && facts[i].Day == day; i++ {
			if known(facts[i], a.origin+daycast.Day(a.b.Step)-1) {
				units += float64(facts[i].Units)
			}
		}
		if units != 0 {
			return a.b.periodOf(day), true
		}
	}
	return 0, false
}

// known reports whether the fact's units count at the end of the origin.
func known(f daycast.Fact, end daycast.Day) bool {
	return f.KnownAt <= end && f.Day <= end && f.Units == f.Units
}

// span is one series while it is being filled: n periods up to the origin,
// and the ones ahead.
type span struct {
	first, step daycast.Day
	n           int
	units       []float32 // n
	inStock     []float32 // n
	buyers      []float32 // n
	blank       []bool    // n
	rowed       []bool    // n + ahead
	price       []float32 // n + ahead
	promotion   []float32 // n + ahead
}

func newSpan(first, step daycast.Day, n, ahead int) *span {
	nans := func(k int) []float32 {
		s := make([]float32, k)
		for i := range s {
			s[i] = float32(math.NaN())
		}
		return s
	}
	return &span{
		first: first, step: step, n: n,
		units: make([]float32, n), inStock: nans(n), buyers: nans(n),
		blank: make([]bool, n), rowed: make([]bool, n+ahead), price: nans(n + ahead), promotion: nans(n + ahead),
	}
}

func (s *span) add(f daycast.Fact, b PanelBuilder, origin daycast.Day) {
	if f.Day < s.first {
		return
	}
	t := int((f.Day - s.first) / s.step)
	if t >= len(s.price) {
		return
	}
	end := origin + s.step - 1
	if known(f, end) {
		s.units[t] += f.Units
		s.rowed[t] = true
		if f.InStock == f.InStock {
			s.inStock[t] = f.InStock
		}
		if f.Buyers == f.Buyers {
			if s.buyers[t] != s.buyers[t] {
				s.buyers[t] = 0
			}
			s.buyers[t] += f.Buyers
		}
	}
	ahead := t >= s.n
	if f.Units != f.Units {
		if !ahead {
			s.blank[t] = true
		} else if f.KnownAt <= end {
			s.rowed[t] = true
		}
	}
	visible := !ahead && f.KnownAt <= end
	if f.Price == f.Price && (visible || b.Planned.Price) {
		s.price[t] = f.Price
	}
	if f.Promotion == f.Promotion && (visible || b.Planned.Promotion) {
		s.promotion[t] = f.Promotion
		if ahead {
			s.rowed[t] = true
		}
	}
	if ahead && b.Planned.Price && f.Price == f.Price {
		s.rowed[t] = true
	}
}

// finish carries the last known price forward over the past; the days ahead
// keep NaN where nothing was planned.
func (s *span) finish() {
	last := float32(math.NaN())
	for t := 0; t < s.n; t++ {
		if s.price[t] == s.price[t] {
			last = s.price[t]
		}
		s.price[t] = last
	}
}

// planned is the number of periods of which a column can be known.
func (s *span) planned(ahead bool) int {
	if ahead {
		return len(s.rowed)
	}
	return s.n
}

// levels groups the series by every attribute of their items and places.
func (a *assembly) levels(ctx context.Context) error {
	items, places := map[string]daycast.Item{}, map[string]daycast.Place{}
	for _, s := range a.panel.Series { // a block has few of a large shop's items
		items[s.Item] = daycast.Item{}
	}
	for it, err := range a.b.Reader.Items(ctx, a.origin+daycast.Day(a.b.Step)-1) {
		if err != nil {
			return err
		}
		if _, ok := items[it.ID]; ok {
			items[it.ID] = it
		}
	}
	for pl, err := range a.b.Reader.Places(ctx) {
		if err != nil {
			return err
		}
		places[pl.ID] = pl
	}
	a.category = map[string]string{}
	for id, it := range items {
		a.category[id] = it.Attributes[categoryLevel]
	}
	p := a.panel
	groups := map[string]map[int]string{} // level -> series -> group
	set := func(level string, i int, group string) {
		if group == "" {
			return
		}
		if groups[level] == nil {
			groups[level] = map[int]string{}
		}
		groups[level][i] = group
	}
	for i, s := range p.Series {
		set("item", i, s.Item)
		set("place", i, s.Place)
		for k, v := range items[s.Item].Attributes {
			set(k, i, v)
		}
		for k, v := range places[s.Place].Attributes {
			set("place_"+k, i, v)
		}
		set("region", i, places[s.Place].Region)
		set("country", i, places[s.Place].Country)
	}
	for name, of := range groups {
		if l, ok := newLevel(name, of, len(p.Series)); ok {
			p.Levels = append(p.Levels, l)
		}
	}
	if l, ok := crossing(p.Levels, len(p.Series)); ok {
		p.Levels = append(p.Levels, l)
	}
	sort.Slice(p.Levels, func(i, j int) bool { return p.Levels[i].Name < p.Levels[j].Name })
	return nil
}

// newLevel numbers the groups by name. A level with one group, or with one
// series to each group, says nothing and is left out.
func newLevel(name string, of map[int]string, n int) (daycast.Level, bool) {
	index := map[string]int32{}
	for _, g := range of {
		index[g] = 0
	}
	if len(index) < 2 || len(index) >= n {
		return daycast.Level{}, false
	}
	l := daycast.Level{Name: name, Of: make([]int32, n)}
	for g := range index {
		l.Names = append(l.Names, g)
	}
	sort.Strings(l.Names)
	for k, g := range l.Names {
		index[g] = int32(k)
	}
	for i := range l.Of {
		l.Of[i] = -1
		if g, ok := of[i]; ok {
			l.Of[i] = index[g]
		}
	}
	return l, true
}
