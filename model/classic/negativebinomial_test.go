package classic

import (
	"math"
	"testing"

	"daycast"
	"daycast/model/modeltest"
)

// slowCounts is the model by its formulas: the log likelihood of y, and the
// mean after it.
func slowCounts(y []float64, s *countState) (likelihood, mean float64) {
	level, b, gap := s.start, float64(startWeight), 0.0
	for t, v := range y {
		gap++
		if v != v {
			continue
		}
		f := s.shape[t%len(s.shape)]
		level = s.mean + math.Pow(s.damping, gap)*(level-s.mean)
		b /= 1 + gap*(1/s.discount-1)
		m := f * level
		likelihood += math.Log(slowNegativeBinomial(v, m, s.dispersion*m*(1+f/b)))
		a := level*b + v
		b += f
		level, gap = a/b, 0
	}
	f := s.shape[len(y)%len(s.shape)]
	return likelihood, f * (s.mean + math.Pow(s.damping, gap+1)*(level-s.mean))
}

func countsWithGaps(seed uint64, mean, size float64) *History {
	h := historyOf(modeltest.Counts(seed, 250, mean, size))
	for t := range h.Units {
		if t%11 == 3 || t > 100 && t < 120 {
			h.Units[t] = nan
		}
	}
	return h
}

func TestNegativeBinomialIsItsFormula(t *testing.T) {
	h := countsWithGaps(1, 2, .5)
	s := NegativeBinomial{}.Learn(h).(*countState)
	_, want := slowCounts(h.Units, s)
	near(t, "mean", means(s, 1), []float64{want})
}

// No point of a dense grid is likelier than what the search finds.
func TestCountSearchFindsTheLikeliest(t *testing.T) {
	for seed, mean := range []float64{.1, .5, 3, 40, 3000} {
		h := countsWithGaps(uint64(seed+1), mean, 2)
		s := NegativeBinomial{}.Learn(h).(*countState)
		found, _ := slowCounts(h.Units, s)
		best, at := found, *s
		for discount := .6; discount < 1; discount += .04 {
			for dispersion := 1.01; dispersion < 1e4; dispersion *= 1.4 {
				other := *s
				other.discount, other.dispersion = min(discount, highDiscount), dispersion
				if l, _ := slowCounts(h.Units, &other); l > best {
					best, at = l, other
				}
			}
		}
		if best > found+.02 {
			t.Errorf("mean %g: discount %g, dispersion %g have %g; %g, %g have %g", mean, s.discount, s.dispersion, found, at.discount, at.dispersion, best)
		}
	}
}

func TestLogGammaRatio(t *testing.T) {
	for _, k := range []float64{1e-9, .3, 7.9, 8, 100, 1e5} {
		for _, y := range []float64{.1, 1, 13, 1e4} {
			above, _ := math.Lgamma(k + y)
			below, _ := math.Lgamma(k)
			if got, want := logGammaRatio(k, y), above-below; math.Abs(got-want) > 1e-8*(1+math.Abs(want)+math.Abs(below)*1e-3) {
				t.Errorf("k %g, y %g: %.12g, want %.12g", k, y, got, want)
			}
		}
	}
}

func TestLeast(t *testing.T) {
	for _, valley := range []float64{-5, -1, 0, .3, 2, 9} {
		got := least(-3, 3, 1, .5, func(v float64) float64 { return math.Cosh(v - valley) })
		if want := max(-3, min(3, valley)); math.Abs(got-want) > .02 {
			t.Errorf("valley at %g: %g", valley, got)
		}
	}
}

// Further away and after gaps less is known of the level, whose mean does not
// move with time.
func TestNegativeBinomialKnowsLessLater(t *testing.T) {
	var moving []float32
	for seed, mean := range []float64{20, 35, 15, 40} {
		moving = append(moving, modeltest.Counts(uint64(seed+1), 50, mean, 20)...)
	}
	s := NegativeBinomial{Damping: 1}.Learn(historyOf(moving))
	f := Forecast{Mean: make([]float64, 56), Levels: []float64{.95}, Quantiles: make([]float64, 56)}
	s.Forecast(&f)
	far := f.Quantiles[49] // seven weeks later: the same weekday
	if far <= f.Quantiles[0] || math.Abs(f.Mean[0]-f.Mean[49]) > 1e-9 {
		t.Errorf("upper quantiles %g, then %g around %g and %g", f.Quantiles[0], far, f.Mean[0], f.Mean[49])
	}
	for range 49 {
		s.Update(nan, nil)
	}
	s.Forecast(&f)
	near(t, "after a gap", f.Quantiles[:1], []float64{far})
}

// Units of a tenth of a piece are counted in tenths.
func TestNegativeBinomialCountsTenths(t *testing.T) {
	h := historyOf(modeltest.Counts(4, 200, 2, 1))
	whole := NegativeBinomial{}.Learn(h)
	tenths := &History{Season: 7, Step: daycast.Daily}
	for _, y := range h.Units {
		tenths.Units = append(tenths.Units, y/10)
	}
	a := Forecast{Mean: make([]float64, 5), Levels: levels, Quantiles: make([]float64, 15)}
	b := Forecast{Mean: make([]float64, 5), Levels: levels, Quantiles: make([]float64, 15)}
	whole.Forecast(&a)
	NegativeBinomial{}.Learn(tenths).Forecast(&b)
	for k := range b.Quantiles {
		b.Quantiles[k] *= 10
	}
	near(t, "quantiles", b.Quantiles, a.Quantiles)
}
