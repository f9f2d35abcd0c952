package clean

import (
	"sort"

	"daycast"
)

const (
	year       = 364 // days, whole weeks
	aboutAYear = 7   // days that an event's day moves from year to year, mostly
	// fewReturns is how many values are too few to tell a calendar from chance.
	fewReturns = 6
)

// A dated value of a column, of one place or of all.
type dated struct {
	day   daycast.Day
	value uint32
}

// knownAhead reports whether a column is planned: it has values after the last
// units, or there are rows after them whose lack of any says that none is
// planned. That is so where gaps as long were there before, unless years of
// values show that they do not come back as a calendar's do: then they are
// incidents, which nobody knows ahead.
func (p *profile) knownAhead(c *column) bool {
	if p.planned(c.at) {
		return true
	}
	rows := int(p.ahead[p.day] - p.last)
	if p.ahead[p.day] == noDay || rows <= 0 {
		return false
	}
	var gap, values, returned, chance float64
	for _, dates := range c.calendars(p.days.days) {
		gap = max(gap, longestGap(dates))
		n, back, by := returns(dates)
		values, returned, chance = values+n, returned+back, chance+by
	}
	// half of what chance leaves to be seen is seen
	comes := values < fewReturns || returned-chance >= (values-chance)/2
	return gap >= float64(rows) && comes
}

// calendars are the column's values in order of their days, one list where all
// places agree, else one for each; none where it varies by series.
func (c *column) calendars(days []daycast.Day) [][]dated {
	var of []hypothesis
	switch scope, _ := c.scope(); scope {
	case daycast.ScopeShop:
		of = []hypothesis{c.byDay}
	case daycast.ScopePlace:
		of = c.byPlaceDay.places
	}
	lists := make([][]dated, len(of))
	for i, h := range of {
		for n, v := range h.value {
			if v > 1 { // 1 is blank
				lists[i] = append(lists[i], dated{days[n], v})
			}
		}
		sort.Slice(lists[i], func(a, b int) bool { return lists[i][a].day < lists[i][b].day })
	}
	return lists
}

// longestGap is the most days from one value to the next that had none.
func longestGap(dates []dated) float64 {
	longest := daycast.Day(0)
	for k := 1; k < len(dates); k++ {
		longest = max(longest, dates[k].day-dates[k-1].day-1)
	}
	return float64(longest)
}

// returns counts the values that come a year or more after the first, those of
// them that were there about a year before too, and how many of those chance
// would give: a value's days, a week around each, are a share of all days.
func returns(dates []dated) (values, returned, chance float64) {
	byValue := map[uint32][]daycast.Day{}
	for _, d := range dates {
		byValue[d.value] = append(byValue[d.value], d.day)
	}
	for _, of := range byValue {
		all := float64(dates[len(dates)-1].day-dates[0].day) + 1
		covered := min(float64(len(of)*(2*aboutAYear+1))/all, 1)
		k := 0
		for _, day := range of {
			if day < dates[0].day+year+aboutAYear {
				continue
			}
			for of[k] < day-year-aboutAYear {
				k++
			}
			values++
			chance += covered
			if of[k] <= day-year+aboutAYear {
				returned++
			}
		}
	}
	return values, returned, chance
}
