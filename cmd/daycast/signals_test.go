package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"daycast/signal/holiday/holidaytest"
	"daycast/signal/signaltest"
	"daycast/signal/trend/trendtest"
	"daycast/signal/weather/weathertest"
)

// outside are servers that play the APIs of weather, holidays and trends.
type outside struct {
	weather *weathertest.Server
	down    atomic.Bool // the weather's server
	days    holidaytest.Calendarific
	posts   trendtest.X
}

// open makes a shop that sells until yesterday, with all three kinds of signals.
func (o *outside) open(t *testing.T) (dir string) {
	t.Helper()
	o.weather = weathertest.New(weathertest.Options{Fault: func(int, *http.Request) weathertest.Fault {
		if o.down.Load() {
			return weathertest.ServerError
		}
		return weathertest.None
	}})
	serve := func(h http.Handler) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	today := time.Now().UTC()
	dir = handShop(t, func(add func(order any, at, place, item string, quantity, price any)) {
		for d := 1; d <= 90; d++ {
			at := today.AddDate(0, 0, -d).Format("2006-01-02") + " 10:00:00"
			add(2*d, at, "", "tea", 3+d%4, 2)
			add(2*d+1, at, "", "cup", 1+d%3, 5)
		}
	})
	write(t, filepath.Join(dir, "events.csv"), "name,from,to\nsale,"+today.AddDate(0, 0, -20).Format(time.DateOnly)+","+today.AddDate(0, 0, 5).Format(time.DateOnly)+"\n")
	config := filepath.Join(dir, "daycast.yaml")
	write(t, config, strings.Replace(read(t, config), "time_zone: Europe/London", "time_zone: UTC, country: GB, latitude: 51.5, longitude: -0.1", 1)+fmt.Sprintf(`
signals:
  holidays: [calendarific, offline]
  weather: openmeteo
  events: events.csv
  trends:
    - {name: tea, source: x, query: "tea lang:en", scope: item, keys: [tea]}
  apis:
    - {name: openmeteo, url: %q, rate: 1000}
    - {name: calendarific, url: %q, key: "${CALENDARIFIC_KEY}"}
    - {name: x, url: %q, key: "${X_TOKEN}", full: true, rate: 1000}
`, serve(o.weather), serve(&o.days), serve(&o.posts)))
	return dir
}

// A shop with all three kinds of signals from outside: keys are tried, and runs
// go on where one server is down, one sends garbage and one is asked too often.
func TestSignals(t *testing.T) {
	t.Parallel()
	o := &outside{days: holidaytest.Calendarific{Key: "key-1"}, posts: trendtest.X{Token: "token-1"}}
	dir := o.open(t)
	if o := daycast(t, dir, "check"); !strings.Contains(o.out, "CALENDARIFIC_KEY is not set") {
		t.Errorf("check does not say that a key is missing:\n%s", o.out)
	}
	tried := daycastWith(t, []string{"CALENDARIFIC_KEY=wrong", "X_TOKEN=wrong"}, dir, "check")
	tried.fails(t, 1, "checks failed")
	says(t, "check of wrong keys", tried.out, "calendarific refuses the key", "see that CALENDARIFIC_KEY holds", "x refuses the key", "X_TOKEN", "weather_")
	keys := []string{"CALENDARIFIC_KEY=key-1", "X_TOKEN=token-1"}
	says(t, "check", mustWith(t, keys, dir, "check").out, "trend_tea on ", "holiday on ", "weather_")

	o.down.Store(true)
	o.days.Fail(signaltest.HTML)
	says(t, "a run without weather", mustWith(t, keys, dir, "run").out,
		"signals: openmeteo: ", "STALE: openmeteo: 2 of 2 requests failed; ", "status 500", "signals: holiday: ", "a page of HTML", "signals: x: ", "signals: events: ")
	if len(forecasts(t, dir)) != 2 {
		t.Error("there are no forecasts")
	}
	says(t, "monitor", daycastWith(t, keys, dir, "monitor").out, "Signals of openmeteo are not fresh", "Signals of holiday are not fresh")
	first := stand(t, keys, dir)

	o.down.Store(false)
	o.days.Fail(signaltest.Sound)
	ran := mustWith(t, keys, dir, "run")
	says(t, "a run with all", ran.out, "signals: openmeteo: ", "% had the forecast of then")
	says(t, "its progress", ran.errors, "signals of openmeteo: ", " requests")
	if strings.Contains(ran.out, "STALE") {
		t.Errorf("what was down is up again, and stale:\n%s", ran.out)
	}
	asked := o.weather.Asked("")
	second := stand(t, keys, dir)
	for _, name := range []string{"calendarific", "offline", "openmeteo", "events", "x"} {
		s := second[name]
		if s.Rows < max(first[name].Rows, 1) || s.Stale != "" || s.Sample.Value == "" || s.Plan.Now > 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if o.weather.Asked("") != asked {
		t.Error("daycast signals asks the weather's server")
	}

	o.posts.Fail(signaltest.TooMany)
	config := filepath.Join(dir, "daycast.yaml")
	write(t, config, strings.Replace(read(t, config), "  apis:", "    - {name: cup, source: x, query: cup, scope: item, keys: [cup]}\n  apis:", 1))
	says(t, "a run with a trend too many", mustWith(t, keys, dir, "run").out, "x has had too many requests (status 429)")
	third := stand(t, keys, dir)
	if third["x"].Rows != second["x"].Rows || third["openmeteo"].Stale != "" {
		t.Errorf("what was known of posts is lost, or the weather is stale: %+v", third)
	}
	text := mustWith(t, keys, dir, "signals").out
	says(t, "signals", text, "stale", "fresh", "weather_", "trend_tea for item tea does not lead")
	for _, secret := range []string{"key-1", "token-1"} {
		if strings.Contains(text+ran.out, secret) {
			t.Errorf("%s shows", secret)
		}
	}
}

func says(t *testing.T, who, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", who, w, text)
		}
	}
}

type standing struct {
	Rows   int64
	Stale  string
	Sample struct{ Value string }
	Plan   struct{ Now int }
}

// stand is what daycast signals tells, by source.
func stand(t *testing.T, env []string, dir string) map[string]standing {
	t.Helper()
	var all []struct {
		Source string
		standing
	}
	if err := json.Unmarshal([]byte(mustWith(t, env, dir, "signals", "--json").out), &all); err != nil {
		t.Fatal(err)
	}
	by := map[string]standing{}
	for _, s := range all {
		by[s.Source] = s.standing
	}
	return by
}
