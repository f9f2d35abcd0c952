package classic

import (
	"math"
	"slices"
	"testing"

	"daycast/model/modeltest"
)

// slowSquaredErrors is the definition of what bestSmoothing makes least.
func slowSquaredErrors(x []float64, alpha float64) float64 {
	forecast, sum := x[0], 0.0
	for t := range x {
		sum += (x[t] - forecast) * (x[t] - forecast)
		forecast = alpha*x[t] + (1-alpha)*forecast
	}
	return sum
}

func TestBestSmoothingHasTheLeastErrors(t *testing.T) {
	for seed := range uint64(50) {
		mean := .2 + float64(seed%5)
		x := historyOf(modeltest.Counts(seed+1, 20+int(seed)*5, mean, 1)).Units
		if seed%2 == 0 {
			walk(x) // wants a large constant
		}
		for _, warm := range []float64{0, .15, .29} {
			got := bestSmoothing(x, .1, .3, warm)
			if got < .1 || got > .3 {
				t.Fatalf("seed %d: %g is out of range", seed, got)
			}
			loss := slowSquaredErrors(x, got)
			for alpha := .1; alpha <= .3; alpha += .001 {
				if slowSquaredErrors(x, alpha) < loss*(1-1e-6) {
					t.Fatalf("seed %d, warm %g: %g has %g, %g has less", seed, warm, got, loss, alpha)
				}
			}
		}
	}
	for _, x := range [][]float64{nil, {4}, {4, 5}, {4, 4, 4, 4, 4}} {
		if got := bestSmoothing(x, .1, .3, 0); math.Abs(got-.2) > 1e-12 {
			t.Errorf("%v: %g, want the middle", x, got)
		}
	}
}

// slowAggregate is ADIDA's formula for a known k and alpha.
func slowAggregate(y []float64, k int, alpha float64) float64 {
	var sums []float64
	for end := len(y); end >= k; end -= k {
		sum := 0.0
		for _, v := range y[end-k : end] {
			sum += v
		}
		sums = append(sums, sum)
	}
	slices.Reverse(sums)
	level := sums[0]
	for _, s := range sums[1:] {
		level = alpha*s + (1-alpha)*level
	}
	return level / float64(k)
}

// After each period the sums end with it.
func TestAggregatesAreTheirFormula(t *testing.T) {
	h := historyOf(modeltest.Intermittent(3, 100, .3, 2))
	h.Units[40], h.Units[41], h.Units[77] = nan, nan, nan
	adida, _ := ADIDA{}.Filter(h.cut(0), []float64{5, .17})
	imapa, _ := IMAPA{}.Filter(h.cut(0), []float64{.1, .2, .3, .25})
	var y []float64
	for _, v := range h.Units {
		adida.Update(v, nil)
		imapa.Update(v, nil)
		if v == v {
			y = append(y, v)
		}
		if len(y) < 5 {
			continue
		}
		near(t, "adida", means(adida, 1), []float64{slowAggregate(y, 5, .17)})
		want := 0.0
		for i, alpha := range []float64{.1, .2, .3, .25} {
			want += slowAggregate(y, i+1, alpha) / 4
		}
		near(t, "imapa", means(imapa, 1), []float64{want})
	}
}

// slowNegativeBinomial is the chance of y by gamma functions.
func slowNegativeBinomial(y, mean, variance float64) float64 {
	k := mean * mean / (variance - mean)
	a, _ := math.Lgamma(y + k)
	b, _ := math.Lgamma(k)
	c, _ := math.Lgamma(y + 1)
	return math.Exp(a - b - c + k*math.Log(k/(k+mean)) + y*math.Log(mean/(k+mean)))
}

func TestNegativeBinomialQuantiles(t *testing.T) {
	levels := []float64{.01, .1, .5, .8, .9, .95, .99, .999}
	for _, mean := range []float64{.01, .3, 1, 7, 50} {
		for _, ratio := range []float64{1 + 1e-7, 1.5, 4, 30} {
			d := newNegativeBinomial(mean, mean*ratio)
			for _, level := range levels {
				sum, want := 0.0, -1.0
				for sum < level {
					want++
					sum += slowNegativeBinomial(want, mean, mean*ratio)
				}
				if got := d.quantile(level); got != want {
					t.Errorf("mean %g, variance %g, level %g: %g, want %g", mean, mean*ratio, level, got, want)
				}
			}
		}
	}
	// Where the gamma takes over, it is off by less than a hundredth.
	below, above := newNegativeBinomial(fineMean, 300), newNegativeBinomial(fineMean+1e-9, 300)
	for _, level := range levels {
		if a, b := below.quantile(level), above.quantile(level); math.Abs(a-b) > max(1, .02*a) {
			t.Errorf("level %g: %g by steps, %g by the gamma", level, a, b)
		}
	}
	for _, odd := range [][2]float64{{0, 0}, {0, 5}, {5, 0}, {1e-300, 1}, {1e12, 1e24}, {1e12, 0}, {1e-9, 1e9}} {
		d := newNegativeBinomial(odd[0], odd[1])
		for _, level := range levels {
			if q := d.quantile(level); !(q >= 0) || math.IsInf(q, 0) {
				t.Errorf("mean and variance %v, level %g: %g", odd, level, q)
			}
		}
	}
}

func TestGammaQuantilesMeet(t *testing.T) {
	for _, level := range []float64{.001, .1, .5, .9, .999} {
		below, above := gammaQuantile(1, 1/99.999, level), gammaQuantile(1, 1/100.001, level)
		if math.Abs(below-above) > 5e-4 {
			t.Errorf("level %g: %g, then %g", level, below, above)
		}
	}
}

// A hurdle's quantiles are 0 up to the chance of none, then a size's.
func TestHurdle(t *testing.T) {
	f := Forecast{Mean: make([]float64, 2), Levels: []float64{.5, .69, .71, .99}, Quantiles: make([]float64, 8)}
	hurdle{chance: .3, mean: 6, whole: true}.fill(&f)
	near(t, "packs of six", f.Quantiles, []float64{0, 0, 6, 6, 0, 0, 6, 6})
	hurdle{chance: .3, mean: 1, whole: true}.fill(&f)
	near(t, "pieces", f.Quantiles[:4], []float64{0, 0, 1, 1})
	hurdle{chance: .3, mean: .25}.fill(&f)
	near(t, "kilograms", f.Quantiles[:4], []float64{0, 0, .25, .25})
}

// Quantiles of whole numbers are whole.
func TestIntermittentQuantilesAreWhole(t *testing.T) {
	for _, m := range []Method{ADIDA{}, Croston{}, CrostonClassic{}, CrostonOptimized{}, IMAPA{}, NegativeBinomial{}, TSB{}} {
		f := Forecast{Mean: make([]float64, 3), Levels: []float64{.1, .5, .9, .99}, Quantiles: make([]float64, 12)}
		m.Learn(historyOf(modeltest.Intermittent(8, 200, .3, 4))).Forecast(&f)
		for _, q := range f.Quantiles {
			if q != math.Trunc(q) || q < 0 {
				t.Errorf("%s: %v", m.Name(), f.Quantiles)
				break
			}
		}
	}
}
