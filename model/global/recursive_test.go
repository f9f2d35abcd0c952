package global_test

import (
	"bytes"
	"io"
	"maps"
	"math"
	"slices"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/gbm"
	"daycast/model/global"
	"daycast/model/modeltest"
)

// around are the loaders of what wraps a global model.
func around() map[string]model.Loader {
	l := maps.Clone(loaders)
	l["recursive"], l["pooled"] = global.LoadRecursion, global.LoadPooled
	return l
}

func few() global.Model {
	r := gbm.Regressor{Trees: 8, Leaves: 7, MinRows: 5}
	counts := r
	counts.Objective = gbm.Poisson{}
	return global.Model{Regressor: counts, Signed: r, Power: 1}
}

func TestRecursive(t *testing.T) {
	unlessShort(t)
	modeltest.Run(t, global.Recursive{Model: boosting()}, around())
}

func TestRecursiveDayByDay(t *testing.T) {
	unlessShort(t)
	modeltest.Run(t, global.Recursive{Model: few(), Stride: 1}, around())
}

// unlessShort skips a suite whose concurrent code TestSampled and TestBoosting go
// through too: under the race detector each takes a minute.
func unlessShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short")
	}
}

func TestSampled(t *testing.T) {
	modeltest.Run(t, global.Recursive{Model: boosting(), Paths: 3}, around())
}

// TestRecursionIsForecastingAgain compares with the slow twin: a panel of what
// was forecast, of which the next stride is forecast.
func TestRecursionIsForecastingAgain(t *testing.T) {
	const stride, horizon = 3, 11
	p := modeltest.Rich(4, 9, 150)
	p.Totals = nil // how they go on is not the twin's to say
	for i := range p.Series {
		p.Ahead.Closed[i*p.Ahead.Periods+4] = true
	}
	training := model.Training{Panels: p, Horizon: horizon, Seed: 5, Threads: 1}
	fitted, err := global.Recursive{Model: few(), Stride: stride}.Fit(t.Context(), training)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fitted.Forecast(t.Context(), model.Request{Panel: p, Horizon: horizon, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	training.Horizon = stride
	near, err := few().Fit(t.Context(), training)
	if err != nil {
		t.Fatal(err)
	}
	now := p
	for from := 0; from < horizon; from += stride {
		n := min(stride, horizon-from)
		want, err := near.Forecast(t.Context(), model.Request{Panel: now, Horizon: n, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Series {
			if !slices.Equal(got.MeanOf(i)[from:from+n], want.MeanOf(i)) {
				t.Fatalf("series %d from %d on: %v, want %v", i, from, got.MeanOf(i)[from:from+n], want.MeanOf(i))
			}
		}
		now = sold(now, want)
	}
}

// sold is the panel on which the forecasts have come true.
func sold(p *daycast.Panel, f *daycast.Forecasts) *daycast.Panel {
	n := f.Horizon
	q := *p
	q.Origin += daycast.Day(n)
	q.Offsets, q.Train, q.State, q.Price = []int{0}, nil, nil, nil
	q.Ahead = daycast.Ahead{Periods: p.Ahead.Periods - n, PricePlanned: p.Ahead.PricePlanned}
	for i := range p.Series {
		q.Train = append(append(q.Train, p.TrainOf(i)...), f.MeanOf(i)...)
		q.State, q.Price = append(q.State, p.StateOf(i)...), append(q.Price, p.PriceOf(i)...)
		ahead := p.Ahead.Price[i*p.Ahead.Periods : (i+1)*p.Ahead.Periods]
		closed := p.Ahead.Closed[i*p.Ahead.Periods : (i+1)*p.Ahead.Periods]
		for h := range n {
			state := daycast.Sold
			if closed[h] {
				state, q.Train[len(q.Train)-n+h] = daycast.Closed, 0
			}
			q.State, q.Price = append(q.State, state), append(q.Price, ahead[h])
		}
		q.Ahead.Price, q.Ahead.Closed = append(q.Ahead.Price, ahead[n:]...), append(q.Ahead.Closed, closed[n:]...)
		q.Offsets = append(q.Offsets, len(q.Train))
	}
	q.Units = q.Train
	return &q
}

// TestPathsKnowWhatIsAhead checks that weeks after the first follow promotions.
func TestPathsKnowWhatIsAhead(t *testing.T) {
	p, promoted := promotions(40, 200, 28)
	for _, paths := range []int{0, 4} {
		f, err := global.Recursive{Model: boosting(), Paths: paths}.Fit(t.Context(), model.Training{Panels: p, Horizon: 28, Seed: 1, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		got, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 28, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		for h := range 28 {
			var sum, want float64
			for i := range p.Series {
				sum += float64(got.MeanOf(i)[h])
				want += float64(i+1) * (2 + 3*float64(promoted[200+h]))
			}
			if math.Abs(sum/want-1) > .2 {
				t.Errorf("%d paths, day %d: %.0f in all, want about %.0f", paths, h, sum, want)
			}
		}
	}
}

// TestUnknownFuturesAreNotRead feeds prices, units and signals of later days
// that were not known, through a panel that has them in its memory.
func TestUnknownFuturesAreNotRead(t *testing.T) {
	for _, m := range []model.Model{
		global.Recursive{Model: few(), Stride: 2}, global.Recursive{Model: few(), Paths: 2},
		global.Pools{Inner: few(), LeastRows: 100}, contest(),
	} {
		clean := modeltest.Shop(11, 8, 100)
		poisoned := modeltest.Shop(11, 8, 100)
		s := &poisoned.Signals[1]
		s.Vectors[0] = append(s.Vectors[0], modeltest.Constant(60, 1e30)...)
		poisoned.Train = append(slices.Clip(poisoned.Train), modeltest.Constant(60, 1e6)...)[:len(clean.Train)]
		poisoned.Units = poisoned.Train
		poisoned.Price = append(slices.Clip(poisoned.Price), modeltest.Constant(60, 1e6)...)[:len(clean.Price)]
		if a, b := means(t, m, clean), means(t, m, poisoned); !slices.Equal(a, b) {
			t.Errorf("%s reads what is not known at the origin", m.Name())
		}
	}
}

func means(t *testing.T, m model.Model, p *daycast.Panel) []float32 {
	t.Helper()
	f, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 14, Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	out, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 14, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return out.Mean
}

func TestRecursionRefuses(t *testing.T) {
	p := modeltest.Shop(1, 3, 60)
	for _, m := range []model.Model{global.Recursive{Model: few(), Stride: -1}, global.Recursive{Model: few(), Paths: 1e6}, global.Pools{Inner: few(), LeastRows: -1}} {
		if _, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1}); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", m.Name(), err)
		}
	}
}

func FuzzLoadRecursion(f *testing.F) {
	fuzzAround(f, global.Recursive{Model: few(), Paths: 2}, "recursive")
}

// fuzzAround fuzzes the body of a model that wraps others.
func fuzzAround(f *testing.F, m model.Model, kind string) {
	p := modeltest.Shop(2, 6, 80)
	fitted, err := m.Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Seed: 1, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if err := fitted.Save(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:100])
	f.Add([]byte{2, 0, 0, 0, 0, 0, 0, 0, '{', '}'})
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := around()[kind](bytes.NewReader(body), func(r2 io.Reader) (model.Fitted, error) { return model.Load(r2, around()) })
		if err != nil {
			return
		}
		if _, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 9, Threads: 1}); err != nil {
			t.Error(err)
		}
	})
}
