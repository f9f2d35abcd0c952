package source

import (
	"context"
	"iter"

	"daycast"
)

// Unconnected stands in for a source where nothing is to be read from it: it
// knows which tables the shop has, and reading one is code unavailable.
type Unconnected map[Table]bool

func errUnconnected() error {
	return daycast.Errorf(daycast.Unavailable, "the shop's tables are not connected")
}

// Check is code unavailable.
func (Unconnected) Check(context.Context) error { return errUnconnected() }

// Has reports whether the shop has the table.
func (u Unconnected) Has(t Table) bool { return u[t] }

// Columns is code unavailable.
func (Unconnected) Columns(context.Context, Table) ([]string, error) { return nil, errUnconnected() }

// Read is code unavailable.
func (Unconnected) Read(context.Context, Table, daycast.Span) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) { yield(nil, errUnconnected()) }
}

// Close has nothing to do.
func (Unconnected) Close() error { return nil }
