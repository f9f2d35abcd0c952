package weather_test

import (
	"math"
	"testing"
	"time"

	"daycast"
	"daycast/signal/weather"
	"daycast/signal/weather/weathertest"
)

// TestSoak asks a server that fails one in five for the past three years of ten
// places, through days of a thousand requests, until 10,000 came: no day has
// more than its thousand, no morning's forecast and no day of the past is lost,
// and nothing that came is asked for again.
func TestSoak(t *testing.T) {
	const perDay, requests = 1000, 10_000
	w := newWorld(t, weathertest.Options{Key: "k3y", PerDay: perDay, Fault: weathertest.OneIn(5, 7)})
	s := w.source(weather.OpenWeatherName, func(o *weather.Options) { o.PerDay = perDay })
	var places []daycast.Place
	for k := range 10 {
		places = append(places, place(string(rune('a'+k)), 48+float64(k)/2, 9))
	}
	from, began, days, failures := w.today()-770, w.today(), 0, 0
	request := w.request(0, 10, places...)
	for ; w.server.Asked("") < requests || days < 11; days++ {
		if days > 30 {
			t.Fatalf("%d requests in %d days", w.server.Asked(""), days)
		}
		request.From, request.To = from, w.today()+10
		if err := s.Fetch(t.Context(), request, nil); err != nil {
			if failures++; daycast.CodeOf(err) != daycast.Unavailable {
				t.Fatal(err)
			}
		}
		if n := w.server.Spent(daycast.DayOf(w.now.UTC())); n > perDay {
			t.Fatalf("%s: %d requests", w.today(), n)
		}
		w.now = w.now.Add(24 * time.Hour)
	}
	came, morning := map[string]map[daycast.Day]bool{}, map[string]map[daycast.Day]bool{}
	for _, row := range rows(t, s, request) {
		if row.Name != weather.MaxName {
			continue
		}
		if came[row.Key] == nil {
			came[row.Key], morning[row.Key] = map[daycast.Day]bool{}, map[daycast.Day]bool{}
		}
		latitude := 48 + math.Round(float64(row.Key[0]-'a')*5)/10
		want := w.truth.On(latitude, 9, row.Day)
		if row.Day == row.KnownAt {
			came[row.Key][row.Day] = true
		} else {
			morning[row.Key][row.KnownAt] = true
			want = w.truth.Forecast(latitude, 9, row.Day, row.KnownAt)
		}
		if math.Abs(float64(row.Value-want.Max)) > 0.011 {
			t.Fatalf("%+v: want %v", row, want.Max)
		}
	}
	lost := 0
	for _, p := range places {
		for day := from; day < w.today()-1; day++ {
			if !came[p.ID][day] {
				lost++
			}
		}
		for day := began - 1; day < w.today()-1; day++ {
			if !morning[p.ID][day] {
				t.Errorf("%s: the forecast of the morning after %s is lost", p.ID, day)
			}
		}
	}
	plan, err := s.Plan(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if lost > 0 {
		t.Errorf("%d days of the past are lost; the plan is %+v", lost, plan)
	}
	t.Logf("%d requests in %d days, of which %d had a request that failed in all its tries; the plan of the next is %+v", w.server.Asked(""), days, failures, plan)
}
