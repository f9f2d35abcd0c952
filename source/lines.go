package source

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"daycast"
)

// Lines reads the Sales of a span from a source as raw lines, numbered from 1,
// and maybe some of the days around. Rows that cannot be read go to
// quarantine.
func Lines(ctx context.Context, s Source, span daycast.Span, quarantine func(daycast.Quarantined)) iter.Seq2[daycast.RawLine, error] {
	return func(yield func(daycast.RawLine, error) bool) {
		columns, err := s.Columns(ctx, Sales)
		if err == nil {
			err = Sales.require(columns, "the table of sales", "source")
		}
		if err != nil {
			yield(daycast.RawLine{}, err)
			return
		}
		fill := lineFiller(columns)
		var row int64
		for batch, err := range s.Read(ctx, Sales, span) {
			if err != nil {
				yield(daycast.RawLine{}, err)
				return
			}
			for _, values := range batch {
				row++
				if len(values) != len(columns) {
					quarantine(unreadable(row, values, columns))
					continue
				}
				line := daycast.RawLine{Row: row}
				fill(&line, values)
				if !yield(line, nil) {
					return
				}
			}
		}
	}
}

func unreadable(row int64, values, columns []string) daycast.Quarantined {
	q := daycast.Quarantined{Table: string(Sales), Row: row, Value: clip(strings.Join(values, ",")), Reason: "unreadable: a stray quote"}
	if len(values) > 0 {
		q.Reason = fmt.Sprintf("unreadable: %d values for %d columns", len(values), len(columns))
	}
	return q
}

// lineFiller gives each column its field once, not once a row.
func lineFiller(columns []string) func(*daycast.RawLine, []string) {
	targets := make([]func(*daycast.RawLine) *string, len(columns))
	for i, name := range columns {
		targets[i] = lineFields[name]
	}
	return func(line *daycast.RawLine, values []string) {
		for i, target := range targets {
			if target != nil {
				*target(line) = values[i]
			}
		}
	}
}

var lineFields = map[string]func(*daycast.RawLine) *string{
	"order_id":    func(l *daycast.RawLine) *string { return &l.OrderID },
	"line_id":     func(l *daycast.RawLine) *string { return &l.LineID },
	"ordered_at":  func(l *daycast.RawLine) *string { return &l.OrderedAt },
	"customer_id": func(l *daycast.RawLine) *string { return &l.CustomerID },
	"item_id":     func(l *daycast.RawLine) *string { return &l.ItemID },
	"place_id":    func(l *daycast.RawLine) *string { return &l.PlaceID },
	"quantity":    func(l *daycast.RawLine) *string { return &l.Quantity },
	"unit_price":  func(l *daycast.RawLine) *string { return &l.UnitPrice },
	"discount":    func(l *daycast.RawLine) *string { return &l.Discount },
	"promotion":   func(l *daycast.RawLine) *string { return &l.Promotion },
	"currency":    func(l *daycast.RawLine) *string { return &l.Currency },
}
