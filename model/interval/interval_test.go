package interval_test

import (
	"bytes"
	"context"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/interval"
	"daycast/model/modeltest"
)

// poisson draws a count (Knuth 1969, "The Art of Computer Programming" 3.4.1).
func poisson(rng *rand.Rand, mean float64) float32 {
	n, p, limit := 0, rng.Float64(), math.Exp(-mean)
	for ; p > limit; n++ {
		p *= rng.Float64()
	}
	return float32(n)
}

// residuals are perfect forecasts of counts with means from .05 to 50.
func residuals(rng *rand.Rand, n, horizon int) []interval.Residual {
	out := make([]interval.Residual, n)
	for k := range out {
		mean := .05 * math.Pow(1000, rng.Float64())
		out[k] = interval.Residual{H: 1 + rng.IntN(horizon), Mean: float32(mean), Actual: poisson(rng, mean)}
	}
	return out
}

func TestCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name string
		draw func() []interval.Residual
	}{
		{"counts", func() []interval.Residual { return residuals(rng, 20_000, 28) }},
		{"errors that grow with the mean", func() []interval.Residual {
			out := residuals(rng, 20_000, 28)
			for k := range out {
				out[k].Actual = out[k].Mean * float32(math.Exp(.5*rng.NormFloat64()))
			}
			return out
		}},
		{"forecasts that are twice too high", func() []interval.Residual {
			out := residuals(rng, 20_000, 28)
			for k := range out {
				out[k].Mean *= 2
			}
			return out
		}},
	} {
		table := interval.NewTable(c.draw(), daycast.Daily, 28)
		inside, fresh := 0, c.draw()
		for _, r := range fresh {
			low, high := table.Quantile(r.H, r.Mean, .1, true), table.Quantile(r.H, r.Mean, .9, true)
			if max(0, low) <= r.Actual && r.Actual <= high {
				inside++
			}
		}
		// Counts step past 80%, the rest comes near it.
		if share := float64(inside) / float64(len(fresh)); share < .77 || share > .87 {
			t.Errorf("%s: the interval of 80%% covers %.3f", c.name, share)
		}
	}
}

func TestQuantilesAscend(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 7, 500, 5000} {
		table := interval.NewTable(residuals(rng, n, 14), daycast.Daily, 28)
		for _, mean := range []float32{0, .01, 1, 30, 1e6} {
			for _, h := range []int{1, 7, 8, 28, 400} {
				last := float32(math.Inf(-1))
				for _, level := range []float64{.05, .1, .25, .5, .75, .9, .95} {
					q := table.Quantile(h, mean, level, false)
					if q < last || math.IsNaN(float64(q)) {
						t.Fatalf("%d residuals, mean %g: quantile %g is %g, below it %g", n, mean, level, q, last)
					}
					last = q
				}
			}
		}
	}
}

// TestOneBinIsTheEmpiricalQuantile is the plain definition of split conformal.
func TestOneBinIsTheEmpiricalQuantile(t *testing.T) {
	var rs []interval.Residual
	for k := range 101 {
		rs = append(rs, interval.Residual{H: 1, Mean: 100, Actual: float32(50 + k)})
	}
	table := interval.NewTable(rs, daycast.Daily, 7)
	for level, want := range map[float64]float32{.1: 60, .5: 100, .9: 140} {
		if q := table.Quantile(1, 100, level, false); math.Abs(float64(q-want)) > .01 {
			t.Errorf("quantile %g is %g, want %g", level, q, want)
		}
		if q := table.Quantile(1, 200, level, false); math.Abs(float64(q-2*want)) > .01 {
			t.Errorf("quantile %g of twice the mean is %g, want %g", level, q, 2*want)
		}
	}
}

// wrapped is a textbook model with intervals from its own last weeks.
type wrapped struct{ model.Model }

func (w wrapped) Name() string { return "interval" }

func (w wrapped) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	inner, err := w.Model.Fit(ctx, t)
	if err != nil {
		return nil, err
	}
	rs := residuals(rand.New(rand.NewPCG(t.Seed, 1)), 3000, t.Horizon)
	return &interval.Fitted{Inner: inner, Table: interval.NewTable(rs, daycast.Daily, t.Horizon)}, nil
}

func loaders() map[string]model.Loader {
	l := map[string]model.Loader{"interval": interval.Load}
	for kind, load := range classic.Loaders() {
		l[kind] = load
	}
	return l
}

func TestModel(t *testing.T) { modeltest.Run(t, wrapped{classic.WindowMean{}}, loaders()) }

func TestForecastHasTheLevelsAskedFor(t *testing.T) {
	p := modeltest.Shop(1, 5, 90)
	f, err := wrapped{classic.WindowMean{}}.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	levels := []float64{.05, .5, .95}
	got, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 7, Levels: levels, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Levels, levels) || len(got.Quantiles) != 5*7*3 {
		t.Errorf("levels %v, %d quantiles", got.Levels, len(got.Quantiles))
	}
}

func FuzzLoad(f *testing.F) {
	p := modeltest.Shop(2, 3, 60)
	m, err := wrapped{classic.WindowMean{}}.Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if err := model.Save(&whole, m); err != nil {
		f.Fatal(err)
	}
	body := whole.Bytes()[8+1+len("interval")+8:]
	f.Add(body[:len(body)-4])
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := interval.Load(bytes.NewReader(data), func(r io.Reader) (model.Fitted, error) { return model.Load(r, loaders()) })
		if err != nil {
			return
		}
		if _, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 7, Levels: []float64{.1, .9}, Threads: 1}); err != nil {
			t.Error(err)
		}
	})
}
