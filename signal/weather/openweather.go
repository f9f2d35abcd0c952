package weather

import (
	"cmp"
	"net/url"
	"time"

	"daycast"
	"daycast/signal/fetch"
)

// OpenWeatherName is the name of the source that NewOpenWeather makes.
const OpenWeatherName = "openweather"

// The requests of One Call 3.0 that are made. A day by /onecall/timemachine,
// which tells of an hour, would cost 24 requests instead of one.
const (
	onecallPath = "/data/3.0/onecall"
	summaryPath = "/data/3.0/onecall/day_summary"
)

// NewOpenWeather is the weather by OpenWeather's One Call API 3.0: a forecast of
// eight days with each request, and a summary of each past day with one more.
//
//	https://openweathermap.org/api/one-call-3
func NewOpenWeather(archive *fetch.Archive, o Options) *Source {
	s := newSource(OpenWeatherName, archive, o, 1000, 10)
	s.api = openWeather{s.client(cmp.Or(o.Base, "https://api.openweathermap.org"), "appid", nil, anHour)}
	return s
}

// anHour is how long OpenWeather is left alone once it has had too many
// requests: it does not say how long it blocks an account.
func anHour([]byte, time.Time) time.Duration { return time.Hour }

type openWeather struct{ client *fetch.Client }

func (openWeather) paths() []string { return []string{onecallPath, summaryPath} }

func (openWeather) cellOf(q url.Values) string { return q.Get("lat") + " " + q.Get("lon") }

func (w openWeather) keyOf(c cell) string { return w.cellOf(c.at("lat", "lon")) }

func (w openWeather) ahead(c cell, now time.Time) ask {
	return ask{client: w.client, kind: onecallPath, weight: 1, newest: c.today(now), ahead: true, request: func() fetch.Request {
		q := c.at("lat", "lon")
		q.Set("units", "metric")
		q.Set("exclude", "current,minutely,hourly,alerts")
		return fetch.Request{
			Path: onecallPath, Query: q, Fresh: c.sinceMidnight(now),
			Check: func(body []byte) error { _, err := decodeOneCall(body); return err },
		}
	}}
}

func (w openWeather) past(c cell, from, to daycast.Day, answered []kept, _ time.Time) []ask {
	done := map[string]bool{}
	for _, k := range answered {
		_, q := k.parts()
		done[q.Get("date")] = true
	}
	var asks []ask
	for day := to; day >= from; day-- {
		if !done[day.String()] {
			asks = append(asks, ask{client: w.client, kind: summaryPath, weight: 1, newest: day, request: func() fetch.Request { return summary(c, day) }})
		}
	}
	return asks
}

// summary is the request for how a day came.
func summary(c cell, day daycast.Day) fetch.Request {
	q := c.at("lat", "lon")
	q.Set("units", "metric")
	q.Set("date", day.String())
	q.Set("tz", day.Time().Add(aDay/2).In(c.zone).Format("-07:00"))
	return fetch.Request{
		Path: summaryPath, Query: q, Fresh: fetch.Forever,
		Check: func(body []byte) error { return asked(body, day) },
	}
}

// asked sees that an answer is of the day that was asked for.
func asked(body []byte, day daycast.Day) error {
	r, err := decodeSummary(body)
	if err == nil && r.day != day {
		return fetch.Drift(OpenWeatherName, "date is "+r.day.String()+" where "+day.String()+" was asked for")
	}
	return err
}

func (openWeather) decode(k kept, body []byte) (answered, error) {
	if path, _ := k.parts(); path == summaryPath {
		r, err := decodeSummary(body)
		return answered{readings: []reading{r}, came: true}, err
	}
	readings, err := decodeOneCall(body)
	return answered{readings: readings}, err
}
