package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestWeightsAreTheLeast compares with all weights of a fine grid.
func TestWeightsAreTheLeast(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		n := equations{k: 3, g: make([]float64, 9), c: make([]float64, 3)}
		for range 50 {
			y := 5 + r.NormFloat64()
			x := []float64{y + r.NormFloat64(), 4 + r.NormFloat64(), 1.2*y + 2*r.NormFloat64()}
			n.y += y * y
			for a := range x {
				n.c[a] += x[a] * y
				for b := 0; b <= a; b++ {
					n.g[a*3+b] += x[a] * x[b]
				}
			}
		}
		got := n.loss(n.solve())
		least := math.Inf(1)
		const cuts = 200
		for a := range cuts + 1 {
			for b := range cuts + 1 - a {
				least = min(least, n.loss([]float64{float64(a) / cuts, float64(b) / cuts, float64(cuts-a-b) / cuts}))
			}
		}
		if got > least+1e-9 {
			t.Errorf("loss %.12f, a grid's %.12f", got, least)
		}
	}
}

// loss is what solve minimises, term by term.
func (n *equations) loss(w []float64) float64 {
	unit, least := (n.g[0]+n.g[4]+n.g[8])/3, math.Inf(1)
	for a := range 3 {
		least = min(least, n.g[a*4]-2*n.c[a]+n.y)
	}
	hold := min(evenness, least/unit)
	var sum float64
	for a := range 3 {
		for b := range 3 {
			sum += n.g[max(a, b)*3+min(a, b)] / unit * w[a] * w[b] / 2
		}
		sum += hold/2*(w[a]-1./3)*(w[a]-1./3) - n.c[a]/unit*w[a]
	}
	return sum
}

func TestWeightsOfNothingAreEqual(t *testing.T) {
	n := equations{k: 2, g: make([]float64, 4), c: make([]float64, 2)}
	if got := n.solve(); !slices.Equal(got, []float64{.5, .5}) {
		t.Errorf("weights %v", got)
	}
}

func TestProject(t *testing.T) {
	for _, c := range []struct{ of, want []float64 }{
		{[]float64{.2, .8}, []float64{.2, .8}},
		{[]float64{3, 1}, []float64{1, 0}},
		{[]float64{.5, .5, .5}, []float64{1. / 3, 1. / 3, 1. / 3}},
		{[]float64{-1, 0}, []float64{0, 1}},
	} {
		got := slices.Clone(c.of)
		project(got)
		for k := range got {
			if math.Abs(got[k]-c.want[k]) > 1e-12 {
				t.Errorf("project(%v) is %v, want %v", c.of, got, c.want)
				break
			}
		}
	}
}

// Of a crowd of bad candidates nothing is fitted.
func TestBadCandidatesHaveNoWeight(t *testing.T) {
	actual := make([]float32, 60)
	means := map[string][]float32{}
	for k := range actual {
		actual[k] = float32(10 + k%7)
	}
	for name, off := range map[string]float32{"a": 1, "b": 6, "c": 8, "d": 10} {
		means[name] = make([]float32, 60)
		for k := range actual {
			means[name][k] = actual[k] + off*float32(1-2*(k/7%2))
		}
	}
	windows := []*Window{windowOf(actual, means)}
	for k, weight := range weigh(windows, Rank(windows, "wape")) {
		if (weight > 0) != (k == 0) {
			t.Errorf("weight %d is %g", k, weight)
		}
	}
}
