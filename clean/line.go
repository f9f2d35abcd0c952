package clean

import (
	"math"
	"slices"
	"strconv"
	"time"

	"daycast"
)

// An orderLine is a line that says something about sales.
type orderLine struct {
	row       int64
	customer  uint64
	at        int64 // microseconds since 1970-01-01 UTC
	day       daycast.Day
	units     float64     // not 0; negative for a return
	price     float64     // after the discount; NaN where it is unknown
	promotion float64     // 0 to 1; NaN where it is not given
	gone      daycast.Day // when a later version of the line took its place, or never
}

// A fault is a value that could not be used.
type fault struct{ reason, column, value, want string }

const (
	wantNumber   = "want a number such as 1234.5, with a point as the decimal mark and no thousands separator"
	wantTime     = "want a time such as 2011-12-09T12:50:00Z or 2011-12-09 12:50; of 1/2/2011 nobody knows which is the month"
	wantPast     = "an order cannot be newer than today"
	wantDate     = "an order as old as that has lost its date"
	wantPrice    = "a sale has no negative price"
	wantDiscount = "want the money off one unit, from 0 to the unit price"
	wantCurrency = "want shop.currency, or a rate for it in clean.currencies"
	wantShare    = "want true or false, or a share from 0 to 1"
	wantItem     = "a line needs an item"
	wantSale     = "no earlier sale of the item to the customer has the returned units"

	// mostUnits and mostPrice catch an id that slipped into a number's column.
	mostUnits = 1e9
	mostPrice = 1e12
)

// judge says what a line tells of sales. A fault of time or quantity makes the
// line useless, and is returned as fatal; any other one only loses its value.
func (g *lineGroup) judge(in *daycast.Line) (l orderLine, lost []fault, fatal *fault) {
	l = orderLine{row: in.Row, customer: in.Customer, units: in.Units, price: in.Price, promotion: in.Promotion}
	if in.Unread != "" {
		if lost, fatal = unreadFaults(*in); fatal != nil {
			return l, nil, fatal
		}
		if slices.ContainsFunc(lost, func(f fault) bool { return f.column == "discount" }) {
			l.price = math.NaN()
		}
	}
	l.at, l.day = g.clock.read(in.At, in.Local)
	if l.day <= 0 {
		return l, nil, &fault{"old_date", "ordered_at", timeText(*in), wantDate}
	}
	if g.now != 0 && l.day > g.now {
		return l, nil, &fault{"future_date", "ordered_at", timeText(*in), wantPast}
	}
	if l.units > 0 && in.Price < 0 {
		return l, nil, &fault{"negative_price", "unit_price", numberText(in.Price), wantPrice}
	}
	if in.Discount == in.Discount && in.Price == in.Price && l.units > 0 {
		l.price = in.Price - in.Discount
		if in.Discount < 0 || in.Discount > in.Price {
			l.price = math.NaN()
			lost = append(lost, fault{"bad_discount", "discount", numberText(in.Discount), wantDiscount})
		}
	}
	return l, lost, nil
}

// unreadFaults are those of the values that could not even be read.
func unreadFaults(in daycast.Line) (lost []fault, fatal *fault) {
	values := unreadOf(in)
	of := func(reason, column, want string) fault { return fault{reason, column, values.Get(column), want} }
	if in.At == daycast.NoTime {
		f := of("bad_time", "ordered_at", wantTime)
		return nil, &f
	}
	if values.Has("currency") {
		f := of("other_currency", "currency", wantCurrency)
		return nil, &f
	}
	if values.Has("quantity") {
		f := of("bad_quantity", "quantity", wantNumber)
		return nil, &f
	}
	if values.Has("unit_price") {
		lost = append(lost, of("bad_price", "unit_price", wantNumber))
	}
	if values.Has("discount") && in.Price == in.Price && in.Units > 0 {
		lost = append(lost, of("bad_discount", "discount", wantDiscount))
	}
	if values.Has("promotion") {
		lost = append(lost, of("bad_promotion", "promotion", wantShare))
	}
	return lost, nil
}

// timeText writes a line's time as the source may have written it.
func timeText(l daycast.Line) string {
	t := time.UnixMicro(l.At).UTC()
	if l.Local {
		return t.Format("2006-01-02T15:04:05.999999")
	}
	return t.Format(time.RFC3339Nano)
}

// numberText is a number as the source may have written it; "" for none.
func numberText(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
