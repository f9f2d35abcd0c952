package weathertest

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"daycast"
	"daycast/signal/weather"
)

var blocked = map[string]any{"cod": 429, "message": "Your account is temporary blocked due to exceeding of requests limitation of your subscription type. Please choose the proper subscription https://openweathermap.org/price"}

// wrong is the error of a request.
func wrong(status int, message string, parameters ...string) (int, any) {
	body := map[string]any{"cod": strconv.Itoa(status), "message": message}
	if len(parameters) > 0 {
		body["parameters"] = parameters
	}
	return status, body
}

var tzPattern = regexp.MustCompile(`^[+-]\d\d:\d\d$`)

func (s *Server) openWeather(path string, q url.Values) (int, any) {
	if q.Get("appid") == "" || s.o.Key != "" && q.Get("appid") != s.o.Key {
		return http.StatusUnauthorized, map[string]any{"cod": 401, "message": "Invalid API key. Please see https://openweathermap.org/faq#error401 for more info."}
	}
	latitude, err := strconv.ParseFloat(q.Get("lat"), 64)
	if err != nil || latitude < -90 || latitude > 90 {
		return wrong(http.StatusBadRequest, "wrong latitude", "lat")
	}
	longitude, err := strconv.ParseFloat(q.Get("lon"), 64)
	if err != nil || longitude < -180 || longitude > 180 {
		return wrong(http.StatusBadRequest, "wrong longitude", "lon")
	}
	if units := q.Get("units"); !slices.Contains([]string{"", "standard", "metric", "imperial"}, units) {
		return wrong(http.StatusBadRequest, "wrong units", "units")
	}
	switch path {
	case "/onecall":
		return http.StatusOK, s.oneCall(latitude, longitude, q)
	case "/onecall/day_summary":
		return s.daySummary(latitude, longitude, q)
	}
	return wrong(http.StatusNotFound, "Internal error")
}

// degrees are those of the units that were asked for.
func degrees(v float32, units string) float64 {
	switch units {
	case "metric":
		return round(float64(v))
	case "imperial":
		return round(float64(v)*9/5 + 32)
	}
	return round(float64(v) + 273.15)
}

// speed is in metres a second, or miles an hour.
func speed(v float32, units string) float64 {
	if units == "imperial" {
		return round(float64(v) / 0.44704)
	}
	return round(float64(v))
}

func (s *Server) oneCall(latitude, longitude float64, q url.Values) map[string]any {
	now, units := s.o.Now().In(s.o.Zone), q.Get("units")
	_, offset := now.Zone()
	today := daycast.DayOf(now)
	body := map[string]any{"lat": latitude, "lon": longitude, "timezone": s.o.Zone.String(), "timezone_offset": offset}
	exclude := strings.Split(q.Get("exclude"), ",")
	if !slices.Contains(exclude, "current") {
		w := s.o.Truth.On(latitude, longitude, today)
		body["current"] = map[string]any{"dt": now.Unix(), "temp": degrees(w.Max, units), "wind_speed": speed(w.Wind, units), "weather": sky(w)}
	}
	if !slices.Contains(exclude, "daily") {
		var daily []any
		for day := today; day < today+8; day++ {
			daily = append(daily, s.ahead(latitude, longitude, day, today-1, offset, units))
		}
		body["daily"] = daily
	}
	return body
}

func (s *Server) ahead(latitude, longitude float64, day, issued daycast.Day, offset int, units string) map[string]any {
	w := s.o.Truth.Forecast(latitude, longitude, day, issued)
	most, least := degrees(w.Max, units), degrees(w.Min, units)
	of := map[string]any{
		"dt": day.Time().Unix() + 12*60*60 - int64(offset), "summary": "Expect a day of weather", "moon_phase": 0.16,
		"temp":     map[string]any{"day": most, "min": least, "max": most, "night": least, "eve": most, "morn": least},
		"pressure": 1016, "humidity": 59, "wind_speed": speed(w.Wind, units), "wind_deg": 76, "clouds": 92, "pop": 0.47, "uvi": 9.23, "weather": sky(w),
	}
	switch {
	case w.Precipitation > 0 && w.Max < 0:
		of["snow"] = round(float64(w.Precipitation))
	case w.Precipitation > 0:
		of["rain"] = round(float64(w.Precipitation))
	}
	return of
}

func sky(w weather.Weather) []any {
	if w.Precipitation > 0 {
		return []any{map[string]any{"id": 500, "main": "Rain", "description": "light rain", "icon": "10d"}}
	}
	return []any{map[string]any{"id": 800, "main": "Clear", "description": "clear sky", "icon": "01d"}}
}

func (s *Server) daySummary(latitude, longitude float64, q url.Values) (int, any) {
	day, err := daycast.ParseDay(q.Get("date"))
	if err != nil {
		return wrong(http.StatusBadRequest, "Invalid date format", "date")
	}
	tz := q.Get("tz")
	if tz != "" && !tzPattern.MatchString(tz) {
		return wrong(http.StatusBadRequest, "Invalid tz format", "tz")
	}
	if first, _ := daycast.ParseDay("1979-01-02"); day < first || day > s.today(s.o.Zone)+548 {
		return wrong(http.StatusBadRequest, "The requested date is out of allowed range", "date")
	}
	if tz == "" {
		tz = day.Time().In(s.o.Zone).Format("-07:00")
	}
	w, units := s.o.Truth.On(latitude, longitude, day), q.Get("units")
	if today := s.today(s.o.Zone); day >= today {
		w = s.o.Truth.Forecast(latitude, longitude, day, today-1)
	}
	most, least := degrees(w.Max, units), degrees(w.Min, units)
	if units == "" {
		units = "standard"
	}
	return http.StatusOK, map[string]any{
		"lat": latitude, "lon": longitude, "tz": tz, "date": day.String(), "units": units,
		"cloud_cover": map[string]any{"afternoon": 0}, "humidity": map[string]any{"afternoon": 33},
		"precipitation": map[string]any{"total": round(float64(w.Precipitation))},
		"temperature":   map[string]any{"min": least, "max": most, "afternoon": most, "night": least, "evening": most, "morning": least},
		"pressure":      map[string]any{"afternoon": 1015},
		"wind":          map[string]any{"max": map[string]any{"speed": speed(w.Wind, q.Get("units")), "direction": 120}},
	}
}
