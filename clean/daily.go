package clean

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strings"

	"daycast"
)

// Daily reads a table of ready daily rows: item, day and units, and where the
// shop has them place, price, promotion, in_stock and any further columns. It
// reads the rows twice: once to learn what the columns are, once for the facts.
//
// Further columns become what they look like: one value per item or place, an
// attribute; a value that varies by day, a signal of the widest scope that
// explains it. Columns that hold values on rows after the last units are
// planned: they count as known ahead in every backtest too. So are those
// of events, where rows after the last units merely have none. The others are
// known on their day.
type Daily struct {
	Columns []string
	// Rows gives the same rows each time; one with another number of values
	// than there are columns could not be read.
	Rows  func(ctx context.Context) iter.Seq2[[][]string, error]
	Step  daycast.Step
	Today daycast.Day // lone days after it are slips; 0: unknown
	Until daycast.Day // rows after it are not there; 0: all are
}

// A DailyTable is a daily table whose columns are known.
type DailyTable struct {
	daily   Daily
	profile *profile
	week    week
	bad     bool // some rows go to quarantine
	sales   bool // a list of sales: rows that say the same count each

	First   daycast.Day // the first day with units
	Last    daycast.Day // the last one
	Anchor  daycast.Day // a day on which periods begin
	Planned Planned
	Items   []daycast.Item
	Places  []daycast.Place
	Columns []string // names of those that are signals
	Notes   []string // what was decided of the table, in words
}

// Profile reads the table once. It fails with code invalid where a needed
// column is missing or no row is usable.
func (d Daily) Profile(ctx context.Context, report *Report) (*DailyTable, error) {
	p, err := newProfile(d.Columns)
	if err != nil {
		return nil, err
	}
	if err := p.settle(ctx, d.Rows); err != nil {
		return nil, err
	}
	if d.Until != 0 {
		d.Rows = p.upTo(d.Until, d.Rows)
	}
	for batch, err := range d.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		for _, row := range batch {
			p.see(row, report)
		}
	}
	if p.findStray(d.Today, report); p.last == noDay {
		return nil, daycast.Errorf(daycast.Invalid, "no row has an item, a day and units: there is nothing to learn from").
			WithHint("read %d rows; the columns are %s", p.rows, strings.Join(d.Columns, ", "))
	}
	t := &DailyTable{daily: d, profile: p, week: p.week(d.Step), bad: len(report.Reasons()) > 0, sales: p.sample.sales()}
	t.First, t.Last, t.Anchor = t.week.of(p.first()), t.week.of(p.last), t.week.anchor
	for _, c := range p.extra {
		c.future = p.knownAhead(c)
		if _, ok := c.scope(); ok {
			t.Columns = append(t.Columns, c.name)
		}
	}
	t.Planned = Planned{Price: p.planned(p.price), Promotion: p.planned(p.promotion)}
	t.Items, t.Places = p.attributes()
	t.Notes = t.notes()
	return t, nil
}

func (t *DailyTable) notes() []string {
	p := t.profile
	notes := append([]string(nil), p.header.notes...)
	if p.dates.chosen != 0 {
		notes = append(notes, "days are read as "+layouts[p.dates.chosen].name)
	}
	if p.decimal.comma {
		notes = append(notes, "the comma in numbers is read as the decimal mark")
	}
	if t.sales {
		notes = append(notes, "the table has several rows a day and series: it is read as a list of sales, and all rows add up")
	}
	if t.week.note != "" {
		notes = append(notes, t.week.note)
	}
	if p.stockMax > 1 {
		notes = append(notes, "column in_stock is read as pieces: in stock from one piece on")
	}
	if p.blankIsNo() {
		notes = append(notes, "column promotion never says no: blank is read as no")
	}
	for _, c := range []struct {
		name string
		at   int
	}{{"price", p.price}, {"promotion", p.promotion}} {
		if p.planned(c.at) {
			notes = append(notes, "column "+c.name+" is known ahead")
		}
	}
	return append(notes, p.describeColumns()...)
}

// Facts yields one fact a row, in the order of the rows. Rows that say the
// same are counted once; rows of one day that differ add up. A series without
// a usable row gets one fact that says nothing, so that it is known.
func (t *DailyTable) Facts(ctx context.Context, report *Report) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		p := t.profile
		rows, days := map[uint64]bool{}, map[uint64]bool{}
		more := true
		err := t.each(ctx, func(n int64, row []string, r parsed) bool {
			p.series[r.series].used = true
			if !t.sales && p.repeated[r.key()] && t.again(rows, days, row, r, report) {
				return true
			}
			more = yield(t.fact(n, row, r, report), nil)
			return more
		})
		if err != nil {
			yield(daycast.Fact{}, err)
			return
		}
		if !more {
			return
		}
		nan := float32(math.NaN())
		for _, s := range p.series {
			empty := daycast.Fact{
				Series: p.named(s.item, s.place), Day: t.Last, KnownAt: t.Last,
				Units: nan, Price: nan, Promotion: nan, InStock: nan, Buyers: nan,
			}
			if !s.used && !yield(empty, nil) {
				return
			}
		}
	}
}

// again reports whether the very same row came before.
func (t *DailyTable) again(rows, days map[uint64]bool, row []string, r parsed, report *Report) bool {
	h := rowHash(t.profile.sample.seed, row)
	if rows[h] {
		report.count("duplicate", units(r), t.profile.describe(r))
		return true
	}
	if days[r.key()] {
		report.count("several_rows_added_up", units(r), t.profile.describe(r))
	}
	rows[h], days[r.key()] = true, true
	return false
}

func units(r parsed) float64 {
	if r.units != r.units {
		return 0
	}
	return float64(r.units)
}

func (t *DailyTable) fact(n int64, row []string, r parsed, report *Report) daycast.Fact {
	p := t.profile
	nan, day := float32(math.NaN()), t.week.of(r.day)
	f := daycast.Fact{
		Series: p.named(r.item, r.place), Day: day, KnownAt: min(day, t.Last), Units: r.units,
		Price: nan, Promotion: nan, InStock: nan, Buyers: nan,
	}
	bad := func(reason string, at int) {
		report.count(reason, 0, fmt.Sprintf("row %d: %s", n, clipped(row[at])))
	}
	if p.price >= 0 {
		if f.Price = p.number(row[p.price]); f.Price <= 0 {
			bad("price_not_above_zero", p.price)
			f.Price = nan
		} else if f.Price != f.Price && !missingWord(strings.TrimSpace(row[p.price])) {
			bad("unreadable_price", p.price)
		}
	}
	if p.promotion >= 0 {
		known := r.units == r.units || t.Planned.Promotion
		if f.Promotion = p.promoted(row[p.promotion]); f.Promotion != f.Promotion && known && p.blankIsNo() {
			f.Promotion = 0
		}
	}
	if p.inStock >= 0 {
		if f.InStock = p.stocked(row[p.inStock]); f.InStock != f.InStock && !missingWord(strings.TrimSpace(row[p.inStock])) {
			bad("unreadable_in_stock", p.inStock)
		}
	}
	return f
}

// Quarantine yields the rows and values that are not used, and why.
func (t *DailyTable) Quarantine(ctx context.Context) iter.Seq2[daycast.Quarantined, error] {
	return func(yield func(daycast.Quarantined, error) bool) {
		if !t.bad {
			return
		}
		n := int64(0)
		for batch, err := range t.daily.Rows(ctx) {
			if err != nil {
				yield(daycast.Quarantined{}, err)
				return
			}
			for _, row := range batch {
				n++
				_, why, _ := t.profile.parse(row)
				if why.reason != "" && !yield(t.quarantined(n, row, why), nil) {
					return
				}
			}
		}
	}
}

func (t *DailyTable) quarantined(n int64, row []string, why problem) daycast.Quarantined {
	q := daycast.Quarantined{Table: "daily", Row: n, Reason: why.reason, Value: clipped(strings.Join(row, ","))}
	if why.column >= 0 {
		q.Column, q.Value = t.daily.Columns[why.column], clipped(row[why.column])
	}
	return q
}

// each walks the usable rows; what is not usable was counted by Profile.
func (t *DailyTable) each(ctx context.Context, use func(n int64, row []string, r parsed) bool) error {
	n := int64(0)
	for batch, err := range t.daily.Rows(ctx) {
		if err != nil {
			return err
		}
		for _, row := range batch {
			n++
			if r, _, ok := t.profile.parse(row); ok && !use(n, row, r) {
				return nil
			}
		}
	}
	return ctx.Err()
}

func (p *profile) named(item, place int32) daycast.Series {
	return daycast.Series{Item: p.items.names[item], Place: p.places.names[place]}
}
