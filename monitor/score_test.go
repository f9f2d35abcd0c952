package monitor_test

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	godiff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
	"daycast/monitor"
	"daycast/warehouse"
)

const last = modeltest.Origin

var nan = float32(math.NaN())

// each yields rows, as a table does.
func each[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func score(t *testing.T, p *daycast.Panel, due ...warehouse.ForecastRow) []warehouse.ScoreRow {
	t.Helper()
	slices.SortFunc(due, byTable)
	rows, err := monitor.Score(p, each(due))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// byTable is the order of ForecastTable.Due.
func byTable(a, b warehouse.ForecastRow) int {
	return cmp.Or(cmp.Compare(a.Series.Item, b.Series.Item), cmp.Compare(a.Series.Place, b.Series.Place),
		cmp.Compare(a.Day, b.Day), cmp.Compare(a.Origin, b.Origin))
}

// forecast is one of the item "a", from q10 2 to q90 6.
func forecast(origin, day daycast.Day, mean float32) warehouse.ForecastRow {
	return warehouse.ForecastRow{Series: daycast.Series{Item: "a"}, Origin: origin, Day: day, Mean: mean, Q10: 2, Q50: 4, Q90: 6}
}

// stated is a series of units, each with its state.
func stated(units []float32, state ...daycast.DayState) modeltest.Series {
	return modeltest.Series{Item: "a", Units: units, State: state}
}

// One forecast of mean 5, of the day on which the panel ends unless said
// otherwise, in each case that the rules tell apart.
func TestScoreRules(t *testing.T) {
	const origin, sold = last - 1, daycast.Sold
	week := func(units ...float32) *daycast.Panel {
		return modeltest.WeeklyPanel(last, modeltest.Series{Item: "a", Units: units})
	}
	day := func(s modeltest.Series) *daycast.Panel { return modeltest.Panel(last, s) }
	quiet := make([]float32, 60)
	quiet[3] = 1 // 55 days before the origin
	tooQuiet := make([]float32, 60)
	tooQuiet[2] = 1
	bare, broken, endless := forecast(origin, last, 5), forecast(origin, last, nan), forecast(origin, last, float32(math.Inf(1)))
	bare.Q10, bare.Q90 = nan, nan
	stranger := forecast(origin, last, 5)
	stranger.Series.Place = "elsewhere"
	far := modeltest.Series{Item: "a", Units: []float32{1, 3}, Category: "far"}
	for name, c := range map[string]struct {
		panel *daycast.Panel
		row   warehouse.ForecastRow
		want  *warehouse.ScoreRow // nil: not scored
	}{
		"sold":           {day(stated([]float32{1, 3}, sold, sold)), forecast(origin, last, 5), &warehouse.ScoreRow{Absolute: 2, Squared: 4, Signed: 2, Sold: 3, Open: 1, Inside: 1}},
		"too much sold":  {day(stated([]float32{1, 8}, sold, sold)), forecast(origin, last, 5), &warehouse.ScoreRow{Absolute: 3, Squared: 9, Signed: -3, Sold: 8, Open: 1}},
		"a bound":        {day(stated([]float32{1, 6}, sold, sold)), forecast(origin, last, 5), &warehouse.ScoreRow{Absolute: 1, Squared: 1, Signed: -1, Sold: 6, Open: 1, Inside: 1}},
		"returns":        {day(stated([]float32{1, -3}, sold, sold)), forecast(origin, last, 5), &warehouse.ScoreRow{Absolute: 8, Squared: 64, Signed: 8, Sold: 3, Open: 1}},
		"nobody bought":  {day(stated([]float32{1, 0}, sold, daycast.Zero)), forecast(origin, last, 5), &warehouse.ScoreRow{Absolute: 5, Squared: 25, Signed: 5, Open: 1}},
		"closed":         {day(stated([]float32{1, 0}, sold, daycast.Closed)), forecast(origin, last, 5), &warehouse.ScoreRow{Absolute: 5, Squared: 25, Signed: 5}},
		"not listed":     {day(stated([]float32{1, 0}, sold, daycast.NotListed)), forecast(origin, last, 5), &warehouse.ScoreRow{Absolute: 5, Squared: 25, Signed: 5}},
		"stock-out":      {day(stated([]float32{1, 2}, sold, daycast.StockOut)), forecast(origin, last, 5), nil},
		"lost day":       {day(stated([]float32{1, 0}, sold, daycast.Missing)), forecast(origin, last, 5), nil},
		"category":       {day(far), forecast(origin, last, 5), &warehouse.ScoreRow{Category: "far", Absolute: 2, Squared: 4, Signed: 2, Sold: 3, Open: 1, Inside: 1}},
		"quiet":          {day(modeltest.Series{Item: "a", Units: quiet}), forecast(origin, last, 5), &warehouse.ScoreRow{Absolute: 5, Squared: 25, Signed: 5, Open: 1}},
		"too quiet":      {day(modeltest.Series{Item: "a", Units: tooQuiet}), forecast(origin, last, 5), nil},
		"first sale now": {day(stated([]float32{3}, sold)), forecast(origin, last, 5), nil},
		"no interval":    {day(stated([]float32{1, 3}, sold, sold)), bare, &warehouse.ScoreRow{Absolute: 2, Squared: 4, Signed: 2, Sold: 3}},
		"no number":      {day(stated([]float32{1, 3}, sold, sold)), broken, nil},
		"infinite":       {day(stated([]float32{1, 3}, sold, sold)), endless, nil},
		"not in panel":   {day(stated([]float32{1, 3}, sold, sold)), stranger, nil},
		"day to come":    {day(stated([]float32{1, 3}, sold, sold)), forecast(last, last+1, 5), nil},
		"week":           {week(1, 3), forecast(last-7, last, 5), &warehouse.ScoreRow{Absolute: 2, Squared: 4, Signed: 2, Sold: 3, Open: 1, Inside: 1}},
		"week, quiet":    {week(1, 0, 0, 0, 0, 0, 0, 0, 3), forecast(last-7, last, 5), &warehouse.ScoreRow{Absolute: 2, Squared: 4, Signed: 2, Sold: 3, Open: 1, Inside: 1}},
		"week, too long": {week(1, 0, 0, 0, 0, 0, 0, 0, 0, 3), forecast(last-7, last, 5), nil},
		"daily in weeks": {week(1, 3), forecast(last-1, last, 5), nil},
		"between weeks":  {week(1, 3, 2), forecast(last-7, last-1, 5), nil},
	} {
		var want []warehouse.ScoreRow
		if c.want != nil {
			c.want.Origin, c.want.Day, c.want.Pairs = c.row.Origin, c.row.Day, 1
			want = append(want, *c.want)
		}
		if d := godiff.Diff(want, score(t, c.panel, c.row), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
}

// A panel whose builder knew no category gives scores without one.
func TestScoreWithoutLevels(t *testing.T) {
	p := modeltest.Panel(last, modeltest.Series{Item: "a", Units: []float32{1, 3}, Category: "far"})
	p.Levels = nil
	if rows := score(t, p, forecast(last-1, last, 5)); len(rows) != 1 || rows[0].Category != "" {
		t.Errorf("%+v", rows)
	}
	empty := modeltest.Panel(last)
	if rows := score(t, empty, forecast(last-1, last, 5)); len(rows) != 0 {
		t.Errorf("of an empty panel: %+v", rows)
	}
}

func TestScoreError(t *testing.T) {
	fails := func(yield func(warehouse.ForecastRow, error) bool) { yield(warehouse.ForecastRow{}, fs.ErrClosed) }
	if _, err := monitor.Score(modeltest.Panel(last), fails); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("%v, want the table's error", err)
	}
}

// randomShop is a shop of all states in three categories and none.
func randomShop(rng *rand.Rand, step daycast.Step) *daycast.Panel {
	var series []modeltest.Series
	for i := range 40 {
		s := modeltest.Series{Item: string(rune('a' + i/2)), Place: string(rune('x' + i%2)), Category: []string{"", "red", "green", "blue"}[rng.IntN(4)]}
		for range 1 + rng.IntN(100) {
			units := float32(0)
			if rng.IntN(12) == 0 {
				units = float32(rng.IntN(20)) - 3
			}
			s.Units = append(s.Units, units)
			s.State = append(s.State, daycast.DayState(rng.IntN(6)))
		}
		series = append(series, s)
	}
	if step == daycast.Weekly {
		return modeltest.WeeklyPanel(last, series...)
	}
	return modeltest.Panel(last, series...)
}

// randomForecasts are for every series, and for strangers.
func randomForecasts(rng *rand.Rand, p *daycast.Panel) []warehouse.ForecastRow {
	var due []warehouse.ForecastRow
	step := daycast.Day(p.Step)
	for _, s := range append(slices.Clone(p.Series), daycast.Series{Item: "0"}, daycast.Series{Item: "c", Place: "xx"}, daycast.Series{Item: "zz"}) {
		for o := range daycast.Day(5) {
			for h := range daycast.Day(4) {
				origin, low := last-step*(o+2), float32(rng.IntN(4))
				due = append(due, warehouse.ForecastRow{
					Series: s, Origin: origin, Day: origin + step*(h+1), Mean: low + rng.Float32(), Q10: low, Q90: low + float32(rng.IntN(4)),
				})
			}
		}
	}
	slices.SortFunc(due, byTable)
	return due
}

// slowScore is the twin: for each row it looks everything up anew.
func slowScore(p *daycast.Panel, due []warehouse.ForecastRow) []warehouse.ScoreRow {
	sums := map[warehouse.ScoreRow]warehouse.ScoreRow{}
	for _, row := range due {
		i := slices.Index(p.Series, row.Series)
		if i < 0 {
			continue
		}
		onSale, known := false, false
		var units float64
		var state daycast.DayState
		for t, u := range p.UnitsOf(i) {
			day := p.Start[i] + daycast.Day(t)*daycast.Day(p.Step)
			onSale = onSale || u != 0 && day <= row.Origin && day > row.Origin-56
			if day == row.Day {
				known, units, state = true, float64(u), p.StateOf(i)[t]
			}
		}
		if !onSale || !known || state == daycast.StockOut || state == daycast.Missing {
			continue
		}
		key := warehouse.ScoreRow{Origin: row.Origin, Day: row.Day}
		if g := p.Levels[0].Of[i]; g >= 0 {
			key.Category = p.Levels[0].Names[g]
		}
		sum, ok := sums[key]
		if !ok {
			sum = key
		}
		mean := float64(row.Mean)
		sum.Pairs++
		sum.Absolute += math.Abs(units - mean)
		sum.Squared += (units - mean) * (units - mean)
		sum.Signed += mean - units
		sum.Sold += math.Abs(units)
		if state == daycast.Sold || state == daycast.Zero {
			sum.Open++
			if units >= float64(row.Q10) && units <= float64(row.Q90) {
				sum.Inside++
			}
		}
		sums[key] = sum
	}
	var rows []warehouse.ScoreRow
	for _, sum := range sums {
		rows = append(rows, sum)
	}
	slices.SortFunc(rows, func(a, b warehouse.ScoreRow) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Category, b.Category))
	})
	return rows
}

func TestScoreTwin(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 0))
		for _, step := range []daycast.Step{daycast.Daily, daycast.Weekly} {
			p := randomShop(rng, step)
			due := randomForecasts(rng, p)
			want := slowScore(p, due)
			if len(want) < 20 {
				t.Fatalf("only %d scores: the shop is too quiet", len(want))
			}
			if d := godiff.Diff(want, score(t, p, due...)); d != "" {
				t.Fatalf("seed %d, step %d: -want +got\n%s", seed, step, d)
			}
		}
	}
}

// Forecasts of an origin are scored as the backtest's window scores them.
func TestScoreAsBacktest(t *testing.T) {
	const horizon = 7
	rng := rand.New(rand.NewPCG(7, 7))
	p := randomShop(rng, daycast.Daily)
	windows, err := evaluate.Backtest{
		Panel: func(context.Context, daycast.Day) (*daycast.Panel, error) { return upTo(p, last-horizon), nil },
		Final: p, Origins: []daycast.Day{last - horizon}, Models: []model.Model{classic.SeasonalNaive{}}, Horizon: horizon, Threads: 1,
		Now: func() time.Time { return time.Unix(0, 0) },
	}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := windows[0]
	var due []warehouse.ForecastRow
	var mean, quantiles []float32
	for _, s := range w.Series {
		for h := range horizon {
			row := warehouse.ForecastRow{Series: s, Origin: w.Origin, Day: w.Origin + daycast.Day(h+1), Mean: 4 * rng.Float32(), Q10: rng.Float32(), Q90: 4 * rng.Float32()}
			due, mean, quantiles = append(due, row), append(mean, row.Mean), append(quantiles, row.Q10, row.Q90)
		}
	}
	want := w.Score(mean, []float64{.1, .9}, quantiles)
	var sum warehouse.ScoreRow
	for _, row := range score(t, p, due...) {
		sum.Pairs += row.Pairs
		sum.Absolute += row.Absolute
		sum.Squared += row.Squared
		sum.Signed += row.Signed
		sum.Sold += row.Sold
		sum.Open += row.Open
		sum.Inside += row.Inside
	}
	got := evaluate.Score{
		N: int(sum.Pairs), WAPE: sum.Absolute / sum.Sold, Bias: sum.Signed / sum.Sold, MAE: sum.Absolute / float64(sum.Pairs),
		RMSE: math.Sqrt(sum.Squared / float64(sum.Pairs)), Coverage: float64(sum.Inside) / float64(sum.Open),
		MASE: want.MASE, RMSSE: want.RMSSE, Pinball: want.Pinball, Median: want.Median, // not stored
	}
	if d := godiff.Diff(want, got, cmpopts.EquateApprox(1e-12, 0), cmpopts.EquateNaNs()); d != "" || want.N == 0 {
		t.Errorf("-backtest +scores\n%s", d)
	}
}

// upTo is the panel as known at an earlier origin.
func upTo(p *daycast.Panel, origin daycast.Day) *daycast.Panel {
	var series []modeltest.Series
	for i, s := range p.Series {
		if n := p.Len(i) - int(p.Origin-origin); n > 0 {
			series = append(series, modeltest.Series{Item: s.Item, Place: s.Place, Units: p.UnitsOf(i)[:n], State: p.StateOf(i)[:n]})
		}
	}
	return modeltest.Panel(origin, series...)
}

func TestChanged(t *testing.T) {
	row := func(origin, day daycast.Day, category string, pairs int64) warehouse.ScoreRow {
		return warehouse.ScoreRow{Origin: origin, Day: day, Category: category, Pairs: pairs, Sold: float64(pairs)}
	}
	known := []warehouse.ScoreRow{
		row(1, 2, "a", 1), row(1, 2, "b", 1), row(1, 2, "gone", 1), row(1, 2, "gone before", 0),
		row(1, 3, "not asked", 1), row(0, 2, "a", 5),
	}
	scored := []warehouse.ScoreRow{row(1, 2, "a", 1), row(1, 2, "b", 2), row(1, 2, "new", 1), row(2, 3, "a", 1)}
	got, err := monitor.Changed(scored, each(known))
	if err != nil {
		t.Fatal(err)
	}
	want := []warehouse.ScoreRow{row(1, 2, "b", 2), row(1, 2, "gone", 0), row(1, 2, "new", 1), row(2, 3, "a", 1)}
	if d := godiff.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if again, err := monitor.Changed(scored, each(append(scored, row(1, 2, "gone", 0)))); err != nil || len(again) != 0 {
		t.Errorf("the same scores again: %v, %v", again, err)
	}
	fails := func(yield func(warehouse.ScoreRow, error) bool) { yield(warehouse.ScoreRow{}, fs.ErrClosed) }
	if _, err := monitor.Changed(scored, fails); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("%v, want the table's error", err)
	}
}
