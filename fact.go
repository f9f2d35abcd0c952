package daycast

import "math"

// A Fact is a change to what is known of one series on one day. Facts are
// only added: the units of a day as known at an origin are the sum over its
// facts with KnownAt <= origin, and a return, cancellation or correction is a
// fact of the order's day that became known later.
//
// KnownAt is a Day and not an instant, because an origin is a day: a fact
// counts at origin O when it was known by the end of O.
type Fact struct {
	Series    Series
	Day       Day
	KnownAt   Day     // >= Day for sales; < Day for what is known of the future
	Units     float32 // added to the day's units; NaN: says nothing about units (a future row)
	Price     float32 // mean unit price in the shop's currency; NaN: unknown
	Promotion float32 // 1 on promotion, 0 not, a share between; NaN: unknown
	InStock   float32 // share of the day in stock, 0 is a stock-out; NaN: unknown
	Buyers    float32 // distinct customers behind Units; NaN: unknown
}

// A RawLine is one row of the shop's order lines, each value as the source
// wrote it. Row is its position in the extraction, from 1, for messages.
type RawLine struct {
	Row        int64
	OrderID    string
	LineID     string // empty where the shop numbers no lines
	OrderedAt  string // RFC 3339, or without an offset in the place's time zone
	CustomerID string
	ItemID     string
	PlaceID    string
	Quantity   string
	UnitPrice  string
	Discount   string // money off the unit price; may be empty
	Promotion  string // truthy or a share; may be empty
	Currency   string // of the prices, an ISO 4217 code; may be empty
}

// A Line is an order line whose values were read into types, as the warehouse
// keeps it. Customers are pseudonyms: their ids stay with the shop.
type Line struct {
	Series    Series
	Row       int64  // position in the extraction that it came with, from 1, for messages
	Order     string // ids as the source wrote them
	Number    string // the line's own id in the order; empty where the shop numbers no lines
	At        int64  // microseconds since 1970-01-01, of the instant or, where Local, of the place's wall clock; or NoTime
	Local     bool
	Customer  uint64  // 0: none
	Units     float64 // negative for a return
	Price     float64 // of one unit, before the discount; NaN: missing
	Discount  float64 // money off one unit; NaN: none
	Promotion float64 // 0 to 1; NaN: not given
	Unread    string  // the values that could not be read, by column, as in the query of a URL
}

// NoTime is At of a line whose time could not be read. Its text follows
// UnreadTime in Unread.
const (
	NoTime     = math.MinInt64
	UnreadTime = "ordered_at="
)

// UTCDay is the day of At as it stands; the first of all days for NoTime.
func (l Line) UTCDay() Day {
	if l.At == NoTime {
		return math.MinInt32
	}
	return Day(floorDiv(l.At, secondsPerDay*1_000_000)) //nolint:gosec // a time of four digits a year
}

func floorDiv(a, b int64) int64 {
	if q := a / b; a%b >= 0 {
		return q
	}
	return a/b - 1
}

// A Span is the days from From to the one before To, in which order lines are
// read and replaced together: days of UTC for instants, and of the place's own
// for wall clocks. A side that is 0 is open.
type Span struct{ From, To Day }

// Holds reports whether a line is of the span. One whose time could not be
// read is where its text would be among the days.
func (s Span) Holds(l Line) bool {
	if l.At == NoTime {
		return (s.From == 0 || l.Unread >= UnreadTime+s.From.String()) && (s.To == 0 || l.Unread < UnreadTime+s.To.String())
	}
	day := l.UTCDay()
	return (s.From == 0 || day >= s.From) && (s.To == 0 || day < s.To)
}

// A Quarantined value is one that could not be used, kept with the reason.
type Quarantined struct {
	Table  string
	Row    int64
	Column string
	Value  string
	Reason string
}

// A Stock is the number of pieces on hand at the end of a day.
type Stock struct {
	Series Series
	Day    Day
	OnHand float32
}
