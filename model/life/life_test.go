package life_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/interval"
	"daycast/model/life"
	"daycast/model/modeltest"
)

// wrapped is a textbook model with guessed intervals, for all but new series.
type wrapped struct{ model.Model }

func (w wrapped) Name() string { return "life" }

func (w wrapped) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	inner, err := w.Model.Fit(ctx, t)
	if err != nil {
		return nil, err
	}
	p, err := modeltest.Join(ctx, t.Panels)
	if err != nil {
		return nil, err
	}
	young, err := life.Wrap(ctx, inner, p, t.Horizon, t.Threads)
	return &interval.Fitted{Inner: young}, err
}

func loaders() map[string]model.Loader {
	l := map[string]model.Loader{"interval": interval.Load, "life": life.Load}
	for kind, load := range classic.Loaders() {
		l[kind] = load
	}
	return l
}

func TestModel(t *testing.T) { modeltest.Run(t, wrapped{classic.WindowMean{}}, loaders()) }

// A shop of two categories: the items of one sell ten a day, of the other one.
func shop(rng *rand.Rand, young ...[]float32) *daycast.Panel {
	var series []modeltest.Series
	for k := range 40 {
		units := make([]float32, 200)
		for t := range units {
			units[t] = poisson(rng, []float64{10, 1}[k%2])
		}
		units[0] = 1
		series = append(series, modeltest.Series{Item: fmt.Sprintf("old-%02d", k), Units: units})
	}
	for k, units := range young {
		series = append(series, modeltest.Series{Item: fmt.Sprintf("young-%02d", k), Units: units})
	}
	p := modeltest.Panel(modeltest.Origin, series...)
	category := daycast.Level{Name: "category", Names: []string{"dear", "cheap"}}
	for k := range p.Series {
		category.Of = append(category.Of, int32(k%2))
	}
	p.Levels = []daycast.Level{category}
	return p
}

// poisson draws a count (Knuth 1969, "The Art of Computer Programming" 3.4.1).
func poisson(rng *rand.Rand, mean float64) float32 {
	n, p, limit := 0, rng.Float64(), math.Exp(-mean)
	for ; p > limit; n++ {
		p *= rng.Float64()
	}
	return float32(n)
}

func forecast(t *testing.T, p *daycast.Panel) *daycast.Forecasts {
	t.Helper()
	f, err := wrapped{classic.WindowMean{}}.Fit(t.Context(), model.Training{Panels: p, Horizon: 14, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	out, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 14, Levels: []float64{.1, .5, .9}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestYoungSeries has a series of each kind, first in the category that sells
// ten a day, then in the one that sells one.
func TestYoungSeries(t *testing.T) {
	constant := func(n int, units float32) []float32 { return slices.Repeat([]float32{units}, n) }
	p := shop(rand.New(rand.NewPCG(1, 2)),
		nil, nil, // 0, 1: not sold yet
		constant(1, 10), constant(1, 1), // 2, 3: one day as its kin
		constant(14, 30), constant(14, 3), // 4, 5: two weeks at three times its kin
		constant(55, 30), constant(55, 3)) // 6, 7
	f := forecast(t, p)
	for k, want := range [][2]float64{{8, 12}, {.7, 1.5}, {8, 12}, {.6, 1.5}, {20, 30}, {1.5, 3}, {28, 30}, {2.7, 3}} {
		i := 40 + k
		if m := float64(f.MeanOf(i)[3]); m < want[0] || m > want[1] {
			t.Errorf("young-%02d: forecast %g, want within %v", k, m, want)
		}
		wide := f.QuantilesAt(i, 0)
		if !(wide[0] <= f.MeanOf(i)[0] && f.MeanOf(i)[0] <= wide[2]) {
			t.Errorf("young-%02d: mean %g is outside of its interval %v", k, f.MeanOf(i)[0], wide)
		}
	}
	if f.Models[40] != "launch" || f.Models[0] == "launch" || f.Models[46] == "launch" {
		t.Errorf("models %q, %q and %q", f.Models[40], f.Models[0], f.Models[46])
	}
}

// TestOldSeriesAreLeftAlone compares to the bit.
func TestOldSeriesAreLeftAlone(t *testing.T) {
	p := shop(rand.New(rand.NewPCG(3, 4)), nil, []float32{5})
	inner, err := classic.WindowMean{}.Fit(t.Context(), model.Training{Panels: p, Horizon: 14, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	want, err := model.Predict(t.Context(), inner, model.Request{Panel: p, Horizon: 14, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got := forecast(t, p); !slices.Equal(got.Mean[:40*14], want.Mean[:40*14]) {
		t.Error("the forecast of an old series has changed")
	}
}

// TestWaiting: the longer an item has been on offer without a sale, the less
// is expected of it.
func TestWaiting(t *testing.T) {
	p := shop(rand.New(rand.NewPCG(5, 6)), nil, nil, nil, nil)
	p.Waited = make([]int32, len(p.Series))
	last := float32(math.Inf(1))
	for _, waited := range []int32{0, 3, 14, 40} {
		p.Waited[41] = waited
		m := forecast(t, p).MeanOf(41)[0]
		if !(m < last) || m < 0 {
			t.Errorf("after %d days on offer %g is forecast, after fewer days %g", waited, m, last)
		}
		last = m
	}
	if last > .3 {
		t.Errorf("after 40 days without a sale %g is forecast", last)
	}
}

// TestFewOnSale: one series is kin enough where there is no other.
func TestFewOnSale(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Item: "a", Units: slices.Repeat([]float32{4}, 30)}, modeltest.Series{Item: "new"})
	if m := forecast(t, p).MeanOf(1)[0]; m < 2 || m > 6 {
		t.Errorf("forecast %g, where the only other item sells 4", m)
	}
}

// TestEnded has silences of so many days after 100 days of sales on every
// so-manieth day.
func TestEnded(t *testing.T) {
	for _, tt := range []struct {
		name          string
		every, silent int
		state         daycast.DayState // of the silence
		before        int              // days of an earlier silence
		want          bool
	}{
		{"sold daily", 1, 60, daycast.Zero, 0, true},
		{"on sale yet", 1, 50, daycast.Zero, 0, false},
		{"sold weekly", 7, 60, daycast.Zero, 0, true},
		{"sold fortnightly", 14, 60, daycast.Zero, 0, false},
		{"sold fortnightly, half a year ago", 14, 180, daycast.Zero, 0, true},
		{"a season", 1, 100, daycast.Zero, 80, false},
		{"out of stock", 1, 100, daycast.StockOut, 0, false},
		{"closed", 1, 100, daycast.Closed, 0, false},
	} {
		units := append([]float32{3}, make([]float32, tt.before)...)
		for k := range 100 {
			sold := float32(0)
			if k%tt.every == 0 || k == 99 {
				sold = 3
			}
			units = append(units, sold)
		}
		states := make([]daycast.DayState, len(units)+tt.silent)
		for k := range states {
			switch {
			case k >= len(units):
				states[k] = tt.state
			case units[k] > 0:
				states[k] = daycast.Sold
			default:
				states[k] = daycast.Zero
			}
		}
		p := modeltest.Panel(modeltest.Origin,
			modeltest.Series{Item: "a", Units: slices.Repeat([]float32{4}, 300)},
			modeltest.Series{Item: "b", Units: append(units, make([]float32, tt.silent)...), State: states})
		if f := forecast(t, p); (f.Models[1] == life.Ended) != tt.want {
			t.Errorf("%s: forecast by %s", tt.name, f.Models[1])
		}
	}
}

// TestSilencesThatEnd: where series came back after silences beyond chance, no
// silence is an end.
func TestSilencesThatEnd(t *testing.T) {
	quiet := func(n int) []float32 { return make([]float32, n) }
	daily := func(n int) []float32 { return slices.Repeat([]float32{4}, n) }
	for _, back := range []bool{false, true} {
		silent := slices.Concat(daily(200), quiet(100))
		other := silent
		if back {
			other = slices.Concat(daily(200), quiet(70), daily(30))
		}
		p := modeltest.Panel(modeltest.Origin, modeltest.Series{Item: "a", Units: daily(300)},
			modeltest.Series{Item: "b", Units: silent}, modeltest.Series{Item: "c", Units: other})
		if f := forecast(t, p); (f.Models[1] == life.Ended) == back {
			t.Errorf("another series has come back: %t; forecast by %s", back, f.Models[1])
		}
	}
}

// TestOlderFiles reads a model whose parts are in the order of former programs.
func TestOlderFiles(t *testing.T) {
	p := shop(rand.New(rand.NewPCG(7, 8)), nil, []float32{5})
	m, err := wrapped{classic.WindowMean{}}.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	young := m.(*interval.Fitted).Inner.(*life.Fitted)
	var file bytes.Buffer
	if err := model.Save(&file, &life.Fitted{Inner: &interval.Fitted{Inner: young.Inner}, Prior: young.Prior}); err != nil {
		t.Fatal(err)
	}
	old, err := model.Load(&file, loaders())
	if err != nil {
		t.Fatal(err)
	}
	request := model.Request{Panel: p, Horizon: 7, Levels: []float64{.1, .9}, Threads: 1}
	want, err := model.Predict(t.Context(), m, request)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := model.Predict(t.Context(), old, request); err != nil || !slices.Equal(got.Mean, want.Mean) || !slices.Equal(got.Quantiles, want.Quantiles) {
		t.Errorf("an older file forecasts otherwise: %v", err)
	}
	file.Reset()
	if err := young.Save(&file); err != nil {
		t.Fatal(err)
	}
	wide := strings.Replace(file.String(), "{", `{"Spread":0.5,`, 1)
	if _, err := life.Load(strings.NewReader(wide), func(r io.Reader) (model.Fitted, error) { return model.Load(r, loaders()) }); err != nil {
		t.Errorf("a prior with the spread that it had: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	p := shop(rand.New(rand.NewPCG(7, 8)), nil, []float32{5})
	m, err := wrapped{classic.WindowMean{}}.Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if err := model.Save(&whole, m.(*interval.Fitted).Inner); err != nil {
		f.Fatal(err)
	}
	body := whole.Bytes()[8+1+len("life")+8:]
	f.Add(body[:len(body)-4])
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := life.Load(bytes.NewReader(data), func(r io.Reader) (model.Fitted, error) { return model.Load(r, loaders()) })
		if err != nil {
			return
		}
		if _, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 7, Levels: []float64{.1, .9}, Threads: 1}); err != nil {
			t.Error(err)
		}
	})
}
