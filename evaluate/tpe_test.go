package evaluate_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast/evaluate"
)

// tried is n trials of a function by TPE: the points and their losses.
func tried(t evaluate.TPE, n int, f func(evaluate.Point) float64) (past []evaluate.Point, loss []float64) {
	for range n {
		p, ok := t.Next(past, loss)
		if !ok {
			break
		}
		past, loss = append(past, p), append(loss, f(p))
	}
	return past, loss
}

// TPE beats random search where there is something to learn: of 100 seeds with
// as many trials each, more than 65 would be better by chance, where both
// were as good, once in a thousand times (a fair coin's three standard deviations).
func TestTPEBeatsRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of searches")
	}
	square := func(x float64) float64 { return x * x }
	for name, c := range map[string]struct {
		space evaluate.Space
		loss  func(evaluate.Point) float64
	}{
		"rate and leaves": {evaluate.Space{"rate": evaluate.LogUniform{1e-4, 1}, "leaves": evaluate.Integer{2, 500}},
			func(p evaluate.Point) float64 {
				return square(math.Log(p["rate"]/.03)) + square(math.Log(p["leaves"]/31))
			}},
		"a kind and its rate": {evaluate.Space{"kind": evaluate.List{0, 1, 2, 3, 4}, "rate": evaluate.LogUniform{1e-3, 1}},
			func(p evaluate.Point) float64 { return 3*math.Abs(p["kind"]-3) + square(math.Log(p["rate"]/.1)) }},
		"Branin": {evaluate.Space{"x": evaluate.Uniform{-5, 10}, "y": evaluate.Uniform{0, 15}},
			func(p evaluate.Point) float64 {
				x, y := p["x"], p["y"]
				return square(y-5.1/(4*math.Pi*math.Pi)*x*x+5/math.Pi*x-6) + 10*(1-1/(8*math.Pi))*math.Cos(x) + 10
			}},
		"five of which two matter": {evaluate.Space{
			"a": evaluate.Uniform{0, 1}, "b": evaluate.Uniform{0, 1}, "c": evaluate.Uniform{0, 1}, "d": evaluate.Uniform{0, 1}, "e": evaluate.Uniform{0, 1},
		}, func(p evaluate.Point) float64 { return square(p["a"]-.3) + square(p["b"]-.8) + .01*p["c"] }},
	} {
		const trials, seeds = 40, 100
		wins := 0
		for seed := range uint64(seeds) {
			_, loss := tried(evaluate.TPE{Space: c.space, Seed: seed}, trials, c.loss)
			var random []float64
			for p := range evaluate.Random(c.space, trials, seed+1000) {
				random = append(random, c.loss(p))
			}
			if slices.Min(loss) < slices.Min(random) {
				wins++
			}
		}
		t.Logf("%s: better than random with %d of %d seeds", name, wins, seeds)
		if wins <= 65 {
			t.Errorf("%s: better than random with only %d of %d seeds", name, wins, seeds)
		}
	}
}

func TestTPEIsSeeded(t *testing.T) {
	space := evaluate.Space{"a": evaluate.Uniform{0, 1}, "b": evaluate.Integer{1, 1000}}
	f := func(p evaluate.Point) float64 { return p["a"] + p["b"]/1000 }
	one, _ := tried(evaluate.TPE{Space: space, Seed: 9}, 25, f)
	again, _ := tried(evaluate.TPE{Space: space, Seed: 9}, 25, f)
	if diff := cmp.Diff(one, again); diff != "" {
		t.Errorf("the same seed gives other points:\n%s", diff)
	}
	if other, _ := tried(evaluate.TPE{Space: space, Seed: 10}, 25, f); cmp.Equal(one, other) {
		t.Error("another seed gives the same points")
	}
	// The first are those of a random search, which a search by either can keep.
	if diff := cmp.Diff(slices.Collect(evaluate.Random(space, 10, 9)), one[:10]); diff != "" {
		t.Errorf("the first points are not random's:\n%s", diff)
	}
}

// A space with few points is tried whole and no point twice, whatever the
// losses are.
func TestTPEEndsASmallSpace(t *testing.T) {
	nan := math.NaN()
	space := evaluate.Space{"a": evaluate.List{1, 2, 3}, "b": evaluate.Integer{1, 4}, "c": evaluate.Integer{7, 7}}
	for _, f := range []func(evaluate.Point) float64{
		func(p evaluate.Point) float64 { return p["a"] },
		func(evaluate.Point) float64 { return nan },
		func(p evaluate.Point) float64 { return math.Inf(int(p["a"]) - 2) },
	} {
		past, _ := tried(evaluate.TPE{Space: space, Seed: 1, Startup: 3}, 100, f)
		seen := map[string]bool{}
		for _, p := range past {
			seen[fmt.Sprint(slices.Sorted(maps.Values(p)), p)] = true
		}
		if len(past) != 12 || len(seen) != 12 {
			t.Errorf("%d points, %d of them different, want all 12", len(past), len(seen))
		}
	}
	if _, ok := (evaluate.TPE{}).Next(nil, nil); ok {
		t.Error("an empty space has a point")
	}
}

func TestTPERoundsInsideTheSpace(t *testing.T) {
	space := evaluate.Space{"a": evaluate.Uniform{.26, .74}, "list": evaluate.List{.123}}
	round := math.Round
	past, _ := tried(evaluate.TPE{Space: space, Seed: 1, Round: round}, 15, func(p evaluate.Point) float64 { return p["a"] })
	for _, p := range past {
		if p["a"] < .26 || p["a"] > .74 || p["list"] != .123 {
			t.Errorf("%s is outside the space", p)
		}
	}
}
