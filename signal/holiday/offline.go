package holiday

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"

	"daycast"
	"daycast/signal"
)

// Offline knows public holidays by rule, without a network, from the
// calendars of github.com/rickar/cal. It yields the signal "holiday" with
// value 1 and the holiday's local name as its code, for each place that has a
// country (and for its region, where that has a calendar of its own).
//
// A holiday that a weekend moves is two days to a shop: the actual day, on
// which people celebrate, and the observed day, on which they are free. Both
// are yielded, the observed one with " (observed)" behind its name. Where two
// holidays fall on one day, an actual one comes before an observed one, and
// then the alphabet decides.
type Offline struct{}

// A holiday is known ten years ahead, but not before its first occurrence: the
// calendar does not say when a new holiday, or one of a single year such as a
// state funeral, was announced, and a backtest must not know it too early.
const knownAhead = 3650

const noon = 12 * time.Hour

// Name is "offline".
func (Offline) Name() string { return "offline" }

// Countries are the ISO 3166-1 alpha-2 codes that Offline knows, ascending.
func (Offline) Countries() []string { return slices.Sorted(maps.Keys(countries)) }

// Knows reports whether Offline has the place's country, or the place has none.
func (Offline) Knows(p daycast.Place) bool {
	_, ok := countries[strings.ToUpper(p.Country)]
	return ok || p.Country == ""
}

// Signals yields the places' holidays by place and day. A place without a
// country has none; one whose country is unknown is an error of code invalid.
func (o Offline) Signals(ctx context.Context, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		for _, p := range r.Places {
			if err := ctx.Err(); err != nil {
				yield(daycast.Signal{}, err)
				return
			}
			if p.Country == "" {
				continue
			}
			holidays, err := o.calendar(p)
			if err != nil {
				yield(daycast.Signal{}, err)
				return
			}
			scope, key := signal.ScopeOf(p)
			for _, d := range daysOff(holidays, r.From, r.To) {
				row := daycast.Signal{
					Name: Public, Scope: scope, Key: key,
					Day: d.day, KnownAt: d.knownAt, Value: 1, Code: d.name,
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

func (o Offline) calendar(p daycast.Place) ([]*cal.Holiday, error) {
	if holidays, ok := regions[strings.ToUpper(p.Region)]; ok {
		return holidays, nil
	}
	holidays, ok := countries[strings.ToUpper(p.Country)]
	if !ok {
		return nil, daycast.Errorf(daycast.Invalid, "place %q: no holidays are known of country %q", p.ID, p.Country).
			WithField("country").
			WithHint("leave the country empty, or use one of %s", strings.Join(o.Countries(), ", "))
	}
	return holidays, nil
}

type dayOff struct {
	day, knownAt daycast.Day
	name         string
	observed     bool
}

// daysOff are the days of the holidays in [from, to], ascending, each once.
func daysOff(holidays []*cal.Holiday, from, to daycast.Day) []dayOff {
	var days []dayOff
	add := func(h *cal.Holiday, day daycast.Day, observed bool) {
		if day < from || day > to {
			return
		}
		d := dayOff{day: day, knownAt: day - knownAhead, name: h.Name, observed: observed}
		if first, _ := h.Calc(h.StartYear); h.StartYear != 0 {
			d.knownAt = min(day, max(d.knownAt, dayOf(first)))
		}
		if observed {
			d.name += " (observed)"
		}
		days = append(days, d)
	}
	// An observed day may lie in the year before or after its holiday.
	for year := from.Time().Year() - 1; year <= to.Time().Year()+1; year++ {
		for _, h := range holidays {
			actual, observed := h.Calc(year)
			if actual.IsZero() {
				continue
			}
			add(h, dayOf(actual), false)
			if !observed.Equal(actual) {
				add(h, dayOf(observed), true)
			}
		}
	}
	slices.SortFunc(days, compareDays)
	return slices.CompactFunc(days, func(a, b dayOff) bool { return a.day == b.day })
}

// dayOf is the day of one of the calendar's midnights. They are local ones,
// which a change to summer time may move by an hour: noon is always that day.
func dayOf(midnight time.Time) daycast.Day { return daycast.DayOf(midnight.Add(noon)) }

func compareDays(a, b dayOff) int {
	switch {
	case a.day != b.day:
		return cmp.Compare(a.day, b.day)
	case a.observed != b.observed:
		if b.observed {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.name, b.name)
}
