package global_test

import (
	"context"
	"testing"

	"daycast/feature"
	"daycast/model"
	"daycast/model/gbm"
	"daycast/model/global"
	"daycast/model/modeltest"
)

func contest() global.Contest {
	r := gbm.Regressor{Trees: 10, Leaves: 15, MinRows: 5}
	c := global.Contest{Model: few(), By: "objective"}
	for _, o := range []gbm.Objective{gbm.Tweedie{}, gbm.Squared{}, gbm.Quantile{}} {
		r.Objective = o
		c.Others = append(c.Others, model.Regressor(r))
	}
	return c
}

func TestContest(t *testing.T) {
	unlessShort(t)
	modeltest.Run(t, contest(), around())
}

// always predicts so many times the scale, and keeps the greatest target of each
// fit.
type always struct {
	ratio float32
	most  *[]float32
}

func (always) Name() string { return "always" }

func (a always) Fit(_ context.Context, _ *feature.Frame, y, _ []float32, _ model.FitOptions) (model.Predictor, error) {
	most := float32(0)
	for _, v := range y {
		most = max(most, v)
	}
	*a.most = append(*a.most, most)
	return constant{one{}, a.ratio}, nil
}

type constant struct {
	one
	ratio float32
}

func (c constant) Predict(_ *feature.Frame, y []float32) {
	for k := range y {
		y[k] = c.ratio
	}
}

// TestContestIsJudgedByTheNewest checks that sales double in the newest horizon:
// what is right there wins, and no trial has learnt from it.
func TestContestIsJudgedByTheNewest(t *testing.T) {
	const days, horizon = 150, 14
	var series []modeltest.Series
	for range 30 {
		units := modeltest.Constant(days, 5)
		for k := days - horizon; k < days; k++ {
			units[k] = 10
		}
		series = append(series, modeltest.Series{Units: units})
	}
	p := modeltest.Panel(modeltest.Origin, series...)
	var usual, double []float32
	m := global.Contest{
		Model: global.Model{Regressor: always{1, &usual}, Power: 1}, By: "level",
		Others: []model.Regressor{always{1.6, &double}},
	}
	f, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: horizon, Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(usual) != 1 || len(double) != 2 {
		t.Fatalf("%d and %d fits, want a trial each and one of the winner", len(usual), len(double))
	}
	if usual[0] > 1.01 || double[0] > 1.01 || double[1] < 1.5 {
		t.Errorf("the greatest targets are %v and %v: a trial has learnt from the days that it is judged by", usual, double)
	}
	got, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got.Models[0] != "level_always" {
		t.Errorf("forecast by %s", got.Models[0])
	}
}
