package clean

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
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
//
// Ids lose their outer spaces; nothing else about a value is guessed.
type Lines struct {
	Zone       func(place string) *time.Location // where a place's days begin; nil: UTC
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

// Facts yields the facts of raw lines, which come by item, place, customer,
// time, order, line and row, as warehouse.RawTable reads them. Facts come by
// item, place, day and known-at, one of each. It holds one item's lines at
// one place at a time.
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
func (c Lines) Facts(ctx context.Context, raw iter.Seq2[daycast.RawLine, error], report *Report) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		rules := c.compile()
		var g *lineGroup
		for l, err := range raw {
			if err == nil {
				err = context.Cause(ctx)
			}
			if err != nil {
				yield(daycast.Fact{}, err)
				return
			}
			s := daycast.Series{Item: strings.TrimSpace(l.ItemID), Place: strings.TrimSpace(l.PlaceID)}
			if g == nil || s != g.series {
				if g != nil && s.Less(g.series) {
					yield(daycast.Fact{}, daycast.Errorf(daycast.Internal, "raw lines are out of order: %q after %q", s.ID(), g.series.ID()))
					return
				}
				if g != nil && !g.yield(yield) {
					return
				}
				g = c.newGroup(s, rules, report)
			}
			g.add(l)
		}
		if g != nil {
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
	if len(patterns) == 0 {
		return nil
	}
	var quoted []string
	for _, p := range patterns {
		quoted = append(quoted, strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(p)), `\*`, `.*`))
	}
	return regexp.MustCompile(`(?is)^(?:` + strings.Join(quoted, "|") + `)$`)
}

// A lineGroup is the lines of one series.
type lineGroup struct {
	quarantine func(daycast.Quarantined)
	report     *Report
	series     daycast.Series
	zone       *time.Location
	now        daycast.Day
	nonProduct bool

	lines    []orderLine
	versions versions

	// Equal lines follow each other up to their quantity, price and
	// promotion, so duplicates are looked for among those since the last new
	// customer, time, order or line.
	last daycast.RawLine
	seen map[daycast.RawLine]bool
}

func (c Lines) newGroup(s daycast.Series, rules *regexp.Regexp, report *Report) *lineGroup {
	g := &lineGroup{
		quarantine: c.Quarantine, report: report, series: s, now: c.Now, zone: time.UTC,
		nonProduct: rules != nil && rules.MatchString(s.Item),
		versions:   newVersions(), seen: map[daycast.RawLine]bool{},
	}
	if c.Zone != nil {
		if zone := c.Zone(s.Place); zone != nil {
			g.zone = zone
		}
	}
	return g
}

// add takes one raw line in, or counts why not.
func (g *lineGroup) add(raw daycast.RawLine) {
	g.report.Rows++
	switch {
	case g.series.Item == "":
		g.keep(raw, unitsOf(raw), fault{"missing_item", "item_id", raw.ItemID, wantItem})
		return
	case g.nonProduct:
		g.count("non_product", unitsOf(raw), raw)
		return
	case g.duplicate(raw):
		g.count("duplicate", unitsOf(raw), raw)
		return
	}
	l, lost, fatal := readLine(raw, g.zone, g.now)
	if fatal != nil {
		g.keep(raw, unitsOf(raw), *fatal)
		return
	}
	if l.units == 0 {
		g.count("zero_quantity", 0, raw)
		return
	}
	for _, f := range lost {
		g.keep(raw, l.units, f)
	}
	if l.units > 0 && l.listPrice == 0 {
		g.count("zero_price", l.units, raw)
		return
	}
	if l.units < 0 && l.listPrice == 0 && l.customer == "" {
		g.count("stock_adjustment", l.units, raw)
		return
	}
	if raw.LineID != "" {
		g.versions.add(lineID{raw.OrderID, raw.LineID, l.units < 0}, len(g.lines))
	}
	g.lines = append(g.lines, l)
}

// unitsOf is the quantity of a line that is left out, 0 where it has none
// that could be.
func unitsOf(raw daycast.RawLine) float64 {
	units, ok := readNumber(raw.Quantity)
	if !ok || math.Abs(units) > mostUnits {
		return 0
	}
	return units
}

// duplicate reports whether the very same line came before.
func (g *lineGroup) duplicate(raw daycast.RawLine) bool {
	raw.Row = 0
	p := g.last
	if raw.CustomerID != p.CustomerID || raw.OrderedAt != p.OrderedAt || raw.OrderID != p.OrderID || raw.LineID != p.LineID {
		clear(g.seen)
		g.last = raw
	}
	again := g.seen[raw]
	g.seen[raw] = true
	return again
}

func (g *lineGroup) count(reason string, units float64, raw daycast.RawLine) {
	g.report.count(reason, units, fmt.Sprintf("row %d: order %s, item %s, quantity %s, price %s",
		raw.Row, raw.OrderID, raw.ItemID, raw.Quantity, raw.UnitPrice))
}

// keep counts a value that could not be used, and puts it into quarantine.
func (g *lineGroup) keep(raw daycast.RawLine, units float64, f fault) {
	g.report.count(f.reason, units, fmt.Sprintf("row %d: %s %q", raw.Row, f.column, f.value))
	if g.quarantine != nil {
		g.quarantine(daycast.Quarantined{
			Table: "sales", Row: raw.Row, Column: f.column, Value: f.value, Reason: f.reason + ": " + f.want,
		})
	}
}

// yield hands on the group's facts, in order.
func (g *lineGroup) yield(yield func(daycast.Fact, error) bool) bool {
	g.versions.settle(g.lines, func(id lineID, old, winner orderLine) {
		g.report.count("superseded", old.units, fmt.Sprintf("row %d by row %d: order %s, line %s", old.row, winner.row, id.order, id.line))
	})
	slices.SortFunc(g.lines, func(a, b orderLine) int {
		return cmp.Or(
			strings.Compare(a.customer, b.customer),
			a.at.Compare(b.at),
			cmp.Compare(sign(b.units), sign(a.units)), // an order that is cancelled at once was sold first
			cmp.Compare(a.row, b.row))
	})
	facts := factSums{}
	var sales ledger
	for i, l := range g.lines {
		if i > 0 && l.customer != g.lines[i-1].customer {
			sales = ledger{}
		}
		sales.restore(l.day)
		if !l.stands() {
			continue
		}
		if l.units < 0 {
			g.undo(l, &sales, facts)
			continue
		}
		facts.at(l.day, l.day).sell(l)
		sales.sell(l.day, l.units)
		if l.gone != never {
			facts.at(l.day, l.gone).units -= l.units
		}
	}
	return facts.yield(g.series, yield)
}

func sign(units float64) int {
	if units < 0 {
		return -1
	}
	return 1
}

// undo books a return on the days of its sales, until it is gone.
func (g *lineGroup) undo(l orderLine, sales *ledger, facts factSums) {
	rest := sales.undo(-l.units, func(day daycast.Day, units float64) {
		facts.at(day, l.day).units -= units
		if l.gone != never {
			facts.at(day, l.gone).units += units
			sales.back = append(sales.back, giveBack{l.gone, day, units})
		}
	})
	if l.gone != never {
		return // its last version is what the report counts
	}
	if back := -l.units - rest; back > 0 {
		g.report.count("return", -back, fmt.Sprintf("row %d: %g of item %s", l.row, back, g.series.Item))
	}
	if rest > 0 {
		g.keep(daycast.RawLine{Row: l.row}, -rest, fault{"return_without_sale", "quantity", fmt.Sprint(-rest), wantSale})
	}
}
