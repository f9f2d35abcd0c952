package pipeline

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/life"
	"daycast/model/modeltest"
)

// learningOf learns from units by series as known at each origin.
func learningOf(units [][]float32, models ...model.Model) Learning {
	return Learning{
		Panel: func(_ context.Context, origin daycast.Day) (*daycast.Panel, error) {
			var series []modeltest.Series
			for i, u := range units {
				if n := len(u) - int(modeltest.Origin-origin); n > 0 {
					series = append(series, modeltest.Series{Item: fmt.Sprintf("item-%02d", i), Units: u[:n]})
				}
			}
			return modeltest.Panel(origin, series...), nil
		},
		Models: models, Horizon: 14, Levels: Levels(), Metric: "wape", Origins: 5, Scored: 2, Seed: 1, Threads: 1, Now: time.Now,
	}
}

// TestLearnBySeries gives half of the series a week without noise, which
// the last one repeats, and half noise without a week, which a plain mean is for.
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
	l := learningOf(units, classic.SeasonalWindowAverage{Seasons: 1}, classic.WindowMean{})
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

// Of each origin the periods of the gap do not count, and the embargo is between
// the last of the others and the next origin.
func TestGapAndEmbargo(t *testing.T) {
	l := learningOf([][]float32{modeltest.Weekly(200, 1, 2, 3, 4, 5, 6, 7), modeltest.Weekly(200, 9, 2, 3, 4, 5, 6, 7)}, classic.SeasonalWindowAverage{Seasons: 4}, classic.WindowMean{})
	l.Gap, l.Embargo = 3, 5
	learned, err := l.Learn(t.Context(), modeltest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	for k, w := range learned.Windows {
		if want := modeltest.Origin - daycast.Day(14+19*k); w.Origin != want {
			t.Errorf("window %d is from %s, want %s", k, w.Origin, want)
		}
		for c, y := range w.Actual {
			if (y == y) != (c%14 >= 3) {
				t.Errorf("from %s: period %d counts as %g", w.Origin, c%14+1, y)
			}
		}
	}
	for _, p := range learned.Proof {
		if p.Score.N != 2*11 {
			t.Errorf("the proof from %s is of %d forecasts, want 22", p.Window.Origin, p.Score.N)
		}
	}
	if f, err := l.Forecast(t.Context(), learned.Fitted, learned.Panel); err != nil || f.Horizon != 14 || f.QuantilesAt(0, 0)[2] <= 0 {
		t.Errorf("the periods of the gap are not forecast: %v", err)
	}

	young := learningOf([][]float32{modeltest.Constant(30, 5)}, classic.WindowMean{})
	young.Gap = 10 // longer than the days that so short a history can be tested on
	if learned, err = young.Learn(t.Context(), modeltest.Origin); err != nil || len(learned.Windows) == 0 || learned.Windows[0].Horizon > 10 {
		t.Errorf("a young shop: %v", err)
	}
}

// TestProofKnowsOnlyOlderWindows changes what came in the newest window: what
// was chosen and calibrated for it stays.
func TestProofKnowsOnlyOlderWindows(t *testing.T) {
	const n = 150
	r := rand.New(rand.NewPCG(3, 4))
	var units, poisoned [][]float32
	for i := range 20 {
		u := noise(r, n)
		if i%4 == 0 {
			u = u[n-14-5-i:] // new at that origin
		}
		p := append([]float32(nil), u...)
		for k := len(p) - 14; k < len(p); k++ {
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

// noise is a series of so many days around ten.
func noise(r *rand.Rand, days int) []float32 {
	u := make([]float32, days)
	for k := range u {
		u[k] = float32(max(0, math.Round(10+4*r.NormFloat64())))
	}
	return u
}

// TestProofIsOfWhatIsServed learns at a past origin, and compares what would have
// been served there with what the proof says of it, of new and ended series too.
func TestProofIsOfWhatIsServed(t *testing.T) {
	const n = 200
	r := rand.New(rand.NewPCG(5, 6))
	var units [][]float32
	for i := range 24 {
		u := noise(r, n)
		switch {
		case i%4 == 0:
			u = u[n-14-1-i:] // new
		case i == 5:
			clear(u[n-100:]) // ended
		}
		units = append(units, u)
	}
	models := []model.Model{classic.SeasonalNaive{}, classic.WindowMean{}, classic.ETS{}}
	later := learningOf(units, models...)
	learned, err := later.Learn(t.Context(), modeltest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	proof := learned.Proof[0]
	then := learningOf(units, models...)
	then.Origins = later.Origins - 1
	served, err := then.Learn(t.Context(), proof.Window.Origin)
	if err != nil {
		t.Fatal(err)
	}
	if proof.Choice.Name() != served.Choice.Name() {
		t.Fatalf("chose %s, and %s in the proof", served.Choice.Name(), proof.Choice.Name())
	}
	f, err := then.Forecast(t.Context(), served.Fitted, served.Panel)
	if err != nil {
		t.Fatal(err)
	}
	roads := map[string]int{}
	for i, road := range f.Models {
		roads[road]++
		own := proof.Mean[i*14 : (i+1)*14]
		if !slices.Equal(f.MeanOf(i), own) {
			t.Errorf("series %d, by %s: %v was proved, %v served", i, road, own[:3], f.MeanOf(i)[:3])
		}
		wide := 14 * len(then.Levels)
		if q := proof.Quantiles[i*wide : (i+1)*wide]; road != life.Ended && !slices.Equal(f.Quantiles[i*wide:(i+1)*wide], q) {
			t.Errorf("series %d, by %s: the interval %v was proved, %v served", i, road, q[:3], f.QuantilesAt(i, 0))
		}
	}
	if roads[life.Launch] == 0 || roads[life.Ended] == 0 {
		t.Errorf("the shop has no new or no ended series: %v", roads)
	}
}

// Whoever counts pieces is told to read the median, where it misses less.
func TestMedianNote(t *testing.T) {
	proof := func(mean, median float64) Proof { return Proof{Score: evaluate.Score{WAPE: mean, Median: median}} }
	for _, c := range []struct {
		proofs []Proof
		want   string
	}{
		{[]Proof{proof(1.4, .9), proof(1.2, 1.1)}, "its WAPE is 1.000, that of the mean 1.300"},
		{[]Proof{proof(.5, .49)}, ""},
		{[]Proof{proof(1.4, math.NaN())}, ""}, // other quantiles were asked for
		{nil, ""},
	} {
		if got := medianNote(c.proofs); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%v: %q, want %q", c.proofs, got, c.want)
		}
	}
}
