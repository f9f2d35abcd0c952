package pipeline_test

import (
	"iter"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/pipeline"
	"daycast/signal"
	"daycast/signal/fetch"
	"daycast/signal/weather"
	"daycast/signal/weather/weathertest"
	"daycast/warehouse"
)

func rowsOf[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// TestOutlookNotes says how much of the weather ahead of past origins was
// forecast then; a spec without an outlook, and a shop without weather, say
// nothing.
func TestOutlookNotes(t *testing.T) {
	first := daycast.Day(19_000)
	w, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(t.TempDir(), "warehouse.duckdb"), warehouse.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var facts []daycast.Fact
	var rows []daycast.Signal
	for d := first; d < first+40; d++ {
		facts = append(facts, daycast.Fact{Series: daycast.Series{Item: "a"}, Day: d, KnownAt: d, Units: 3, Price: 1})
		rows = append(rows, daycast.Signal{Name: "weather_x", Scope: daycast.ScopeShop, Day: d, KnownAt: d, Value: 20})
	}
	for d := first + 33; d < first+36; d++ { // three days of the four after the 32nd were forecast on it
		rows = append(rows, daycast.Signal{Name: "weather_x", Scope: daycast.ScopeShop, Day: d, KnownAt: first + 32, Value: 21})
	}
	slices.SortStableFunc(rows, func(a, b daycast.Signal) int { return int(a.Day*1000 + a.KnownAt - b.Day*1000 - b.KnownAt) })
	if _, err := w.Facts().Replace(t.Context(), "r", rowsOf(facts)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Signals().Replace(t.Context(), "r", rowsOf(rows)); err != nil {
		t.Fatal(err)
	}
	spec := pipeline.PanelSpec{Step: daycast.Daily, Last: first + 39, Horizon: 4, Absent: "zero", Outlook: []string{signal.WeatherPrefix}}
	panels := pipeline.NewPanelSource(w, 1<<28, spec)
	for _, origin := range []daycast.Day{first + 39, first + 32, first + 30, first + 32} {
		p, err := panels.Panel(t.Context(), origin)
		if err != nil {
			t.Fatal(err)
		}
		if v := p.Signals[0].At(0, origin+4); v != 20 && v != 21 {
			t.Errorf("origin %s: %v four days ahead", origin, v)
		}
	}
	notes := strings.Join(panels.OutlookNotes(), "\n")
	if want := "weather: of the days ahead of the 2 origins of the backtest, 38% had the forecast of then, 62% an expected value of climate and last days"; notes != want {
		t.Errorf("got %q, want %q", notes, want)
	}
	spec.Outlook = nil
	panels = pipeline.NewPanelSource(w, 1<<28, spec)
	if _, err := panels.Panel(t.Context(), first+30); err != nil || panels.OutlookNotes() != nil {
		t.Errorf("without an outlook: %v, %v", panels.OutlookNotes(), err)
	}
}

// TestWeatherInARun has a run ask for the weather, and say how honest its
// backtest was: all of its origins lie before the first request.
func TestWeatherInARun(t *testing.T) {
	t.Parallel()
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	server := httptest.NewServer(weathertest.New(weathertest.Options{Now: func() time.Time { return time.Date(2024, 1, 1, 2, 0, 0, 0, time.UTC) }}))
	defer server.Close()
	archive, err := fetch.Open(t.Context(), filepath.Join(w.dir, "signals.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	w.set = func(r *pipeline.Run) {
		r.Signals = append(r.Signals, weather.NewOpenMeteo(archive, weather.Options{
			Base: server.URL, PerSecond: 1e6, Now: w.now, Shop: weather.Shop{Latitude: 52.5, Longitude: 13.4, TimeZone: "Europe/Berlin"},
		}))
	}
	w.run(t, pipeline.StepTrain)
	s, err := pipeline.ReadSummary(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"signals: openmeteo: ", "origins of the backtest, 0% had the forecast of then, 100% an expected value"} {
		if !strings.Contains(s.String(), want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
}
