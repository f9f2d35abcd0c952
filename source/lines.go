package source

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"daycast"
)

// A RowError is a row that cannot be read, such as a line of a file with too
// few fields. Unlike any other error of Read it does not end the reading: a
// caller that goes on, and keeps Row in quarantine, gets the rows after it.
type RowError struct {
	Row daycast.Quarantined
	Err *daycast.Error
}

func (e *RowError) Error() string { return e.Err.Error() }

// Unwrap gives the error with its code and hint.
func (e *RowError) Unwrap() error { return e.Err }

// SetAside yields only the rows that can be read; quarantine keeps the others.
func SetAside(rows iter.Seq2[[][]string, error], quarantine func(daycast.Quarantined)) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		for batch, err := range rows {
			var unreadable *RowError
			if errors.As(err, &unreadable) {
				quarantine(unreadable.Row)
				continue
			}
			if !yield(batch, err) {
				return
			}
		}
	}
}

// Lines reads the Sales of a source as raw lines, numbered from 1. Ids lose
// their outer spaces, because lines are sorted and matched by them; all other
// values stay as they are written. Rows that cannot be read go to quarantine.
func Lines(ctx context.Context, s Source, since time.Time, quarantine func(daycast.Quarantined)) iter.Seq2[daycast.RawLine, error] {
	return func(yield func(daycast.RawLine, error) bool) {
		columns, err := s.Columns(ctx, Sales)
		if err != nil {
			yield(daycast.RawLine{}, err)
			return
		}
		fill := lineFiller(columns)
		var row int64
		aside := func(q daycast.Quarantined) {
			row++
			quarantine(q)
		}
		for batch, err := range SetAside(s.Read(ctx, Sales, since), aside) {
			if err != nil {
				yield(daycast.RawLine{}, err)
				return
			}
			for _, values := range batch {
				row++
				line := daycast.RawLine{Row: row}
				fill(&line, values)
				if !yield(line, nil) {
					return
				}
			}
		}
	}
}

// lineFiller gives each column its field once, not once a row.
func lineFiller(columns []string) func(*daycast.RawLine, []string) {
	targets := make([]func(*daycast.RawLine) *string, len(columns))
	isID := make([]bool, len(columns))
	for i, name := range columns {
		targets[i] = lineFields[name]
		isID[i] = strings.HasSuffix(name, "_id")
	}
	return func(line *daycast.RawLine, values []string) {
		for i, target := range targets {
			if target == nil {
				continue
			}
			value := values[i]
			if isID[i] {
				value = strings.TrimSpace(value)
			}
			*target(line) = value
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
}
