package feature_test

import (
	"database/sql"
	"math"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"daycast"
	"daycast/feature"
	"daycast/model/modeltest"
)

// sqlTwins are features, one period ahead, in DuckDB's words: of the periods of
// a series in order of t, whose v is NULL where there is no evidence. Those in
// units are compared times the scale.
var sqlTwins = []struct {
	name  string
	units bool
	sql   string
}{
	{"mean_1w", true, "avg(v) OVER (s ROWS 6 PRECEDING)"},
	{"mean_2w", true, "avg(v) OVER (s ROWS 13 PRECEDING)"},
	{"mean_4w", true, "avg(v) OVER (s ROWS 27 PRECEDING)"},
	{"mean_8w", true, "avg(v) OVER (s ROWS 55 PRECEDING)"},
	{"mean_13w", true, "avg(v) OVER (s ROWS 90 PRECEDING)"},
	{"mean_26w", true, "avg(v) OVER (s ROWS 181 PRECEDING)"},
	{"mean_52w", true, "avg(v) OVER (s ROWS 363 PRECEDING)"},
	{"deviation_4w", true, "stddev_pop(v) OVER (s ROWS 27 PRECEDING)"},
	{"deviation_13w", true, "stddev_pop(v) OVER (s ROWS 90 PRECEDING)"},
	{"max_8w", true, "greatest(0, max(v) OVER (s ROWS 55 PRECEDING))"},
	{"max_52w", true, "greatest(0, max(v) OVER (s ROWS 363 PRECEDING))"},
	{"min_4w", true, "min(v) OVER (s ROWS 27 PRECEDING)"},
	{"median_4w", true, "quantile_cont(v, 0.5) OVER (s ROWS 27 PRECEDING)"},
	{"high_8w", true, "quantile_cont(v, 0.9) OVER (s ROWS 55 PRECEDING)"},
	{"share_sold_4w", false, "coalesce(avg((v <> 0)::INT) OVER (s ROWS 27 PRECEDING), 0)"},
	{"share_sold_13w", false, "coalesce(avg((v <> 0)::INT) OVER (s ROWS 90 PRECEDING), 0)"},
	{"since_sale", false, "ln(1 + coalesce(t - max(CASE WHEN v <> 0 THEN t END) OVER (s ROWS 363 PRECEDING), t + 1))"},
	{"age", false, "ln(1 + t)"},
	{"last_1", true, "coalesce(v, lag(v, 1 IGNORE NULLS) OVER s)"},
	{"last_2", true, "CASE WHEN v IS NULL THEN lag(v, 2 IGNORE NULLS) OVER s ELSE lag(v, 1 IGNORE NULLS) OVER s END"},
	{"last_3", true, "CASE WHEN v IS NULL THEN lag(v, 3 IGNORE NULLS) OVER s ELSE lag(v, 2 IGNORE NULLS) OVER s END"},
	{"lag_1w", true, "lag(v, 6) OVER s"},
	{"lag_4w", true, "lag(v, 27) OVER s"},
	{"lag_52w", true, "lag(v, 363) OVER s"},
	{"same_1", true, "lag(last_of_8, 6) OVER s"},
	{"same_4", true, "lag(mean_of_4, 6) OVER s"},
	{"same_8", true, "lag(mean_of_8, 6) OVER s"},
	{"same_13", true, "lag(mean_of_13, 6) OVER s"},
	{"same_deviation_8", true, "lag(deviation_of_8, 6) OVER s"},
	{"share_stock_out_4w", false, "avg(CASE WHEN state NOT IN (0, 5) THEN (state = 3)::INT END) OVER (s ROWS 27 PRECEDING)"},
	{"share_closed_13w", false, "avg(CASE WHEN state NOT IN (0, 5) THEN (state = 4)::INT END) OVER (s ROWS 90 PRECEDING)"},
}

// byWeekday are what same_* look back on, by the weekday of t.
const byWeekday = `CREATE TABLE days AS SELECT *,
	last_value(v IGNORE NULLS) OVER (w ROWS 7 PRECEDING) AS last_of_8, avg(v) OVER (w ROWS 3 PRECEDING) AS mean_of_4,
	avg(v) OVER (w ROWS 7 PRECEDING) AS mean_of_8, avg(v) OVER (w ROWS 12 PRECEDING) AS mean_of_13,
	stddev_pop(v) OVER (w ROWS 7 PRECEDING) AS deviation_of_8
	FROM read WINDOW w AS (PARTITION BY i, t % 7 ORDER BY t)`

// TestSQLSaysTheSame computes windows, lags, weekdays, states and times since
// by window functions of DuckDB.
func TestSQLSaysTheSame(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	p := modeltest.Rich(6, 5, 480)
	each(p, func(v float32) float32 { return v*0.5 - 1 })
	p.NonNegative = false
	load(t, db, p)
	set := feature.NewSet(p, feature.Groups()...)
	column := map[string]int{}
	for c, of := range set.Columns() {
		column[of.Name] = c
	}
	frames := map[int]*feature.Frame{}
	reader := set.Bind(p).Batch()
	scale := map[[2]int]float64{}
	for i := range p.Series {
		var want []feature.Want
		for k := range p.Len(i) {
			want = append(want, feature.Want{T: k, H: 1})
		}
		frames[i] = batch(reader, set.Columns(), i, want)
		for k := range want {
			scale[[2]int{i, k}] = reader.Scale(k)
		}
	}
	for _, twin := range sqlTwins {
		n := 0
		err := ask(db, "SELECT i, t, "+twin.sql+" FROM days WINDOW s AS (PARTITION BY i ORDER BY t)", func(i, k int, want float64) bool {
			got, s := float64(frames[i].Data[column[twin.name]][k]), 1.0
			if twin.units {
				s = scale[[2]int{i, k}]
			}
			n++
			// 32 bits, and millionths of units.
			if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got*s-want) > 2e-6*(1+math.Abs(want)) {
				t.Errorf("%s of series %d at %d is %g, SQL says %g", twin.name, i, k, got*s, want)
				return false
			}
			return true
		})
		if err != nil || n == 0 {
			t.Errorf("%s: %d values, %v", twin.name, n, err)
		}
	}
}

// ask gives the rows of a query, NaN for NULL, until tell wants no more.
func ask(db *sql.DB, query string, tell func(i, k int, v float64) bool) error {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var i, k int
		var v sql.NullFloat64
		if err := rows.Scan(&i, &k, &v); err != nil {
			return err
		}
		if !v.Valid {
			v.Float64 = math.NaN()
		}
		if !tell(i, k, v.Float64) {
			break
		}
	}
	return rows.Err()
}

func load(t *testing.T, db *sql.DB, p *daycast.Panel) {
	t.Helper()
	run := func(query string, args ...any) {
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE TABLE read (i INT, t INT, v DOUBLE, state INT)")
	for i := range p.Series {
		values, states := make([]any, p.Len(i)), make([]int32, p.Len(i))
		for k, v := range p.TrainOf(i) {
			if states[k] = int32(p.StateOf(i)[k]); p.StateOf(i)[k].Evidence() {
				values[k] = float64(v)
			}
		}
		for k := range values {
			run("INSERT INTO read VALUES (?, ?, ?, ?)", i, k, values[k], states[k])
		}
	}
	run(byWeekday)
}
