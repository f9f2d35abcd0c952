package weather

import (
	"cmp"
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"daycast"
	"daycast/signal/fetch"
)

// OpenMeteoName is the name of the source that NewOpenMeteo makes.
const OpenMeteoName = "openmeteo"

const (
	forecastPath = "/v1/forecast" // of previous runs too, on another host
	archivePath  = "/v1/archive"
)

// Days of Open-Meteo.
const (
	daysAhead   = 16 // of a forecast, the most that there are
	daysBehind  = 14 // that are asked for beside it: those that the archive does not have yet, and some more
	archiveLag  = 6  // days until the archive has one: five, and a sixth for other time zones
	fewestDays  = 7  // that are worth a request where a forecast told of them already
	mostDays    = 366
	mostBefore  = 7 // days before which previous runs are kept
	countedVars = 10
	countedDays = 14
)

// firstPrevious is the first day of which most models' previous runs are kept,
// by the documentation.
var firstPrevious = daycast.DayOf(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))

// NewOpenMeteo is the weather by Open-Meteo: a forecast of 16 days with each
// request, how a year of days came with another, and how they were forecast up
// to seven days before with a third. Those two are counted as several requests:
// one for ten variables and two weeks.
//
//	https://open-meteo.com/en/docs
//	https://open-meteo.com/en/docs/historical-weather-api
//	https://open-meteo.com/en/docs/previous-runs-api
func NewOpenMeteo(archive *fetch.Archive, o Options) *Source {
	s := newSource(OpenMeteoName, archive, o, 10_000, 5)
	at := func(host string) *fetch.Client {
		if o.Key != "" {
			host = "customer-" + host
		}
		return s.client(cmp.Or(o.Base, "https://"+host+".open-meteo.com"), "apikey", refused, limited)
	}
	s.api = openMeteo{forecast: at("api"), archive: at("archive-api"), previous: at("previous-runs-api"), perDay: s.o.PerDay}
	return s
}

// reason is why an answer is an error, "" where it is none.
func reason(body []byte) string {
	var said struct {
		Error  bool   `json:"error"`
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(body, &said); err == nil && said.Error {
		return cmp.Or(said.Reason, "it does not say why")
	}
	return ""
}

// refused finds an error in an answer of status 200.
func refused(body []byte) error {
	if why := reason(body); why != "" {
		return daycast.Errorf(daycast.Invalid, "refuses the request: %s", why)
	}
	return nil
}

// limited is the wait that a 429 of Open-Meteo asks for, in words.
func limited(body []byte, now time.Time) time.Duration {
	switch text := strings.ToLower(reason(body)); {
	case strings.Contains(text, "minutely"):
		return time.Minute
	case strings.Contains(text, "hourly"):
		return time.Hour
	case strings.Contains(text, "daily"):
		return aDay - now.UTC().Sub(now.UTC().Truncate(aDay))
	}
	return 0
}

type openMeteo struct {
	forecast, archive, previous *fetch.Client
	perDay                      int
}

func (openMeteo) paths() []string { return []string{forecastPath, archivePath} }

func (openMeteo) cellOf(q url.Values) string {
	return q.Get("latitude") + " " + q.Get("longitude") + " " + q.Get("timezone")
}

func (m openMeteo) keyOf(c cell) string { return m.cellOf(m.query(c)) }

func (openMeteo) query(c cell) url.Values {
	q := c.at("latitude", "longitude")
	q.Set("timezone", c.zone.String())
	q.Set("wind_speed_unit", "ms")
	return q
}

func (m openMeteo) ahead(c cell, now time.Time) ask {
	counts := weight(len(dailyVariables), daysAhead+daysBehind)
	return ask{client: m.forecast, kind: "forecast", weight: counts, newest: c.today(now), ahead: true, request: func() fetch.Request {
		q := m.query(c)
		q.Set("daily", strings.Join(dailyVariables[:], ","))
		q.Set("forecast_days", strconv.Itoa(daysAhead))
		q.Set("past_days", strconv.Itoa(daysBehind))
		return fetch.Request{
			Path: forecastPath, Query: q, Fresh: c.sinceMidnight(now), Weight: counts,
			Check: func(body []byte) error { _, err := decodeDaily(body); return err },
		}
	}}
}

// weight is as how many requests Open-Meteo counts one.
func weight(variables, days int) int {
	v := float64(variables) / countedVars
	return int(math.Ceil(max(1, v, v*float64(days)/countedDays)))
}

func (m openMeteo) past(c cell, from, to daycast.Day, answered []kept, now time.Time) []ask {
	var came, forecast []span
	for _, k := range answered {
		path, q := k.parts()
		first, err := daycast.ParseDay(q.Get("start_date"))
		last, err2 := daycast.ParseDay(q.Get("end_date"))
		switch {
		case err != nil || err2 != nil:
		case path == archivePath:
			came = append(came, span{first, last})
		default:
			forecast = append(forecast, span{first, last})
		}
	}
	var asks []ask
	for _, s := range missing(from, min(to, c.today(now)-archiveLag), came, m.longest(len(dailyVariables))) {
		asks = append(asks, m.ranged(c, s, m.archive, archivePath, "daily", dailyVariables[:]))
	}
	for _, s := range missing(max(from, firstPrevious), to, forecast, m.longest(len(previousVariables))) {
		asks = append(asks, m.ranged(c, s, m.previous, forecastPath, "hourly", previousVariables))
	}
	return asks
}

// longest is how many days a request of some variables may have: a year, or
// what half of a day's requests allow, so that it is made some day.
func (m openMeteo) longest(variables int) int {
	return max(min(mostDays, m.perDay/2*countedVars*countedDays/variables), fewestDays)
}

func (m openMeteo) ranged(c cell, s span, client *fetch.Client, path, kind string, variables []string) ask {
	counts := weight(len(variables), s.days())
	return ask{client: client, kind: path + " " + kind, weight: counts, newest: s.last, request: func() fetch.Request {
		q := m.query(c)
		q.Set(kind, strings.Join(variables, ","))
		q.Set("start_date", s.first.String())
		q.Set("end_date", s.last.String())
		return fetch.Request{Path: path, Query: q, Fresh: fetch.Forever, Weight: counts, Check: func(body []byte) error {
			got, err := m.decode(kept(path+"?"+q.Encode()), body)
			if err != nil || covered(s, got.readings) {
				return err
			}
			return drift("it has not all days from %s to %s", s.first, s.last)
		}}
	}}
}

// covered reports whether readings have the first and the last day of a span.
func covered(s span, readings []reading) bool {
	first, last := false, false
	for _, r := range readings {
		first, last = first || r.day == s.first, last || r.day == s.last
	}
	return first && last
}

func (openMeteo) decode(k kept, body []byte) (got answered, err error) {
	switch path, q := k.parts(); {
	case path == archivePath:
		got.readings, err = decodeDaily(body)
		got.came = true
	case q.Has("hourly"):
		got.readings, err = decodePrevious(body)
	default:
		got.readings, err = decodeDaily(body)
		got.past = true
	}
	return got, err
}

// A span is days, both included.
type span struct{ first, last daycast.Day }

func (s span) days() int { return int(s.last-s.first) + 1 }

// missing are the spans of [from, to] that no other covers, the newest first,
// each of most days at most. The newest waits until it is long enough, where
// days before it are there: a request for each day would cost as much.
func missing(from, to daycast.Day, there []span, most int) []span {
	if to < from {
		return nil
	}
	has := make([]bool, to-from+1)
	for _, s := range there {
		for d := max(s.first, from); d <= min(s.last, to); d++ {
			has[d-from] = true
		}
	}
	var spans []span
	for d := to; d >= from; d-- {
		if has[d-from] {
			continue
		}
		s := span{d, d}
		for s.first > from && !has[s.first-1-from] && s.days() < most {
			s.first--
		}
		d = s.first
		if s.last == to && s.first > from && has[s.first-1-from] && s.days() < fewestDays {
			continue
		}
		spans = append(spans, s)
	}
	return spans
}
