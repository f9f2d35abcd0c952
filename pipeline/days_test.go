package pipeline

import (
	"testing"

	"daycast"
)

// Weeks begin on Monday, and the last one counts once the weekdays on which
// the shop trades are over.
func TestPeriods(t *testing.T) {
	trading := func(from, to string, closed ...int) tradingDays {
		t.Helper()
		days := tradingDays{}
		first, last := day(t, from), day(t, to)
		for d := first; d <= last; d++ {
			days[d] = true
			for _, weekday := range closed {
				if int(d.Weekday()) == weekday {
					delete(days, d)
				}
			}
		}
		return days
	}
	for name, c := range map[string]struct {
		days tradingDays
		step daycast.Step
		last string
	}{
		"days":                                    {trading("2024-01-01", "2024-03-05"), daycast.Daily, "2024-03-05"},
		"a week that ends on Sunday":              {trading("2024-01-01", "2024-03-10"), daycast.Weekly, "2024-03-10"},
		"a week that has begun":                   {trading("2024-01-01", "2024-03-05"), daycast.Weekly, "2024-03-03"},
		"a shop closed on Sundays":                {trading("2024-01-01", "2024-03-09", 0), daycast.Weekly, "2024-03-09"},
		"closed on Sundays, and Saturday to come": {trading("2024-01-01", "2024-03-08", 0), daycast.Weekly, "2024-03-03"},
		"closed on weekends":                      {trading("2024-01-01", "2024-03-08", 0, 6), daycast.Weekly, "2024-03-08"},
		"a single day":                            {trading("2024-03-05", "2024-03-05"), daycast.Weekly, "2024-03-05"},
		"two weeks of history":                    {trading("2024-02-26", "2024-03-05"), daycast.Weekly, "2024-03-03"},
		"before 1970":                             {trading("1969-01-01", "1969-03-04"), daycast.Weekly, "1969-03-02"},
	} {
		anchor, last := c.days.periods(c.step)
		if last != day(t, c.last) {
			t.Errorf("%s: up to %s, want %s", name, last, c.last)
		}
		if c.step == daycast.Weekly && anchor.Weekday() != 1 {
			t.Errorf("%s: weeks begin on a %s", name, anchor.Weekday())
		}
	}
}

func day(t *testing.T, text string) daycast.Day {
	t.Helper()
	d, err := daycast.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
