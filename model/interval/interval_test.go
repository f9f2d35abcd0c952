package interval_test

import (
	"bytes"
	"cmp"
	"context"
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
		own := interval.Own{Mean: float32(mean), Variance: float32(mean), Periods: 28, Whole: true}
		out[k] = interval.Residual{H: 1 + rng.IntN(horizon), Mean: float32(mean), Actual: poisson(rng, mean), Own: own}
	}
	return out
}

// TestLevelsHold: of new actuals no more than the level are below its quantile,
// and no fewer are at or below it.
func TestLevelsHold(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name string
		draw func(*interval.Residual)
	}{
		{"counts", func(*interval.Residual) {}},
		{"errors that grow with the mean", func(r *interval.Residual) {
			r.Actual, r.Own.Whole = r.Mean*float32(math.Exp(.5*rng.NormFloat64())), false
		}},
		{"forecasts that are twice too high", func(r *interval.Residual) { r.Mean *= 2 }},
		{"some series more restless than others", func(r *interval.Residual) {
			sd := []float64{.1, 1}[rng.IntN(2)] * float64(r.Mean)
			r.Actual, r.Own.Whole = float32(float64(r.Mean)+sd*rng.NormFloat64()), false
			r.Own.Variance = float32(sd * sd)
		}},
	} {
		draw := func() []interval.Residual {
			out := residuals(rng, 20_000, 28)
			for k := range out {
				c.draw(&out[k])
			}
			return out
		}
		table, fresh := interval.NewTable(draw(), daycast.Daily, 28, 0), draw()
		for _, level := range []float64{.025, .1, .25, .5, .75, .9, .975} {
			below, atMost := 0.0, 0.0
			for _, r := range fresh {
				q := table.Quantile(r.H, r.Mean, r.Own, level, false)
				if r.Actual < q {
					below++
				}
				if r.Actual <= q {
					atMost++
				}
			}
			if n := float64(len(fresh)); below/n > level+.01 || atMost/n < level-.01 {
				t.Errorf("%s: %.3f are below the quantile %g, %.3f at or below", c.name, below/n, level, atMost/n)
			}
		}
	}
}

// TestOwnSpread: of two series with the same forecast the restless one has the
// wider interval.
func TestOwnSpread(t *testing.T) {
	table := interval.NewTable(residuals(rand.New(rand.NewPCG(5, 6)), 20_000, 7), daycast.Daily, 7, 0)
	width := func(variance float32) float32 {
		own := interval.Own{Mean: 20, Variance: variance, Periods: 28, Whole: true}
		return table.Quantile(1, 20, own, .9, true) - table.Quantile(1, 20, own, .1, true)
	}
	if calm, restless := width(5), width(200); restless < 2*calm {
		t.Errorf("variance 5: %g wide; variance 200: %g", calm, restless)
	}
}

// TestMostlyZero: where 19 of 20 days have no sale, the median is nothing at
// all, and so is the 90% quantile.
func TestMostlyZero(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	own := interval.Own{Mean: .05, Variance: .05, Periods: 28, Whole: true}
	var rs []interval.Residual
	for range 4000 {
		rs = append(rs, interval.Residual{H: 1, Mean: .05, Actual: poisson(rng, .05), Own: own})
	}
	table := interval.NewTable(rs, daycast.Daily, 7, 0)
	for level, want := range map[float64]float32{.1: 0, .5: 0, .9: 0, .98: 1} {
		if q := table.Quantile(1, .05, own, level, true); q != want {
			t.Errorf("quantile %g is %g, want %g", level, q, want)
		}
	}
}

func TestQuantilesAscend(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 7, 500, 5000} {
		table := interval.NewTable(residuals(rng, n, 14), daycast.Daily, 28, 0)
		for _, own := range []interval.Own{{}, {Mean: 3, Variance: 1e9, Periods: 28}, {Periods: 28, Whole: true}} {
			for _, mean := range []float32{0, .01, 1, 30, 1e6} {
				for _, h := range []int{1, 7, 8, 28, 400} {
					last := float32(math.Inf(-1))
					for _, level := range []float64{.001, .05, .1, .25, .5, .75, .9, .95, .999} {
						q := table.Quantile(h, mean, own, level, false)
						if q < last || math.IsNaN(float64(q)) {
							t.Fatalf("%d residuals, mean %g: quantile %g is %g, below it %g", n, mean, level, q, last)
						}
						last = q
					}
				}
			}
		}
	}
}

// TestOneBinIsTheEmpiricalQuantile is the plain definition of split conformal:
// the k-th of n actuals is the quantile of level k/(n+1).
func TestOneBinIsTheEmpiricalQuantile(t *testing.T) {
	var rs []interval.Residual
	for k := range 99 {
		rs = append(rs, interval.Residual{H: 1, Mean: 100, Actual: 51.25 + float32(k)})
	}
	table := interval.NewTable(rs, daycast.Daily, 7, 0)
	for level, want := range map[float64]float32{.1: 60.25, .5: 100.25, .9: 140.25} {
		q := table.Quantile(1, 100, interval.Own{}, level, false)
		if math.Abs(float64(q-want)) > .01 {
			t.Errorf("quantile %g is %g, want %g", level, q, want)
		}
		// Where nothing else is known, the spread grows with the power 1.5 of the
		// mean's root.
		if twice := table.Quantile(1, 200, interval.Own{}, level, false); math.Abs(float64(twice-200)-math.Pow(2, .75)*float64(q-100)) > .01 {
			t.Errorf("quantile %g of twice the mean is %g, of the mean %g", level, twice, q)
		}
	}
}

// TestTwin compares with a table written down as it is explained, for shops
// that sell by weight.
func TestTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	rs := residuals(rng, 1300, 7)
	for k := range rs {
		rs[k].Own.Whole = false
		rs[k].Actual += .25
	}
	table := interval.NewTable(rs, daycast.Daily, 7, 0)
	u := func(mean float32, own interval.Own) float64 {
		law := func(m float32) float64 {
			return table.Spread.Scale * math.Pow(max(math.Abs(float64(m)), table.Spread.Least), table.Spread.Power)
		}
		return math.Sqrt(law(mean) * (28*float64(own.Variance)/law(own.Mean) + 28) / 56)
	}
	ratio := func(r interval.Residual) float64 { return float64(r.Mean) / u(r.Mean, r.Own) }
	slices.SortStableFunc(rs, func(a, b interval.Residual) int { return cmp.Compare(ratio(a), ratio(b)) })
	for bin := range 3 {
		part := rs[bin*1300/3 : (bin+1)*1300/3]
		var errors []float64
		for _, r := range part {
			errors = append(errors, float64(r.Actual-r.Mean)/u(r.Mean, r.Own))
		}
		slices.Sort(errors)
		for _, r := range part[10 : len(part)-10] {
			for _, level := range []float64{.1, .5, .9} {
				want := float64(r.Mean) + errors[int(math.Round(level*float64(len(errors)+1)))-1]*u(r.Mean, r.Own)
				got := float64(table.Quantile(1, r.Mean, r.Own, level, false))
				if math.Abs(got-want) > .05*u(r.Mean, r.Own) { // the table keeps 401 of the errors
					t.Fatalf("mean %g, quantile %g is %g, want %g", r.Mean, level, got, want)
				}
			}
		}
	}
}

func TestOlderTablesAreRefused(t *testing.T) {
	old := `{"Groups":[{"Last":7,"Bins":[{"Below":3,"Floor":1,"Errors":[-1,0,1]}]}]}` + "\n"
	_, err := interval.Load(strings.NewReader(old), nil)
	if daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("got %v", err)
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
	return &interval.Fitted{Inner: inner, Calibration: interval.Calibrate(rs, daycast.Daily, t.Horizon)}, nil
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
		if loaded, ok := m.(*interval.Fitted); ok {
			loaded.Paths(p, daycast.NewForecasts(p, 7, nil), 2, 1).Series(0, make([]float32, 14))
		}
	})
}

// TestFewErrorsHaveOneGroup: horizons are told apart where each group of them has
// errors enough, or none.
func TestFewErrorsHaveOneGroup(t *testing.T) {
	for _, c := range []struct{ perPeriod, longest, want int }{
		{6, 28, 1},   // one product from six origins: 42 errors for a week
		{150, 28, 3}, // 1050
		{150, 7, 3},  // a young shop, of whose later weeks nothing is known
		{6, 7, 1},
	} {
		var rs []interval.Residual
		for h := 1; h <= c.longest; h++ {
			for k := range c.perPeriod {
				rs = append(rs, interval.Residual{H: h, Mean: 5, Actual: float32(k % 11)})
			}
		}
		table := interval.NewTable(rs, daycast.Daily, 28, 0)
		if got := len(table.Groups); got != c.want || table.Groups[got-1].Last != 28 {
			t.Errorf("%d errors for each of %d days: %d groups up to day %d, want %d", c.perPeriod, c.longest, got, table.Groups[got-1].Last, c.want)
		}
	}
}
