package evaluate_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/evaluate"
)

func TestGrid(t *testing.T) {
	space := evaluate.Space{
		"b": evaluate.List{3, 1}, "a": evaluate.LogUniform{.01, 1}, "c": evaluate.Integer{1, 2},
	}
	var got []string
	for p := range evaluate.Grid(space) {
		got = append(got, p.String())
	}
	want := []string{
		"a=0.01 b=3 c=1", "a=0.01 b=3 c=2", "a=0.01 b=1 c=1", "a=0.01 b=1 c=2",
		"a=0.1 b=3 c=1", "a=0.1 b=3 c=2", "a=0.1 b=1 c=1", "a=0.1 b=1 c=2",
		"a=1 b=3 c=1", "a=1 b=3 c=2", "a=1 b=1 c=1", "a=1 b=1 c=2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("grid (-want +got):\n%s", diff)
	}
}

func TestRandomStaysInTheSpace(t *testing.T) {
	list := evaluate.List{5, 7, 11}
	space := evaluate.Space{
		"list": list, "uniform": evaluate.Uniform{-2, 3}, "log": evaluate.LogUniform{1e-4, 10}, "integer": evaluate.Integer{1, 300},
	}
	var values = map[string][]float64{}
	for p := range evaluate.Random(space, 2000, 3) {
		for name, v := range p {
			values[name] = append(values[name], v)
		}
		if !slices.Contains(list, p["list"]) || p["uniform"] < -2 || p["uniform"] > 3 || p["log"] < 1e-4 || p["log"] > 10 ||
			p["integer"] < 1 || p["integer"] > 300 || p["integer"] != math.Trunc(p["integer"]) {
			t.Fatalf("%s is outside the space", p)
		}
	}
	// Half of the draws are below the middle of each range, give or take four
	// standard deviations of a fair coin.
	for name, middle := range map[string]float64{"uniform": .5, "log": math.Sqrt(1e-3), "integer": math.Sqrt(.5 * 300.5)} {
		below := 0
		for _, v := range values[name] {
			if v < middle {
				below++
			}
		}
		if d := math.Abs(float64(below) - 1000); d > 4*math.Sqrt(500) {
			t.Errorf("%s: %d of 2000 are below %g", name, below, middle)
		}
	}
}

func TestRandomIsSeeded(t *testing.T) {
	space := evaluate.Space{"a": evaluate.Uniform{0, 1}, "b": evaluate.Integer{1, 1000}}
	few, many := slices.Collect(evaluate.Random(space, 3, 9)), slices.Collect(evaluate.Random(space, 30, 9))
	if diff := cmp.Diff(few, many[:3]); diff != "" {
		t.Errorf("the first points depend on how many there are:\n%s", diff)
	}
	if other := slices.Collect(evaluate.Random(space, 3, 10)); cmp.Equal(few, other) {
		t.Error("another seed gives the same points")
	}
}

func TestSpaceCheck(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, values := range []evaluate.Values{
		evaluate.List{}, evaluate.List{1, nan}, evaluate.Uniform{1, 0}, evaluate.Uniform{nan, 0}, evaluate.Uniform{0, inf},
		evaluate.LogUniform{0, 1}, evaluate.LogUniform{1, inf}, evaluate.LogUniform{2, 1}, evaluate.Integer{0, 1}, evaluate.Integer{3, 2},
	} {
		space := evaluate.Space{"p": values}
		if err := space.Check(); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%#v: %v, want code invalid", values, err)
		}
		if points := append(slices.Collect(evaluate.Grid(space)), slices.Collect(evaluate.Random(space, 3, 1))...); len(points) > 0 {
			t.Errorf("%#v has points %v", values, points)
		}
	}
}

// Any range that Check accepts gives a grid and draws inside it.
func TestRangesHoldTheirDraws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		low := math.Exp(20 * (r.Float64() - .5))
		high := low * (1 + r.Float64()*1e3)
		n := 1 + r.IntN(50)
		space := evaluate.Space{
			"u": evaluate.Uniform{-high, low}, "l": evaluate.LogUniform{low, high}, "i": evaluate.Integer{n, n + r.IntN(1000)},
		}
		i := space["i"].(evaluate.Integer)
		points := append(slices.Collect(evaluate.Grid(space)), slices.Collect(evaluate.Random(space, 20, r.Uint64()))...)
		for _, p := range points {
			if p["u"] < -high || p["u"] > low || p["l"] < low || p["l"] > high || p["i"] < float64(i.Low) || p["i"] > float64(i.High) {
				t.Fatalf("%s is outside %v", p, space)
			}
		}
	}
}
