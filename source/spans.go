package source

import (
	"context"

	"daycast"
)

const (
	// spanLines is how many order lines are read at once where there are more:
	// what a lost connection costs.
	spanLines = 2_000_000
	// mostSpans bounds what reading in parts costs a database that has no
	// index on the time.
	mostSpans = 16
)

// A Measured is a source that can tell how many order lines it has, and of which
// days the first and the last are.
type Measured interface {
	// Extent counts the order lines since a day, 0 for all, and gives the days of
	// the first and the last; they are 0 where nothing tells.
	Extent(ctx context.Context, since daycast.Day) (lines int64, first, last daycast.Day, err error)
}

// Spans cuts the order lines since a day, 0 for all, into parts that are read
// one after the other. Together they hold every line once.
func Spans(ctx context.Context, s Source, since daycast.Day) ([]daycast.Span, error) {
	all := []daycast.Span{{From: since}}
	m, ok := s.(Measured)
	if !ok || since != 0 {
		return all, nil
	}
	lines, first, last, err := m.Extent(ctx, since)
	if err != nil {
		return nil, err
	}
	parts := daycast.Day(min(mostSpans, (lines+spanLines-1)/spanLines))
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
