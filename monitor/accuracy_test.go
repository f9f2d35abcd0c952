package monitor_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"testing"

	godiff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/monitor"
	"daycast/warehouse"
)

func pool(t *testing.T, step daycast.Step, rows ...warehouse.ScoreRow) monitor.Accuracy {
	t.Helper()
	a, err := monitor.Pool(each(rows), last, step)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The sums are small enough to follow by hand.
func TestPool(t *testing.T) {
	const red, blue = "red", "blue"
	a := pool(t, daycast.Daily,
		// The newest 7 days: 1 ahead, and 7 ahead.
		warehouse.ScoreRow{Origin: last - 1, Day: last, Category: red, Pairs: 2, Absolute: 3, Squared: 5, Signed: -1, Sold: 10, Open: 2, Inside: 1},
		warehouse.ScoreRow{Origin: last - 13, Day: last - 6, Category: blue, Pairs: 2, Absolute: 5, Squared: 13, Signed: 5, Sold: 6, Open: 1, Inside: 1},
		// The day before them is of the reference, and of the 28 days: 8 ahead.
		warehouse.ScoreRow{Origin: last - 15, Day: last - 7, Category: red, Pairs: 4, Absolute: 2, Squared: 2, Signed: 2, Sold: 4, Open: 4, Inside: 4},
		// The last one that is of the 28 days, the next that is not: 28 and 29 ahead.
		warehouse.ScoreRow{Origin: last - 55, Day: last - 27, Category: "", Pairs: 1, Absolute: 1, Squared: 1, Signed: 1, Sold: 0},
		warehouse.ScoreRow{Origin: last - 57, Day: last - 28, Category: red, Pairs: 1, Absolute: 4, Squared: 16, Signed: 4, Sold: 8, Open: 1},
		// The oldest of the reference, and one that is nowhere.
		warehouse.ScoreRow{Origin: last - 63, Day: last - 62, Category: red, Pairs: 1, Absolute: 1, Squared: 1, Signed: -1, Sold: 4, Open: 1, Inside: 1},
		warehouse.ScoreRow{Origin: last - 64, Day: last - 63, Category: red, Pairs: 99, Absolute: 99, Squared: 99, Signed: 99, Sold: 99, Open: 99},
	)
	none := math.NaN()
	want := monitor.Accuracy{
		Last: last.String(),
		Week: monitor.Window{
			All: monitor.Figures{WAPE: 8. / 16, RMSE: math.Sqrt(18. / 4), MAE: 8. / 4, Bias: 4. / 16, Coverage: 2. / 3, Pairs: 4},
			Horizons: []monitor.Group{
				{"1", monitor.Figures{WAPE: .3, RMSE: math.Sqrt(2.5), MAE: 1.5, Bias: -.1, Coverage: .5, Pairs: 2}},
				{"2-7", monitor.Figures{WAPE: 5. / 6, RMSE: math.Sqrt(6.5), MAE: 2.5, Bias: 5. / 6, Coverage: 1, Pairs: 2}},
			},
		},
		Month: monitor.Window{
			All: monitor.Figures{WAPE: 11. / 20, RMSE: math.Sqrt(21. / 9), MAE: 11. / 9, Bias: 7. / 20, Coverage: 6. / 7, Pairs: 9},
			Horizons: []monitor.Group{
				{"1", monitor.Figures{WAPE: .3, RMSE: math.Sqrt(2.5), MAE: 1.5, Bias: -.1, Coverage: .5, Pairs: 2}},
				{"2-7", monitor.Figures{WAPE: 5. / 6, RMSE: math.Sqrt(6.5), MAE: 2.5, Bias: 5. / 6, Coverage: 1, Pairs: 2}},
				{"8-14", monitor.Figures{WAPE: .5, RMSE: math.Sqrt(.5), MAE: .5, Bias: .5, Coverage: 1, Pairs: 4}},
				{"15-28", monitor.Figures{WAPE: none, RMSE: 1, MAE: 1, Bias: none, Coverage: none, Pairs: 1}},
			},
		},
		Reference: monitor.Figures{WAPE: 8. / 16, RMSE: math.Sqrt(20. / 7), MAE: 8. / 7, Bias: 6. / 16, Coverage: 5. / 6, Pairs: 7},
		Categories: []monitor.Group{
			{red, monitor.Figures{WAPE: 5. / 14, RMSE: math.Sqrt(7. / 6), MAE: 5. / 6, Bias: 1. / 14, Coverage: 5. / 6, Pairs: 6}},
			{blue, monitor.Figures{WAPE: 5. / 6, RMSE: math.Sqrt(6.5), MAE: 2.5, Bias: 5. / 6, Coverage: 1, Pairs: 2}},
			{"(none)", monitor.Figures{WAPE: none, RMSE: 1, MAE: 1, Bias: none, Coverage: none, Pairs: 1}},
		},
	}
	if d := godiff.Diff(want, a, cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-12, 0)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// A weekly shop's newest week begins up to six days before its last day, and
// horizons count weeks.
func TestPoolWeekly(t *testing.T) {
	one := func(origin, day daycast.Day) warehouse.ScoreRow {
		return warehouse.ScoreRow{Origin: origin, Day: day, Pairs: 1, Absolute: 1, Sold: 1}
	}
	monday := last - 6
	a := pool(t, daycast.Weekly, one(monday-7, monday), one(monday-14, monday), one(monday-8*7, monday), one(monday-35, monday-7))
	if a.Week.All.Pairs != 3 || a.Reference.Pairs != 1 || a.Month.All.Pairs != 4 {
		t.Errorf("%+v", a)
	}
	var got []string
	for _, g := range a.Month.Horizons {
		got = append(got, fmt.Sprint(g.Name, " ", g.Figures.Pairs))
	}
	if d := godiff.Diff([]string{"1 1", "2-7 2", "8-14 1"}, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// However many categories there are, twenty and the rest are told apart; one
// that is called as the rest is part of it.
func TestPoolManyCategories(t *testing.T) {
	var rows []warehouse.ScoreRow
	add := func(category string, sold float64) {
		rows = append(rows, warehouse.ScoreRow{Origin: last - 1, Day: last, Category: category, Pairs: 1, Absolute: 1, Sold: sold})
	}
	for k := range 1000 {
		add(fmt.Sprintf("c%03d", k), float64(1000-k))
	}
	add("other", 5000)
	add("\xff", 3000)
	a := pool(t, daycast.Daily, rows...)
	if len(a.Categories) != 21 {
		t.Fatalf("%d categories", len(a.Categories))
	}
	var pairs int64
	for _, g := range a.Categories {
		pairs += g.Figures.Pairs
	}
	if first, end := a.Categories[0], a.Categories[20]; first.Name != "\uFFFD" || a.Categories[1].Name != "c000" || end.Name != "other" || end.Figures.Pairs != 982 || pairs != 1002 {
		t.Errorf("%v to %v, %d pairs", first, end, pairs)
	}
}

func TestPoolNothing(t *testing.T) {
	a := pool(t, daycast.Daily)
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"reference":{"bias":null,"coverage":null,"mae":null,"pairs":0,"rmse":null,"wape":null}`) {
		t.Errorf("%s", text)
	}
	fails := func(yield func(warehouse.ScoreRow, error) bool) { yield(warehouse.ScoreRow{}, fs.ErrClosed) }
	if _, err := monitor.Pool(fails, last, daycast.Daily); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("%v, want the table's error", err)
	}
}
