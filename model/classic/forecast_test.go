package classic_test

import (
	"bytes"
	"io"
	"math"
	"slices"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
)

const (
	sold    = daycast.Sold
	zero    = daycast.Zero
	closed  = daycast.Closed
	missing = daycast.Missing
)

// forecast fits m on p and forecasts its first series, unmended.
func forecast(t testing.TB, m model.Model, p *daycast.Panel, horizon int) []float32 {
	t.Helper()
	f, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: horizon, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.Forecast(t.Context(), model.Request{Panel: p, Horizon: horizon, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return out.MeanOf(0)
}

func near(t *testing.T, got, want []float32, tolerance float64) {
	t.Helper()
	for h := range want {
		if math.Abs(float64(got[h]-want[h])) > tolerance {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestSeasonalNaive(t *testing.T) {
	tests := map[string]struct {
		s    modeltest.Series
		want []float32
	}{
		"last week":    {modeltest.Series{Units: []float32{9, 9, 1, 2, 3, 4, 5, 6, 7}}, []float32{1, 2, 3, 4, 5, 6, 7, 1}},
		"week before":  {modeltest.Series{Units: []float32{1, 2, 3, 4, 5, 6, 7, 8}, State: []daycast.DayState{sold, sold, sold, sold, sold, sold, sold, missing}}, []float32{2, 3, 4, 5, 6, 7, 1, 2}},
		"never open":   {modeltest.Series{Units: []float32{0, 2, 3, 4, 5, 6, 7}, State: []daycast.DayState{closed, sold, sold, sold, sold, sold, sold}}, []float32{0, 2, 3, 4, 5, 6, 7, 0}},
		"short":        {modeltest.Series{Units: []float32{4, 5}}, []float32{5, 5, 5, 5, 5, 4, 5, 5}},
		"short, a gap": {modeltest.Series{Units: []float32{4, 5}, State: []daycast.DayState{sold, missing}}, []float32{4, 4, 4, 4, 4, 4, 4, 4}},
		"nothing":      {modeltest.Series{Units: []float32{0}, State: []daycast.DayState{missing}}, []float32{0, 0, 0, 0, 0, 0, 0, 0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			near(t, forecast(t, classic.SeasonalNaive{}, modeltest.Panel(modeltest.Origin, test.s), 8), test.want, 0)
		})
	}
}

func TestWindowMean(t *testing.T) {
	s := modeltest.Series{Units: []float32{100, 6, 0, 3, 9, 7}, State: []daycast.DayState{sold, sold, zero, missing, sold, closed}}
	p := modeltest.Panel(modeltest.Origin, s)
	near(t, forecast(t, classic.WindowMean{Periods: 3}, p, 2), []float32{5, 5}, 1e-6)
	near(t, forecast(t, classic.WindowMean{Periods: 1}, p, 1), []float32{9}, 0)
	near(t, forecast(t, classic.WindowMean{}, p, 1), []float32{115. / 4}, 1e-5)
	weeks := modeltest.WeeklyPanel(modeltest.Origin, modeltest.Series{Units: []float32{100, 1, 2, 3, 4}})
	near(t, forecast(t, classic.WindowMean{}, weeks, 1), []float32{2.5}, 1e-6)
}

// Over gaps time passes; the figures are worked by hand from the formulas.
func TestAveragesOverGaps(t *testing.T) {
	s := modeltest.Series{
		Units: []float32{2, 4, 0, 7, 9, 0, 0, 6, 5, 0},
		State: []daycast.DayState{sold, sold, closed, sold, sold, missing, zero, sold, sold, missing},
	}
	tests := []struct {
		m    model.Model
		want []float32
	}{
		{classic.Naive{}, []float32{5, 5}},
		// A step of 3/8 from the first day to the ninth; the tenth is missing.
		{classic.Drift{}, []float32{5 + 2*.375, 5 + 3*.375}},
		{classic.HistoricAverage{}, []float32{33. / 7, 33. / 7}},
		// The last days' weekdays were seen on days 4 to 10, or never.
		{classic.SeasonalWindowAverage{Seasons: 2}, []float32{7, 9, 0, 0, 4, 4.5, 0, 7}},
		{classic.SeasonalNaive{}, []float32{7, 9, 0, 0, 6, 5, 0, 7}},
	}
	for _, test := range tests {
		t.Run(test.m.Name(), func(t *testing.T) {
			near(t, forecast(t, test.m, modeltest.Panel(modeltest.Origin, s), len(test.want)), test.want, 1e-6)
		})
	}
}

// The figures are worked by hand from the formulas.
func TestCrostonByHand(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{
		Units: []float32{0, 4, 0, 0, 8},
		State: []daycast.DayState{zero, sold, zero, missing, sold},
	})
	// Starts at size 6, interval 4/2 = 2; then size 5, interval 2; then size
	// 6.5, interval 2 (the missing day does not count).
	near(t, forecast(t, classic.Croston{Alpha: .5}, p, 2), []float32{.75 * 6.5 / 2, .75 * 6.5 / 2}, 1e-6)
}

func TestTSBByHand(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{
		Units: []float32{0, 4, 0, 0, 8},
		State: []daycast.DayState{zero, sold, zero, missing, sold},
	})
	// Chance .5, .25, .625, .3125, .65625; size 6, 5, 6.5.
	near(t, forecast(t, classic.TSB{Alpha: .5, Beta: .5}, p, 2), []float32{.65625 * 6.5, .65625 * 6.5}, 1e-6)
	dying := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: append(modeltest.Constant(30, 5), make([]float32, 60)...)})
	if got := forecast(t, classic.TSB{Alpha: .1, Beta: .1}, dying, 1)[0]; got > .05 {
		t.Errorf("a dead item is forecast to sell %g", got)
	}
}

// On periods without evidence time passes: weekdays stay where they are.
func TestGapsKeepTheWeekday(t *testing.T) {
	week := []float32{3, 4, 5, 6, 9, 14, 8}
	units := modeltest.Weekly(200, week...)
	state := make([]daycast.DayState, len(units))
	for k := range units {
		state[k] = sold
		if k%5 == 0 || k > 100 && k < 130 {
			state[k], units[k] = missing, 0
		}
	}
	for _, m := range []model.Model{classic.SeasonalNaive{}, classic.SeasonalMean{}, classic.ETS{}, classic.Theta{}, classic.AutoETS{}, classic.HoltWinters{}, classic.AutoTheta{}} {
		t.Run(m.Name(), func(t *testing.T) {
			p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: units, State: state})
			near(t, forecast(t, m, p, 14), modeltest.Weekly(14, week...), .5)
		})
	}
}

func TestCountsRefuseNegativeUnits(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: []float32{1, -1}})
	for _, m := range []model.Model{
		classic.ADIDA{}, classic.Croston{}, classic.CrostonClassic{}, classic.CrostonOptimized{}, classic.IMAPA{},
		classic.NegativeBinomial{}, classic.TSB{},
	} {
		_, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 1, Threads: 1})
		if err == nil || daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", m.Name(), err)
		}
	}
}

func TestConstantsOutOfRange(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: []float32{1, 1}})
	for _, m := range []model.Model{
		classic.Croston{Alpha: -.1}, classic.Croston{Alpha: 1.1}, classic.TSB{Alpha: .1, Beta: 2}, classic.TSB{Alpha: math.NaN(), Beta: .1},
		classic.Croston{Start: -1}, classic.CrostonClassic{Alpha: 2}, classic.TSB{Start: -1}, classic.SeasonalWindowAverage{Seasons: -1},
		classic.AutoETS{Model: "AAM"}, classic.AutoETS{Model: "ets"}, classic.WindowMean{Periods: -1}, classic.SeasonalMean{HalfLife: -1}, classic.SeasonalMean{HalfLife: math.Inf(1)},
	} {
		_, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 1, Threads: 1})
		if err == nil || daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%#v: %v, want code invalid", m, err)
		}
	}
}

// fixed saves a body under a kind.
type fixed struct {
	model.Fitted
	kind string
	body []byte
}

func (f fixed) Kind() string           { return f.kind }
func (f fixed) Save(w io.Writer) error { _, err := w.Write(f.body); return err }

// FuzzLoad feeds every loader with every body: it must refuse, or give a model
// that forecasts without a panic.
func FuzzLoad(f *testing.F) {
	p := modeltest.Shop(1, 3, 40)
	for _, m := range []model.Model{classic.SeasonalMean{}, classic.TSB{Alpha: .1, Beta: .1}, classic.WindowMean{}, classic.IMAPA{}, classic.AutoETS{}, classic.AutoTheta{}, classic.NegativeBinomial{}} {
		fitted, err := m.Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
		if err != nil {
			f.Fatal(err)
		}
		var body bytes.Buffer
		if err := fitted.Save(&body); err != nil {
			f.Fatal(err)
		}
		f.Add(body.Bytes())
	}
	f.Add([]byte(`{"HalfLife":1e-300,"Shop":[0,0,0,0,0,0,0]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for kind := range classic.Loaders() {
			var file bytes.Buffer
			if err := model.Save(&file, fixed{kind: kind, body: body}); err != nil {
				t.Fatal(err)
			}
			m, err := model.Load(&file, classic.Loaders())
			if err != nil {
				if daycast.CodeOf(err) != daycast.Invalid {
					t.Errorf("%s: code %s: %v", kind, daycast.CodeOf(err), err)
				}
				continue
			}
			out, err := m.Forecast(t.Context(), model.Request{Panel: p, Horizon: 3, Threads: 1})
			if err != nil || slices.ContainsFunc(out.Mean, func(v float32) bool { return v != v }) {
				t.Errorf("%s: %v, %v", kind, out, err)
			}
		}
	})
}

func BenchmarkForecast(b *testing.B) {
	p := modeltest.Shop(1, 500, 640)
	for _, m := range []model.Model{classic.ETS{}, classic.Theta{}, classic.SeasonalMean{}} {
		b.Run(m.Name(), func(b *testing.B) {
			for b.Loop() {
				forecast(b, m, p, 28)
			}
		})
	}
}
