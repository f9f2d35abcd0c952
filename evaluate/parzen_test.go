package evaluate

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// Optuna's densities at the same trials, made by testdata/tpe.py: good and bad
// densities differ from theirs by the same factor, the size of the space, so
// that the gains are the same. Sums in another order leave a 1e-9.
func TestParzenIsOptunas(t *testing.T) {
	text, err := os.ReadFile("testdata/tpe.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Past, At   []Point
		Loss, Gain []float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	space := Space{"factor": LogUniform{1e-3, 10}, "list": List{3, 5, 9}, "uniform": Uniform{-2, 3}, "whole": Integer{1, 60}}
	names := slices.Sorted(maps.Keys(space))
	for _, c := range cases {
		good, rest := splitTrials(c.Past, c.Loss)
		l, g := newParzen(space, names, good), newParzen(space, names, rest)
		for k, p := range c.At {
			var places []float64
			for _, name := range names {
				places = append(places, space[name].share(p[name]))
			}
			if gain := l.log(places) - g.log(places); math.Abs(gain-c.Gain[k]) > 1e-9 {
				t.Errorf("%d trials, %s: gain %g, Optuna's %g", len(c.Past), p, gain, c.Gain[k])
			}
		}
	}
}

// Draws are as dense as the density says, and the density is one: over each of
// twenty equal parts of the range, by a sum of slices, give or take five
// standard deviations.
func TestParzenDrawsItsDensity(t *testing.T) {
	const parts, draws = 20, 20_000
	for name, values := range map[string]Values{"x": Uniform{0, 1}, "n": Integer{1, 8}, "l": List{1, 2, 3, 4}} {
		space := Space{name: values}
		p := newParzen(space, []string{name}, []Point{{name: values.draw(.1)}, {name: values.draw(.3)}, {name: values.draw(.35)}, {name: values.draw(.95)}})
		r := rand.New(rand.NewPCG(1, 1))
		want, got := map[float64]float64{}, map[float64]float64{}
		part := func(u float64) float64 { return math.Min(parts-1, math.Floor(parts*u)) }
		for range draws {
			got[part(p.draw(r)[0])]++
		}
		if name == "x" {
			for k := range 100 * parts {
				u := (float64(k) + .5) / (100 * parts)
				want[part(u)] += math.Exp(p.log([]float64{u})) / (100 * parts)
			}
		} else {
			for _, v := range []float64{1, 2, 3, 4, 5, 6, 7, 8}[:map[string]int{"n": 8, "l": 4}[name]] {
				u := values.share(v)
				want[part(u)] += math.Exp(p.log([]float64{u}))
			}
		}
		var sum float64
		for k, w := range want {
			sum += w
			if d := got[k] - draws*w; math.Abs(d) > 5*math.Sqrt(draws*w)+1 {
				t.Errorf("%s: %g of %d draws in part %g, want %g", name, got[k], draws, k, draws*w)
			}
		}
		if math.Abs(sum-1) > 1e-5 {
			t.Errorf("%s: the density adds up to %g", name, sum)
		}
	}
}
