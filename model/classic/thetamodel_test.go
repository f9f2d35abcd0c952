package classic

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/optimize"

	"daycast/model/modeltest"
)

// slowThetaModel is the paper's formulas as they stand, with the line fitted
// anew for each period: squared errors but for the first three, and the
// forecast.
func slowThetaModel(m *thetaModel, x []float64, horizon int) (squares float64, forecast []float64) {
	x = slices.Clone(x)
	n, level := len(x), m.first
	for t := 1; t <= n+horizon; t++ {
		var whole lineSums
		to := min(n, len(x))
		if m.dynamic {
			to = t - 1
		}
		for k, v := range x[:to] {
			whole.add(float64(k+1), v)
		}
		a, b := whole.line()
		keep := 1 - m.alpha
		mu := level + m.weight*(a*math.Pow(keep, float64(t-1))+b*(1-math.Pow(keep, float64(t)))/m.alpha)
		if t > n {
			x = append(x, mu)
			forecast = append(forecast, mu)
		} else if t > skipped {
			squares += (x[t-1] - mu) * (x[t-1] - mu)
		}
		level += m.alpha * (x[t-1] - level)
	}
	return squares, forecast
}

func TestThetaModelIsItsFormula(t *testing.T) {
	units := historyOf(modeltest.Noisy(3, modeltest.Trend(60, 10, .3), 3)).Units
	for _, dynamic := range []bool{false, true} {
		s := thetaSearch{units: units, weight: nan, least: -1e9, most: 1e9}
		for t, x := range units {
			s.line.add(float64(t+1), x)
		}
		s.prepare(dynamic)
		m := &thetaModel{alpha: .3, dynamic: dynamic}
		if !dynamic {
			m.at, m.slope = s.line.line()
		}
		var sum float64
		sum, m.first, m.weight = s.solve(m.alpha)
		m.read(units)
		squares, forecast := slowThetaModel(m, units, 12)
		near(t, "squares", []float64{sum, m.errors.squares}, []float64{squares, squares})
		near(t, "forecast", means(m, 12), forecast)
		for _, step := range []float64{-1e-3, 1e-3} {
			for k := range 2 {
				other := *m
				if k == 0 {
					other.first += step
				} else {
					other.weight += step
				}
				if more, _ := slowThetaModel(&other, units, 0); more < squares {
					t.Errorf("first level and weight %d: %g is not least, %g is less", k, squares, more)
				}
			}
		}
	}
}

// A period without evidence lets the line go on: of a straight line nothing is
// lost.
func TestThetaOverGaps(t *testing.T) {
	h := historyOf(modeltest.Trend(90, 10, .5))
	for _, k := range []int{0, 1, 40, 41, 42, 43, 70, 89} {
		h.Units[k] = nan
	}
	for _, m := range []Method{OptimizedTheta{}, DynamicOptimizedTheta{}, AutoTheta{}} {
		f := means(m.Learn(h), 5)
		for k, v := range f {
			if want := 10 + .5*float64(90+k); math.Abs(v-want) > .3 {
				t.Errorf("%s: period %d: %g, want %g", m.Name(), k+1, v, want)
			}
		}
	}
}

func TestDeepest(t *testing.T) {
	for name, f := range map[string]func(float64) float64{
		"valley": func(x float64) float64 { return (x - .333) * (x - .333) }, "two valleys": func(x float64) float64 { return math.Cos(20*x) + x },
		"left": func(x float64) float64 { return x }, "right": func(x float64) float64 { return -x }, "flat": func(float64) float64 { return 1 },
	} {
		got := deepest(.01, .99, f)
		least := math.Inf(1)
		for x := .01; x <= .99; x += 1e-4 {
			least = min(least, f(x))
		}
		if f(got) > least+1e-4 {
			t.Errorf("%s: %g at %g, want %g", name, f(got), got, least)
		}
	}
}

// Errors are no larger than statsforecast's, forecasts the same where the errors
// are, but for a twentieth of the errors' deviation. Its intervals are from 200 simulated paths, whose line changes in static
// models too, so that they are near; those of seasonal series it makes from
// errors that have the season added.
func TestThetaIsStatsforecasts(t *testing.T) {
	var series []struct {
		Name   string
		Units  []float64
		Models map[string]struct {
			Squares    float64
			Season     string
			Mean, High []float64
		}
	}
	golden(t, "theta.json", &series)
	same := 0
	for _, s := range series {
		h := &History{Units: s.Units, Season: 7}
		for _, m := range []Method{StandardTheta{}, OptimizedTheta{}, DynamicTheta{}, DynamicOptimizedTheta{}, AutoTheta{}} {
			want := s.Models[m.Name()]
			state := m.Learn(h).(*thetaModel)
			if got := [3]string{"", "additive", "multiplicative"}[state.kind]; got != want.Season {
				t.Errorf("%s, %s: season %q, want %q", s.Name, m.Name(), got, want.Season)
				continue
			}
			size, before := 0.0, *state
			for k, y := range s.Units {
				before.position = k % max(1, len(state.season))
				size += math.Abs(before.seasonless(y)) / float64(len(s.Units))
			}
			squares := state.errors.squares / size
			if squares > want.Squares*1.0001 {
				t.Errorf("%s, %s: squares %g, want %g", s.Name, m.Name(), squares, want.Squares)
			}
			if squares < want.Squares*.9999 {
				continue
			}
			same++
			f := Forecast{Mean: make([]float64, len(want.Mean)), Levels: []float64{.95}, Quantiles: make([]float64, len(want.Mean))}
			state.Forecast(&f)
			for k, v := range f.Mean {
				if math.Abs(v-want.Mean[k]) > .05*state.errors.deviation() {
					t.Errorf("%s, %s: period %d: mean %g, want %g", s.Name, m.Name(), k+1, v, want.Mean[k])
				}
			}
			if want.Season == "" {
				width, theirs := make([]float64, len(f.Mean)), make([]float64, len(f.Mean))
				for k := range width {
					width[k], theirs[k] = f.Quantiles[k]-f.Mean[k], want.High[k]-want.Mean[k]
				}
				if d := distance(width, theirs); d > .25 {
					t.Errorf("%s, %s: widths %v, want %v", s.Name, m.Name(), width, theirs)
				}
			}
		}
	}
	if same < 25 {
		t.Errorf("%d series ended where statsforecast's did", same)
	}
}

// The search for alpha ends no higher than a simplex over all three does.
func TestThetaSearchIsNoWorseThanASimplex(t *testing.T) {
	for seed := range uint64(5) {
		h := historyOf(modeltest.Noisy(seed+1, modeltest.Trend(80, 20, .1), 4))
		for _, dynamic := range []bool{false, true} {
			m := searchTheta(h, !dynamic, dynamic, nan)
			problem := optimize.Problem{Func: func(p []float64) float64 {
				other := &thetaModel{first: p[0], alpha: min(mostAlpha, max(leastAlpha, p[1])), weight: min(1, max(0, p[2])), dynamic: dynamic}
				if !dynamic {
					other.at, other.slope = m.at, m.slope
				}
				return other.read(h.Units).errors.squares
			}}
			result, err := optimize.Minimize(problem, []float64{h.Units[0] / 2, .5, .5}, nil, &optimize.NelderMead{})
			if result == nil {
				t.Fatal(err)
			}
			if m.errors.squares > result.F*1.0001 {
				t.Errorf("seed %d: %g, a simplex comes to %g", seed, m.errors.squares, result.F)
			}
		}
	}
}
