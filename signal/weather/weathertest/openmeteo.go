package weathertest

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"daycast"
	"daycast/signal/weather"
)

func round(v float64) float64 { return math.Round(v*100) / 100 }

func reason(text string) any { return map[string]any{"error": true, "reason": text} }

func refuse(format string, args ...any) (int, any) {
	return http.StatusBadRequest, reason(fmt.Sprintf(format, args...))
}

// A request of Open-Meteo, read.
type asked struct {
	latitude, longitude float64
	zone                *time.Location
	first, last         daycast.Day
	wind                float64 // units of a metre a second
	windUnit            string
}

// Bounds by the documentation.
const (
	mostAhead  = 16
	mostBehind = 92
)

func (s *Server) openMeteo(path string, q url.Values) (int, any) {
	if path != "/v1/forecast" && path != "/v1/archive" {
		return http.StatusNotFound, reason("Not Found")
	}
	if key := q.Get("apikey"); key != "" && s.o.Key != "" && key != s.o.Key {
		return refuse("The supplied API key is invalid.")
	}
	a, why := s.read(path, q)
	if why != "" {
		return refuse("%s", why)
	}
	body := map[string]any{
		"latitude": a.latitude + 0.01, "longitude": a.longitude - 0.01, "generationtime_ms": 0.1, "elevation": 38.0,
		"timezone": a.zone.String(), "timezone_abbreviation": "XST",
	}
	_, offset := s.o.Now().In(a.zone).Zone()
	body["utc_offset_seconds"] = offset
	for kind, fill := range map[string]func(asked, string, string) (column, string){"daily": s.daily, "hourly": s.hourly} {
		if !q.Has(kind) {
			continue
		}
		columns, units := map[string]any{"time": a.times(kind)}, map[string]string{"time": "iso8601"}
		for variable := range strings.SplitSeq(q.Get(kind), ",") {
			values, unit := fill(a, path, variable)
			if unit == "" {
				return refuse("Data corrupted at path ''. Cannot initialize ForecastVariable from invalid String value %s.", variable)
			}
			columns[variable], units[variable] = values, unit
		}
		body[kind], body[kind+"_units"] = columns, units
	}
	return http.StatusOK, body
}

// column is a variable's values; nil is null.
type column []*float64

func (s *Server) read(path string, q url.Values) (a asked, why string) {
	var err error
	if a.latitude, err = strconv.ParseFloat(q.Get("latitude"), 64); err != nil || math.Abs(a.latitude) > 90 {
		return a, fmt.Sprintf("Latitude must be in range of -90 to 90°. Given: %s.", q.Get("latitude"))
	}
	if a.longitude, err = strconv.ParseFloat(q.Get("longitude"), 64); err != nil || math.Abs(a.longitude) > 180 {
		return a, fmt.Sprintf("Longitude must be in range of -180 to 180°. Given: %s.", q.Get("longitude"))
	}
	if q.Has("daily") && !q.Has("timezone") {
		return a, "Timezone is required"
	}
	if a.zone, err = time.LoadLocation(q.Get("timezone")); err != nil {
		return a, "Invalid timezone"
	}
	switch a.wind, a.windUnit = 3.6, "km/h"; q.Get("wind_speed_unit") {
	case "ms":
		a.wind, a.windUnit = 1, "m/s"
	case "", "kmh":
	default:
		return a, "Cannot initialize WindspeedUnit from invalid String value " + q.Get("wind_speed_unit") + "."
	}
	today := s.today(a.zone)
	earliest, latest := today-mostBehind, today+mostAhead-1
	if path == "/v1/archive" {
		earliest, latest = dayOf("1940-01-01"), today
	} else if q.Has("hourly") {
		earliest = dayOf("2016-01-01")
	}
	if q.Has("start_date") || path == "/v1/archive" {
		for name, to := range map[string]*daycast.Day{"start_date": &a.first, "end_date": &a.last} {
			if *to, err = daycast.ParseDay(q.Get(name)); err != nil {
				return a, fmt.Sprintf("Invalid date format. Make sure to use 'YYYY-MM-DD'. Parameter '%s'.", name)
			}
			if *to < earliest || *to > latest {
				return a, fmt.Sprintf("Parameter '%s' is out of allowed range from %s to %s", name, earliest, latest)
			}
		}
		if a.last < a.first {
			return a, "End-date must be larger or equals than start-date."
		}
		return a, ""
	}
	ahead, why := whole(q, "forecast_days", "Forecast days", 7, mostAhead)
	behind, why2 := whole(q, "past_days", "Past days", 0, mostBehind)
	a.first, a.last = today-daycast.Day(behind), today+daycast.Day(ahead)-1
	return a, why + why2
}

func whole(q url.Values, name, words string, usual, most int) (int, string) {
	if !q.Has(name) {
		return usual, ""
	}
	n, err := strconv.Atoi(q.Get(name))
	if err != nil || n < 0 || n > most {
		return 0, fmt.Sprintf("%s is invalid. Allowed range 0 to %d. Given %s.", words, most, q.Get(name))
	}
	return n, ""
}

func dayOf(s string) daycast.Day {
	d, _ := daycast.ParseDay(s) // of this package's own dates
	return d
}

func (a asked) times(kind string) (times []string) {
	for d := a.first; d <= a.last; d++ {
		if kind == "daily" {
			times = append(times, d.String())
			continue
		}
		for h := range 24 {
			times = append(times, fmt.Sprintf("%sT%02d:00", d, h))
		}
	}
	return times
}

// daily is a variable by day; no unit where there is no such variable. The
// archive has a day after five.
func (s *Server) daily(a asked, path, variable string) (values column, unit string) {
	pick, unit := a.pick(variable)
	today := s.today(a.zone)
	for d := a.first; unit != "" && d <= a.last; d++ {
		w := s.o.Truth.On(a.latitude, a.longitude, d)
		switch {
		case path == "/v1/archive" && d > today-5:
			values = append(values, nil)
			continue
		case d >= today:
			w = s.o.Truth.Forecast(a.latitude, a.longitude, d, today-1)
		}
		v := pick(w)
		values = append(values, &v)
	}
	return values, unit
}

func (a asked) pick(variable string) (func(weather.Weather) float64, string) {
	switch variable {
	case "temperature_2m_max":
		return func(w weather.Weather) float64 { return round(float64(w.Max)) }, "°C"
	case "temperature_2m_min":
		return func(w weather.Weather) float64 { return round(float64(w.Min)) }, "°C"
	case "precipitation_sum":
		return func(w weather.Weather) float64 { return round(float64(w.Precipitation)) }, "mm"
	case "wind_speed_10m_max":
		return func(w weather.Weather) float64 { return round(float64(w.Wind) * a.wind) }, a.windUnit
	}
	return nil, ""
}

// hourly is a variable by hour, as forecast so many days before as its name
// says. Before 2024 nothing was kept.
func (s *Server) hourly(a asked, _, variable string) (values column, unit string) {
	name, before := variable, 0
	if base, n, ok := strings.Cut(variable, "_previous_day"); ok {
		k, err := strconv.Atoi(n)
		if err != nil || k < 0 || k > 7 {
			return nil, ""
		}
		name, before = base, k
	}
	pick, unit := a.hour(name)
	for d := a.first; unit != "" && d <= a.last; d++ {
		w := s.o.Truth.On(a.latitude, a.longitude, d)
		if issued := d - daycast.Day(before); before > 0 || d >= s.today(a.zone) {
			w = s.o.Truth.Forecast(a.latitude, a.longitude, d, min(issued, s.today(a.zone)-1))
		}
		for h := range 24 {
			if before > 0 && d < dayOf("2024-01-01") {
				values = append(values, nil)
				continue
			}
			v := pick(w, h)
			values = append(values, &v)
		}
	}
	return values, unit
}

// hour is how a day's weather is spread over its hours: coldest at four, warmest
// at fifteen, wind and rain at noon.
func (a asked) hour(variable string) (func(weather.Weather, int) float64, string) {
	at := func(h, peak int, v, rest float64) float64 {
		if h == peak {
			return v
		}
		return rest
	}
	switch variable {
	case "temperature_2m":
		return func(w weather.Weather, h int) float64 {
			warm := 1 - math.Abs(float64(h-15))/11
			return round(float64(w.Min) + max(warm, 0)*float64(w.Max-w.Min))
		}, "°C"
	case "precipitation":
		return func(w weather.Weather, h int) float64 { return at(h, 12, round(float64(w.Precipitation)), 0) }, "mm"
	case "wind_speed_10m":
		return func(w weather.Weather, h int) float64 {
			return at(h, 12, round(float64(w.Wind)*a.wind), round(float64(w.Wind)*a.wind/2))
		}, a.windUnit
	}
	return nil, ""
}

// weightOf is as how many requests one counts: one for ten variables and two
// weeks.
func weightOf(q url.Values) int {
	variables := 0
	for _, kind := range []string{"daily", "hourly"} {
		if q.Has(kind) {
			variables += strings.Count(q.Get(kind), ",") + 1
		}
	}
	days := 7
	if first, err := daycast.ParseDay(q.Get("start_date")); err == nil {
		if last, err := daycast.ParseDay(q.Get("end_date")); err == nil {
			days = int(last-first) + 1
		}
	} else {
		ahead, _ := whole(q, "forecast_days", "", 7, mostAhead)
		behind, _ := whole(q, "past_days", "", 0, mostBehind)
		days = ahead + behind
	}
	v := float64(variables) / 10
	return int(math.Ceil(max(1, v, v*float64(days)/14)))
}
