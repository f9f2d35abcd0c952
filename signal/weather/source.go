package weather

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"daycast"
	"daycast/signal"
	"daycast/signal/fetch"
)

// Options of a source. Zeros stand for usual values.
type Options struct {
	Key    string  // of the user; Open-Meteo needs one from its customers only
	KeyEnv string  // the environment variable that it comes from, for hints
	PerDay int     // requests that a day of UTC may have; 1,000 of OpenWeather, 10,000 of Open-Meteo
	Shop   Shop    // where places are that do not say it
	Cell   float64 // side of the squares whose places share requests, in degrees; 0.1, about 10 km

	From daycast.Day // before it the past is not asked for; 0: all that is wanted is
	Base string      // URL before /data/3.0 or /v1 of another host than the API's own, such as a proxy

	PerSecond float64       // requests a second; 10 of OpenWeather, 5 of Open-Meteo
	Wait      time.Duration // before the second try; half a second
	Rest      time.Duration // for an API that is down; a minute
	Transport http.RoundTripper
	Now       func() time.Time
}

// A Source is the weather by one API. It is a signal.Fetcher, safe for
// concurrent use.
type Source struct {
	name    string
	o       Options
	archive *fetch.Archive
	api     api
}

var _ signal.Fetcher = (*Source)(nil)

// An api is what is particular to one of them.
type api interface {
	// paths are those of its requests.
	paths() []string
	// cellOf tells to which cell a request belongs, in the words of keyOf.
	cellOf(q url.Values) string
	keyOf(c cell) string
	// ahead is the request for a cell's forecast of now.
	ahead(c cell, now time.Time) ask
	// past are the requests for the days of a cell that lie behind it and have no
	// answer yet.
	past(c cell, from, to daycast.Day, kept []kept, now time.Time) []ask
	// decode reads an answer. Which days of it have come, and which were still
	// forecast, depends on when it was given, and is the caller's to say.
	decode(k kept, body []byte) (answered, error)
}

// An ask is a request that would be made. It is made up only then: there may be
// a million.
type ask struct {
	client  *fetch.Client
	request func() fetch.Request
	weight  int         // as how many requests it counts
	kind    string      // what is asked for; what fails of one kind says nothing of another
	newest  daycast.Day // that it asks for
	ahead   bool        // it is for a forecast
}

// kept is a request that has an answer.
type kept string

// parts are its path and its query.
func (k kept) parts() (path string, q url.Values) {
	path, query, _ := strings.Cut(string(k), "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		q = url.Values{} // of a request that is none of ours
	}
	return path, q
}

// An answered is what an answer holds.
type answered struct {
	readings []reading
	came     bool // all days have come: it is no forecast
	past     bool // of a forecast, days before that of the answer are as they came
}

// New is a source of an API whose answers are kept in the archive.
func newSource(name string, archive *fetch.Archive, o Options, perDay int, perSecond float64) *Source {
	if o.PerDay <= 0 {
		o.PerDay = perDay
	}
	if o.PerSecond <= 0 {
		o.PerSecond = perSecond
	}
	if o.Cell <= 0 {
		o.Cell = 0.1
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Source{name: name, o: o, archive: archive}
}

// client is one for a host of the API.
func (s *Source) client(base, keyParam string, check func([]byte) error, after func([]byte, time.Time) time.Duration) *fetch.Client {
	return fetch.New(s.archive, fetch.Options{
		Name: s.name, Base: base, Key: fetch.Key{Secret: s.o.Key, Param: keyParam, Env: s.o.KeyEnv},
		PerDay: s.o.PerDay, PerSecond: s.o.PerSecond, Wait: s.o.Wait, Rest: s.o.Rest,
		Check: check, After: after, Transport: s.o.Transport, Now: s.o.Now,
	})
}

// Name is "openweather" or "openmeteo".
func (s *Source) Name() string { return s.name }

// Unplaced is how many of the places have no coordinates, and so no weather.
func (s *Source) Unplaced(places []daycast.Place) int {
	_, without, _ := cells(places, Shop{Latitude: s.o.Shop.Latitude, Longitude: s.o.Shop.Longitude}, s.o.Cell)
	return without
}

// cells are those of the places.
func (s *Source) cells(places []daycast.Place) ([]cell, error) {
	all, _, err := cells(places, s.o.Shop, s.o.Cell)
	return all, err
}

// Status is how the source stands. It should answer once a day.
func (s *Source) Status(ctx context.Context) (signal.Status, error) {
	now := s.o.Now()
	state, err := s.archive.State(ctx, s.name, now)
	if err != nil {
		return signal.Status{}, err
	}
	status := signal.Status{State: state, Left: state.Left(s.o.PerDay)}
	switch {
	case !state.Answered.IsZero():
		status.Stale = max(now.Sub(state.Answered)-aDay, 0)
	case !state.Failed.IsZero():
		status.Stale = max(now.Sub(state.Failed), time.Second)
	}
	return status, nil
}

const aDay = 24 * time.Hour

// Try asks for the forecast of the first place that has coordinates, whatever is
// kept, and gives the highest temperature of its first day.
func (s *Source) Try(ctx context.Context, r signal.Request) (daycast.Signal, error) {
	all, err := s.cells(r.Places)
	if err != nil {
		return daycast.Signal{}, err
	}
	if len(all) == 0 {
		return daycast.Signal{}, daycast.Errorf(daycast.Invalid, "%s: no place has coordinates", s.name).
			WithHint("set the latitude and longitude of the shop, or of its places")
	}
	c, now := all[0], s.o.Now()
	a := s.api.ahead(c, now)
	request := a.request()
	request.Fresh = 0
	answer, err := a.client.Get(ctx, request)
	if err != nil {
		return daycast.Signal{}, err
	}
	got, err := s.api.decode(kept(answer.Request), answer.Body)
	if err != nil {
		return daycast.Signal{}, err
	}
	scope, key := signal.ScopeOf(c.places[0])
	for _, v := range vintages(c, []dated{{answer.At, got}}) {
		if v.day >= c.today(answer.At) && v.Max == v.Max {
			return daycast.Signal{Name: MaxName, Scope: scope, Key: key, Day: v.day, KnownAt: v.known, Value: v.Max}, nil
		}
	}
	return daycast.Signal{}, fetch.Drift(s.name, "no day ahead has a temperature")
}
