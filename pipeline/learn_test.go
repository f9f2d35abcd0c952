package pipeline

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
)

// learningOf learns from units by series as known at each origin.
func learningOf(units [][]float32, models ...model.Model) Learning {
	return Learning{
		Panel: func(_ context.Context, origin daycast.Day) (*daycast.Panel, error) {
			var series []modeltest.Series
			for i, u := range units {
				n := len(u) - int(modeltest.Origin-origin)
				series = append(series, modeltest.Series{Item: fmt.Sprintf("item-%02d", i), Units: u[:n]})
			}
			return modeltest.Panel(origin, series...), nil
		},
		Models: models, Horizon: 14, Levels: Levels(), Metric: "wape", Origins: 5, Scored: 2, Seed: 1, Threads: 1, Now: time.Now,
	}
}

// TestLearnBySeries gives half of the series a week without noise, which
// seasonal naive repeats, and half noise without a week, which a mean is for.
func TestLearnBySeries(t *testing.T) {
	const n = 400
	r := rand.New(rand.NewPCG(1, 2))
	var units [][]float32
	for i := range 20 {
		u := make([]float32, n)
		for k := range u {
			if u[k] = float32(max(0, math.Round(20+8*r.NormFloat64()))); i%2 == 0 {
				u[k] = float32(14 + 2*(k%7))
			}
		}
		units = append(units, u)
	}
	l := learningOf(units, classic.SeasonalNaive{}, classic.WindowMean{})
	l.Horizon, l.Origins = 28, 10 // a series' own errors have to outweigh the shop's
	learned, err := l.Learn(t.Context(), modeltest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	if learned.Choice.BySeries == nil || !strings.HasPrefix(learned.Choice.Name(), "by series: ") {
		t.Fatalf("chose %s: a choice by series is far better", learned.Choice.Name())
	}
	f, err := l.Forecast(t.Context(), learned.Fitted, learned.Panel)
	if err != nil {
		t.Fatal(err)
	}
	for h, got := range f.MeanOf(0) {
		if want := float32(14 + 2*((n+h)%7)); got != want {
			t.Errorf("day %d of the weekly series: %g, want %g", h, got, want)
		}
	}
	if m := f.MeanOf(1); m[0] != m[1] || math.Abs(float64(m[0])-20) > 5 {
		t.Errorf("the noisy series: %v, want its mean", m[:3])
	}
}

// TestProofKnowsOnlyOlderWindows changes what came in the newest window: what
// was chosen and calibrated for it stays.
func TestProofKnowsOnlyOlderWindows(t *testing.T) {
	const n = 150
	r := rand.New(rand.NewPCG(3, 4))
	var units, poisoned [][]float32
	for range 20 {
		u := make([]float32, n)
		for k := range u {
			u[k] = float32(max(0, math.Round(10+4*r.NormFloat64())))
		}
		p := append([]float32(nil), u...)
		for k := n - 14; k < n; k++ {
			p[k] *= 100
		}
		units, poisoned = append(units, u), append(poisoned, p)
	}
	prove := func(units [][]float32) Proof {
		learned, err := learningOf(units, classic.SeasonalNaive{}, classic.WindowMean{}, classic.ETS{}).Learn(t.Context(), modeltest.Origin)
		if err != nil {
			t.Fatal(err)
		}
		return learned.Proof[0]
	}
	a, b := prove(units), prove(poisoned)
	if a.Choice.Name() != b.Choice.Name() || fmt.Sprint(a.Mean) != fmt.Sprint(b.Mean) || fmt.Sprint(a.Quantiles) != fmt.Sprint(b.Quantiles) {
		t.Error("the proof of the newest origin knows what came after it")
	}
}
