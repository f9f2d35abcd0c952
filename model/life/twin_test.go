package life

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"daycast"
	"daycast/model/modeltest"
)

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

// TestKinAreFactors has items of three brands in four places, which sell the
// product of a factor of each, in numbers of series that are not even.
func TestKinAreFactors(t *testing.T) {
	brands, places := []float64{1, 4, .25}, []float64{1, 2, .5, 8}
	brand := daycast.Level{Name: "brand", Names: []string{"x", "y", "z"}}
	place := daycast.Level{Name: "place", Names: []string{"p", "q", "r", "s"}}
	var series []modeltest.Series
	var want []float64
	for k := range 400 {
		b, s := (k*k)%7%3, k%4
		want = append(want, 16*brands[b]*places[s])
		series = append(series, modeltest.Series{Item: fmt.Sprintf("%03d", k), Units: slices.Repeat([]float32{float32(want[k])}, 100)})
		brand.Of, place.Of = append(brand.Of, int32(b)), append(place.Of, int32(s))
	}
	p := modeltest.Panel(modeltest.Origin, series...)
	p.Levels = []daycast.Level{brand, place}
	r, ok := newPrior(p)
	if !ok {
		t.Fatal("no prior")
	}
	at, size := r.Kin.reader(p), r.Sizes.at(p.Origin)
	for i := range p.Series {
		if got := r.Kin.size(at.groups(i)) * size; math.Abs(math.Log(got/want[i])) > .2 {
			t.Fatalf("a series of brand %d in place %d sells %g, its kin say %g", brand.Of[i], place.Of[i], want[i], got)
		}
	}
}
