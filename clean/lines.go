package clean

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"daycast"
)

// Lines turns a shop's raw order lines into daily facts. Every line that is
// not simply a sale is counted in the report under one of these reasons; (q)
// ones go to quarantine too.
//
//	duplicate            all values equal another line's: counted once
//	superseded           a later row has the same order and line number
//	non_product          postage, fees, adjustments: left out
//	missing_item (q)     left out
//	bad_time (q)         left out; so are old_date (the epoch or before) and
//	                     future_date (after Now)
//	bad_quantity (q)     left out
//	zero_quantity        left out
//	zero_price           a gift or sample at price 0: left out. A missing price
//	                     is no such price: the sale counts, its price is unknown
//	negative_price (q)   left out
//	bad_price (q), bad_discount (q), bad_promotion (q)
//	                     the sale counts, that value is unknown
//	return               undoes units of the customer's sale, see Facts
//	return_without_sale (q)
//	                     units that no sale has: left out
//	stock_adjustment     negative, free and of no customer: left out
//	test_order           of an order or a customer that is one of LineReader.IsTest: left out
//	other_currency (q)   than the shop's, without a rate: left out
//
// Nothing about a value is guessed.
type Lines struct {
	Zone       func(place string) *time.Location // where a place's days begin; nil: UTC
	Opens      time.Duration                     // after midnight, when a business day begins
	NonProduct []string                          // patterns of item ids, see DefaultNonProduct; nil: those, empty: none
	Now        daycast.Day                       // the last day that an order can have; 0: any
	Quarantine func(daycast.Quarantined)         // keeps what could not be used; may be nil
}

// DefaultNonProduct are the patterns of item ids that are no products: a *
// stands for any text, and case does not count. They are the codes of the UCI
// Online Retail shop and the obvious words; a shop that sells an item "M"
// names its own.
func DefaultNonProduct() []string {
	return []string{
		"POST", "POSTAGE", "DOT", "SHIPPING", "DELIVERY", "C2", "C3", // carriage
		"BANK CHARGES", "AMAZONFEE", "FEE", "CRUK", // fees, commission
		"ADJUST*", "B", "D", "DISCOUNT", "M", "MANUAL", "S", "SAMPLES", // bad debt, discount, manual, samples
		"PADS", "TEST*", "GIFT", "GIFT_*", // packing, tests, vouchers
	}
}

// Facts yields the facts of lines, which come by item and place, as
// warehouse.LineTable reads them. Facts come by item, place, day and known-at,
// one of each. It holds one item's lines at one place at a time.
//
// A sale counts on its day in the place's time zone and is known on that day.
// A return (a negative quantity) undoes the newest earlier sale to the same
// customer that still has its units, or several where none has them all; it
// is a fact of the sale's day with negative units, known on the return's day.
// Customers without an id are one customer.
//
// Price is the mean over units sold, unknown at 0, Promotion the share of units sold on
// promotion where any line of the day says so, Buyers the distinct customer
// ids; facts of returns alone have none of them.
func (c Lines) Facts(ctx context.Context, lines iter.Seq2[daycast.Line, error], report *Report) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		g := lineGroup{Lines: c, rules: c.compile(), report: report, clocks: NewClocks(c.Zone, c.Opens), versions: newVersions()}
		for l, err := range lines {
			if err == nil {
				err = context.Cause(ctx)
			}
			if err != nil {
				yield(daycast.Fact{}, err)
				return
			}
			if len(g.raw) > 0 && l.Series != g.raw[0].Series {
				if last := g.raw[0].Series; l.Series.Less(last) {
					yield(daycast.Fact{}, daycast.Errorf(daycast.Internal, "lines are out of order: %q after %q", l.Series.ID(), last.ID()))
					return
				}
				if !g.yield(yield) {
					return
				}
			}
			g.raw = append(g.raw, l)
		}
		if len(g.raw) > 0 {
			g.yield(yield)
		}
	}
}

// compile joins the patterns into one; nil where there are none.
func (c Lines) compile() *regexp.Regexp {
	patterns := c.NonProduct
	if patterns == nil {
		patterns = DefaultNonProduct()
	}
	return Patterns(patterns)
}

// Patterns joins patterns of ids into one: a * stands for any text, and case
// does not count. It is nil where there are none.
func Patterns(patterns []string) *regexp.Regexp {
	if len(patterns) == 0 {
		return nil
	}
	var quoted []string
	for _, p := range patterns {
		quoted = append(quoted, strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(p)), `\*`, `.*`))
	}
	return regexp.MustCompile(`(?is)^(?:` + strings.Join(quoted, "|") + `)$`)
}

// A lineGroup is the lines of one series after the other.
type lineGroup struct {
	Lines
	rules  *regexp.Regexp
	report *Report
	clocks Clocks

	raw      []daycast.Line
	keys     []lineKey // of raw, in the order in which lines are taken
	clock    *clock
	now      daycast.Day
	lines    []orderLine
	versions versions
	facts    factSums
}

// yield hands on the facts of the series' lines, in order, and forgets them.
func (g *lineGroup) yield(yield func(daycast.Fact, error) bool) bool {
	series := g.raw[0].Series
	g.clock, g.now = g.clocks.of(series.Place), g.Now
	nonProduct := g.rules != nil && g.rules.MatchString(series.Item)
	g.sort()
	for i, k := range g.keys {
		l := &g.raw[k.at]
		g.add(l, i > 0 && sameLine(l, &g.raw[g.keys[i-1].at]), nonProduct)
	}
	g.book()
	more := g.facts.yield(series, yield)
	g.raw, g.lines = g.raw[:0], g.lines[:0]
	g.versions.forget()
	return more
}

// A lineKey is what mostly decides where a line stands: moving lines about
// takes longer than comparing them.
type lineKey struct {
	customer uint64
	time     int64
	at       int // place in raw
}

// sort puts equal lines side by side, the first row of them first.
func (g *lineGroup) sort() {
	g.keys = g.keys[:0]
	for i := range g.raw {
		g.keys = append(g.keys, lineKey{g.raw[i].Customer, g.raw[i].At, i})
	}
	slices.SortFunc(g.keys, func(a, b lineKey) int {
		switch {
		case a.customer != b.customer:
			return cmp.Compare(a.customer, b.customer)
		case a.time != b.time:
			return cmp.Compare(a.time, b.time)
		}
		if c := compareLines(&g.raw[a.at], &g.raw[b.at]); c != 0 {
			return c
		}
		return cmp.Compare(g.raw[a.at].Row, g.raw[b.at].Row)
	})
}

// compareLines is 0 for lines that say the same, wherever they stand.
func compareLines(a, b *daycast.Line) int {
	return cmp.Or(
		cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.At, b.At),
		strings.Compare(a.Order, b.Order), strings.Compare(a.Number, b.Number), cmp.Compare(a.Units, b.Units),
		cmp.Compare(a.Price, b.Price), cmp.Compare(a.Discount, b.Discount), cmp.Compare(a.Promotion, b.Promotion),
		strings.Compare(a.Unread, b.Unread))
}

func sameLine(a, b *daycast.Line) bool {
	return a.Customer == b.Customer && a.At == b.At && a.Local == b.Local && compareLines(a, b) == 0
}

// add takes one line in, or counts why not.
func (g *lineGroup) add(in *daycast.Line, duplicate, nonProduct bool) {
	g.report.Rows++
	switch {
	case in.Series.Item == "":
		g.keep(in.Row, in.Units, fault{"missing_item", "item_id", "", wantItem})
		return
	case nonProduct:
		g.count("non_product", in)
		return
	case in.Unread != "" && unreadOf(*in).Has("test"):
		g.count("test_order", in)
		return
	case duplicate:
		g.count("duplicate", in)
		return
	}
	l, lost, fatal := g.judge(in)
	if fatal != nil {
		g.keep(in.Row, in.Units, *fatal)
		return
	}
	if l.units == 0 {
		g.count("zero_quantity", in)
		return
	}
	for _, f := range lost {
		g.keep(in.Row, l.units, f)
	}
	if l.units > 0 && in.Price == 0 {
		g.count("zero_price", in)
		return
	}
	if l.units < 0 && in.Price == 0 && l.customer == 0 {
		g.count("stock_adjustment", in)
		return
	}
	if in.Number != "" {
		g.versions.add(lineID{in.Order, in.Number, l.units < 0}, len(g.lines))
	}
	g.lines = append(g.lines, l)
}

func (g *lineGroup) count(reason string, l *daycast.Line) {
	g.report.countLazily(reason, l.Units, func() string {
		return fmt.Sprintf("row %d: order %s, item %s, quantity %s, price %s", l.Row, l.Order, l.Series.Item, numberText(l.Units), numberText(l.Price))
	})
}

// keep counts a value that could not be used, and puts it into quarantine.
func (g *lineGroup) keep(row int64, units float64, f fault) {
	g.report.countLazily(f.reason, units, func() string { return fmt.Sprintf("row %d: %s %q", row, f.column, f.value) })
	if g.Quarantine != nil {
		g.Quarantine(daycast.Quarantined{
			Table: "sales", Row: row, Column: f.column, Value: f.value, Reason: f.reason + ": " + f.want,
		})
	}
}

// book turns the lines into facts, customer by customer in the order of time.
func (g *lineGroup) book() {
	g.versions.settle(g.lines, func(id lineID, old, winner orderLine) {
		g.report.countLazily("superseded", old.units, func() string {
			return fmt.Sprintf("row %d by row %d: order %s, line %s", old.row, winner.row, id.order, id.line)
		})
	})
	slices.SortFunc(g.lines, func(a, b orderLine) int {
		return cmp.Or(
			cmp.Compare(a.customer, b.customer),
			cmp.Compare(a.at, b.at),
			cmp.Compare(sign(b.units), sign(a.units)), // an order that is cancelled at once was sold first
			cmp.Compare(a.row, b.row))
	})
	g.facts.forget()
	var sales ledger
	for i, l := range g.lines {
		if i > 0 && l.customer != g.lines[i-1].customer {
			sales.forget()
		}
		sales.restore(l.day)
		if !l.stands() {
			continue
		}
		if l.units < 0 {
			g.undo(l, &sales)
			continue
		}
		g.facts.sell(l)
		sales.sell(l.day, l.units)
		if l.gone != never {
			g.facts.add(l.day, l.gone, -l.units)
		}
	}
}

func sign(units float64) int {
	if units < 0 {
		return -1
	}
	return 1
}

// undo books a return on the days of its sales, until it is gone.
func (g *lineGroup) undo(l orderLine, sales *ledger) {
	rest := sales.undo(-l.units, func(day daycast.Day, units float64) {
		g.facts.add(day, l.day, -units)
		if l.gone != never {
			g.facts.add(day, l.gone, units)
			sales.back = append(sales.back, giveBack{l.gone, day, units})
		}
	})
	if l.gone != never {
		return // its last version is what the report counts
	}
	if back := -l.units - rest; back > 0 {
		g.report.countLazily("return", -back, func() string { return fmt.Sprintf("row %d: %g of item %s", l.row, back, g.raw[0].Series.Item) })
	}
	if rest > 0 {
		g.keep(l.row, -rest, fault{"return_without_sale", "quantity", fmt.Sprint(-rest), wantSale})
	}
}
