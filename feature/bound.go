package feature

import (
	"slices"

	"daycast"
)

// Bound is a set bound to a panel. It is safe for concurrent use by readers of
// their own.
type Bound struct {
	p       *daycast.Panel
	uses    []use
	levels  []*boundLevel // the shop, then the set's
	series  []float32     // by series of the panel: its code in the set, NaN for a new one; nil: it has none
	signals []boundSignal
	prices  bool // some column reads prices
	places  bool // some column reads sums over the same place in the season
	first   daycast.Day
}

// Bind prepares the set for a panel, matching levels, groups and signals by
// name: what the panel lacks is missing in the rows.
func (s *Set) Bind(p *daycast.Panel) *Bound {
	b := &Bound{p: p, uses: s.uses(), first: p.Origin}
	for _, u := range b.uses {
		b.prices = b.prices || u.price
		b.places = b.places || u.group == SameWeekday
	}
	b.levels = append(b.levels, bindLevel(LevelColumns{Name: shopLevel}, p))
	for _, want := range s.Levels {
		b.levels = append(b.levels, bindLevel(want, p))
	}
	b.series = codes(s.Series, p)
	for _, want := range s.Signals {
		b.signals = append(b.signals, bindSignal(want, p))
	}
	for _, start := range p.Start {
		b.first = min(b.first, start)
	}
	return b
}

// codes are the places of the panel's series among those of the set.
func codes(of []string, p *daycast.Panel) []float32 {
	if len(of) == 0 {
		return nil
	}
	known := make(map[string]float32, len(of))
	for k, id := range of {
		known[id] = float32(k)
	}
	out := make([]float32, len(p.Series))
	for i, s := range p.Series {
		code, ok := known[s.ID()]
		if !ok {
			code = nan
		}
		out[i] = code
	}
	return out
}

func bindLevel(want LevelColumns, p *daycast.Panel) *boundLevel {
	b := &boundLevel{name: want.Name, totals: -1}
	if p.Totals != nil {
		b.totals = slices.Index(p.Totals.Levels, want.Name)
		if b.totals >= 0 && len(p.Totals.Mean[b.totals]) <= maxGroups {
			for twin := range b.kept {
				b.kept[twin] = make([]keptGroup, len(p.Totals.Mean[b.totals]))
			}
		}
	}
	for k := range p.Levels {
		if p.Levels[k].Name == want.Name && want.Name != shopLevel {
			b.level = &p.Levels[k]
		}
	}
	if len(want.Groups) <= maxGroups {
		b.code = make(map[string]int32, len(want.Groups))
		for k, g := range want.Groups {
			b.code[g] = int32(k)
		}
	}
	return b
}

// Live is a reader for few origins of a series, such as its last: it walks over
// the windows.
func (b *Bound) Live() *Reader { return b.reader(false) }

// Batch is a reader for many origins of a series: it slides the windows over
// it. Its rows are those of Live to the bit.
func (b *Bound) Batch() *Reader { return b.reader(true) }

func (b *Bound) reader(running bool) *Reader {
	return &Reader{
		b: b, running: running, season: b.p.Step.Season(), week: weekOf(b.p.Step),
		views: make([]view, len(b.signals)), groups: make([]ownGroup, len(b.levels)),
	}
}

// weekOf is the unit of the windows in periods: a week of days, or, in a
// weekly panel, one week.
func weekOf(s daycast.Step) int { return 7 / int(s) }
