package interval_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast"
	"daycast/model/interval"
	"daycast/model/modeltest"
)

const (
	pathSeries, pathHorizon = 60, 14
	pathMean                = 100
)

// related are the residuals of windows in which a quarter of the variance is
// the series' own for the whole window, and another quarter all series' on a day.
func related(rng *rand.Rand, windows int, own interval.Own) []interval.Residual {
	var out []interval.Residual
	for w := range windows {
		day := make([]float64, pathHorizon)
		for h := range day {
			day[h] = rng.NormFloat64()
		}
		for i := range pathSeries {
			series := rng.NormFloat64()
			for h := range pathHorizon {
				z := .5*series + .5*day[h] + math.Sqrt(.5)*rng.NormFloat64()
				out = append(out, interval.Residual{
					H: h + 1, Mean: pathMean, Actual: float32(pathMean + 10*z), Own: own, Series: int32(i), Window: int32(w),
				})
			}
		}
	}
	return out
}

// TestSumsCover: of sums over the horizon, and over the shop on a day, four in
// five lie between the paths' 10% and 90% quantiles; between the sums of the
// single forecasts' quantiles lie nearly all.
func TestSumsCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := modeltest.Shop(3, pathSeries, 90)
	for c := range p.Train { // as restless as each other, by weight
		p.Units[c], p.Train[c], p.State[c] = 99.5+float32(c%2), 99.5+float32(c%2), daycast.Sold
	}
	own := interval.OwnOf(p, 0)
	learned := interval.Calibrate(related(rng, 12, own), daycast.Daily, pathHorizon)
	f := daycast.NewForecasts(p, pathHorizon, nil)
	for c := range f.Mean {
		f.Mean[c] = pathMean
	}
	const draws = 1000
	paths := learned.Paths(p, f, draws, 1)
	overHorizon, overShop, out := make([]float64, draws), make([]float64, draws), make([]float32, draws*pathHorizon)
	for i := range pathSeries {
		paths.Series(i, out)
		for k := range draws {
			overShop[k] += float64(out[k*pathHorizon])
			for h := range pathHorizon {
				if i == 0 {
					overHorizon[k] += float64(out[k*pathHorizon+h])
				}
			}
		}
	}
	slices.Sort(overHorizon)
	slices.Sort(overShop)
	low, high := learned.Table.Quantile(1, pathMean, own, .1, true), learned.Table.Quantile(1, pathMean, own, .9, true)
	var inHorizon, inAdded, inShop share
	for _, r := range [][]interval.Residual{related(rng, 200, own)} {
		for w := range 200 {
			shop := 0.0
			for i := range pathSeries {
				sum := 0.0
				for h := range pathHorizon {
					v := float64(r[(w*pathSeries+i)*pathHorizon+h].Actual)
					sum += v
					if h == 0 {
						shop += v
					}
				}
				inHorizon.add(sum, overHorizon[draws/10], overHorizon[draws*9/10])
				inAdded.add(sum, pathHorizon*float64(low), pathHorizon*float64(high))
			}
			inShop.add(shop, overShop[draws/10], overShop[draws*9/10])
		}
	}
	if v := inHorizon.of(); v < .76 || v > .85 {
		t.Errorf("80%% of sums over the horizon should be inside, %.3f are", v)
	}
	if v := inAdded.of(); v < .95 {
		t.Errorf("of sums over the horizon %.3f are inside the sum of quantiles: the test shows nothing", v)
	}
	if v := inShop.of(); v < .7 || v > .92 {
		t.Errorf("80%% of the shop's days should be inside, %.3f are", v)
	}
}

type share struct{ in, n float64 }

func (s *share) add(v, low, high float64) {
	if s.n++; low <= v && v <= high {
		s.in++
	}
}

func (s *share) of() float64 { return s.in / s.n }

// TestEachForecastKeepsItsQuantiles: drawing together changes no single one.
func TestEachForecastKeepsItsQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	p := modeltest.Shop(4, 5, 90)
	learned := interval.Calibrate(residuals(rng, 5000, 14), daycast.Daily, 14)
	f := daycast.NewForecasts(p, 14, nil)
	for c := range f.Mean {
		f.Mean[c] = float32(c % 7)
	}
	const draws = 4000
	out := make([]float32, draws*14)
	paths := learned.Paths(p, f, draws, 1)
	for i := range p.Series {
		paths.Series(i, out)
		for h := range 14 {
			if h < p.Ahead.Periods && p.Ahead.Closed[i*p.Ahead.Periods+h] {
				continue
			}
			for _, level := range []float64{.1, .5, .9} {
				q := learned.Table.Quantile(h+1, f.MeanOf(i)[h], interval.OwnOf(p, i), level, p.NonNegative)
				below, atMost := 0.0, 0.0
				for k := range draws {
					if v := out[k*14+h]; v < q {
						below++
					}
					if out[k*14+h] <= q {
						atMost++
					}
				}
				if below/draws > level+.05 || atMost/draws < level-.05 {
					t.Fatalf("series %d, period %d: %.3f of the draws are below the quantile %g, %.3f at or below", i, h, below/draws, level, atMost/draws)
				}
			}
		}
	}
}
