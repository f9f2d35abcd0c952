// Package holidaytest holds servers that answer as the APIs of holidays do, by
// their documentation, for tests and for trying things out without a key.
package holidaytest

import (
	"context"
	"slices"
	"strings"
	"sync"

	"daycast"
	"daycast/signal"
	"daycast/signal/holiday"
)

// A Day is one of a server's calendar.
type Day struct {
	Day     string // YYYY-MM-DD
	Name    string
	Types   []string // as the API writes them
	Regions []string // ISO 3166-2; none: all
	Since   int      // year of the first; 0: the API does not say
}

// A book is what a server has by country and year: what was set, else what the
// offline calendars have, as public holidays.
type book struct {
	mu  sync.Mutex
	set map[string][]Day
}

// Set makes the days of a country and year, from then on; none: the country is
// unknown.
func (b *book) Set(country string, year string, days ...Day) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.set == nil {
		b.set = map[string][]Day{}
	}
	b.set[country+year] = days
}

func (b *book) days(ctx context.Context, country, year, public string) []Day {
	b.mu.Lock()
	defer b.mu.Unlock()
	if days, ok := b.set[country+year]; ok {
		return days
	}
	first, err := daycast.ParseDay(year + "-01-01")
	if err != nil || !slices.Contains(holiday.Offline{}.Countries(), strings.ToUpper(country)) {
		return nil
	}
	r := signal.Request{From: first, To: daycast.DayOf(first.Time().AddDate(1, 0, -1)), Places: []daycast.Place{{Country: country}}}
	var days []Day
	for row, err := range (holiday.Offline{}).Signals(ctx, r) {
		if err != nil {
			return nil
		}
		days = append(days, Day{Day: row.Day.String(), Name: row.Code, Types: []string{public}})
	}
	return days
}
