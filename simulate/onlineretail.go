package simulate

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// OnlineRetail fills the shop's tables from the invoices of a real shop, UCI's
// Online Retail II (Chen 2019, https://doi.org/10.24432/C5CG6D, CC BY 4.0), or
// its first edition Online Retail.
//
// The item is the stock code, trimmed and in capitals, and its name is its
// most frequent description. There is one place, "online" in London. A
// customer's country is that of their last line. Lines without a customer id
// have none. Cancellations (invoices C...), fees and broken lines are loaded
// as they are: cleaning is not done here. UCI numbers no lines, so line_id is
// NULL and a line that is there twice is there twice.
//
// The two years overlap in December 2010, with the same invoices in both
// files: an invoice that an earlier file had is not loaded from a later one.
// An invoice whose lines have several times (fewer than 90 of 53,628, and never
// another day) has the first.
type OnlineRetail struct {
	Path string // a CSV file, gzip or not, or a folder whose CSV files are read by name
}

// Write makes the SQLite file at path, or replaces it. progress may be nil; it
// hears of the bytes read. A file without UCI's columns is an error of code
// invalid.
func (o OnlineRetail) Write(ctx context.Context, path string, progress func(done, total int)) (Summary, error) {
	files, err := invoiceFiles(o.Path)
	if err != nil {
		return Summary{}, err
	}
	f, err := createFile(path, schema)
	if err != nil {
		return Summary{}, err
	}
	defer f.abandon()
	shop, err := newRetail(f)
	if err != nil {
		return Summary{}, err
	}
	if err := files.read(ctx, progress, shop.add); err != nil {
		return Summary{}, err
	}
	summary, err := shop.summary()
	if err != nil {
		return Summary{}, err
	}
	if err := f.seal(ctx, indexes); err != nil {
		return Summary{}, err
	}
	return summary, f.publish()
}

// An invoiceLine is a line of UCI's files, as it is.
type invoiceLine struct {
	file                           int // the first is 0
	invoice, code, name, quantity  string
	date, price, customer, country string
}

// retail is what is known of the shop while its lines go by.
type retail struct {
	file          *file
	orders, lines *table
	invoices      map[string]int            // the file that had it first
	names         map[string]map[string]int // by item: how often it was called so
	customers     map[string]retailCustomer
	overlap       int
}

type retailCustomer struct{ country, firstOrder string }

func newRetail(f *file) (*retail, error) {
	s := &retail{
		file:      f,
		invoices:  map[string]int{},
		names:     map[string]map[string]int{},
		customers: map[string]retailCustomer{},
	}
	var err error
	if s.orders, err = f.table("orders", 4); err != nil {
		return nil, err
	}
	s.lines, err = f.table("order_lines", 6)
	return s, err
}

const retailPlace = "online"

func (s *retail) add(l invoiceLine) error {
	first, known := s.invoices[l.invoice]
	if known && first != l.file {
		s.overlap++
		return nil
	}
	// A data frame with gaps turns whole numbers into 13085.0.
	customer := strings.TrimSuffix(l.customer, ".0")
	orderedAt := retailTime(l.date)
	if !known {
		s.invoices[l.invoice] = l.file
		if err := s.orders.add(l.invoice, null(customer), retailPlace, null(orderedAt)); err != nil {
			return err
		}
	}
	if customer != "" {
		s.see(customer, l.country, orderedAt)
	}
	item := strings.ToUpper(strings.TrimSpace(l.code))
	s.call(item, strings.TrimSpace(l.name))
	return s.lines.add(l.invoice, nil, item, null(l.quantity), null(l.price), nil)
}

func (s *retail) see(customer, country, orderedAt string) {
	c, known := s.customers[customer]
	if !known || orderedAt < c.firstOrder {
		c.firstOrder = orderedAt
	}
	c.country = country
	s.customers[customer] = c
}

func (s *retail) call(item, name string) {
	names := s.names[item]
	if names == nil {
		names = map[string]int{}
		s.names[item] = names
	}
	if name != "" && name != "nan" { // a data frame's missing text
		names[name]++
	}
}

// retailTime turns UCI's two spellings into ISO 8601; another text stays.
func retailTime(s string) string {
	for _, layout := range []string{time.DateTime, "1/2/2006 15:04", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format("2006-01-02T15:04:05")
		}
	}
	return s
}

// summary writes what is only known after the last line, and counts.
func (s *retail) summary() (Summary, error) {
	places, err := s.file.table("places", 6)
	if err != nil {
		return Summary{}, err
	}
	if err := places.add(retailPlace, "Europe/London", "GB", "GB-LND", 51.5072, -0.1276); err != nil {
		return Summary{}, err
	}
	products, err := s.file.table("products", 6)
	if err != nil {
		return Summary{}, err
	}
	for _, item := range slices.Sorted(maps.Keys(s.names)) {
		if err := products.add(item, null(mostFrequent(s.names[item])), nil, nil, nil, nil); err != nil {
			return Summary{}, err
		}
	}
	customers, err := s.file.table("customers", 4)
	if err != nil {
		return Summary{}, err
	}
	for _, id := range slices.Sorted(maps.Keys(s.customers)) {
		c := s.customers[id]
		if err := customers.add(id, null(c.country), nil, null(c.firstOrder)); err != nil {
			return Summary{}, err
		}
	}
	return Summary{
		Places: places.rows, Items: products.rows, Customers: customers.rows,
		Orders: s.orders.rows, Lines: s.lines.rows, Overlap: s.overlap,
	}, nil
}

// mostFrequent is the name that was used most, of equals the first by alphabet.
func mostFrequent(names map[string]int) string {
	best := ""
	for name, n := range names {
		if n > names[best] || n == names[best] && name < best {
			best = name
		}
	}
	return best
}
