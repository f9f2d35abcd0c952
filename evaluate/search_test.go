package evaluate_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
)

// level forecasts one number for every series and period.
type level struct{ units float32 }

func (level) Name() string         { return "level" }
func (level) Kind() string         { return "level" }
func (level) Save(io.Writer) error { return nil }

func (m level) Fit(ctx context.Context, _ model.Training) (model.Fitted, error) {
	if m.units < 0 {
		return nil, errors.New("a level below zero")
	}
	return m, ctx.Err()
}

func (m level) Forecast(_ context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	for c := range out.Mean {
		out.Mean[c] = m.units
	}
	return out, nil
}

// buildLevel makes a level of the point's units, 4 by default.
func buildLevel(p evaluate.Point) (model.Model, error) {
	units, ok := p["units"]
	if !ok {
		units = 4
	}
	if units > 1000 {
		return nil, errors.New("too high a level")
	}
	return level{float32(units)}, nil
}

// shop is noisy series around 10 units, as known at any origin.
type shop struct {
	final *daycast.Panel
	built map[daycast.Day]int
}

const shopDays = 120

func newShop() *shop {
	return &shop{final: shopAt(modeltest.Origin), built: map[daycast.Day]int{}}
}

func shopAt(origin daycast.Day) *daycast.Panel {
	n := shopDays - int(modeltest.Origin-origin)
	var series []modeltest.Series
	for k := range 5 {
		units := modeltest.Noisy(uint64(k), modeltest.Constant(shopDays, 10), 2)
		series = append(series, modeltest.Series{Units: units[:n]})
	}
	return modeltest.Panel(origin, series...)
}

// search is one over the shop's units, with four origins a week apart.
func (s *shop) search(points ...float64) evaluate.Search {
	var origins []daycast.Day
	for k := range 4 {
		origins = append(origins, modeltest.Origin-daycast.Day(7*(k+1)))
	}
	return evaluate.Search{
		Backtest: evaluate.Backtest{
			Panel: func(_ context.Context, o daycast.Day) (*daycast.Panel, error) {
				s.built[o]++
				return shopAt(o), nil
			},
			Final: s.final, Origins: origins, Horizon: 7, Seed: 1, Threads: 1, Now: func() time.Time { return time.Unix(0, 0) },
		},
		Build: buildLevel, Points: evaluate.Grid(evaluate.Space{"units": evaluate.List(points)}), Metric: "wape", Holdout: 1,
	}
}

func run(t *testing.T, s evaluate.Search) []*evaluate.Trial {
	t.Helper()
	found, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found.Trials
}

func names(trials []*evaluate.Trial) (out []string) {
	for _, t := range trials {
		out = append(out, fmt.Sprintf("%s on %d", t.Point, t.Origins))
	}
	return out
}

func TestSearchRanksTheTrials(t *testing.T) {
	shop := newShop()
	trials := run(t, shop.search(2000, 20, -1, 9, 10))
	want := []string{"units=10 on 3", "units=9 on 3", "default on 3", "units=20 on 3", "units=2000 on 0", "units=-1 on 0"}
	if diff := cmp.Diff(want, names(trials)); diff != "" {
		t.Errorf("trials (-want +got):\n%s", diff)
	}
	for k, trial := range trials {
		if failed := trial.Err != nil; failed != (k >= 4) {
			t.Errorf("%s: error %v", trial.Point, trial.Err)
		}
		if held := trial.Holdout.N > 0; held != (k == 0 || trial.Default()) {
			t.Errorf("%s: %d pairs were scored on the origin held out", trial.Point, trial.Holdout.N)
		}
	}
	for o, n := range shop.built {
		if n != 1 {
			t.Errorf("the panel at %s was built %d times", o, n)
		}
	}
	if len(shop.built) != 4 {
		t.Errorf("panels at %d origins, want 4", len(shop.built))
	}
}

// The slow twin: each trial alone in a plain backtest.
func TestSearchScoresAsABacktestDoes(t *testing.T) {
	shop := newShop()
	s := shop.search(3, 8, 12)
	for _, trial := range run(t, s) {
		m, err := buildLevel(trial.Point)
		if err != nil {
			t.Fatal(err)
		}
		b := s.Backtest
		b.Models, b.Origins = []model.Model{m}, b.Origins[1:]
		windows, err := b.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := evaluate.Pooled(windows, func(w *evaluate.Window) []float32 { return evaluate.Choice{Members: []string{"level"}}.Mean(w) })
		// Sums by window and sums by pair differ in the last digits.
		if diff := cmp.Diff(want, trial.Score, cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-12, 0)); diff != "" {
			t.Errorf("%s (-backtest +search):\n%s", trial.Point, diff)
		}
	}
}

func TestSearchHalves(t *testing.T) {
	s := newShop().search(0, 1, 2, 3, 5, 8, 10, 30)
	s.Keep = 0.5
	want := []string{
		"units=10 on 3", "units=8 on 3", "units=5 on 3", "default on 3",
		"units=3 on 2", "units=2 on 1", "units=1 on 1", "units=0 on 1", "units=30 on 1",
	}
	if diff := cmp.Diff(want, names(run(t, s))); diff != "" {
		t.Errorf("trials (-want +got):\n%s", diff)
	}
}

// What came after the searched windows must not move the search.
func TestSearchDoesNotSeeTheHoldout(t *testing.T) {
	shop := newShop()
	before := run(t, shop.search(9, 10, 11))
	for i := range shop.final.Series {
		units := shop.final.UnitsOf(i)
		for k := range 7 {
			units[len(units)-1-k] = 1e6
		}
	}
	after := run(t, shop.search(9, 10, 11))
	for k := range before {
		if diff := cmp.Diff(before[k].Score, after[k].Score, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: the search sees what is held out: %s", before[k].Point, diff)
		}
	}
	if before[0].Holdout.WAPE == after[0].Holdout.WAPE {
		t.Error("the score on the origin held out did not move")
	}
}

func TestSearchHoldsOutWholeWindows(t *testing.T) {
	s := newShop().search(10)
	s.Backtest.Horizon = 10 // longer than the step between origins
	if got := run(t, s)[0].Origins; got != 2 {
		t.Errorf("%d origins were searched, want the 2 whose windows end before the one held out", got)
	}
	s.Holdout = 4
	if _, err := s.Run(t.Context()); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("nothing to search on: %v, want code invalid", err)
	}
}

// ticking is a clock that is a second later at each look.
func ticking() func() time.Time {
	n := int64(0)
	return func() time.Time { n++; return time.Unix(n, 0) }
}

func TestSearchEndsInTime(t *testing.T) {
	all := []float64{1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13}
	for _, budget := range []int{1, 10, 30, 60, 100, 1000} {
		s := newShop().search(all...)
		s.Backtest.Now, s.Backtest.Budget = ticking(), time.Duration(budget)*time.Second
		trials := run(t, s)
		for _, trial := range trials {
			if trial.Origins != trials[0].Origins || trial.Origins == 0 {
				t.Errorf("budget %d: %s was scored on %d origins, the best on %d", budget, trial.Point, trial.Origins, trials[0].Origins)
			}
		}
		if done := len(trials) == len(all)+1 && trials[0].Origins == 3; done != (budget == 1000) {
			t.Errorf("budget %d: %d trials on %d origins", budget, len(trials), trials[0].Origins)
		}
		if !slices.ContainsFunc(trials, (*evaluate.Trial).Default) {
			t.Errorf("budget %d: the default was not tried", budget)
		}
	}
}

func TestSearchStopsAtTheNumberOfTrials(t *testing.T) {
	s := newShop().search(1, 2, 3, 5, 8)
	s.Trials = 2
	if got := len(run(t, s)); got != 3 {
		t.Errorf("%d trials, want 2 and the default", got)
	}
}

func TestSearchDoesNotDependOnThreads(t *testing.T) {
	of := func(threads int) []*evaluate.Trial {
		s := newShop().search()
		s.Backtest.Threads = threads
		s.Build = func(p evaluate.Point) (model.Model, error) {
			return classic.TSB{Alpha: p["alpha"], Beta: p["beta"]}, nil
		}
		s.Points = evaluate.Random(evaluate.Space{"alpha": evaluate.LogUniform{.01, .9}, "beta": evaluate.Uniform{.1, .9}}, 6, 7)
		return run(t, s)
	}
	if diff := cmp.Diff(of(1), of(2), cmpopts.IgnoreUnexported(evaluate.Trial{}), cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("1 and 2 threads (-1 +2):\n%s", diff)
	}
}

func TestSearchRefuses(t *testing.T) {
	for field, change := range map[string]func(*evaluate.Search){
		"metric": func(s *evaluate.Search) { s.Metric = "beauty" },
		"keep":   func(s *evaluate.Search) { s.Keep = math.NaN() },
	} {
		s := newShop().search(1)
		change(&s)
		_, err := s.Run(t.Context())
		var e *daycast.Error
		if !errors.As(err, &e) || e.Code != daycast.Invalid || e.Field != field {
			t.Errorf("%s: %v, want code invalid and the field", field, err)
		}
	}
	s := newShop().search(1)
	s.Metric = "pinball"
	if _, err := s.Run(t.Context()); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("pinball: %v, want code invalid", err)
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newShop().search(1, 2, 3)
	s.Backtest.Progress = func(done, total int, _ string) {
		if done == 2 {
			cancel()
		}
	}
	if _, err := s.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
