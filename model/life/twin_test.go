package life

import (
	"math"
	"testing"
)

// naiveQuantile adds up the chances of a negative binomial.
func naiveQuantile(mean, size, level float64) float64 {
	sum := 0.0
	for k := 0.0; ; k++ {
		a, _ := math.Lgamma(size + k)
		b, _ := math.Lgamma(size)
		c, _ := math.Lgamma(k + 1)
		sum += math.Exp(a - b - c + size*math.Log(size/(size+mean)) + k*math.Log(mean/(size+mean)))
		if sum >= level {
			return k
		}
	}
}

func TestQuantileEqualsTwin(t *testing.T) {
	for _, mean := range []float64{.01, .3, 2, 40} {
		for _, size := range []float64{.1, 1, 25} {
			for _, level := range []float64{.02, .1, .5, .77, .9, .99} {
				if got, want := (negativeBinomial{mean, size}).quantile(level), naiveQuantile(mean, size, level); got != want {
					t.Errorf("mean %g, size %g: quantile %g is %g, want %g", mean, size, level, got, want)
				}
			}
		}
	}
}

func TestCurveOfNestedGroups(t *testing.T) {
	half, one := Curve{.5, .5, .5, .5}, Curve{1, 1, 1, 1}
	scaled := func(c Curve, by float64) Curve {
		for k := range c {
			c[k] *= by
		}
		return c
	}
	c := Curves{
		Shop:   Launches{N: 60, Sold: scaled(one, 600), Expected: scaled(one, 600)},
		Groups: []map[string]*Launches{{"new": {N: 30, Sold: scaled(half, 300), Expected: scaled(one, 300)}}},
	}
	if got := c.of([]string{"none"}, 1); got != one {
		t.Errorf("a group without launches has %v, want the shop's curve", got)
	}
	// As many launches as its prior stands for: half way from 1 to a half.
	if got := c.of([]string{"new"}, 1); math.Abs(got.at(3)-.75) > 1e-9 || got.at(56) != 1 {
		t.Errorf("a group of %d launches at a half has %v", curvePrior, got)
	}
	if got := c.of([]string{"new"}, 0); got != one {
		t.Errorf("curves that are not trusted are %v", got)
	}
}
