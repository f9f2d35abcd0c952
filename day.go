package daycast

import (
	"fmt"
	"time"
)

// A Day is a business day in the shop's own calendar, counted from 1970-01-01.
// It has no time zone: the source's reader decides once, when it reads an
// order, to which day the order belongs.
type Day int32

// ParseDay reads an ISO 8601 date such as "2011-12-09".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("day %q: want YYYY-MM-DD", s)
	}
	return DayOf(t), nil
}

// DayOf is the calendar date that t shows in its own location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

const secondsPerDay = 24 * 60 * 60

// Time is the day's first instant in UTC, for calendars and printing only.
func (d Day) Time() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String is the ISO 8601 date.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// Weekday needs no calendar: 1970-01-01 was a Thursday.
func (d Day) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

// A Step is the length of a panel's period in days: 1 or 7. Horizons, lags
// and windows count periods.
type Step int32

// The two steps that a panel may have.
const (
	Daily  Step = 1
	Weekly Step = 7
)

// Season is the number of periods after which the week, or the year of a
// weekly panel, repeats.
func (s Step) Season() int {
	if s == Weekly {
		return 52
	}
	return 7
}

// Year is the number of periods in a year, rounded to whole seasons, so that
// a daily lag of a year falls on the same weekday.
func (s Step) Year() int {
	if s == Weekly {
		return 52
	}
	return 364
}
