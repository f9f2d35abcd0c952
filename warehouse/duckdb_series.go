package warehouse

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"daycast"
)

var seriesRelation = relation[SeriesRow]{
	name: "series",
	columns: []column{
		plain("item"), plain("place"), plain("id"), plain("levels"), plain("sold"), day("last_sale"), plain("panel_at"),
	},
	order: "item, place",
	put: func(p *putter, s SeriesRow) {
		p.texts(s.Series.Item, s.Series.Place, s.Series.ID())
		p.attributes(s.Levels)
		p.any(s.Sold)
		p.days(s.LastSale)
		p.any(s.At)
	},
	take: func(t *taker) SeriesRow {
		row := SeriesRow{Series: t.series()}
		t.any() // the id, which the series tells
		row.Levels, row.Sold, row.LastSale, row.At = t.attributes(), as[bool](t.any()), t.day(), as[int64](t.any())
		return row
	},
}

// duckSeries is the SeriesTable.
type duckSeries struct{ duckRuns[SeriesRow] }

func (t duckSeries) Of(ctx context.Context, run string, series []daycast.Series) iter.Seq2[SeriesRow, error] {
	if len(series) == 0 {
		return func(func(SeriesRow, error) bool) {}
	}
	return read(ctx, t.db, t.rel, ofSeries(run, series))
}

// ofSeries is the filter of a run's rows of some series, at least one.
func ofSeries(run string, series []daycast.Series) filter {
	f := ofRun(run)
	first, last := series[0].Item, series[0].Item
	for _, s := range series {
		first, last = min(first, s.Item), max(last, s.Item)
		f.args = append(f.args, s.Item, s.Place)
	}
	// The span lets the database pass over what has none of them.
	f.where += " AND (item, place) IN (" + strings.TrimSuffix(strings.Repeat("(?, ?), ", len(series)), ", ") + ") AND item BETWEEN ? AND ?"
	f.args = append(f.args, first, last)
	return f
}

func (t duckSeries) After(ctx context.Context, run string, s daycast.Series, text string, limit int) iter.Seq2[SeriesRow, error] {
	f := ofRun(run)
	f.where += " AND (item > ? OR item = ? AND place > ?)"
	f.args = append(f.args, s.Item, s.Item, s.Place)
	if text != "" {
		f.where += " AND (contains(lower(id), ?) OR len(list_filter(map_values(levels), lambda name: contains(lower(name), ?))) > 0)"
		f.args = append(f.args, text, text)
	}
	f.limit = limit
	return read(ctx, t.db, t.rel, f)
}

func (t duckSeries) Before(ctx context.Context, run string, s daycast.Series, limit int) iter.Seq2[SeriesRow, error] {
	f := ofRun(run)
	f.where += " AND (item < ? OR item = ? AND place < ?)"
	f.args = append(f.args, s.Item, s.Item, s.Place)
	f.limit = limit
	backwards := *t.rel
	backwards.order = "item DESC, place DESC"
	return read(ctx, t.db, &backwards, f)
}

// limited is what a query ends with.
func (f filter) limited() string {
	if f.limit == 0 {
		return ""
	}
	return fmt.Sprintf(" LIMIT %d", f.limit)
}
