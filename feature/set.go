package feature

import (
	"math"
	"slices"
	"strings"

	"daycast"
)

// A Set is the features that a shop's panels allow: it is made from the
// training panel, saved with the model, and bound to each panel that the
// model reads later.
//
// A row describes one series at an origin and a horizon h: what its own past
// up to the origin looks like, what its levels do, what is known of the day
// origin+h. No value comes from after the origin unless it was planned then.
// Units are divided by the series' scale at the origin (see Reader.Scale), so
// that big and small series teach each other.
type Set struct {
	Step    daycast.Step
	Levels  []LevelColumns
	Signals []SignalColumns
	Price   bool
	// Series are the ids of the training panel's series, where they are few: what
	// nothing else tells apart, such as how each answers to its price.
	Series []string `json:",omitempty"`
	// Features are the ids of its definitions, in the order of columns; nil:
	// those of a set that was saved before sets named them.
	Features []string `json:",omitempty"`

	manySeries bool
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

func (s SignalColumns) scope() scope {
	switch {
	case s.Codes != nil && s.Future:
		return wordAhead
	case s.Codes != nil:
		return -1 // words that are not known ahead say nothing
	case s.Future:
		return numberAhead
	}
	return numberPast
}

const (
	// A level with more groups than this is not a category for the trees: its
	// totals still help. Nor are more series than this.
	maxGroups = 250
	// maxLevels bounds the columns: levels beyond are left out.
	maxLevels = 8
	// maxSignals likewise.
	maxSignals = 24
	// shopLevel is the level of all series, which every panel has.
	shopLevel = "shop"
)

var nan = float32(math.NaN())

// NewSet makes the set of a shop from a panel, or any block of it, of the
// features of the given groups; the default ones for none.
func NewSet(p *daycast.Panel, groups ...string) *Set {
	s := &Set{Step: p.Step, Features: featuresOf(groups)}
	if len(groups) == 0 {
		s.Features = defaultFeatures()
	}
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
	s.Merge(p)
	return s
}

// Merge takes account of a further block of the same shop: a price may begin
// there, and there are more series.
func (s *Set) Merge(p *daycast.Panel) {
	s.Price = s.Price || slices.ContainsFunc(p.Price, func(v float32) bool { return v == v })
	s.manySeries = s.manySeries || len(s.Series)+len(p.Series) > maxGroups
	if s.manySeries {
		s.Series = nil
		return
	}
	for _, series := range p.Series {
		s.Series = append(s.Series, series.ID())
	}
}

// Check refuses with code invalid a set that cannot be bound, such as one of a
// newer program.
func (s *Set) Check() error {
	if s.Step != daycast.Daily && s.Step != daycast.Weekly {
		return daycast.Errorf(daycast.Invalid, "a set of features with a step of %d days", s.Step)
	}
	if s.Features != nil && len(s.Features) == 0 {
		return daycast.Errorf(daycast.Invalid, "a set of no features")
	}
	known := byID()
	for k, id := range s.Features {
		if _, ok := known[id]; !ok || slices.Contains(s.Features[:k], id) {
			return daycast.Errorf(daycast.Invalid, "feature %q is not known, or is there twice", id).
				WithHint("the model is of another version of daycast: train again")
		}
	}
	return nil
}

func byID() map[string]definition {
	known := map[string]definition{}
	for _, d := range table() {
		known[d.id] = d
	}
	return known
}

// A use is a definition at its column: of a level or signal, its index.
type use struct {
	definition
	k      int
	column Column
}

// uses are the set's columns in order. Definitions of levels that follow each
// other make a run for each level, those of signals for each signal.
func (s *Set) uses() []use {
	ids := s.Features
	if ids == nil {
		ids = firstFeatures()
	}
	known := byID()
	var out []use
	for len(ids) > 0 {
		d := known[ids[0]]
		run := 1
		for run < len(ids) && d.of.kind() > 0 && known[ids[run]].of.kind() == d.of.kind() {
			run++
		}
		switch {
		case d.of.ofLevels():
			out = s.levelUses(out, known, ids[:run])
		case d.of.ofSignals():
			out = s.signalUses(out, known, ids[:run])
		case d.of == fewSeries:
			if len(s.Series) > 1 {
				out = append(out, use{d, 0, Column{Name: d.id, Levels: len(s.Series), Group: d.group}})
			}
		case s.Price || !d.price:
			out = append(out, use{d, 0, Column{Name: d.id, Levels: d.levels, Group: d.group}})
		}
		ids = ids[run:]
	}
	return out
}

// kind tells runs apart.
func (s scope) kind() int {
	switch {
	case s.ofLevels():
		return 1
	case s.ofSignals():
		return 2
	}
	return 0
}

func (s *Set) levelUses(out []use, known map[string]definition, ids []string) []use {
	for k := range len(s.Levels) + 1 { // the shop is the first
		name, few, groups := shopLevel, false, 0
		if k > 0 {
			l := &s.Levels[k-1]
			name, few, groups = l.Name, len(l.Groups) <= maxGroups, len(l.Groups)
		}
		for _, id := range ids {
			d := known[id]
			c := Column{Name: name + "_" + suffix(id), Group: d.group}
			switch {
			case d.price && !s.Price, k == 0 && d.of != everyLevel, d.of == fewGroups && !few:
				continue
			case d.of == fewGroups:
				c.Name, c.Levels = name, groups
			}
			out = append(out, use{d, k, c})
		}
	}
	return out
}

func (s *Set) signalUses(out []use, known map[string]definition, ids []string) []use {
	for k, g := range s.Signals {
		for _, id := range ids {
			d := known[id]
			if d.of != g.scope() {
				continue
			}
			c := Column{Name: g.Name + "_" + suffix(id), Group: g.Name}
			switch id {
			case "signal:value":
				c.Name = g.Name
			case "signal:month":
				c.Name = g.Name + "_mean"
			case "event:code":
				c.Name, c.Levels = g.Name, len(g.Codes)
			}
			out = append(out, use{d, k, c})
		}
	}
	return out
}

// suffix is what an id adds to the name of a level or signal.
func suffix(id string) string {
	_, after, _ := strings.Cut(id, ":")
	return after
}

// Columns are the features' names and kinds, in the order of a row.
func (s *Set) Columns() []Column {
	uses := s.uses()
	out := make([]Column, len(uses))
	for c := range uses {
		out[c] = uses[c].column
	}
	return out
}
