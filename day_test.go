package daycast_test

import (
	"testing"
	"time"

	"daycast"
)

func TestParseDay(t *testing.T) {
	for text, want := range map[string]daycast.Day{
		"1970-01-01": 0, "1970-01-02": 1, "1969-12-31": -1, "2011-12-09": 15317, "2000-02-29": 11016,
	} {
		got, err := daycast.ParseDay(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("ParseDay(%q) = %d %v, written %q; want %d", text, got, err, got, want)
		}
	}
	for _, text := range []string{"", "2011-13-01", "2011-02-29", "09.12.2011", "2011-12-9", "2011-12-09 "} {
		if d, err := daycast.ParseDay(text); err == nil {
			t.Errorf("ParseDay(%q) = %s, want an error", text, d)
		}
	}
}

// Every day of four centuries, the calendar's whole period, agrees with time.
func TestDayAgreesWithTime(t *testing.T) {
	at := time.Date(1800, 1, 1, 12, 0, 0, 0, time.UTC)
	for range 400 * 366 {
		d := daycast.DayOf(at)
		if d.String() != at.Format(time.DateOnly) || d.Weekday() != at.Weekday() {
			t.Fatalf("%s: day %d is %s, a %s", at.Format(time.DateOnly), d, d, d.Weekday())
		}
		at = at.AddDate(0, 0, 1)
	}
}

// An order half an hour before midnight belongs to the day of its own zone.
func TestDayOfIsLocal(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2024, 3, 10, 23, 30, 0, 0, zone) // a day of 23 hours
	if d := daycast.DayOf(late); d.String() != "2024-03-10" {
		t.Errorf("in New York: %s", d)
	}
	if d := daycast.DayOf(late.UTC()); d.String() != "2024-03-11" {
		t.Errorf("in UTC: %s", d)
	}
}

func TestStep(t *testing.T) {
	if daycast.Daily.Season() != 7 || daycast.Weekly.Season() != 52 {
		t.Error("a season is 7 days or 52 weeks")
	}
	if daycast.Daily.Year()%daycast.Daily.Season() != 0 {
		t.Error("a year's lag must keep the weekday")
	}
}

func TestDayState(t *testing.T) {
	for state, want := range map[daycast.DayState]struct {
		name     string
		evidence bool
	}{
		daycast.NotListed: {"not_listed", false}, daycast.Sold: {"sold", true}, daycast.Zero: {"zero", true},
		daycast.StockOut: {"stock_out", true}, daycast.Closed: {"closed", false}, daycast.Missing: {"missing", false},
		daycast.DayState(99): {"unknown", false},
	} {
		if state.String() != want.name || state.Evidence() != want.evidence {
			t.Errorf("%d: %s, evidence %t; want %v", state, state, state.Evidence(), want)
		}
	}
}
