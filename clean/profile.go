package clean

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// profile is what one reading of a daily table learns.
type profile struct {
	item, place, day, units, price, promotion, inStock int // positions; -1: not there
	width                                              int
	extra                                              []*column

	layout        string // of the dates
	parsedDays    map[string]daycast.Day
	items, places interner
	seen          []dayset // by series number: days with a row
	series        map[uint64]int
	repeated      map[uint64]bool // series-days with several rows
	rows, sales   int
	last          daycast.Day
	weekday       [7]int
	ahead         []futureValue
	stockMax      float32
	renamed       []string
}

type futureValue struct {
	at  int
	day daycast.Day
}

// interner numbers names in the order of their first row.
type interner struct {
	index map[string]int32
	names []string
}

func (n *interner) of(name string) int32 {
	if i, ok := n.index[name]; ok {
		return i
	}
	i := int32(len(n.names))
	name = strings.Clone(name)
	n.index[name] = i
	n.names = append(n.names, name)
	return i
}

// parsed is a row's own columns.
type parsed struct {
	item, place int32
	day         daycast.Day
	units       float32 // NaN where blank
}

func (r parsed) series() uint64 { return uint64(uint32(r.item))<<24 | uint64(uint32(r.place)) }
func (r parsed) key() uint64    { return r.series()<<17 ^ uint64(uint32(r.day)) }

// synonyms are the other names that people give the columns.
var synonyms = map[string][]string{
	"item":      {"item_id", "sku", "product", "product_id", "unique_id", "article", "id"},
	"place":     {"place_id", "store", "store_id", "location", "location_id", "channel", "shop"},
	"day":       {"date", "ds", "dt", "week", "timestamp"},
	"units":     {"sales", "quantity", "qty", "demand", "y", "sold", "sale_amount"},
	"price":     {"unit_price", "sell_price"},
	"promotion": {"promo", "onpromotion", "on_promotion"},
	"in_stock":  {"instock", "available"},
}

func newProfile(columns []string) (*profile, error) {
	p := &profile{
		width: len(columns), parsedDays: map[string]daycast.Day{}, series: map[uint64]int{}, repeated: map[uint64]bool{},
		items: interner{index: map[string]int32{}}, places: interner{index: map[string]int32{}}, last: math.MinInt32,
	}
	at := map[string]int{}
	for k, c := range columns {
		at[strings.ToLower(strings.TrimSpace(c))] = k
	}
	taken := map[int]bool{}
	find := func(name string) int {
		for _, n := range append([]string{name}, synonyms[name]...) {
			if k, ok := at[n]; ok && !taken[k] {
				taken[k] = true
				if n != name {
					p.renamed = append(p.renamed, fmt.Sprintf("column %q is read as %s", n, name))
				}
				return k
			}
		}
		return -1
	}
	p.item, p.day, p.units, p.place = find("item"), find("day"), find("units"), find("place")
	p.price, p.promotion, p.inStock = find("price"), find("promotion"), find("in_stock")
	for _, need := range []struct {
		at   int
		name string
	}{{p.item, "item"}, {p.day, "day"}, {p.units, "units"}} {
		if need.at < 0 {
			return nil, daycast.Errorf(daycast.Invalid, "column %q is missing", need.name).WithField(need.name).
				WithHint("the columns are %s; want at least item, day and units", strings.Join(columns, ", "))
		}
	}
	for k, c := range columns {
		if !taken[k] {
			p.extra = append(p.extra, newColumn(strings.ToLower(strings.TrimSpace(c)), k))
		}
	}
	return p, nil
}

// layouts are the dates that are understood, the first that fits every row
// wins; day before month before month before day only where the rows tell.
var layouts = []string{
	time.DateOnly, time.DateTime, "2006-01-02T15:04:05", time.RFC3339, "2006-01-02 15:04", "2006/01/02", "20060102",
	"01/02/2006", "02/01/2006", "02.01.2006", "1/2/2006", "2/1/2006", "2 Jan 2006", "Jan 2, 2006",
}

// learnDates chooses the layout that reads the most of the dates.
func (p *profile) learnDates(ctx context.Context, rows func(context.Context) iter.Seq2[[][]string, error]) error {
	distinct := map[string]bool{}
	for batch, err := range rows(ctx) {
		if err != nil {
			return err
		}
		for _, row := range batch {
			if len(row) == p.width && !distinct[row[p.day]] {
				distinct[strings.Clone(row[p.day])] = true
			}
		}
		const enough = 5000 // distinct dates: no shop is older
		if len(distinct) > enough {
			break
		}
	}
	best := 0
	for _, layout := range layouts {
		fit := 0
		for s := range distinct {
			if _, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
				fit++
			}
		}
		if fit > best {
			best, p.layout = fit, layout
		}
	}
	if best == 0 {
		for s := range distinct {
			return daycast.Errorf(daycast.Invalid, "column day: %q is not a date", s).WithField("day").WithHint("want YYYY-MM-DD")
		}
	}
	return nil
}

// parse reads a row's own columns; reason says why it is not usable.
func (p *profile) parse(row []string) (r parsed, reason string, ok bool) {
	if len(row) != p.width {
		return r, "wrong_number_of_fields", false
	}
	item := strings.TrimSpace(row[p.item])
	if item == "" {
		return r, "no_item", false
	}
	day, ok := p.dayOf(row[p.day])
	if !ok {
		return r, "unreadable_day", false
	}
	r.day, r.units = day, float32(math.NaN())
	if s := strings.TrimSpace(row[p.units]); s != "" && !missingWord(s) {
		if r.units, ok = parseNumber(s); !ok {
			return r, "unreadable_units", false
		}
	}
	r.item = p.items.of(item)
	if p.place >= 0 {
		r.place = p.places.of(strings.TrimSpace(row[p.place]))
	} else {
		r.place = p.places.of(daycast.OnlyPlace)
	}
	return r, "", true
}

func missingWord(s string) bool {
	switch strings.ToLower(s) {
	case "na", "nan", "null", "none", "n/a", "-":
		return true
	}
	return false
}

func (p *profile) dayOf(s string) (daycast.Day, bool) {
	if d, ok := p.parsedDays[s]; ok {
		return d, true
	}
	t, err := time.Parse(p.layout, strings.TrimSpace(s))
	if err != nil {
		return 0, false
	}
	d := daycast.DayOf(t)
	p.parsedDays[strings.Clone(s)] = d
	return d, true
}

// see takes one row.
func (p *profile) see(row []string, report *Report) {
	p.rows++
	report.Rows++
	r, reason, ok := p.parse(row)
	if !ok {
		report.count(reason, 0, fmt.Sprintf("row %d: %s", p.rows, strings.Join(row, ",")))
		return
	}
	n, known := p.series[r.series()]
	if !known {
		n = len(p.seen)
		p.series[r.series()] = n
		p.seen = append(p.seen, dayset{})
	}
	if !p.seen[n].add(r.day) {
		p.repeated[r.key()] = true
	}
	if r.units == r.units {
		p.sales++
		p.last = max(p.last, r.day)
		p.weekday[r.day.Weekday()]++
	} else {
		p.blank(row, r.day)
	}
	if v := p.number(row, p.inStock); v == v {
		p.stockMax = max(p.stockMax, v)
	}
	for _, c := range p.extra {
		c.see(row[c.at], r)
	}
}

// blank notes which columns hold values on a row without units.
func (p *profile) blank(row []string, day daycast.Day) {
	for k, v := range row {
		if v == "" || k == p.item || k == p.day || k == p.place {
			continue
		}
		for len(p.ahead) <= k {
			p.ahead = append(p.ahead, futureValue{at: -1, day: math.MinInt32})
		}
		p.ahead[k] = futureValue{at: k, day: max(p.ahead[k].day, day)}
	}
}

// planned reports whether the column holds values after the last units.
func (p *profile) planned(at int) bool {
	return at >= 0 && at < len(p.ahead) && p.ahead[at].at == at && p.ahead[at].day > p.last
}

// number is a cell as a number, NaN where it is blank or unreadable. Stock
// given in pieces is in stock from one piece on.
func (p *profile) number(row []string, at int) float32 {
	if at < 0 {
		return float32(math.NaN())
	}
	v, ok := parseNumber(strings.TrimSpace(row[at]))
	if !ok {
		return float32(math.NaN())
	}
	if at == p.inStock && p.stockMax > 1 {
		return min(max(v, 0), 1)
	}
	return v
}

// anchor is a day on the most usual weekday: periods of a week begin there.
func (p *profile) anchor() daycast.Day {
	best := 0
	for w, n := range p.weekday {
		if n > p.weekday[best] {
			best = w
		}
	}
	var d daycast.Day
	for int(d.Weekday()) != best {
		d++
	}
	return d
}

func (p *profile) describe(r parsed) string {
	s := daycast.Series{Item: p.items.names[r.item], Place: p.places.names[r.place]}
	return s.ID() + " " + r.day.String() + " " + strconv.FormatFloat(float64(r.units), 'g', -1, 32)
}
