package app

import (
	"strings"
	"testing"

	"daycast"
	"daycast/config"
	"daycast/evaluate"
	"daycast/model/all"
)

// What a search may try is legal, and as many points as were asked for.
func TestTuningPoints(t *testing.T) {
	for _, name := range Tunable() {
		for _, c := range []struct {
			method       string
			trials, want int // want at most; random gives all
		}{{"random", 7, 7}, {"grid", 9, 9}, {"grid", 1, 3}, {"grid", 26, 9}, {"grid", 27, 27}} {
			points, err := Tuning{Model: name, Method: c.method, Trials: c.trials, Seed: 3}.points()
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for p := range points {
				if _, err := all.With(all.Models(), map[string]map[string]float64{name: p}); err != nil {
					t.Errorf("%s by %s: %v", name, c.method, err)
				}
				n++
			}
			if n == 0 || n > c.want || c.method == "random" && n != c.want || name == "gbm" && n != c.want {
				t.Errorf("%s by %s: %d points of %d trials", name, c.method, n, c.trials)
			}
		}
	}
}

func TestTuningRefuses(t *testing.T) {
	for want, tuning := range map[string]Tuning{
		"no parameters": {Model: "seasonal_naive", Method: "random", Trials: 1},
		"at least 1":    {Model: "gbm", Method: "random"},
		"not known":     {Model: "gbm", Method: "luck", Trials: 1},
	} {
		if _, err := tuning.points(); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), want) {
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
