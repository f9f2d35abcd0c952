package app

import (
	"iter"
	"math"
	"strings"
	"testing"

	"daycast"
	"daycast/config"
	"daycast/evaluate"
	"daycast/model/all"
	"daycast/pipeline"
)

// What a search may try is legal, and as many points as were asked for.
func TestTuningPoints(t *testing.T) {
	for _, name := range Tunable() {
		for _, c := range []struct {
			method       string
			trials, want int // a grid gives want for gbm, where each parameter has three values
		}{{"random", 7, 7}, {"halving", 7, 7}, {"tpe", 14, 14}, {"grid", 9, 9}, {"grid", 1, 3}, {"grid", 26, 9}, {"grid", 27, 27}} {
			search, err := Tuning{Model: name, Method: c.method, Trials: c.trials, Seed: 3}.search()
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for p := range points(search) {
				if _, err := all.With(all.Models(), map[string]map[string]float64{name: p}); err != nil {
					t.Errorf("%s by %s: %v", name, c.method, err)
				}
				n++
			}
			if n == 0 || n > max(c.trials, 3) || c.method == "random" && n != c.want || c.method == "halving" && n != c.want || name == "gbm" && n != c.want {
				t.Errorf("%s by %s: %d points of %d trials", name, c.method, n, c.trials)
			}
		}
	}
}

// points are those that a search tries, where every tenth fails and the rest
// differ by chance.
func points(t pipeline.Tuning) iter.Seq[evaluate.Point] {
	if t.Next == nil {
		return t.Points
	}
	return func(yield func(evaluate.Point) bool) {
		var past []evaluate.Point
		var loss []float64
		for k := range t.Trials {
			p, ok := t.Next(past, loss)
			if !ok || !yield(p) {
				return
			}
			past, loss = append(past, p), append(loss, math.Sin(float64(k)))
			if k%10 == 3 {
				loss[k] = math.NaN()
			}
		}
	}
}

func TestTuningRefuses(t *testing.T) {
	for want, tuning := range map[string]Tuning{
		"no parameters": {Model: "seasonal_naive", Method: "random", Trials: 1},
		"at least 1":    {Model: "gbm", Method: "random"},
		"not known":     {Model: "gbm", Method: "luck", Trials: 1},
		"gives none up": {Model: "gbm", Method: "tpe", Trials: 1, Keep: .5},
	} {
		if _, err := tuning.search(); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want code invalid and %q", tuning, err, want)
		}
	}
}

func score(wape, bias float64) evaluate.Score { return evaluate.Score{WAPE: wape, Bias: bias, N: 1} }

func TestTunedJudge(t *testing.T) {
	var c config.Config
	c.Forecast.Parameters = map[string]map[string]float64{"gbm": {"trees": 300, "leaves": 15}}
	point := evaluate.Point{"leaves": 63, "l2": .25}
	for _, test := range []struct {
		name          string
		best          *evaluate.Trial
		old           evaluate.Score
		verdict, want string
	}{
		{"better", &evaluate.Trial{Point: point, Holdout: score(.8, 0)}, score(1, 0), "-20.0%",
			"forecast:\n  parameters:\n    gbm:\n      l2: 0.25\n      leaves: 63\n      trees: 300\n"},
		{"worse", &evaluate.Trial{Point: point, Holdout: score(1.2, 0)}, score(1, 0), "+20.0%", ""},
		{"biased", &evaluate.Trial{Point: point, Holdout: score(.8, -.3)}, score(1, 0), "leave the config", ""},
		{"short", &evaluate.Trial{Point: point}, evaluate.Score{}, "not known", ""},
		{"default", &evaluate.Trial{}, score(1, 0), "no trial", ""},
	} {
		out := Tuned{Model: "gbm", Metric: "wape"}
		if err := out.judge(c, []*evaluate.Trial{test.best, {Holdout: test.old}}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.Verdict, test.verdict) || out.Config != test.want {
			t.Errorf("%s: %q and config %q, want %q and %q", test.name, out.Verdict, out.Config, test.verdict, test.want)
		}
	}
}
