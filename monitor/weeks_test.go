package monitor

import (
	"testing"

	"daycast"
	"daycast/warehouse"
)

func TestWeeks(t *testing.T) {
	// One pair a day and origin, whose error is the day's number in the month.
	rows := func(yield func(warehouse.ScoreRow, error) bool) {
		for d := daycast.Day(99); d <= 112; d++ {
			for _, ahead := range []daycast.Day{1, 3} {
				if !yield(warehouse.ScoreRow{Origin: d - ahead, Day: d, Pairs: 1, Absolute: float64(d - 100), Sold: 10}, nil) {
					return
				}
			}
		}
	}
	weeks, all, err := Weeks(rows, 100, 110, daycast.Daily)
	if err != nil || len(weeks) != 2 {
		t.Fatal(weeks, err)
	}
	for k, want := range []struct {
		first, last daycast.Day
		wape        float64
		pairs       int64
	}{
		{100, 106, (0 + 1 + 2 + 3 + 4 + 5 + 6) / 70., 14},
		{107, 110, (7 + 8 + 9 + 10) / 40., 8},
	} {
		w := weeks[k]
		if w.First != want.first.String() || w.Last != want.last.String() || w.All.WAPE != want.wape || w.All.Pairs != want.pairs {
			t.Errorf("week %d: %+v, want %+v", k, w, want)
		}
		if len(w.Horizons) != 2 || w.Horizons[0].Name != "1" || w.Horizons[0].Figures.WAPE != want.wape || w.Horizons[1].Name != "2-7" {
			t.Errorf("week %d by horizon: %+v", k, w.Horizons)
		}
	}
	if all.All.Pairs != 22 || all.All.WAPE != 55/110. {
		t.Errorf("all days: %+v", all)
	}
}
