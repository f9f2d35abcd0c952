package clean

import (
	"math"
	"time"

	"daycast"
)

// Clocks tell on which business day of its place a line falls. They are for
// one goroutine.
type Clocks struct {
	zone   func(place string) *time.Location
	opens  time.Duration
	clocks map[*time.Location]*clock
}

// NewClocks takes where a place's days begin, nil for UTC, and how long after
// midnight they do.
func NewClocks(zone func(place string) *time.Location, opens time.Duration) Clocks {
	return Clocks{zone, opens, map[*time.Location]*clock{}}
}

// Day is the line's business day.
func (c Clocks) Day(l daycast.Line) daycast.Day {
	_, day := c.of(l.Series.Place).read(l.At, l.Local)
	return day
}

// Today is the business day at a place now.
func (c Clocks) Today(place string, now time.Time) daycast.Day {
	_, day := c.of(place).read(now.UnixMicro(), false)
	return day
}

func (c Clocks) of(place string) *clock {
	zone := time.UTC
	if c.zone != nil {
		if z := c.zone(place); z != nil {
			zone = z
		}
	}
	if c.clocks[zone] == nil {
		c.clocks[zone] = newClock(zone, c.opens)
	}
	return c.clocks[zone]
}

// A clock tells on which of a place's business days an instant falls. It
// remembers the offset from UTC between two changes of the clocks, because
// lines come in the order of their time. It is for one goroutine.
type clock struct {
	zone     *time.Location
	opens    int64 // microseconds after midnight at which a business day begins
	from, to int64 // instants between which the offset holds
	offset   int64
}

func newClock(zone *time.Location, opens time.Duration) *clock {
	return &clock{zone: zone, opens: opens.Microseconds(), from: 1, to: 0}
}

// read gives a line's instant, in microseconds since 1970-01-01 UTC, and its
// business day. A wall clock's day is the day as written, also in the hour
// that daylight saving skips or repeats.
func (c *clock) read(at int64, local bool) (instant int64, day daycast.Day) {
	wall := at
	if local {
		instant = at - c.offsetAt(at-c.offsetAt(at))
	} else {
		instant = at
		wall += c.offsetAt(at)
	}
	wall -= c.opens
	day = daycast.Day(wall / oneDay)
	if wall%oneDay < 0 {
		day--
	}
	return instant, day
}

// offsetAt is how far the place's wall clock is ahead of UTC at an instant.
func (c *clock) offsetAt(instant int64) int64 {
	if instant >= c.from && instant < c.to {
		return c.offset
	}
	t := time.UnixMicro(instant).In(c.zone)
	_, seconds := t.Zone()
	start, end := t.ZoneBounds()
	c.from, c.to, c.offset = math.MinInt64, math.MaxInt64, int64(seconds)*second
	if !start.IsZero() {
		c.from = start.UnixMicro()
	}
	if !end.IsZero() {
		c.to = end.UnixMicro()
	}
	return c.offset
}
