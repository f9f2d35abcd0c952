package clean

import (
	"encoding/binary"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dchest/siphash"

	"daycast"
)

// A LineReader reads raw lines into types. It guesses nothing and loses
// nothing: a value that cannot be read stands in the line's Unread.
type LineReader struct {
	// Currency is that of the shop's prices, "" where nobody says; Rates are what
	// one unit of another is worth in it.
	Currency string
	Rates    map[string]float64
	// IsTest tells the ids of orders and customers that only try the shop out;
	// may be nil.
	IsTest func(id string) bool
	// Key is the shop's own secret, 16 bytes: customers' pseudonyms are
	// SipHash-2-4 of their ids under it (Aumasson and Bernstein, 2012).
	Key [16]byte
}

// InSpan reports whether a line ordered at a time, as the source wrote it, is of
// a span.
func InSpan(orderedAt string, span daycast.Span) bool {
	at, _, ok := readTime(orderedAt)
	if !ok {
		return span.Holds(daycast.Line{At: daycast.NoTime, Unread: unreadTime(orderedAt)})
	}
	return span.Holds(daycast.Line{At: at})
}

// unreadTime is the Unread of a line with a time that cannot be read.
func unreadTime(orderedAt string) string {
	return daycast.UnreadTime + url.QueryEscape(clipped(orderedAt))
}

// Read reads one line. Ids lose their outer spaces.
func (r LineReader) Read(raw daycast.RawLine) daycast.Line {
	l := daycast.Line{
		Row: raw.Row, Order: strings.TrimSpace(raw.OrderID), Number: strings.TrimSpace(raw.LineID), Customer: r.pseudonym(strings.TrimSpace(raw.CustomerID)),
		Series: daycast.Series{Item: strings.TrimSpace(raw.ItemID), Place: strings.TrimSpace(raw.PlaceID)},
		Price:  math.NaN(), Discount: math.NaN(), Promotion: math.NaN(),
	}
	var u unread
	var ok bool
	if l.At, l.Local, ok = readTime(raw.OrderedAt); !ok {
		l.At = daycast.NoTime
	}
	if l.Units, ok = readNumber(raw.Quantity); !ok || math.Abs(l.Units) > mostUnits {
		l.Units = 0
		u.add("quantity", raw.Quantity)
	}
	if strings.TrimSpace(raw.UnitPrice) != "" {
		if l.Price, ok = readNumber(raw.UnitPrice); !ok || math.Abs(l.Price) > mostPrice {
			l.Price = math.NaN()
			u.add("unit_price", raw.UnitPrice)
		}
	}
	if strings.TrimSpace(raw.Discount) != "" {
		if l.Discount, ok = readNumber(raw.Discount); !ok {
			l.Discount = math.NaN()
			u.add("discount", raw.Discount)
		}
	}
	if l.Promotion, ok = readShare(raw.Promotion); !ok {
		u.add("promotion", raw.Promotion)
	}
	r.convert(&l, strings.TrimSpace(raw.Currency), &u)
	if r.IsTest != nil && (r.IsTest(l.Order) || r.IsTest(strings.TrimSpace(raw.CustomerID))) {
		u.add("test", "yes") // the customer's id stays where it is
	}
	l.Unread = u.text()
	if l.At == daycast.NoTime {
		l.Unread = unreadTime(raw.OrderedAt) // alone, as daycast.Span.Holds wants it
	}
	return l
}

// convert brings prices into the shop's currency.
func (r LineReader) convert(l *daycast.Line, currency string, u *unread) {
	if currency == "" || r.Currency == "" || strings.EqualFold(currency, r.Currency) {
		return
	}
	rate, ok := r.Rates[strings.ToUpper(currency)]
	if !ok {
		u.add("currency", currency)
		return
	}
	l.Price *= rate
	l.Discount *= rate
}

// Pseudonym is a customer's, as lines have it: 0 for none.
func (r LineReader) Pseudonym(id string) uint64 { return r.pseudonym(strings.TrimSpace(id)) }

func (r LineReader) pseudonym(id string) uint64 {
	if id == "" {
		return 0
	}
	k0, k1 := binary.LittleEndian.Uint64(r.Key[:8]), binary.LittleEndian.Uint64(r.Key[8:])
	return max(1, siphash.Hash(k0, k1, []byte(id)))
}

// unread collects the values that could not be read.
type unread struct{ values url.Values }

func (u *unread) add(column, value string) {
	if u.values == nil {
		u.values = url.Values{}
	}
	u.values.Set(column, clipped(value))
}

func (u *unread) text() string { return u.values.Encode() }

// unreadOf is what a line's Unread says, by column.
func unreadOf(l daycast.Line) url.Values {
	values, _ := url.ParseQuery(l.Unread) // unread.text wrote it
	return values
}

// readNumber reads a plain decimal number; a comma is not guessed about.
func readNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		switch s[i] {
		case 'x', 'X', 'n', 'N', '_': // hexadecimal, NaN and infinity
			return 0, false
		}
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

// readTime reads RFC 3339 or "2006-01-02[ 15:04[:05]][+01[:00]]" as
// microseconds since 1970-01-01. Without an offset it is a wall clock's time.
func readTime(s string) (micros int64, local, ok bool) {
	s = strings.TrimSpace(s)
	const dateLength = len(time.DateOnly)
	if len(s) < dateLength || s[4] != '-' || s[7] != '-' {
		return 0, false, false
	}
	day, ok := readDay(s[:dateLength])
	if !ok {
		return 0, false, false
	}
	if len(s) == dateLength {
		return day, true, true
	}
	if sep := s[dateLength]; sep != 'T' && sep != ' ' && sep != 't' {
		return 0, false, false
	}
	clock, offset := s[dateLength+1:], ""
	if at := strings.IndexAny(clock, "Zz+-"); at >= 0 {
		clock, offset = strings.TrimSpace(clock[:at]), clock[at:]
	}
	within, ok := readClock(clock)
	if !ok || offset == "" {
		return day + within, true, ok
	}
	shift, ok := readOffset(offset)
	return day + within - shift, false, ok
}

const (
	second = int64(1e6)
	minute = 60 * second
	hour   = 60 * minute
	oneDay = 24 * hour
)

// readDay reads "2006-01-02" as the microseconds at its begin.
func readDay(s string) (int64, bool) {
	year, okY := digits(s[0:4])
	month, okM := digits(s[5:7])
	day, okD := digits(s[8:10])
	if !okY || !okM || !okD || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.UnixMicro(), t.Day() == day // the 31st of June is the 1st of July
}

// readClock reads "15:04", "15:04:05" or "15:04:05.999".
func readClock(s string) (int64, bool) {
	if len(s) < len("15:04") || s[2] != ':' {
		return 0, false
	}
	h, okH := digits(s[0:2])
	m, okM := digits(s[3:5])
	if !okH || !okM || h > 23 || m > 59 {
		return 0, false
	}
	at := int64(h)*hour + int64(m)*minute
	if len(s) == len("15:04") {
		return at, true
	}
	if len(s) < len("15:04:05") || s[5] != ':' {
		return 0, false
	}
	sec, ok := digits(s[6:8])
	if !ok || sec > 59 {
		return 0, false
	}
	at += int64(sec) * second
	rest := s[8:]
	if rest == "" {
		return at, true
	}
	if rest[0] != '.' && rest[0] != ',' || len(rest) == 1 {
		return 0, false
	}
	scale := second / 10
	for i := 1; i < len(rest); i++ {
		if rest[i] < '0' || rest[i] > '9' {
			return 0, false
		}
		at += int64(rest[i]-'0') * scale
		scale /= 10
	}
	return at, true
}

// readOffset reads "Z", "+01", "+0100" or "+01:00".
func readOffset(s string) (int64, bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	sign := int64(1)
	switch s[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	s = s[1:]
	switch {
	case len(s) == 5 && s[2] == ':':
		s = s[:2] + s[3:]
	case len(s) == 2:
		s += "00"
	case len(s) != 4:
		return 0, false
	}
	h, okH := digits(s[:2])
	m, okM := digits(s[2:])
	if !okH || !okM || h > 23 || m > 59 {
		return 0, false
	}
	return sign * (int64(h)*hour + int64(m)*minute), true
}

// digits reads a whole number of nothing but digits.
func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = 10*n + int(d)
	}
	return n, true
}
