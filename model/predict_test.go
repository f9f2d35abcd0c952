package model_test

import (
	"context"
	"errors"
	"io"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/model"
	"daycast/model/modeltest"
)

// answer is a Fitted that says what it is told to.
type answer struct {
	mean, quantiles []float32
	err             error
}

func (answer) Kind() string           { return "answer" }
func (answer) Save(w io.Writer) error { _, err := io.WriteString(w, "body"); return err }

func (a answer) Forecast(_ context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, r.Levels)
	out.Mean, out.Quantiles, out.Models[0] = a.mean, a.quantiles, "answer"
	return out, a.err
}

func TestPredictMends(t *testing.T) {
	inf, nan := float32(math.Inf(1)), modeltest.NaN
	history := modeltest.Series{Units: []float32{100, 2, 4}, State: []daycast.DayState{daycast.Missing, daycast.Sold, daycast.Sold}}
	returns := modeltest.Series{Units: []float32{2, -4}}
	tests := map[string]struct {
		history         modeltest.Series
		closed          []bool
		mean, quantiles []float32
		want, wantQ     []float32
		model           string
	}{
		"good":                {history, nil, []float32{1, 2}, []float32{0, 1, 2, 3}, []float32{1, 2}, []float32{0, 1, 2, 3}, "answer"},
		"not finite":          {history, nil, []float32{1, nan}, []float32{nan, inf, 2, nan}, []float32{1, 3}, []float32{1, 1, 2, 3}, model.Fallback},
		"clipped":             {history, nil, []float32{-1, 2}, []float32{-2, -1, -1, 3}, []float32{0, 2}, []float32{0, 0, 0, 3}, "answer"},
		"not clipped":         {returns, nil, []float32{-1, 2}, []float32{-2, -1, -1, 3}, []float32{-1, 2}, []float32{-2, -1, -1, 3}, "answer"},
		"fallback below zero": {returns, nil, []float32{inf, 2}, []float32{1, 2, 1, 3}, []float32{-1, 2}, []float32{1, 2, 1, 3}, model.Fallback},
		"no evidence": {modeltest.Series{Units: []float32{0}, State: []daycast.DayState{daycast.NotListed}}, nil,
			[]float32{nan, nan}, []float32{1, 2, 3, 4}, []float32{0, 0}, []float32{1, 2, 3, 4}, model.Fallback},
		"crossing": {history, nil, []float32{1, 2}, []float32{2, 1, 3, 2}, []float32{1, 2}, []float32{1, 2, 2, 3}, "answer"},
		"closed":   {history, []bool{true}, []float32{1, 2}, []float32{1, 2, 2, 3}, []float32{0, 2}, []float32{0, 0, 2, 3}, "answer"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := modeltest.Panel(modeltest.Origin, test.history)
			p.Ahead = daycast.Ahead{Periods: len(test.closed), Closed: test.closed}
			got, err := model.Predict(t.Context(), answer{mean: test.mean, quantiles: test.quantiles},
				model.Request{Panel: p, Horizon: 2, Levels: []float64{.1, .9}, Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Mean); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.wantQ, got.Quantiles); diff != "" {
				t.Error(diff)
			}
			if got.Models[0] != test.model {
				t.Errorf("model %q, want %q", got.Models[0], test.model)
			}
		})
	}
}

func TestPredictRefuses(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: []float32{1}})
	tests := map[string]struct {
		r     model.Request
		field string
	}{
		"no panel":       {model.Request{Horizon: 1, Threads: 1}, "panel"},
		"broken panel":   {model.Request{Panel: &daycast.Panel{}, Horizon: 1, Threads: 1}, "panel"},
		"horizon 0":      {model.Request{Panel: p, Threads: 1}, "horizon"},
		"horizon 10,000": {model.Request{Panel: p, Horizon: 10_000, Threads: 1}, "horizon"},
		"no threads":     {model.Request{Panel: p, Horizon: 1}, "threads"},
		"level 0":        {model.Request{Panel: p, Horizon: 1, Threads: 1, Levels: []float64{0}}, "levels"},
		"level 1":        {model.Request{Panel: p, Horizon: 1, Threads: 1, Levels: []float64{1}}, "levels"},
		"level NaN":      {model.Request{Panel: p, Horizon: 1, Threads: 1, Levels: []float64{math.NaN()}}, "levels"},
		"levels fall":    {model.Request{Panel: p, Horizon: 1, Threads: 1, Levels: []float64{.9, .1}}, "levels"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := model.Predict(t.Context(), answer{}, test.r)
			var e *daycast.Error
			if !errors.As(err, &e) || e.Code != daycast.Invalid || e.Field != test.field {
				t.Errorf("%v, want code invalid for field %s", err, test.field)
			}
		})
	}
}

func TestPredictFindsWrongShapes(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: []float32{1}})
	r := model.Request{Panel: p, Horizon: 2, Threads: 1}
	if _, err := model.Predict(t.Context(), answer{mean: []float32{1}}, r); daycast.CodeOf(err) != daycast.Internal {
		t.Errorf("one mean for two periods: %v, want code internal", err)
	}
	if _, err := model.Predict(t.Context(), answer{mean: []float32{1, 2}, quantiles: []float32{1}}, r); daycast.CodeOf(err) != daycast.Internal {
		t.Errorf("one quantile too many: %v, want code internal", err)
	}
	failed := errors.New("failed")
	if _, err := model.Predict(t.Context(), answer{err: failed}, r); !errors.Is(err, failed) {
		t.Errorf("the model's error became %v", err)
	}
}
