package weather_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/signal"
	"daycast/signal/fetch"
	"daycast/signal/signaltest"
	"daycast/signal/weather"
	"daycast/signal/weather/weathertest"
)

// berlin is where and when the tests are, in the time of a summer.
var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// world is a server, its clock, and the two sources that ask it.
type world struct {
	now     time.Time
	server  *weathertest.Server
	archive *fetch.Archive
	truth   weathertest.Truth
	base    string
}

func newWorld(t testing.TB, o weathertest.Options) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 6, 10, 7, 30, 0, 0, berlin), truth: weathertest.Truth{Seed: 1}}
	o.Truth, o.Zone, o.Now = w.truth, berlin, func() time.Time { return w.now }
	w.server = weathertest.New(o)
	s := httptest.NewServer(w.server)
	t.Cleanup(s.Close)
	w.base = s.URL
	archive, err := fetch.Open(t.Context(), filepath.Join(t.TempDir(), "signals.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := archive.Close(); err != nil {
			t.Error(err)
		}
	})
	w.archive = archive
	return w
}

func (w *world) options() weather.Options {
	return weather.Options{
		Key: "k3y", KeyEnv: "OPENWEATHER_KEY", PerSecond: math.MaxInt32, Wait: time.Microsecond, Rest: time.Millisecond,
		Shop: weather.Shop{Latitude: 52.52, Longitude: 13.41, TimeZone: "Europe/Berlin"},
		Now:  func() time.Time { return w.now },
	}
}

func (w *world) source(name string, more ...func(*weather.Options)) *weather.Source {
	o := w.options()
	for _, set := range more {
		set(&o)
	}
	if name == weather.OpenWeatherName {
		o.Base = w.base
		return weather.NewOpenWeather(w.archive, o)
	}
	o.Base = w.base
	return weather.NewOpenMeteo(w.archive, o)
}

func (w *world) today() daycast.Day { return daycast.DayOf(w.now) }

func (w *world) request(behind, ahead daycast.Day, places ...daycast.Place) signal.Request {
	if places == nil {
		places = []daycast.Place{{ID: daycast.OnlyPlace, Latitude: math.NaN(), Longitude: math.NaN()}}
	}
	return signal.Request{From: w.today() - behind, To: w.today() + ahead, Places: places}
}

func both(t *testing.T, do func(t *testing.T, name string)) {
	for _, name := range []string{weather.OpenWeatherName, weather.OpenMeteoName} {
		t.Run(name, func(t *testing.T) { do(t, name) })
	}
}

func fetched(t *testing.T, s *weather.Source, r signal.Request) {
	t.Helper()
	if err := s.Fetch(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, s signal.Source, r signal.Request) (all []daycast.Signal) {
	t.Helper()
	for row, err := range s.Signals(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}

func place(id string, latitude, longitude float64) daycast.Place {
	return daycast.Place{ID: id, Latitude: latitude, Longitude: longitude}
}

func TestSuite(t *testing.T) {
	both(t, func(t *testing.T, name string) {
		w := newWorld(t, weathertest.Options{})
		s := w.source(name)
		r := w.request(30, 20, place("a", 52.52, 13.41), place("b", 48.1, 11.6), place("nowhere", math.NaN(), 0))
		for range 3 {
			fetched(t, s, r)
			w.now = w.now.AddDate(0, 0, 1)
		}
		signaltest.Run(t, s, r)
	})
}

// TestAsIssued goes through a fortnight of mornings, and sees that each value is
// what was expected of its day when the day of its known-at was over, and for
// the day itself how it came.
func TestAsIssued(t *testing.T) {
	both(t, func(t *testing.T, name string) {
		w := newWorld(t, weathertest.Options{})
		s := w.source(name)
		first := w.today()
		for range 14 {
			fetched(t, s, w.request(10, 20))
			w.now = w.now.Add(9 * time.Hour) // an evening's run asks for nothing new
			fetched(t, s, w.request(10, 20))
			w.now = w.now.Add(15 * time.Hour)
		}
		seen := map[daycast.Day]map[daycast.Day]bool{} // day -> lead
		for _, row := range rows(t, s, w.request(30, 20)) {
			want := w.truth.On(52.5, 13.4, row.Day)
			if row.KnownAt < row.Day {
				want = w.truth.Forecast(52.5, 13.4, row.Day, row.KnownAt)
			}
			values := map[string]float32{
				weather.MaxName: want.Max, weather.MinName: want.Min, weather.PrecipitationName: want.Precipitation, weather.WindName: want.Wind,
			}
			if v, ok := values[row.Name]; !ok || math.Abs(float64(v-row.Value)) > 0.011 {
				t.Fatalf("%+v: want %v", row, v)
			}
			if row.KnownAt > row.Day || row.KnownAt >= w.today() || row.Scope != daycast.ScopeShop {
				t.Fatalf("%+v", row)
			}
			if seen[row.Day] == nil {
				seen[row.Day] = map[daycast.Day]bool{}
			}
			seen[row.Day][row.Day-row.KnownAt] = true
		}
		for day := first; day < w.today()-1; day++ {
			if !seen[day][0] {
				t.Errorf("%s: how it came is missing", day)
			}
		}
		leads := daycast.Day(8)
		if name == weather.OpenMeteoName {
			leads = 16
		}
		for day := first + leads; day < w.today(); day++ {
			if len(seen[day]) < int(leads) {
				t.Errorf("%s was forecast from %d days, want %d", day, len(seen[day]), leads)
			}
		}
		asked := w.server.Asked("/v1/forecast")
		if name == weather.OpenWeatherName {
			asked = w.server.Asked(weathertest.OpenWeatherPath + "/onecall")
			if n := w.server.Asked(weathertest.OpenWeatherPath + "/onecall/day_summary"); n != 10+13 {
				t.Errorf("days of the past were asked for %d times, want 23", n)
			}
		}
		if asked > 14+3 {
			t.Errorf("14 days' forecasts were asked for %d times", asked)
		}
	})
}

// TestPreviousRuns has forecasts of days before the first request.
func TestPreviousRuns(t *testing.T) {
	w := newWorld(t, weathertest.Options{})
	s := w.source(weather.OpenMeteoName)
	r := w.request(900, -1)
	fetched(t, s, r)
	leads := map[daycast.Day]int{}
	oldest := w.today()
	for _, row := range rows(t, s, r) {
		if row.Name == weather.MinName {
			leads[row.Day-row.KnownAt]++
			oldest = min(oldest, row.Day)
		}
	}
	first, _ := daycast.ParseDay("2024-01-01")
	days := int(w.today() - first)
	for lead := range daycast.Day(8) {
		if want := min(days, 900); lead > 0 && leads[lead] != want || lead == 0 && leads[lead] < 890 {
			t.Errorf("%d days are known %d days before, want %d", leads[lead], lead, want)
		}
	}
	if oldest != r.From {
		t.Errorf("the oldest day is %s, want %s", oldest, r.From)
	}
}

// TestPlan spends no more than a day's requests, newest days first, by turns,
// and nothing twice.
func TestPlan(t *testing.T) {
	both(t, func(t *testing.T, name string) {
		w := newWorld(t, weathertest.Options{PerDay: 40})
		s := w.source(name, func(o *weather.Options) { o.PerDay = 40 })
		r := w.request(60, 10, place("a", 52.5, 13.4), place("b", 48.1, 11.6), place("c", 50, 8), place("same", 50.01, 8.02))
		for day := range 10 {
			plan, err := s.Plan(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			today := daycast.DayOf(w.now.UTC())
			fetched(t, s, r)
			if n := w.server.Spent(today); n != plan.Now || n > 40 || plan.Later > 0 && n < 20 {
				t.Errorf("day %d: spent %d of 40, planned %+v", day, n, plan)
			}
			after, err := s.Plan(t.Context(), r)
			if err != nil || after.Now != 0 || after.Later != plan.Later {
				t.Errorf("day %d: after the fetch the plan is %+v, before it was %+v; %v", day, after, plan, err)
			}
			if day == 0 && name == weather.OpenWeatherName {
				if plan.Now != 40 || plan.Later != 3+3*60-40 || after.Kept != 40 {
					t.Errorf("planned %+v, then %+v", plan, after)
				}
				newest := map[string]daycast.Day{}
				for _, row := range rows(t, s, r) {
					if row.KnownAt == row.Day {
						if at, ok := newest[row.Key]; !ok || row.Day < at {
							newest[row.Key] = row.Day
						}
					}
				}
				for key, oldest := range newest {
					if n := w.today() - oldest; n < 12 || n > 13 {
						t.Errorf("%s has %d days of the past, want 12 or 13", key, n)
					}
				}
				if len(newest) != 4 {
					t.Errorf("%d places have a past", len(newest))
				}
			}
			status, err := s.Status(t.Context())
			if err != nil || status.Left != 40-plan.Now || status.Stale != 0 {
				t.Errorf("status %+v, %v", status, err)
			}
			w.now = w.now.AddDate(0, 0, 1)
			r.To++
		}
		if plan, err := s.Plan(t.Context(), r); err != nil || plan.Later > 0 {
			t.Errorf("in the end %+v, %v", plan, err)
		}
	})
}

func TestUnplaced(t *testing.T) {
	w := newWorld(t, weathertest.Options{})
	s := w.source(weather.OpenMeteoName)
	places := []daycast.Place{place("a", 52.5, 13.4), place("b", math.NaN(), math.NaN()), place("c", 0, 0)}
	if n := s.Unplaced(places); n != 2 {
		t.Errorf("%d places have no coordinates, want 2", n)
	}
	r := w.request(5, 5, places...)
	fetched(t, s, r)
	for _, row := range rows(t, s, r) {
		if row.Key != "a" {
			t.Fatalf("%+v", row)
		}
	}
	places[0].TimeZone = "Europe/Nowhere"
	if err := s.Fetch(t.Context(), r, nil); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "Europe/Nowhere") {
		t.Errorf("a time zone that is none: %v", err)
	}
}

// TestFaults tells what is wrong, keeps what came, and goes on with it.
func TestFaults(t *testing.T) {
	both(t, func(t *testing.T, name string) {
		for _, test := range []struct {
			fault weathertest.Fault
			code  daycast.Code
			text  string
		}{
			{weathertest.ServerError, daycast.Unavailable, "status 500"},
			{weathertest.BadGateway, daycast.Unavailable, "status 502"},
			{weathertest.HTML, daycast.Unavailable, "a page of HTML"},
			{weathertest.Truncated, daycast.Unavailable, "cut off"},
			{weathertest.Hangup, daycast.Unavailable, "broke off"},
			{weathertest.TooMany, daycast.Unavailable, "status 429"},
			{weathertest.Drifted, daycast.Invalid, "the shape of its answers has changed"},
		} {
			t.Run(test.text, func(t *testing.T) {
				broken := false
				w := newWorld(t, weathertest.Options{Fault: func(int, *http.Request) weathertest.Fault {
					if broken {
						return test.fault
					}
					return weathertest.None
				}})
				s, r := w.source(name), w.request(10, 5)
				fetched(t, s, r)
				before := rows(t, s, r)
				broken = true
				w.now = w.now.AddDate(0, 0, 1)
				err := s.Fetch(t.Context(), r, nil)
				if daycast.CodeOf(err) != test.code || !strings.Contains(fmt.Sprint(err), test.text) {
					t.Errorf("got %v (%s)", err, daycast.CodeOf(err))
				}
				if after := rows(t, s, r); len(after) != len(before) {
					t.Errorf("%d signals, before the fault %d", len(after), len(before))
				}
				if _, err := s.Try(t.Context(), r); daycast.CodeOf(err) != test.code {
					t.Errorf("try: %v", err)
				}
				if status, err := s.Status(t.Context()); err != nil || status.Error == "" {
					t.Errorf("status %+v, %v", status, err)
				}
				broken = false
				w.now = w.now.Add(2 * time.Hour)
				s = w.source(name) // another process, which does not wait for the API to have had its rest
				fetched(t, s, r)
				if status, err := s.Status(t.Context()); err != nil || status.Error != "" {
					t.Errorf("status after it %+v, %v", status, err)
				}
			})
		}
	})
}

func TestBadKey(t *testing.T) {
	w := newWorld(t, weathertest.Options{Key: "good"})
	bad, good := w.source(weather.OpenWeatherName), w.source(weather.OpenWeatherName, func(o *weather.Options) { o.Key = "good" })
	r := w.request(10, 5)
	err := bad.Fetch(t.Context(), r, nil)
	if daycast.CodeOf(err) != daycast.Unauthorized || !strings.Contains(err.Error(), "OPENWEATHER_KEY") || w.server.Asked("") != 1 {
		t.Errorf("asked %d times: %v", w.server.Asked(""), err)
	}
	if _, err := bad.Try(t.Context(), r); daycast.CodeOf(err) != daycast.Unauthorized {
		t.Errorf("try: %v", err)
	}
	row, err := good.Try(t.Context(), r)
	if want := w.truth.Forecast(52.5, 13.4, w.today(), w.today()-1); err != nil || row.Value != want.Max || row.Day != w.today() || row.KnownAt != w.today()-1 {
		t.Errorf("got %+v, %v, want %v", row, err, want.Max)
	}
	meteo := w.source(weather.OpenMeteoName)
	if _, err := meteo.Try(t.Context(), r); !strings.Contains(fmt.Sprint(err), "API key is invalid") {
		t.Errorf("a customer's bad key: %v", err)
	}
}

// TestServersLimit leaves an API alone until it said that it may be asked again.
func TestServersLimit(t *testing.T) {
	both(t, func(t *testing.T, name string) {
		w := newWorld(t, weathertest.Options{PerDay: 10})
		s, r := w.source(name), w.request(400, 5, place("a", 52.5, 13.4), place("b", 48.1, 11.6))
		if err := s.Fetch(t.Context(), r, nil); daycast.CodeOf(err) != daycast.Unavailable {
			t.Fatal(err)
		}
		asked := w.server.Asked("")
		if err := s.Fetch(t.Context(), r, nil); daycast.CodeOf(err) != daycast.Unavailable || w.server.Asked("") != asked {
			t.Errorf("asked %d times more: %v", w.server.Asked("")-asked, err)
		}
	})
}

// TestFrom asks for no day before the first that is worth a request.
func TestFrom(t *testing.T) {
	w := newWorld(t, weathertest.Options{})
	s := w.source(weather.OpenWeatherName, func(o *weather.Options) { o.From = w.today() - 3 })
	if plan, err := s.Plan(t.Context(), w.request(100, 5)); err != nil || plan.Now != 1+3 || plan.Later != 0 {
		t.Errorf("planned %+v, %v", plan, err)
	}
}

func TestStale(t *testing.T) {
	w := newWorld(t, weathertest.Options{})
	s, r := w.source(weather.OpenWeatherName), w.request(1, 5)
	fetched(t, s, r)
	w.now = w.now.Add(30 * time.Hour)
	if status, err := s.Status(t.Context()); err != nil || status.Stale != 6*time.Hour {
		t.Errorf("status %+v, %v", status, err)
	}
}
