package pipeline

import (
	"time"

	"github.com/robfig/cron/v3"
)

// A Timetable says when runs are due: at the times of a cron line, on the
// clock of the shop's zone. Where that clock is changed, a time that it skips
// is due at the moment of the change, and one that it shows twice the first
// time only: a daily run is due each day once.
type Timetable struct {
	Spec cron.Schedule // of five fields, without a zone of its own
	Zone *time.Location
}

// Next is the first due instant after t; zero where there is none within five
// years.
func (tt Timetable) Next(t time.Time) time.Time {
	// The library reads the times as UTC, whose clock is never changed.
	shown := tt.shown(t)
	for {
		if shown = tt.Spec.Next(shown); shown.IsZero() {
			return time.Time{}
		}
		if due := tt.first(shown); due.After(t) {
			return due
		}
	}
}

// mostBack is how far Newest looks for a due instant: further than from one
// leap day to the next, even over the year 2100.
const mostBack = 9 * 366 * 24 * time.Hour

// Newest is the last due instant that is not after t; zero where there is
// none.
func (tt Timetable) Newest(t time.Time) (newest time.Time) {
	// The library looks ahead alone, so the start goes back until there is one.
	for back := time.Hour; back <= mostBack && newest.IsZero(); back *= 2 {
		for due := tt.Next(t.Add(-back)); !due.IsZero() && !due.After(t); due = tt.Next(due) {
			newest = due
		}
	}
	return newest
}

// shown is what the zone's clock shows at t, as if it were UTC.
func (tt Timetable) shown(t time.Time) time.Time {
	t = t.In(tt.Zone)
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// first is the first instant at which the zone's clock shows the given time
// or, where it skips that, a later one.
func (tt Timetable) first(shown time.Time) time.Time {
	t := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), 0, 0, tt.Zone)
	start, end := t.ZoneBounds()
	switch got := tt.shown(t); {
	case got.Before(shown): // skipped, by the change that is next
		return end
	case got.After(shown): // skipped, by the change that was last
		return start
	}
	if start.IsZero() {
		return t
	}
	_, now := t.Zone()
	_, before := start.Add(-time.Second).In(tt.Zone).Zone()
	if earlier := t.Add(time.Duration(now-before) * time.Second); earlier.Before(start) {
		return earlier
	}
	return t
}
