package warehouse

import (
	"context"
	"database/sql/driver"
	"iter"

	"daycast"
)

func (t duckFacts) ReadPart(ctx context.Context, of Part, known daycast.Day) iter.Seq2[daycast.Fact, error] {
	f := filter{where: "known_at <= make_date(?::INTEGER)", args: []any{int32(known)}}
	if of.Of > 1 {
		f.where += " AND " + of.where()
	}
	return read(ctx, t.db, t.rel, f)
}

func (t duckFacts) Count(ctx context.Context, last daycast.Day, days int) (n FactCount, err error) {
	s, err := t.db.connect(ctx)
	if err != nil {
		return n, err
	}
	defer s.close()
	const count = `
		WITH series AS (
			SELECT item, place, bool_or(units <> 0 AND day <= make_date($1::INTEGER)) AS sold
			FROM facts WHERE known_at <= make_date($1::INTEGER) GROUP BY item, place),
		newest AS (
			SELECT DISTINCT item, place FROM (
				SELECT item, place FROM facts
				WHERE known_at <= make_date($1::INTEGER) AND day > make_date($1::INTEGER - $2::INTEGER) AND day <= make_date($1::INTEGER)
				GROUP BY item, place, day HAVING sum(units) <> 0))
		SELECT count(*), count(DISTINCT item), count(DISTINCT place), count(*) FILTER (NOT coalesce(sold, false)),
			(SELECT count(*) FROM newest) FROM series`
	err = s.query(ctx, count, func(row []driver.Value) bool {
		n = FactCount{
			Series: as[int64](row[0]), Items: as[int64](row[1]), Places: as[int64](row[2]),
			NeverSold: as[int64](row[3]), OnSale: as[int64](row[4]),
		}
		return true
	}, int32(last), int32(days))
	return n, t.db.explain(err)
}

func (t duckFacts) Top(ctx context.Context, last daycast.Day, days, n int) (top []SoldRow, err error) {
	s, err := t.db.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer s.close()
	// As in a panel, a day is worth its net units at its last price, or at that of
	// the last day before which has one. Price lists are not asked.
	const most = `
		WITH top AS (
			SELECT item, place, sum(units::DOUBLE) AS sold FROM facts
			WHERE known_at <= make_date($1::INTEGER) AND day > make_date($1::INTEGER - $2::INTEGER) AND day <= make_date($1::INTEGER)
			GROUP BY item, place HAVING sold > 0 ORDER BY sold DESC, item, place LIMIT $3),
		days AS (
			SELECT item, place, day, sum(units::DOUBLE) AS units, last(price ORDER BY known_at, rowid) FILTER (price IS NOT NULL) AS price
			FROM facts SEMI JOIN top USING (item, place)
			WHERE known_at <= make_date($1::INTEGER) AND day <= make_date($1::INTEGER) GROUP BY item, place, day),
		worth AS (
			SELECT item, place, day, units * last_value(price IGNORE NULLS) OVER (PARTITION BY item, place ORDER BY day) AS revenue FROM days)
		SELECT item, place, any_value(sold) AS sold, sum(revenue) FILTER (day > make_date($1::INTEGER - $2::INTEGER))
		FROM top JOIN worth USING (item, place) GROUP BY item, place ORDER BY sold DESC, item, place`
	err = s.query(ctx, most, func(row []driver.Value) bool {
		k := taker{row: row, last: make([]string, len(row))}
		top = append(top, SoldRow{Series: k.series(), Units: k.double(), Revenue: k.double()})
		return true
	}, int32(last), int32(days), int32(n))
	return top, t.db.explain(err)
}
