package daycast

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
