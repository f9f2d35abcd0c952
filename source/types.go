package source

import (
	"context"
	"strings"
)

// A Typed source tells what kinds of values its columns hold.
type Typed interface {
	// Types are the kinds of the table's Columns, in their order; "" where the
	// source does not say.
	Types(ctx context.Context, t Table) ([]string, error)
}

// Types are the kinds of the query's columns, as the database describes them.
// SQLite says nothing of expressions.
func (s *SQL) Types(ctx context.Context, t Table) ([]string, error) {
	types, err := s.columnTypes(ctx, t)
	if err != nil {
		return nil, err
	}
	kinds := make([]string, len(types))
	for i, c := range types {
		kinds[i] = typeKind(c.DatabaseTypeName())
	}
	return kinds, nil
}

// typeKind is the kind of values of a database's type. Widths, and whether a
// number may have a fraction, do not count; a time's zone does.
func typeKind(name string) string {
	name, _, _ = strings.Cut(strings.ToUpper(name), "(")
	switch name = strings.TrimSpace(name); name {
	case "":
		return ""
	case "TIMESTAMPTZ":
		return "time with zone"
	case "DATE":
		return "day"
	case "BOOL", "BOOLEAN":
		return "bool"
	}
	for _, k := range []struct{ part, kind string }{ // SQLite's own rule of affinity, with times before
		{"TIMESTAMP", "time"}, {"DATETIME", "time"}, {"INT", "number"}, {"CHAR", "text"}, {"CLOB", "text"}, {"TEXT", "text"},
		{"REAL", "number"}, {"FLOA", "number"}, {"DOUBLE", "number"}, {"NUMERIC", "number"}, {"DECIMAL", "number"},
	} {
		if strings.Contains(name, k.part) {
			return k.kind
		}
	}
	return strings.ToLower(name)
}
