package warehouse

import (
	"cmp"
	"context"
	"database/sql/driver"
	"iter"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"daycast"
)

// duckLines is the LineTable. A row is a chunk of lines, because writing and
// sorting rows of a line each takes ten times as long.
type duckLines struct{ db *duckDB }

const (
	linesTable = "lines"

	// leastBuffer is how many bytes of lines are collected, at least, before
	// they are written: the more, the longer are chunks.
	leastBuffer = 8 << 20
	// fullChunk is the length in bytes from which a chunk takes no further line.
	// The database reads 2,048 chunks at once where it wants some of them.
	fullChunk = 1000
	// Lines are read in about as many ranges of items, but not in ranges of
	// fewer than leastRange lines, some five megabytes, or more than mostRange.
	ranges     = 32
	leastRange = 1 << 17
	mostRange  = 1 << 21
)

// A chunkRow is a row of the table.
type chunkRow struct {
	series daycast.Series
	chunk
}

var chunkRelation = relation[chunkRow]{
	name: linesTable,
	columns: []column{
		plain("item"), plain("place"), plain("first"), plain("last"), plain("count"), plain("content"), plain("chunk"),
	},
	put: func(p *putter, r chunkRow) {
		p.texts(r.series.Item, r.series.Place)
		if r.timed {
			p.days(r.first, r.last)
		} else {
			p.any(nil)
			p.any(nil)
		}
		p.any(r.count)
		p.any(r.content)
		p.any(r.bytes)
	},
}

func (t duckLines) Replace(ctx context.Context, run string, span daycast.Span, rows iter.Seq2[daycast.Line, error]) (count int64, err error) {
	if t.db.snapshot {
		return 0, errReadOnly()
	}
	s, err := t.db.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer s.close()
	w := lineWriter{index: map[daycast.Series]int{}, buffer: max(leastBuffer, int(t.db.memory/16))}
	err = s.atomically(ctx, func() error {
		if err := insert(ctx, s, &chunkRelation, run, w.chunks(ctx, t.outside(ctx, s, span), rows)); err != nil {
			return err
		}
		return s.query(ctx, "SELECT coalesce(sum(count), 0)::BIGINT FROM "+linesTable, func(row []driver.Value) bool {
			count = as[int64](row[0])
			return true
		})
	})
	return count, t.db.explain(err)
}

// overlaps is the condition that a chunk may have lines of a span.
func overlaps(s daycast.Span) filter {
	f := filter{where: "true"}
	if s.From != 0 {
		f.where += " AND coalesce(last >= make_date(?::INTEGER), true)"
		f.args = append(f.args, int32(s.From))
	}
	if s.To != 0 {
		f.where += " AND coalesce(first < make_date(?::INTEGER), true)"
		f.args = append(f.args, int32(s.To))
	}
	return f
}

// outside removes the chunks that a span touches, and yields the lines of them
// that are not of it.
func (t duckLines) outside(ctx context.Context, s *session, span daycast.Span) iter.Seq2[daycast.Line, error] {
	return func(yield func(daycast.Line, error) bool) {
		f := overlaps(span)
		if span != (daycast.Span{}) {
			for l, err := range t.walk(ctx, f) {
				if (err != nil || !span.Holds(l)) && !yield(l, err) {
					return
				}
			}
		}
		if err := s.exec(ctx, "DELETE FROM "+linesTable+" WHERE "+f.where, f.args...); err != nil {
			yield(daycast.Line{}, err)
		}
	}
}

func (t duckLines) Read(ctx context.Context) iter.Seq2[daycast.Line, error] { return t.walk(ctx, all) }

// walk yields the lines of the chunks that f holds, by item and place.
func (t duckLines) walk(ctx context.Context, f filter) iter.Seq2[daycast.Line, error] {
	return func(yield func(daycast.Line, error) bool) {
		if err := t.walkRanges(ctx, f, yield); err != nil {
			yield(daycast.Line{}, t.db.explain(err))
		}
	}
}

// walkRanges takes some items at a time. What is written at once comes in the
// order of items, so that the database skips nearly all chunks of others.
func (t duckLines) walkRanges(ctx context.Context, f filter, yield func(daycast.Line, error) bool) error {
	s, err := t.db.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	first, err := s.itemRanges(ctx, f)
	if err != nil {
		return err
	}
	for i, item := range first {
		where, args := f.where+" AND item >= ?", append(slices.Clone(f.args), item)
		if i+1 < len(first) {
			where, args = where+" AND item < ?", append(args, first[i+1])
		}
		var damaged *daycast.Series
		more := true
		err := s.query(ctx, "SELECT item, place, chunk FROM "+linesTable+" WHERE "+where+" ORDER BY item, place, rowid", func(row []driver.Value) bool {
			series := daycast.Series{Item: as[string](row[0]), Place: as[string](row[1])}
			ok := readChunk(string(as[[]byte](row[2])), series, func(l daycast.Line) bool {
				more = yield(l, nil)
				return more
			})
			if !ok {
				damaged = &series
			}
			return ok && more
		}, args...)
		if err != nil || !more {
			return err
		}
		if damaged != nil {
			return daycast.Errorf(daycast.Invalid, "%s: order lines of %s are damaged", t.db.path, damaged.ID()).
				WithHint("remove the file: the next run reads all order lines again")
		}
	}
	return nil
}

// itemRanges cuts the items into ranges: the items with which they begin.
func (s *session) itemRanges(ctx context.Context, f filter) (first []string, err error) {
	var total int64
	err = s.query(ctx, "SELECT coalesce(sum(count), 0)::BIGINT FROM "+linesTable+" WHERE "+f.where, func(row []driver.Value) bool {
		total = as[int64](row[0])
		return true
	}, f.args...)
	if err != nil {
		return nil, err
	}
	most := min(max(leastRange, total/ranges), mostRange)
	lines := most
	err = s.query(ctx, "SELECT item, sum(count)::BIGINT FROM "+linesTable+" WHERE "+f.where+" GROUP BY item ORDER BY item", func(row []driver.Value) bool {
		if lines >= most {
			first, lines = append(first, as[string](row[0])), 0
		}
		lines += as[int64](row[1])
		return true
	}, f.args...)
	return first, err
}

// A lineWriter collects lines as chunks of series.
type lineWriter struct {
	buffer int // bytes after which the chunks are written
	bytes  int
	index  map[daycast.Series]int // places in open
	open   []openChunk
}

type openChunk struct {
	chunkRow
	hash uint64 // of the series
}

// chunks yields the chunks of all lines.
func (w *lineWriter) chunks(ctx context.Context, sources ...iter.Seq2[daycast.Line, error]) iter.Seq2[chunkRow, error] {
	return func(yield func(chunkRow, error) bool) {
		for _, lines := range sources {
			for l, err := range lines {
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					yield(chunkRow{}, err)
					return
				}
				if w.add(l); w.bytes >= w.buffer && !w.flush(yield) {
					return
				}
			}
		}
		w.flush(yield)
	}
}

func (w *lineWriter) add(l daycast.Line) {
	i, known := w.index[l.Series]
	if !known {
		// The line's own texts share memory with all lines that were read with it.
		series := daycast.Series{Item: strings.Clone(l.Series.Item), Place: strings.Clone(l.Series.Place)}
		i = len(w.open)
		w.index[series] = i
		w.open = append(w.open, openChunk{chunkRow: chunkRow{series: series}, hash: xxhash.Sum64String(series.ID())})
	}
	c := &w.open[i]
	before := len(c.bytes)
	c.add(l, c.hash)
	w.bytes += len(c.bytes) - before
	if len(c.bytes) >= fullChunk {
		delete(w.index, l.Series) // the next line begins another
	}
}

// flush yields what was collected, in the order of series.
func (w *lineWriter) flush(yield func(chunkRow, error) bool) bool {
	slices.SortStableFunc(w.open, func(a, b openChunk) int {
		return cmp.Or(strings.Compare(a.series.Item, b.series.Item), strings.Compare(a.series.Place, b.series.Place))
	})
	for i := range w.open {
		if !yield(w.open[i].chunkRow, nil) {
			return false
		}
	}
	clear(w.index)
	w.open, w.bytes = w.open[:0], 0
	return true
}
