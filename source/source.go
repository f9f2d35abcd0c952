// Package source reads a shop's own tables: sales, products, customers, places,
// stock, promotions and prices, from a database by the user's queries or from
// files.
package source

import (
	"context"
	"iter"

	"daycast"
)

// A Table is one of the tables that daycast knows, with its canonical columns.
type Table string

// The tables. Sales are order lines; Daily is the ready daily grain of a shop
// that keeps no order lines.
const (
	Sales     Table = "sales"
	Daily     Table = "daily"
	Items     Table = "items"
	Customers Table = "customers"
	Places    Table = "places"
	Stock     Table = "stock"

	Promotions Table = "promotions" // planned and past ones, by their days
	Prices     Table = "prices"     // by the day from which on they hold
)

// A Source is a shop's database or its files. It passes sourcetest.
type Source interface {
	// Check tries every connection and query and names each missing or
	// mistyped column, without reading the rows.
	Check(ctx context.Context) error
	// Has reports whether the shop has the table.
	Has(t Table) bool
	// Columns are the table's columns in the order of the query or file:
	// canonical ones in their canonical spelling, any further ones as they
	// are named. Whether all that are needed are there is Check's to say.
	Columns(ctx context.Context, t Table) ([]string, error)
	// Read streams the table in batches of rows; each row has the values in
	// the order of Columns, "" for NULL. A row of a file that has another
	// number of values could not be read: callers set it aside. Of Sales it
	// reads the lines of a span, and maybe some of the days around: text does
	// not tell the day in UTC.
	Read(ctx context.Context, t Table, span daycast.Span) iter.Seq2[[][]string, error]
	Close() error
}
