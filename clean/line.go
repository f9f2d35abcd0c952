package clean

import (
	"math"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// An orderLine is a raw line that could be read.
type orderLine struct {
	row       int64
	customer  string
	at        time.Time
	day       daycast.Day // in the place's time zone
	units     float64     // not 0; negative for a return
	listPrice float64     // of one unit; NaN where it is missing
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
	wantShare    = "want true or false, or a share from 0 to 1"
	wantItem     = "a line needs an item"
	wantSale     = "no earlier sale of the item to the customer has the returned units"

	// mostUnits and mostPrice catch an id that slipped into a number's column.
	mostUnits = 1e9
	mostPrice = 1e12
)

// readLine reads a raw line. A fault of time or quantity makes the line
// useless, and is returned as fatal; any other one only loses its value.
func readLine(raw daycast.RawLine, zone *time.Location, now daycast.Day) (l orderLine, lost []fault, fatal *fault) {
	l = orderLine{row: raw.Row, customer: strings.TrimSpace(raw.CustomerID)}
	var ok bool
	if l.at, l.day, ok = readTime(raw.OrderedAt, zone); !ok {
		return l, nil, &fault{"bad_time", "ordered_at", raw.OrderedAt, wantTime}
	}
	if l.units, ok = readNumber(raw.Quantity); !ok || math.Abs(l.units) > mostUnits {
		l.units = 0
		return l, nil, &fault{"bad_quantity", "quantity", raw.Quantity, wantNumber}
	}
	if l.day <= 0 {
		return l, nil, &fault{"old_date", "ordered_at", raw.OrderedAt, wantDate}
	}
	if now != 0 && l.day > now {
		return l, nil, &fault{"future_date", "ordered_at", raw.OrderedAt, wantPast}
	}
	lost = l.readPrice(raw)
	if l.units > 0 && l.listPrice < 0 {
		return l, nil, &fault{"negative_price", "unit_price", raw.UnitPrice, wantPrice}
	}
	if l.promotion, ok = readShare(raw.Promotion); !ok {
		lost = append(lost, fault{"bad_promotion", "promotion", raw.Promotion, wantShare})
	}
	return l, lost, nil
}

func (l *orderLine) readPrice(raw daycast.RawLine) (lost []fault) {
	l.listPrice, l.price = math.NaN(), math.NaN()
	if strings.TrimSpace(raw.UnitPrice) == "" {
		return nil
	}
	price, ok := readNumber(raw.UnitPrice)
	if !ok || math.Abs(price) > mostPrice {
		return []fault{{"bad_price", "unit_price", raw.UnitPrice, wantNumber}}
	}
	l.listPrice, l.price = price, price
	if strings.TrimSpace(raw.Discount) == "" || l.units < 0 {
		return nil
	}
	discount, ok := readNumber(raw.Discount)
	if !ok || discount < 0 || discount > price {
		l.price = math.NaN()
		return []fault{{"bad_discount", "discount", raw.Discount, wantDiscount}}
	}
	l.price = price - discount
	return nil
}

// readNumber reads a plain decimal number; a comma is not guessed about.
func readNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "xXnN_") { // hexadecimal, NaN and infinity
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// readShare reads a truth value or a share. It gives NaN for nothing, which
// is no fault.
func readShare(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	switch strings.ToLower(s) {
	case "":
		return math.NaN(), true
	case "true", "t", "yes", "y":
		return 1, true
	case "false", "f", "no", "n":
		return 0, true
	}
	if f, ok := readNumber(s); ok && f >= 0 && f <= 1 {
		return f, true
	}
	return math.NaN(), false
}

// OrderTime is the instant that a raw line's time means; ok is false where it
// is none.
func OrderTime(s string, zone *time.Location) (at time.Time, ok bool) {
	at, _, ok = readTime(s, zone)
	return at, ok
}

// readTime reads RFC 3339 or "2006-01-02[ 15:04[:05]][+01[:00]]". Without an
// offset it is the wall clock in zone, and its day is the day as written:
// also in the hour that daylight saving skips or repeats.
func readTime(s string, zone *time.Location) (time.Time, daycast.Day, bool) {
	s = strings.TrimSpace(s)
	const dateLength = len(time.DateOnly)
	if len(s) < dateLength {
		return time.Time{}, 0, false
	}
	day, err := daycast.ParseDay(s[:dateLength])
	if err != nil {
		return time.Time{}, 0, false
	}
	if len(s) == dateLength {
		s += " 00:00"
	}
	if sep := s[dateLength]; sep != 'T' && sep != ' ' && sep != 't' {
		return time.Time{}, 0, false
	}
	clock, offset := s[dateLength+1:], ""
	if at := strings.IndexAny(clock, "Zz+-"); at >= 0 {
		clock, offset = strings.TrimSpace(clock[:at]), clock[at:]
	}
	layout := "15:04:05"
	if len(clock) == len("15:04") {
		layout = "15:04"
	}
	layout = time.DateOnly + " " + layout
	text := s[:dateLength] + " " + clock
	if offset == "" {
		t, err := time.ParseInLocation(layout, text, zone)
		return t, day, err == nil
	}
	t, err := time.Parse(layout+offsetLayout(offset), text+strings.ToUpper(offset))
	return t, daycast.DayOf(t.In(zone)), err == nil
}

func offsetLayout(offset string) string {
	switch len(offset) {
	case len("+01"):
		return "Z07"
	case len("+0100"):
		return "Z0700"
	default:
		return "Z07:00"
	}
}
