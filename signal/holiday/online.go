package holiday

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"daycast"
	"daycast/signal"
	"daycast/signal/fetch"
)

// Options are how an API of holidays is asked. The name, the address and what
// is particular to the API are filled in where they are empty.
type Options struct {
	fetch.Options
	Zone *time.Location // of the shop: decides which days are over; nil: UTC
}

// week is how often the calendars of this year and the coming ones are read
// again. Those of the past are read once the year is over.
const week = 7 * 24 * time.Hour

// memory is how many years back a holiday's first occurrence is looked for: one
// that is older is known by rule at any day that this may matter for.
const memory = knownAhead/365 + 1

// Online is an API of holidays: a signal.Fetcher. It asks once for each country
// and year, and again each week for this year and the coming ones.
type Online struct {
	client *fetch.Client
	zone   *time.Location
	api    api
}

// An api is what is particular to one.
type api struct {
	last    int // year that it has, 0: any
	request func(country string, year int) fetch.Request
	decode  func(body []byte) ([]entry, error)
}

func online(archive *fetch.Archive, o Options, a api) *Online {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	o.Check = func(body []byte) error {
		_, err := a.decode(body)
		return err
	}
	return &Online{client: fetch.New(archive, o.Options), zone: o.Zone, api: a}
}

// Name is the API's.
func (o *Online) Name() string { return o.client.Name() }

// Plan says what Fetch would ask.
func (o *Online) Plan(ctx context.Context, r signal.Request) (signal.Plan, error) {
	return signal.PlanOf(ctx, o.client, o.requests(r))
}

// Fetch asks for the countries of the places and the years of the days.
func (o *Online) Fetch(ctx context.Context, r signal.Request, told func(done, total int)) error {
	return signal.FetchAll(ctx, o.client, o.requests(r), told)
}

// Status is how the API stands.
func (o *Online) Status(ctx context.Context) (signal.Status, error) {
	return signal.StatusOf(ctx, o.client, week)
}

// Try asks for this year of the first place with a country, and gives its next
// public holiday, or its last.
func (o *Online) Try(ctx context.Context, r signal.Request) (daycast.Signal, error) {
	of := countriesOf(r.Places)
	if len(of) == 0 {
		return daycast.Signal{}, daycast.Errorf(daycast.Invalid, "%s: no place has a country", o.Name()).
			WithField("country").WithHint("set the shop's country, such as DE")
	}
	today := daycast.DayOf(o.client.Now().In(o.zone))
	request := o.api.request(of[0], today.Time().Year())
	answer, err := o.client.Get(ctx, request)
	if err != nil {
		return daycast.Signal{}, err
	}
	entries, err := o.api.decode(answer.Body)
	if err != nil {
		return daycast.Signal{}, err
	}
	var found daycast.Signal
	slices.SortFunc(entries, byDay)
	for _, e := range entries {
		if e.kind == Public && (found.Code == "" || found.Day < today) {
			found = daycast.Signal{Name: Public, Scope: daycast.ScopeShop, Day: e.day, KnownAt: today - 1, Value: 1, Code: e.code()}
		}
	}
	if found.Code == "" {
		return found, daycast.Errorf(daycast.Invalid, "%s has no public holidays of country %q", o.Name(), of[0]).WithField("country")
	}
	return found, nil
}

// countriesOf are the codes of the places' countries, each once.
func countriesOf(places []daycast.Place) []string {
	var all []string
	for _, p := range places {
		if p.Country != "" {
			all = append(all, strings.ToUpper(p.Country))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// requests are for this year, the coming ones and then the past from the newest
// on. That of a past year is good where it was answered after the year.
func (o *Online) requests(r signal.Request) []fetch.Request {
	if r.To < r.From {
		return nil
	}
	now := o.client.Now().In(o.zone)
	from, to := r.From.Time().Year(), r.To.Time().Year()
	if o.api.last > 0 {
		to = min(to, o.api.last)
	}
	var years []int
	for y := max(from, now.Year()); y <= to; y++ {
		years = append(years, y)
	}
	for y := min(to, now.Year()-1); y >= from; y-- {
		years = append(years, y)
	}
	var all []fetch.Request
	for _, y := range years {
		for _, country := range countriesOf(r.Places) {
			request := o.api.request(country, y)
			request.Fresh = max(week, now.Sub(time.Date(y+1, 1, 1, 0, 0, 0, 0, o.zone)))
			all = append(all, request)
		}
	}
	return all
}

// Signals yields what the answers in the archive say, by place, kind and day.
// What the first answer on a year had is taken as known ten years ahead, but not
// before its first occurrence, where the API or the years before tell it; what
// only a later answer has is known from then on; and what a later answer lacks
// has the value 0 and no code from then on.
func (o *Online) Signals(ctx context.Context, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		calendars := map[string]*calendar{}
		for _, p := range r.Places {
			country := strings.ToUpper(p.Country)
			if country == "" || r.To < r.From {
				continue
			}
			c, ok := calendars[country]
			if !ok {
				var err error
				if c, err = o.calendar(ctx, country, r); err != nil {
					yield(daycast.Signal{}, err)
					return
				}
				calendars[country] = c
			}
			scope, key := signal.ScopeOf(p)
			for _, kind := range kinds {
				for year := r.From.Time().Year(); year <= r.To.Time().Year(); year++ {
					said := statements(c.years[year], kind, p, c.began)
					for _, row := range signals(kind, scope, key, said) {
						if row.Day >= r.From && row.Day <= r.To && !yield(row, nil) {
							return
						}
					}
				}
			}
		}
	}
}

// A calendar is what the archive has of a country.
type calendar struct {
	years map[int][]version // by moment
	first map[int]map[string]daycast.Day
}

func (o *Online) calendar(ctx context.Context, country string, r signal.Request) (*calendar, error) {
	c := &calendar{years: map[int][]version{}, first: map[int]map[string]daycast.Day{}}
	for year := r.From.Time().Year() - memory; year <= r.To.Time().Year(); year++ {
		for answer, err := range o.client.Archive().History(ctx, o.Name(), o.api.request(country, year).String()) {
			if err != nil {
				return nil, err
			}
			entries, err := o.api.decode(answer.Body)
			if err != nil {
				return nil, err
			}
			entries = slices.DeleteFunc(entries, func(e entry) bool { return e.day.Time().Year() != year })
			slices.SortFunc(entries, byDay)
			c.years[year] = append(c.years[year], version{signal.Known(answer.At, o.zone), entries})
		}
		if all := c.years[year]; len(all) > 0 {
			names := map[string]daycast.Day{}
			for _, e := range all[0].entries {
				if _, ok := names[e.name]; !ok {
					names[e.name] = e.day
				}
			}
			c.first[year] = names
		}
	}
	return c, nil
}

// began is the first occurrence of a holiday: as the API tells, or in the first
// of the years in the archive where the one before is there and lacks it; 0
// where neither is known. It looks at first answers alone, so that no later one
// changes it.
func (c *calendar) began(e entry) daycast.Day {
	if e.since != 0 {
		return e.since
	}
	year := e.day.Time().Year()
	began := e.day
	for back := 1; back <= memory; back++ {
		names, ok := c.first[year-back]
		if !ok {
			return 0
		}
		day, ok := names[e.name]
		if !ok {
			return began
		}
		began = day
	}
	return 0
}
