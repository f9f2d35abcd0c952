package evaluate

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
)

// refuser is a model that cannot learn.
type refuser struct{}

func (refuser) Name() string { return "refuser" }
func (refuser) Fit(context.Context, model.Training) (model.Fitted, error) {
	return nil, daycast.Errorf(daycast.Invalid, "no")
}

// spy notes the origins that it was fitted at.
type spy struct{ origins *[]daycast.Day }

func (spy) Name() string { return "spy" }
func (s spy) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		*s.origins = append(*s.origins, p.Origin)
	}
	return silence{}, nil
}

type silence struct{}

func (silence) Kind() string         { return "silence" }
func (silence) Save(io.Writer) error { return nil }
func (silence) Forecast(_ context.Context, r model.Request) (*daycast.Forecasts, error) {
	return daycast.NewForecasts(r.Panel, r.Horizon, nil), nil
}

// cut is the panel as known at an earlier origin.
func cut(p *daycast.Panel, origin daycast.Day) *daycast.Panel {
	var series []modeltest.Series
	for i, s := range p.Series {
		n := p.Len(i) - int(p.Origin-origin)
		if n > 0 {
			series = append(series, modeltest.Series{Item: s.Item, Units: p.UnitsOf(i)[:n], State: p.StateOf(i)[:n]})
		}
	}
	return modeltest.Panel(origin, series...)
}

func backtest(final *daycast.Panel, origins []daycast.Day, models ...model.Model) Backtest {
	return Backtest{
		Panel: func(_ context.Context, o daycast.Day) (*daycast.Panel, error) { return cut(final, o), nil },
		Final: final, Origins: origins, Models: models, Horizon: 7, Threads: 1,
		Now: func() time.Time { return time.Unix(0, 0) },
	}
}

func TestBacktest(t *testing.T) {
	final := modeltest.Panel(modeltest.Origin, modeltest.Series{Item: "a", Units: modeltest.Weekly(70, 1, 2, 3, 4, 5, 6, 7)},
		modeltest.Series{Item: "b", Units: modeltest.Constant(20, 3)})
	origins := []daycast.Day{modeltest.Origin - 7, modeltest.Origin - 35}
	var seen []daycast.Day
	calls := 0
	b := backtest(final, origins, classic.SeasonalNaive{}, refuser{}, spy{&seen})
	b.Progress = func(done, total int, _ string) {
		if calls++; done != calls || total != 6 {
			t.Errorf("progress %d of %d at call %d", done, total, calls)
		}
	}
	windows, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(windows) != 2 || !slices.Equal(seen, origins) {
		t.Fatalf("%d windows, fitted at %v", len(windows), seen)
	}
	if n := len(windows[1].Series); n != 1 {
		t.Errorf("%d series at the older origin, want the one that had begun", n)
	}
	w := windows[0]
	if s := w.Score(w.Models[0].Mean, nil, nil); s.WAPE != 0 || s.N != 14 {
		t.Errorf("seasonal naive on a fixed week: %+v", s)
	}
	var refused *daycast.Error
	if !errors.As(w.Models[1].Err, &refused) || w.Models[1].Mean != nil {
		t.Errorf("the refusal is %v", w.Models[1].Err)
	}
	for _, b.Keep = range []bool{false, true} {
		calls = 0
		if windows, err = b.Run(t.Context()); err != nil || (windows[0].Models[0].Fitted != nil) != b.Keep || windows[1].Models[0].Fitted != nil {
			t.Errorf("keep %v: %v, %v", b.Keep, windows[0].Models[0].Fitted, err)
		}
	}
}

func TestBacktestEndsWithItsBudgetAndContext(t *testing.T) {
	final := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: modeltest.Constant(90, 2)})
	b := backtest(final, []daycast.Day{modeltest.Origin - 7, modeltest.Origin - 14, modeltest.Origin - 21}, classic.WindowMean{})
	now := time.Unix(0, 0)
	b.Now = func() time.Time { now = now.Add(time.Second); return now }
	b.Budget = 6 * time.Second
	windows, err := b.Run(t.Context())
	if err != nil || len(windows) == 0 || len(windows) == 3 {
		t.Errorf("%d windows (%v), want the budget to end it after the newest", len(windows), err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestWindowKnowsWhatToScore(t *testing.T) {
	states := slices.Repeat([]daycast.DayState{daycast.Sold}, 70)
	states[63], states[64], states[65], states[66] = daycast.StockOut, daycast.Missing, daycast.Closed, daycast.Zero
	units := modeltest.Constant(70, 5)
	units[66] = 0
	final := modeltest.Panel(modeltest.Origin, modeltest.Series{Item: "a", Units: units, State: states},
		modeltest.Series{Item: "asleep", Units: append([]float32{1}, modeltest.Constant(69, 0)...)})
	p := cut(final, modeltest.Origin-7)
	w := newWindow(p, final, 8, 0)
	want := []float32{modeltest.NaN, modeltest.NaN, 0, 0, 5, 5, 5, modeltest.NaN}
	for h, y := range want {
		if got := w.Actual[h]; got != y && !(math.IsNaN(float64(got)) && math.IsNaN(float64(y))) {
			t.Errorf("period %d is %g, want %g", h, got, y)
		}
	}
	if w.Open[2] || !w.Open[3] {
		t.Error("the closed day counts as open, or the day without a sale as closed")
	}
	if !w.OnSale[0] || w.OnSale[1] {
		t.Errorf("on sale: %v, want the first alone", w.OnSale)
	}
	late := newWindow(p, final, 8, 5)
	for h := range want {
		if y := late.Actual[h]; (y == y) != (h == 5 || h == 6) || h < 5 && late.Open[h] {
			t.Errorf("after a gap of five periods, period %d is %g", h, y)
		}
	}
}
