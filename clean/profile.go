package clean

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"daycast"
)

// profile is what one reading of a daily table learns.
type profile struct {
	header
	extra   []*column
	decimal *decimal
	dates   *dateReader
	days    *dayIndex

	items, places interner
	numbers       map[uint64]int32 // item and place -> number of the series
	series        []seriesSeen     // by number
	lastKey       uint64           // the series of the last row
	lastNumber    int32
	repeated      map[uint64]bool // series-days with several rows
	sample        *repeats

	newest     parsed // the last row
	disordered bool   // rows do not come series by series and day by day

	rows     int64
	dayRows  []int  // by day number: rows with units
	stray    []bool // by day number: so far from all others that it is a slip
	last     daycast.Day
	ahead    []daycast.Day // by column: the last day with a value but no units
	stockMax float32
	saysYes  bool // some row is on promotion
	saysNo   bool // some row is not, so that blank is unknown
}

// seriesSeen is what is kept of each series.
type seriesSeen struct {
	item, place int32
	days        dayset // with a row
	used        bool   // a fact was made of a row
}

// interner numbers names in the order of their first row.
type interner struct {
	index map[string]int32
	names []string
	last  string // the cell of the last row and its number
	at    int32
}

func newInterner() interner { return interner{index: map[string]int32{}, at: -1} }

func (n *interner) of(cell string) int32 {
	if cell == n.last && n.at >= 0 {
		return n.at
	}
	name := strings.TrimSpace(cell)
	i, ok := n.index[name]
	if !ok {
		i = int32(len(n.names))
		name = strings.Clone(name)
		n.index[name] = i
		n.names = append(n.names, name)
	}
	n.last, n.at = cell, i
	return i
}

// parsed is a row's own columns.
type parsed struct {
	item, place, series, dayNumber int32
	day                            daycast.Day
	units                          float32 // NaN where blank or unreadable
}

// key is the series and the day.
func (r parsed) key() uint64 { return uint64(uint32(r.series))<<32 | uint64(uint32(r.dayNumber)) }

// problem is why a row, or a value of it, is not used.
type problem struct {
	reason string
	column int // -1: the row
}

func newProfile(columns []string) (*profile, error) {
	d := &decimal{}
	h, extra, err := readHeader(columns, d)
	return &profile{
		header: h, extra: extra, decimal: d, dates: newDateReader(),
		items: newInterner(), places: newInterner(), numbers: map[uint64]int32{}, lastKey: math.MaxUint64,
		repeated: map[uint64]bool{}, sample: newRepeats(), last: noDay, ahead: make([]daycast.Day, len(columns)),
	}, err
}

// settle reads rows until it is clear how the table writes dates and numbers.
func (p *profile) settle(ctx context.Context, rows func(context.Context) iter.Seq2[[][]string, error]) error {
	const enough = 5000
	n, example := 0, ""
	for batch, err := range rows(ctx) {
		if err != nil {
			return err
		}
		for _, row := range batch {
			if len(row) != p.width {
				continue
			}
			n++
			p.dates.learn(row[p.day])
			for _, cell := range row {
				p.decimal.learn(strings.TrimSpace(cell))
			}
			if example == "" {
				example = strings.Clone(row[p.day])
			}
		}
		if n > enough && p.dates.settled() {
			break
		}
	}
	if n > 0 && !p.dates.choose() {
		return daycast.Errorf(daycast.Invalid, "column day: %q is not a date", example).WithField("day").WithHint("want YYYY-MM-DD")
	}
	p.days = newDayIndex(p.dates)
	for k := range p.ahead {
		p.ahead[k] = noDay
	}
	return nil
}

// upTo leaves out the rows of later days.
func (p *profile) upTo(last daycast.Day, rows func(context.Context) iter.Seq2[[][]string, error]) func(context.Context) iter.Seq2[[][]string, error] {
	later := func(row []string) bool {
		if len(row) != p.width {
			return false
		}
		n := p.days.of(row[p.day])
		return n >= 0 && p.days.days[n] > last
	}
	return func(ctx context.Context) iter.Seq2[[][]string, error] {
		return func(yield func([][]string, error) bool) {
			for batch, err := range rows(ctx) {
				if !yield(slices.DeleteFunc(slices.Clone(batch), later), err) {
					return
				}
			}
		}
	}
}

// parse reads a row's own columns. A row whose day cannot be used still names
// its series; ok is whether there is a day.
func (p *profile) parse(row []string) (r parsed, why problem, ok bool) {
	if len(row) != p.width {
		return r, problem{"wrong_number_of_values", -1}, false
	}
	cell := onlyItem
	if p.item >= 0 {
		cell = row[p.item]
	}
	if (cell == "" || cell != p.items.last) && strings.TrimSpace(cell) == "" {
		return r, problem{"no_item", p.item}, false
	}
	r.item = p.items.of(cell)
	if p.place >= 0 {
		r.place = p.places.of(row[p.place])
	} else {
		r.place = p.places.of(daycast.OnlyPlace)
	}
	r.series, r.units = p.seriesOf(r.item, r.place), float32(math.NaN())
	if r.dayNumber = p.days.of(row[p.day]); r.dayNumber < 0 {
		return r, problem{"unreadable_day", p.day}, false
	}
	r.day = p.days.days[r.dayNumber]
	if int(r.dayNumber) < len(p.stray) && p.stray[r.dayNumber] {
		return r, problem{dayFarOff, p.day}, false
	}
	if s := strings.TrimSpace(row[p.units]); !missingWord(s) {
		if v, ok := p.decimal.parse(s); ok {
			r.units = v
		} else {
			return r, problem{"unreadable_units", p.units}, true
		}
	}
	return r, problem{}, true
}

func (p *profile) seriesOf(item, place int32) int32 {
	key := uint64(uint32(item))<<32 | uint64(uint32(place))
	if key == p.lastKey {
		return p.lastNumber
	}
	n, ok := p.numbers[key]
	if !ok {
		n = int32(len(p.series))
		p.numbers[key] = n
		p.series = append(p.series, seriesSeen{item: item, place: place})
	}
	p.lastKey, p.lastNumber = key, n
	return n
}

// see takes one row.
func (p *profile) see(row []string, report *Report) {
	p.rows++
	report.Rows++
	r, why, ok := p.parse(row)
	if why.reason != "" {
		report.count(why.reason, 0, fmt.Sprintf("row %d: %s", p.rows, clipped(strings.Join(row, ","))))
	}
	if !ok {
		return
	}
	if !p.series[r.series].days.add(r.dayNumber) {
		p.repeated[r.key()] = true
	}
	if p.rows > 1 && (r.series < p.newest.series || r.series == p.newest.series && r.day <= p.newest.day) {
		p.disordered = true
	}
	p.newest = r
	p.sample.see(row, r)
	for len(p.dayRows) <= int(r.dayNumber) {
		p.dayRows = append(p.dayRows, 0)
	}
	if r.units == r.units {
		p.dayRows[r.dayNumber]++
	} else {
		p.blank(row, r.day)
	}
	if p.inStock >= 0 {
		if v := p.number(row[p.inStock]); v == v {
			p.stockMax = max(p.stockMax, v)
		}
	}
	if p.promotion >= 0 && !p.saysNo {
		v := p.promoted(row[p.promotion])
		p.saysNo, p.saysYes = v == 0, p.saysYes || v > 0
	}
	for _, c := range p.extra {
		c.see(row[c.at], r)
	}
}

// clipped keeps an example on one line.
func clipped(s string) string {
	const most = 100
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return string(runes)
}

// blank notes which columns hold values on a row without units.
func (p *profile) blank(row []string, day daycast.Day) {
	for k, v := range row {
		if v != "" && day > p.ahead[k] && !missingWord(strings.TrimSpace(v)) {
			p.ahead[k] = day
		}
	}
}

// first is the first day with units.
func (p *profile) first() daycast.Day {
	first := p.last
	for n, rows := range p.dayRows {
		if rows > 0 && (n >= len(p.stray) || !p.stray[n]) {
			first = min(first, p.days.days[n])
		}
	}
	return first
}

// planned reports whether the column holds values after the last units.
func (p *profile) planned(at int) bool { return at >= 0 && p.ahead[at] > p.last }

// number is a cell as a number, NaN where it is blank or unreadable.
func (p *profile) number(cell string) float32 {
	s := strings.TrimSpace(cell)
	if s != "" {
		if v, ok := p.decimal.parse(s); ok {
			return v
		}
	}
	return float32(math.NaN())
}

// stocked is the share of the day in stock. Stock given in pieces is in stock
// from one piece on.
func (p *profile) stocked(cell string) float32 {
	v := p.number(cell)
	if p.stockMax > 1 {
		return min(max(v, 0), 1)
	}
	return v
}

// promoted is 1 for a word that is no number and does not say no.
func (p *profile) promoted(cell string) float32 {
	v := p.number(cell)
	if s := strings.TrimSpace(cell); v != v && !unknownWord(s) {
		if missingWord(s) {
			return 0
		}
		return 1
	}
	return v
}

// blankIsNo reports whether the table marks promotions only.
func (p *profile) blankIsNo() bool { return p.saysYes && !p.saysNo }

func (p *profile) describe(r parsed) string {
	s := daycast.Series{Item: p.items.names[r.item], Place: p.places.names[r.place]}
	return s.ID() + " " + r.day.String() + " " + strconv.FormatFloat(float64(r.units), 'g', -1, 32)
}
