package clean

import (
	"fmt"
	"time"

	"daycast"
)

// week says where the periods of a table begin.
type week struct {
	anchor daycast.Day
	snap   bool   // rows are weeks: a row belongs to the period that begins next to it
	note   string // in words; may be empty
}

// week finds the weekday on which a weekly table's rows lie. Weeks of daily
// rows end on the last day, so that the last one is whole.
func (p *profile) week(step daycast.Step) week {
	var weekday [7]int
	total, best := 0, 0
	for n, rows := range p.dayRows {
		if !p.stray[n] {
			weekday[p.days.days[n].Weekday()] += rows
			total += rows
		}
	}
	for w, n := range weekday {
		if n > weekday[best] {
			best = w
		}
	}
	name := time.Weekday(best).String()
	const most = 0.5 // of the rows lie on one weekday where rows are weeks
	rowsAreWeeks := float64(weekday[best]) > most*float64(total)
	switch {
	case p.rowsAreMonths():
		return week{anchor: p.last + 1, note: "most rows are of the first or of the last day of a month: " +
			"daycast knows days and weeks, and where a row is a month its forecasts are far too high"}
	case step == daycast.Daily && rowsAreWeeks && p.spansWeeks():
		return week{note: fmt.Sprintf("most rows are of a %s: if a row is a week, ask for weeks (--freq week)", name)}
	case step == daycast.Daily:
		return week{}
	case rowsAreWeeks:
		w := week{snap: true, anchor: daycast.Day(best+3) % 7} // day 0 is a Thursday
		if weekday[best] < total {
			w.note = fmt.Sprintf("weeks begin on a %s; rows of other weekdays belong to the week that begins closest", name)
		}
		return w
	}
	return week{anchor: p.last + 1, note: fmt.Sprintf(
		"rows are days: they are added up to weeks that begin on a %s, so that the last one is whole", (p.last + 1).Weekday())}
}

// rowsAreMonths reports whether nearly all rows are of days on which a month
// begins, or of those on which one ends.
func (p *profile) rowsAreMonths() bool {
	first, last, total := 0, 0, 0
	for n, rows := range p.dayRows {
		if p.stray[n] {
			continue
		}
		total += rows
		if p.days.days[n].Time().Day() == 1 {
			first += rows
		}
		if (p.days.days[n] + 1).Time().Day() == 1 {
			last += rows
		}
	}
	const most = 0.9 // of the rows
	return p.spansWeeks() && float64(max(first, last)) > most*float64(total)
}

// spansWeeks reports whether there are days of several weeks.
func (p *profile) spansWeeks() bool {
	const enough = 28
	for n, rows := range p.dayRows {
		if rows > 0 && !p.stray[n] && p.last-p.days.days[n] > enough {
			return true
		}
	}
	return false
}

// of is the day to which a row of day d belongs.
func (w week) of(d daycast.Day) daycast.Day {
	if !w.snap {
		return d
	}
	since := ((d-w.anchor)%7 + 7) % 7
	if since > 3 {
		return d + 7 - since
	}
	return d - since
}
