package source

import (
	"context"
	"errors"

	"daycast"
)

// SpanLines is how many order lines are read at once where there are more: what
// a lost connection costs. Postgres walks a whole table for a large part of it,
// index or not, so that many small parts take it longer than the lines.
const SpanLines = 6_000_000

// mostSpans bounds what reading in parts costs a database that has no index on
// the time.
const mostSpans = 16

// A Measured is a source that can tell how many order lines it has, and of which
// days the first and the last are.
type Measured interface {
	// Extent counts the order lines since a day, 0 for all, and gives the days of
	// the first and the last; they are 0 where nothing tells.
	Extent(ctx context.Context, since daycast.Day) (lines int64, first, last daycast.Day, err error)
}

// Spans cuts the order lines since a day, 0 for all, into parts of about so many
// lines (SpanLines) that are read one after the other. Together they hold every
// line once. A source that takes too long to count its lines gives one part.
func Spans(ctx context.Context, s Source, since daycast.Day, of int64) ([]daycast.Span, error) {
	all := []daycast.Span{{From: since}}
	m, ok := s.(Measured)
	if !ok || since != 0 {
		return all, nil
	}
	lines, first, last, err := m.Extent(ctx, since)
	if errors.Is(err, ErrTooLong) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	parts := daycast.Day(min(mostSpans, (lines+of-1)/of))
	if parts < 2 || last-first < parts {
		return all, nil
	}
	spans := make([]daycast.Span, parts)
	for i := range spans[1:] {
		cut := first + (last-first+1)*daycast.Day(i+1)/parts //nolint:gosec // at most mostSpans
		spans[i].To, spans[i+1].From = cut, cut
	}
	return spans, nil
}

// Halves are the two parts of a span, for a source that does not give the
// whole of it in the time that it allows. ok is false where there is nothing to
// cut: a day, or what is older than any shop's records. Where a side is open,
// the other part is the newest year before today or the span's end.
func Halves(s daycast.Span, today daycast.Day) (parts [2]daycast.Span, ok bool) {
	from, to := s.From, s.To
	if to == 0 {
		to = today + 1
	}
	if from == 0 {
		from = to - 2*yearDays
	}
	cut := from + (to-from)/2
	if to-from < 2 || s.From == 0 && cut < 0 {
		return parts, false
	}
	return [2]daycast.Span{{From: s.From, To: cut}, {From: cut, To: s.To}}, true
}

const yearDays = 365
