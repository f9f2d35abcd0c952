package pipeline_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/model"
	"daycast/model/all"
	"daycast/model/grouped"
	"daycast/pipeline"
	"daycast/signal"
	"daycast/signal/fetch"

	"daycast/simulate"
	"daycast/source"
	"daycast/warehouse"
)

// outside is a source that tells what it is given.
type outside struct {
	name  string
	tell  func(signal.Request) []daycast.Signal
	away  error // of Fetch
	after error // of Signals, behind its rows
}

func (o outside) Name() string { return o.name }

func (o outside) Signals(_ context.Context, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		for _, s := range o.tell(r) {
			if !yield(s, nil) {
				return
			}
		}
		if o.after != nil {
			yield(daycast.Signal{}, o.after)
		}
	}
}

func (o outside) Plan(context.Context, signal.Request) (signal.Plan, error) {
	return signal.Plan{}, nil
}
func (o outside) Try(context.Context, signal.Request) (daycast.Signal, error) {
	return daycast.Signal{}, o.away
}

func (o outside) Fetch(_ context.Context, _ signal.Request, told func(done, total int)) error {
	told(1, 1)
	return o.away
}

func (o outside) Status(context.Context) (signal.Status, error) {
	return signal.Status{State: fetch.State{Answered: time.Date(2023, 12, 31, 2, 0, 0, 0, time.UTC)}, Left: 7}, nil
}

// every tells a number on each day of a request, known so many days before or
// after it.
func every(name string, known daycast.Day) func(signal.Request) []daycast.Signal {
	return func(r signal.Request) (rows []daycast.Signal) {
		for d := r.From; d <= r.To; d++ {
			rows = append(rows, daycast.Signal{Name: name, Scope: daycast.ScopeShop, Day: d, KnownAt: d + known, Value: float32(d % 5)})
		}
		return rows
	}
}

// A source that is away, or tells rubbish, is noted, and the run goes on with
// what there is.
func TestSourcesAway(t *testing.T) {
	t.Parallel()
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	w.set = func(r *pipeline.Run) {
		r.Signals = append(r.Signals,
			outside{name: "good", tell: every("wind", -20)},
			outside{name: "away", tell: every("rain", -20), away: errors.New("away is down")},
			outside{name: "rubbish", tell: every("sun", -20), after: errors.New("the shape has changed")},
			outside{name: "never", tell: func(signal.Request) []daycast.Signal { return nil }, away: errors.New("no key")},
		)
	}
	w.run(t, pipeline.StepSignals)
	s, err := pipeline.ReadSummary(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	text := s.String()
	for _, want := range []string{
		"signals: offline: ", "signals: good: ", "last answered 2023-12-31 02:00\n",
		"STALE: away is down", "STALE: the shape has changed", "signals: never: nothing, last answered 2023-12-31 02:00; STALE: no key",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the summary does not say %q: %s", want, text)
		}
	}
	names := map[string]bool{}
	for _, row := range w.signals(t) {
		names[row.Name] = true
	}
	if want := (map[string]bool{"holiday": true, "wind": true, "rain": true, "sun": true}); !cmp.Equal(names, want) {
		t.Errorf("stored are %v, want %v", names, want)
	}
	lines, err := pipeline.NewestSignals(w.dir)
	if err != nil || len(lines) != 5 || lines[1].Left != 7 || lines[1].Stale != "" || lines[2].Rows == 0 {
		t.Errorf("%+v, %v", lines, err)
	}
}

// signals are those in the warehouse.
func (w world) signals(t testing.TB) []daycast.Signal {
	t.Helper()
	house, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(w.dir, "warehouse.duckdb"), warehouse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = house.Close() }()
	return rows(t, house.Signals().Read(t.Context(), 1<<20))
}

// A shop of ready daily rows has outside signals too, but for those of which
// its own table has a column.
func TestOwnColumnsComeFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var daily strings.Builder
	daily.WriteString("item,day,units,rain\n")
	first, _ := daycast.ParseDay("2023-10-01")
	for d := first; d < first+60; d++ {
		daily.WriteString("a," + d.String() + ",3," + string('0'+byte(d%3)) + "\nb," + d.String() + ",2," + string('0'+byte(d%3)) + "\n")
	}
	file := filepath.Join(dir, "daily.csv")
	if err := os.WriteFile(file, []byte(daily.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Daily: file})
	if err != nil {
		t.Fatal(err)
	}
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	w.set = func(r *pipeline.Run) {
		r.Source = src
		r.Signals = append(r.Signals, outside{name: "good", tell: every("wind", -20)}, outside{name: "other", tell: every("rain", -20)})
	}
	for range 2 { // what an earlier run stored is not the table's own
		w.run(t, pipeline.StepSignals)
		counts := map[string]int{}
		for _, row := range w.signals(t) {
			counts[row.Name]++
		}
		if counts["rain"] != 60 || counts["wind"] < 60+365 || counts["holiday"] == 0 {
			t.Errorf("stored are %v", counts)
		}
	}
}

// TestPoisonedSignals changes all that was not known at an origin, of signals of
// each kind, the past included: no forecast moves.
func TestPoisonedSignals(t *testing.T) {
	t.Parallel()
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	var origin daycast.Day
	poison := float32(0)
	vintages := func(r signal.Request) (rows []daycast.Signal) { // of forecasts and, at last, of the truth
		for d := r.From; d <= r.To; d++ {
			for known := d - 3; known <= d; known++ {
				rows = append(rows, daycast.Signal{Name: "weather_rain", Scope: daycast.ScopeShop, Day: d, KnownAt: known, Value: float32((d*known)%7) + afterwards(known > origin, poison)})
			}
		}
		return rows
	}
	late := func(r signal.Request) (rows []daycast.Signal) {
		for _, s := range every("trend_tea", 2)(r) {
			s.Value += afterwards(s.KnownAt > origin, poison)
			rows = append(rows, s)
		}
		return rows
	}
	words := func(r signal.Request) (rows []daycast.Signal) {
		for d := r.From; d <= r.To; d += 9 {
			s := daycast.Signal{Name: "event", Scope: daycast.ScopeShop, Day: d, KnownAt: d - 5, Value: 1, Code: "sale"}
			if s.KnownAt > origin && poison > 0 {
				s.Code = "poison"
			}
			rows = append(rows, s)
		}
		return rows
	}
	w.set = func(r *pipeline.Run) {
		r.Signals = append(r.Signals, outside{name: "weather", tell: vintages}, outside{name: "trend", tell: late}, outside{name: "events", tell: words})
	}
	w.run(t, pipeline.StepSignals)
	stored := w.signals(t)
	origin = slices.MaxFunc(w.facts(t), func(a, b daycast.Fact) int { return int(a.Day - b.Day) }).Day - 30
	before := w.forecastAt(t, origin)
	poison = 1000
	w.run(t, pipeline.StepSignals)
	if cmp.Equal(stored, w.signals(t)) {
		t.Fatal("nothing was poisoned")
	}
	for name, mean := range w.forecastAt(t, origin) {
		if diff := cmp.Diff(before[name], mean); diff != "" {
			t.Errorf("%s knows what came later: %s", name, diff[:min(len(diff), 500)])
		}
	}
	if cmp.Equal(before, w.forecastAt(t, origin+30)) {
		t.Error("forecasts from another day are the same: the test sees nothing")
	}
}

func afterwards(is bool, poison float32) float32 {
	if is {
		return poison
	}
	return 0
}

// forecastAt is what models that read signals forecast from a day.
func (w world) forecastAt(t *testing.T, origin daycast.Day) map[string][]float32 {
	t.Helper()
	out := map[string][]float32{}
	house, err := warehouse.OpenDuckDB(t.Context(), filepath.Join(w.dir, "warehouse.duckdb"), warehouse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = house.Close() }()
	p, err := pipeline.NewPanelSource(house, 1<<28, pipeline.PanelSpec{Step: daycast.Daily, Last: origin, Horizon: 14}).Panel(t.Context(), origin)
	if err != nil {
		t.Fatal(err)
	}
	models, err := all.Named([]string{"gbm", "ridge", "group_effects", "poisson_glm"})
	if err != nil {
		t.Fatal(err)
	}
	// What poison reaches, few trees show.
	if models, err = all.With(models, map[string]map[string]float64{"gbm": {"trees": 40, "few_rows": 0}}); err != nil {
		t.Fatal(err)
	}
	models = append(models, grouped.Model{Inner: models[0]})
	for _, m := range models {
		fitted, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 14, MaxRows: 5000, Seed: 1, Threads: 2})
		if err != nil {
			t.Fatalf("%s: %v", m.Name(), err)
		}
		f, err := model.Predict(t.Context(), fitted, model.Request{Panel: p, Horizon: 14, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		out[m.Name()] = f.Mean
	}
	return out
}

// A trend that rises and falls three days before an item's sales is said to lead
// them, and not those of another.
func TestLeads(t *testing.T) {
	t.Parallel()
	w := world{dir: t.TempDir(), shop: fill(t, simulate.Shop{Items: 3, Days: 300, Seed: 7}), now: clock()}
	w.run(t, pipeline.StepSignals)
	sold := map[daycast.Day]float32{}
	for _, f := range w.facts(t) {
		if f.Series.Item == "SKU000001" && f.Units == f.Units {
			sold[f.Day] += f.Units
		}
	}
	about := func(item string) func(signal.Request) []daycast.Signal {
		return func(r signal.Request) (rows []daycast.Signal) {
			for d := r.From; d+3 <= r.To && d < r.From+300; d++ {
				rows = append(rows, daycast.Signal{Name: "trend_talk", Scope: daycast.ScopeItem, Key: item, Day: d, KnownAt: d, Value: 10 * max(sold[d+3], 0)})
			}
			return rows
		}
	}
	for item, want := range map[string]string{
		"SKU000001": "trend_talk for item SKU000001 leads by 3 days", "SKU000003": "trend_talk for item SKU000003 does not lead",
	} {
		w.set = func(r *pipeline.Run) { r.Signals = []signal.Source{outside{name: "x", tell: about(item)}} }
		if err := w.do(t.Context(), func(r *pipeline.Run) error {
			reports, err := r.Sources(t.Context(), false)
			if err == nil && (len(reports) != 1 || len(reports[0].Leads) != 1 || !strings.HasPrefix(reports[0].Leads[0], want)) {
				t.Errorf("got %+v, want %s", reports, want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}
