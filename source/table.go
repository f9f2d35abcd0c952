package source

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// A Kind is what the values of a column are, all of them written as text.
type Kind string

// The kinds. "" is a missing value of any of them.
const (
	Text   Kind = "text"
	Number Kind = "number" // a point as the decimal mark, no thousands separator
	Time   Kind = "time"   // RFC 3339, or without an offset in the place's time zone
	Date   Kind = "day"    // 2006-01-02
	Bool   Kind = "bool"   // true, false, yes, no, or a share from 0 to 1
)

// A Column is one that daycast knows. Tables may have any further columns.
type Column struct {
	Name     string
	Kind     Kind
	Required bool
}

var canonical = map[Table][]Column{
	Sales: {
		{"order_id", Text, true},
		{"line_id", Text, false},
		{"ordered_at", Time, true},
		{"customer_id", Text, false},
		{"item_id", Text, true},
		{"place_id", Text, false},
		{"quantity", Number, true},
		{"unit_price", Number, false},
		{"discount", Number, false},
		{"promotion", Bool, false},
		{"currency", Text, false},
	},
	Daily: {
		{"item", Text, true},
		{"day", Date, true},
		{"units", Number, true},
		{"place", Text, false},
		{"price", Number, false},
		{"promotion", Bool, false},
		{"in_stock", Bool, false},
	},
	Items: {{"item_id", Text, true}, {"valid_from", Date, false}, {"valid_to", Date, false}},
	Customers: {
		{"customer_id", Text, true},
		{"country", Text, false},
		{"segment", Text, false},
		{"first_order", Date, false},
	},
	Places: {
		{"place_id", Text, true},
		{"time_zone", Text, false},
		{"country", Text, false},
		{"region", Text, false},
		{"latitude", Number, false},
		{"longitude", Number, false},
	},
	Stock: {
		{"day", Date, true},
		{"item_id", Text, true},
		{"place_id", Text, false},
		{"on_hand", Number, true},
	},
	Promotions: {
		{"item_id", Text, false},
		{"category", Text, false},
		{"place_id", Text, false},
		{"starts", Date, true},
		{"ends", Date, true},
		{"discount", Number, false},
		{"name", Text, false},
		{"announced", Date, false},
	},
	Prices: {
		{"item_id", Text, true},
		{"place_id", Text, false},
		{"starts", Date, true},
		{"price", Number, true},
		{"announced", Date, false},
	},
}

// Tables are all tables, in the order in which they are checked and read.
func Tables() []Table {
	return []Table{Sales, Daily, Items, Customers, Places, Stock, Promotions, Prices}
}

// Columns are the table's canonical columns; nil for a table that daycast
// does not know.
func (t Table) Columns() []Column { return canonical[t] }

// kindOf is the kind of one of t's columns; further columns are text.
func (t Table) kindOf(column string) Kind {
	for _, c := range canonical[t] {
		if c.Name == column {
			return c.Kind
		}
	}
	return Text
}

// spelled is the canonical spelling of a column's name, for which case and
// outer spaces do not count; of a further column the name without the spaces.
func (t Table) spelled(name string) string {
	name = strings.TrimSpace(name)
	for _, c := range canonical[t] {
		if strings.EqualFold(name, c.Name) {
			return c.Name
		}
	}
	return name
}

// require names the required columns that are missing. where is the query or
// file, field its key in the config.
func (t Table) require(columns []string, where, field string) error {
	var missing []string
	for _, c := range canonical[t] {
		if c.Required && !slices.Contains(columns, c.Name) {
			missing = append(missing, strconv.Quote(c.Name))
		}
	}
	if missing == nil {
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "%s: missing column %s", where, strings.Join(missing, ", ")).
		WithHint("%s needs %s; the columns found are %s", t, t.needs(), strings.Join(columns, ", ")).WithField(field)
}

// needs lists the required columns for a hint.
func (t Table) needs() string {
	var names []string
	for _, c := range canonical[t] {
		if c.Required {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

var kindHints = map[Kind]string{
	Number: "numbers such as 1234.5, with a point as the decimal mark and no thousands separator",
	Time:   "times such as 2011-12-09T12:50:00+01:00 or 2011-12-09 12:50:00",
	Date:   "days such as 2011-12-09",
	Bool:   "true or false, 1 or 0, or a share between",
}

// fits reports whether a value is of a kind.
func (k Kind) fits(value string) bool {
	value = strings.TrimSpace(value)
	switch k {
	case Number:
		f, err := strconv.ParseFloat(value, 64)
		return err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	case Time, Date:
		if len(value) < len(time.DateOnly) {
			return false
		}
		_, err := daycast.ParseDay(value[:len(time.DateOnly)])
		return err == nil
	case Bool:
		switch strings.ToLower(value) {
		case "true", "false", "t", "f", "yes", "no", "y", "n":
			return true
		}
		f, err := strconv.ParseFloat(value, 64)
		return err == nil && f >= 0 && f <= 1
	default:
		return true
	}
}
