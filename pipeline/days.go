package pipeline

import (
	"math"

	"daycast"
)

// tradingDays are the days on which something was sold.
type tradingDays map[daycast.Day]bool

func (t tradingDays) bounds() (first, last daycast.Day) {
	first, last = math.MaxInt32, math.MinInt32
	for d := range t {
		first, last = min(first, d), max(last, d)
	}
	return first, last
}

// until are those up to a day, or all where none is.
func (t tradingDays) until(last daycast.Day) tradingDays {
	over := tradingDays{}
	for d := range t {
		if d <= last {
			over[d] = true
		}
	}
	if len(over) == 0 {
		return t
	}
	return over
}

// monday is 1970-01-05: order lines have no weeks of their own, and ISO 8601's
// begin on it.
const monday daycast.Day = 4

// periods are a day on which periods begin, and the last day of a period that
// is whole. A week is whole when nothing more is to come on the weekdays on
// which the shop trades: most of the four weeks before have no sale on a later
// weekday than its last.
func (t tradingDays) periods(step daycast.Step) (anchor, last daycast.Day) {
	first, last := t.bounds()
	if step == daycast.Daily {
		return 0, last
	}
	weekday := (last.Weekday() + 6) % 7 // from Monday
	begin := last - daycast.Day(weekday)
	weeks, later := 0, 0 // before this one; of them, those that ended on a later weekday
	for week := begin - 7; week >= begin-28 && week+7 > first; week -= 7 {
		weeks++
		for d := last - begin + 1; d < 7; d++ {
			if t[week+d] {
				later++
				break
			}
		}
	}
	if 2*later > weeks {
		return monday, begin - 1
	}
	return monday, last
}
