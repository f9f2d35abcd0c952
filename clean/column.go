package clean

import (
	"fmt"
	"hash/fnv"
	"sort"
	"strings"

	"daycast"
)

// column learns what a further column of a daily table is. Hypotheses fall
// one by one as rows contradict them.
type column struct {
	name   string
	at     int
	future bool

	values, numbers int
	words           map[string]bool // distinct values, up to manyWords
	byItem          *hypothesis     // one value per item
	byPlace         *hypothesis
	byDay           *hypothesis
	byPlaceDay      *hypothesis
	attribute       map[int32]string // item or place -> value
}

// manyWords is where a text column stops being a category: a name or an id.
const manyWords = 1000

// hypothesis holds that a column has one value for each key.
type hypothesis struct {
	fallen bool
	value  map[uint64]uint64
}

func newHypothesis() *hypothesis { return &hypothesis{value: map[uint64]uint64{}} }

func (h *hypothesis) see(key, value uint64) {
	if h.fallen {
		return
	}
	if v, ok := h.value[key]; !ok {
		h.value[key] = value
	} else if v != value {
		h.fallen, h.value = true, nil
	}
}

func newColumn(name string, at int) *column {
	return &column{
		name: name, at: at, words: map[string]bool{}, attribute: map[int32]string{},
		byItem: newHypothesis(), byPlace: newHypothesis(), byDay: newHypothesis(), byPlaceDay: newHypothesis(),
	}
}

// see takes the column's value in one row. Blank contradicts "one value a
// day", where other rows of the day have one, but not an attribute.
func (c *column) see(value string, r parsed) {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(value))
	v := hash.Sum64()
	c.byDay.see(uint64(uint32(r.day)), v)
	c.byPlaceDay.see(uint64(uint32(r.place))<<32|uint64(uint32(r.day)), v)
	if value == "" {
		return
	}
	c.values++
	if _, ok := parseNumber(value); ok {
		c.numbers++
	}
	if len(c.words) <= manyWords && !c.words[value] {
		c.words[strings.Clone(value)] = true
	}
	c.byItem.see(uint64(uint32(r.item)), v)
	c.byPlace.see(uint64(uint32(r.place)), v)
}

// numeric reports whether nearly all the values are numbers.
func (c *column) numeric() bool { return c.values > 0 && c.numbers >= c.values-c.values/100 }

// scope is the widest scope whose days explain the column; not ok where it
// does not vary by day, says nothing, or holds too many different words.
func (c *column) scope() (daycast.Scope, bool) {
	switch {
	case c.values == 0 || len(c.words) < 2 && c.constant():
		return "", false
	case !c.byItem.fallen || !c.byPlace.fallen:
		return "", false
	case !c.numeric() && len(c.words) > manyWords:
		return "", false
	case !c.byDay.fallen:
		return daycast.ScopeShop, true
	case !c.byPlaceDay.fallen:
		return daycast.ScopePlace, true
	}
	return daycast.ScopeSeries, true
}

// constant reports whether blank never alternates with the only value.
func (c *column) constant() bool {
	return !c.byItem.fallen && !c.byDay.fallen && len(c.byDay.value) < 2
}

// levels reports whether the column groups items or places: words, or few
// enough numbers to be codes.
func (c *column) levels() bool {
	const fewNumbers = 50
	if c.numeric() && len(c.words) > fewNumbers {
		return false
	}
	return len(c.words) >= 2 && len(c.words) <= manyWords && (!c.byItem.fallen || !c.byPlace.fallen)
}

// attributes gives items and places the columns that hold one value each.
func (p *profile) attributes() ([]daycast.Item, []daycast.Place) {
	items := make([]daycast.Item, len(p.items.names))
	for i, name := range p.items.names {
		items[i] = daycast.Item{ID: name, Attributes: map[string]string{}}
	}
	places := make([]daycast.Place, len(p.places.names))
	for i, name := range p.places.names {
		places[i] = daycast.Place{ID: name, Attributes: map[string]string{}}
	}
	for _, c := range p.extra {
		c.future = p.planned(c.at)
		if !c.levels() {
			continue
		}
		names := map[uint64]string{}
		for w := range c.words {
			hash := fnv.New64a()
			_, _ = hash.Write([]byte(w))
			names[hash.Sum64()] = w
		}
		if !c.byPlace.fallen && len(places) > 1 {
			for k, v := range c.byPlace.value {
				places[k].Attributes[c.name] = names[v]
			}
			continue
		}
		for k, v := range c.byItem.value {
			items[k].Attributes[c.name] = names[v]
		}
	}
	return items, places
}

// notes says what was made of the columns.
func (p *profile) notes() []string {
	notes := append([]string(nil), p.renamed...)
	if p.layout != layouts[0] {
		notes = append(notes, fmt.Sprintf("dates are read as %s", p.layout))
	}
	for _, c := range p.extra {
		kind := "text"
		if c.numeric() {
			kind = "number"
		}
		scope, signal := c.scope()
		switch {
		case signal && c.future:
			notes = append(notes, fmt.Sprintf("column %s: a %s by day and %s, known ahead", c.name, kind, scope))
		case signal:
			notes = append(notes, fmt.Sprintf("column %s: a %s by day and %s, known on its day only", c.name, kind, scope))
		case c.levels():
			notes = append(notes, fmt.Sprintf("column %s: an attribute with %d values", c.name, len(c.words)))
		default:
			notes = append(notes, fmt.Sprintf("column %s: not used (one value, or too many)", c.name))
		}
	}
	sort.Strings(notes[len(p.renamed):])
	return notes
}
