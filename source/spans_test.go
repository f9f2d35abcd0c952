package source_test

import (
	"context"
	"iter"
	"testing"

	"daycast"
	"daycast/source"
)

// extent is a source that only tells how much it has.
type extent struct {
	source.Unconnected
	lines       int64
	first, last daycast.Day
}

func (e extent) Extent(context.Context, daycast.Day) (int64, daycast.Day, daycast.Day, error) {
	return e.lines, e.first, e.last, nil
}

func TestSpans(t *testing.T) {
	for name, c := range map[string]struct {
		extent
		since daycast.Day
		want  int
	}{
		"few lines":     {extent{lines: 1000, first: 10, last: 100}, 0, 1},
		"many":          {extent{lines: 5_000_000, first: 10, last: 100}, 0, 3},
		"very many":     {extent{lines: 1e9, first: 10, last: 1000}, 0, 16},
		"since a day":   {extent{lines: 1e9, first: 10, last: 1000}, 500, 1},
		"on few days":   {extent{lines: 1e9, first: 10, last: 12}, 0, 1},
		"of no dates":   {extent{lines: 1e9}, 0, 1},
		"of the future": {extent{lines: 1e9, first: -10, last: 60_000}, 0, 16},
	} {
		spans, err := source.Spans(t.Context(), c.extent, c.since, 2_000_000)
		if err != nil || len(spans) != c.want {
			t.Errorf("%s: %v, %v; want %d spans", name, spans, err, c.want)
			continue
		}
		for day := c.first - 5; day < c.last+5; day += 3 {
			held := 0
			for _, s := range spans {
				if s.Holds(daycast.Line{At: int64(day) * 24 * 60 * 60 * 1e6}) {
					held++
				}
			}
			if want := day >= c.since || c.since == 0; (held == 1) != want {
				t.Errorf("%s: %s is in %d spans", name, day, held)
			}
		}
	}
}

// The spans of a SQL source hold every line once, those without a time too.
func TestSpansOfSQL(t *testing.T) {
	db, dsn := openSchema(t)
	exec(t, db, `CREATE TABLE lines (o int, at timestamp)`)
	exec(t, db, `INSERT INTO lines SELECT i, timestamp '2024-01-01' + i * interval '5 hours' FROM generate_series(1, 500) i`)
	exec(t, db, `INSERT INTO lines VALUES (501, NULL)`)
	s := openPostgres(t, dsn, map[source.Table]string{
		source.Sales: "SELECT o AS order_id, at AS ordered_at, 'tea' AS item_id, 1 AS quantity FROM lines",
	})
	lines, first, last, err := s.Extent(t.Context(), 0)
	if err != nil || lines != 501 || first.String() != "2024-01-01" || last.String() != "2024-04-14" {
		t.Fatalf("%d lines from %s to %s, %v", lines, first, last, err)
	}
	seen := map[string]int{}
	for _, span := range []daycast.Span{{To: first + 30}, {From: first + 30, To: first + 60}, {From: first + 60}} {
		for order := range held(t, s, span) {
			seen[order]++
		}
	}
	if len(seen) != 501 {
		t.Errorf("%d of 501 lines", len(seen))
	}
	for order, n := range seen {
		if n != 1 {
			t.Errorf("order %s is in %d spans", order, n)
		}
	}
}

// held yields the order ids of a span's lines: what comes of days around is
// sorted out by the time's text.
func held(t *testing.T, s source.Source, span daycast.Span) iter.Seq[string] {
	return func(yield func(string) bool) {
		for l, err := range source.Lines(t.Context(), s, span, nil) {
			if err != nil {
				t.Fatal(err)
			}
			at := l.OrderedAt
			if (span.From == 0 || at >= span.From.String()) && (span.To == 0 || at < span.To.String()) && !yield(l.OrderID) {
				return
			}
		}
	}
}

// Halves hold together what the span holds, each line once, and come to an end.
func TestHalves(t *testing.T) {
	today := daycast.Day(19_000)
	for _, whole := range []daycast.Span{{}, {From: 18_000}, {To: 18_500}, {From: 18_000, To: 18_033}, {From: 25_000}} {
		for open := []daycast.Span{whole}; len(open) > 0; {
			span := open[0]
			open = open[1:]
			halves, ok := source.Halves(span, today)
			if !ok {
				if span.From != 0 && span.To != 0 && span.To-span.From > 1 {
					t.Fatalf("%v: %v is not cut", whole, span)
				}
				continue
			}
			open = append(open, halves[:]...)
			cut := halves[0].To
			for _, day := range []daycast.Day{-10, span.From - 1, span.From, cut - 1, cut, span.To - 1, span.To, 26_000} {
				l, held := daycast.Line{At: int64(day) * 24 * 60 * 60 * 1e6}, 0
				for _, s := range halves {
					if s.Holds(l) {
						held++
					}
				}
				if (held == 1) != span.Holds(l) || held > 1 {
					t.Fatalf("%v: %s of %v is in %d of its halves", whole, day, span, held)
				}
			}
		}
	}
}
