package pipeline_test

import (
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/pipeline"
	"daycast/signal"
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
