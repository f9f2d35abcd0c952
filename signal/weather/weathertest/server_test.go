package weathertest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/signal/weather/weathertest"
)

func now() time.Time { return time.Date(2026, 6, 10, 8, 0, 0, 0, time.UTC) }

func ask(t *testing.T, s http.Handler, address string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

// TestAnswers has the statuses and words of the documentation.
func TestAnswers(t *testing.T) {
	const place, days = "latitude=52.5&longitude=13.4&timezone=UTC", "&start_date=2026-05-01&end_date=2026-05-03"
	for _, test := range []struct {
		address string
		status  int
		says    string
	}{
		{"/data/3.0/onecall?lat=52.5&lon=13.4&appid=k", 200, `"timezone_offset":0`},
		{"/data/3.0/onecall?lat=52.5&lon=13.4&appid=k&exclude=daily", 200, `"current"`},
		{"/data/3.0/onecall?lat=52.5&lon=13.4&appid=other", 401, `{"cod":401,"message":"Invalid API key`},
		{"/data/3.0/onecall?lat=52.5&lon=13.4", 401, `"cod":401`},
		{"/data/3.0/onecall?lat=95&lon=13.4&appid=k", 400, `"message":"wrong latitude"`},
		{"/data/3.0/onecall?lat=52.5&appid=k", 400, `"message":"wrong longitude"`},
		{"/data/3.0/onecall/day_summary?lat=52.5&lon=13.4&appid=k&date=2026-05-01", 200, `"units":"standard"`},
		{"/data/3.0/onecall/day_summary?lat=52.5&lon=13.4&appid=k&date=2026-05-01&units=metric&tz=%2B02:00", 200, `"tz":"+02:00"`},
		{"/data/3.0/onecall/day_summary?lat=52.5&lon=13.4&appid=k&date=yesterday", 400, `"parameters":["date"]`},
		{"/data/3.0/onecall/day_summary?lat=52.5&lon=13.4&appid=k&date=1950-01-01", 400, `"date"`},
		{"/data/3.0/elsewhere?lat=52.5&lon=13.4&appid=k", 404, `"cod":"404"`},
		{"/v1/forecast?" + place + "&daily=temperature_2m_max", 200, `"daily_units":{"temperature_2m_max":"°C"`},
		{"/v1/forecast?" + place + "&daily=wind_speed_10m_max", 200, `"km/h"`},
		{"/v1/forecast?" + place + "&daily=wind_speed_10m_max&wind_speed_unit=ms", 200, `"m/s"`},
		{"/v1/forecast?" + place + "&daily=sunshine", 400, `invalid String value sunshine`},
		{"/v1/forecast?" + place + "&daily=temperature_2m_max&forecast_days=17", 400, "Allowed range 0 to 16"},
		{"/v1/forecast?" + place + "&daily=temperature_2m_max&past_days=93", 400, "Allowed range 0 to 92"},
		{"/v1/forecast?latitude=52.5&longitude=13.4&daily=temperature_2m_max", 400, "Timezone is required"},
		{"/v1/forecast?latitude=100&longitude=13.4&hourly=temperature_2m", 400, "Latitude must be in range"},
		{"/v1/forecast?" + place + "&hourly=temperature_2m_previous_day7" + days, 200, `"2026-05-03T23:00"`},
		{"/v1/forecast?" + place + "&hourly=temperature_2m_previous_day8" + days, 400, "previous_day8"},
		{"/v1/forecast?" + place + "&hourly=temperature_2m_previous_day1&start_date=2023-12-31&end_date=2023-12-31", 200, `[null,`},
		{"/v1/archive?" + place + "&daily=precipitation_sum" + days, 200, `"mm"`},
		{"/v1/archive?" + place + "&daily=precipitation_sum&start_date=2026-06-10&end_date=2026-06-10", 200, `[null]`},
		{"/v1/archive?" + place + "&daily=precipitation_sum&start_date=2026-06-01&end_date=2026-07-01", 400, "Parameter 'end_date' is out of allowed range from 1940-01-01 to 2026-06-10"},
		{"/v1/archive?" + place + "&daily=precipitation_sum", 400, "Invalid date format"},
	} {
		s := weathertest.New(weathertest.Options{Key: "k", Now: now})
		status, body := ask(t, s, test.address)
		if status != test.status || !strings.Contains(body, test.says) {
			t.Errorf("%s: status %d, %.300s; want %d with %s", test.address, status, body, test.status, test.says)
		}
	}
}

// TestLimits refuses what is more than a day's, counted as the APIs do.
func TestLimits(t *testing.T) {
	s := weathertest.New(weathertest.Options{PerDay: 12, Now: now})
	const year = "/v1/archive?latitude=1&longitude=1&timezone=UTC&daily=a,b,c,temperature_2m_max&start_date=2025-01-01&end_date=2025-12-31"
	ask(t, s, year)
	if n := s.Spent(daycast.DayOf(now())); n != 11 || s.Asked("/v1/archive") != 1 {
		t.Errorf("a year of four variables counts as %d requests, want 11", n)
	}
	if status, _ := ask(t, s, "/data/3.0/onecall?lat=1&lon=1&appid=k"); status != 200 {
		t.Errorf("the twelfth has status %d", status)
	}
	if status, body := ask(t, s, "/data/3.0/onecall?lat=1&lon=1&appid=k"); status != 429 || !strings.Contains(body, `"cod":429`) {
		t.Errorf("the thirteenth has status %d: %s", status, body)
	}
	if status, body := ask(t, s, year); status != 429 || !strings.Contains(body, "Daily API request limit exceeded") {
		t.Errorf("and another %d: %s", status, body)
	}
}

// TestTruth is the same each time, and its forecasts err more the longer they
// look ahead.
func TestTruth(t *testing.T) {
	truth := weathertest.Truth{Seed: 3}
	var errs [11]float64
	for d := daycast.Day(20_000); d < 20_400; d++ {
		if truth.On(50, 8, d) != truth.On(50, 8, d) || truth.Forecast(50, 8, d, d) != truth.On(50, 8, d) {
			t.Fatal("the weather differs from itself")
		}
		for lead := range errs {
			errs[lead] += max(float64(truth.Forecast(50, 8, d, d-daycast.Day(lead)).Max-truth.On(50, 8, d).Max), 0)
		}
	}
	if errs[0] != 0 || errs[1] >= errs[5] || errs[5] >= errs[10] {
		t.Errorf("errors by lead: %v", errs)
	}
}
