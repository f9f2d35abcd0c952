package clean

import (
	"fmt"
	"hash/maphash"
	"math"
	"sort"
	"strings"

	"daycast"
)

const (
	// manyWords is where a text column stops being a category: a name or an id.
	manyWords = 1000
	// manyValues is how many different values of a column are remembered; of
	// further ones only a hash.
	manyValues = 1 << 16
	// fewNumbers is how many different numbers may be codes of groups.
	fewNumbers = 50
)

// column learns what a further column of a daily table is. Hypotheses fall
// one by one as rows contradict them.
type column struct {
	name    string
	at      int
	future  bool // planned: known ahead
	decimal *decimal

	ids    map[string]uint32 // cell -> value
	names  []string          // by value, trimmed; 0 is the blank one
	number []bool            // by value
	seed   maphash.Seed
	hashed bool   // there were too many values to remember
	last   string // the cell of the last row and its value:
	lastID uint32 // many columns seldom change from row to row

	values, numbers int        // cells that are not blank, and that are numbers
	byItem, byPlace hypothesis // blank apart
	flagged         hypothesis // by item, blank being a value, while there is one word
	byDay           hypothesis
	byPlaceDay      placeDays
}

// hypothesis holds that a column has one value for each key.
type hypothesis struct {
	fallen bool
	value  []uint32 // by key: the value + 1; 0 before its first row
}

func (h *hypothesis) see(key int32, value uint32) {
	if h.fallen {
		return
	}
	for len(h.value) <= int(key) {
		h.value = append(h.value, 0)
	}
	switch h.value[key] {
	case value + 1:
	case 0:
		h.value[key] = value + 1
	default:
		*h = hypothesis{fallen: true}
	}
}

// placeDays holds that a column has one value for each place and day.
type placeDays struct {
	fallen bool
	places []hypothesis
}

func (t *placeDays) see(place, day int32, value uint32) {
	if t.fallen {
		return
	}
	for len(t.places) <= int(place) {
		t.places = append(t.places, hypothesis{})
	}
	t.places[place].see(day, value)
	if t.places[place].fallen {
		*t = placeDays{fallen: true}
	}
}

func newColumn(name string, at int, d *decimal) *column {
	return &column{
		name: name, at: at, decimal: d, ids: map[string]uint32{"": 0}, names: []string{""}, number: []bool{false}, seed: maphash.MakeSeed(),
	}
}

// valueOf numbers what a cell says; 0 is blank.
func (c *column) valueOf(cell string) uint32 {
	if cell == c.last {
		return c.lastID
	}
	v, known := c.ids[cell]
	if !known {
		v = c.remember(cell)
	}
	c.last, c.lastID = cell, v
	return v
}

func (c *column) remember(cell string) uint32 {
	name := strings.TrimSpace(cell)
	if unknownWord(name) {
		return 0
	}
	v, known := c.ids[name]
	if !known {
		if len(c.names) >= manyValues {
			c.hashed = true
			return manyValues + uint32(maphash.String(c.seed, name)>>33)
		}
		name = strings.Clone(name)
		v = uint32(len(c.names))
		_, number := c.decimal.parse(name)
		c.names, c.number, c.ids[name] = append(c.names, name), append(c.number, number), v
	}
	if len(name) != len(cell) && len(c.ids) < 2*manyValues {
		c.ids[strings.Clone(cell)] = v
	}
	return v
}

// unknownWord reports whether a cell of a further column is blank. A word such
// as "none" may be a category.
func unknownWord(s string) bool {
	switch s {
	case "", "NaN", "nan", "NULL", "null", "<NA>", "N/A", "#N/A":
		return true
	}
	return false
}

// see takes the column's value in one row. Blank contradicts "one value a
// day", where other rows of the day have one, but not an attribute.
func (c *column) see(cell string, r parsed) {
	v := c.valueOf(cell)
	c.byDay.see(r.dayNumber, v)
	c.byPlaceDay.see(r.place, r.dayNumber, v)
	if c.words() < 2 {
		c.flagged.see(r.item, v)
	}
	if v == 0 {
		return
	}
	c.values++
	if v < manyValues {
		if c.number[v] {
			c.numbers++
		}
	} else if _, ok := c.decimal.parse(strings.TrimSpace(cell)); ok {
		c.numbers++
	}
	c.byItem.see(r.item, v)
	c.byPlace.see(r.place, v)
}

// words is how many different values the column has.
func (c *column) words() int {
	if c.hashed {
		return math.MaxInt32
	}
	return len(c.names) - 1
}

// numeric reports whether nearly all the values are numbers.
func (c *column) numeric() bool { return c.values > 0 && c.numbers >= c.values-c.values/100 }

// scope is the widest scope whose days explain the column; not ok where it
// does not vary by day, says nothing, or holds too many different words.
func (c *column) scope() (daycast.Scope, bool) {
	switch {
	case c.words() < 2 && !c.flagged.fallen: // always the same, or a mark of some items
		return "", false
	case c.words() > 1 && (!c.byItem.fallen || !c.byPlace.fallen):
		return "", false
	case !c.numeric() && c.words() > manyWords:
		return "", false
	case !c.byDay.fallen:
		return daycast.ScopeShop, true
	case !c.byPlaceDay.fallen:
		return daycast.ScopePlace, true
	}
	return daycast.ScopeSeries, true
}

// levels reports whether the column groups items or places: words, or few
// enough numbers to be codes.
func (c *column) levels() bool {
	if c.numeric() && c.words() > fewNumbers {
		return false
	}
	return c.words() >= 2 && c.words() <= manyWords && (!c.byItem.fallen || !c.byPlace.fallen)
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
		if !c.levels() {
			continue
		}
		if !c.byPlace.fallen && len(places) > 1 {
			for k, v := range c.byPlace.value {
				if v > 0 {
					places[k].Attributes[c.name] = c.names[v-1]
				}
			}
			continue
		}
		for k, v := range c.byItem.value {
			if v > 0 {
				items[k].Attributes[c.name] = c.names[v-1]
			}
		}
	}
	return items, places
}

// describe says what was made of the column.
func (c *column) describe() string {
	kind := "text"
	if c.numeric() {
		kind = "number"
	}
	scope, signal := c.scope()
	switch {
	case signal && c.future:
		return fmt.Sprintf("column %s: a %s by day and %s, known ahead", c.name, kind, scope)
	case signal:
		return fmt.Sprintf("column %s: a %s by day and %s, known on its day only", c.name, kind, scope)
	case c.levels():
		return fmt.Sprintf("column %s: an attribute with %d values", c.name, c.words())
	case c.values == 0:
		return fmt.Sprintf("column %s: not used, it is blank", c.name)
	case c.words() < 2:
		return fmt.Sprintf("column %s: not used, it always says %q", c.name, clipped(c.names[len(c.names)-1]))
	}
	return fmt.Sprintf("column %s: not used, a %s with too many different values", c.name, kind)
}

// describeColumns says what was made of all further columns, by name.
func (p *profile) describeColumns() []string {
	var notes []string
	for _, c := range p.extra {
		notes = append(notes, c.describe())
	}
	sort.Strings(notes)
	return notes
}
