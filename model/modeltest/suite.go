package modeltest

import (
	"math"
	"testing"

	"daycast"
	"daycast/model"
)

// Horizon is what the suite trains for and, unless it says otherwise, asks for.
const Horizon = 14

// A Check is a further claim that a model makes of itself in Run.
type Check func(t *testing.T, s suite)

// suite is what each check needs.
type suite struct {
	model   model.Model
	loaders map[string]model.Loader
}

// Run checks all that the contract of model.Model promises: m forecasts every
// kind of series that a shop has, finitely; its result depends on the seed and
// the data alone, not on threads, blocks, neighbours or what lies after the
// origin; it survives saving and loading, refuses broken files, and ends when
// its context does. loaders must know all kinds that m saves.
func Run(t *testing.T, m model.Model, loaders map[string]model.Loader, more ...Check) {
	t.Helper()
	s := suite{m, loaders}
	if m.Name() == "" {
		t.Error("the model has no name")
	}
	t.Run("series", s.checkSeries)
	t.Run("refusals", s.checkRefusals)
	t.Run("zero", s.checkZero)
	t.Run("unseen", s.checkUnseen)
	t.Run("determinism", s.checkDeterminism)
	t.Run("threads", s.checkThreads)
	t.Run("blocks", s.checkBlocks)
	t.Run("neighbours", s.checkNeighbours)
	t.Run("poison", s.checkPoison)
	t.Run("save", s.checkSave)
	t.Run("corrupt", s.checkCorrupt)
	t.Run("cancel", s.checkCancel)
	for _, check := range more {
		t.Run("claim", func(t *testing.T) { check(t, s) })
	}
}

// TracksConstant claims that forecasts of a series that always sells c are
// within tolerance*c of c.
func TracksConstant(tolerance float64) Check {
	return func(t *testing.T, s suite) {
		for _, c := range []float32{1, 7.5, 4000} {
			p := Panel(Origin, Series{Units: Constant(90, c)})
			s.near(t, p, Constant(Horizon, c), tolerance)
		}
	}
}

// TracksWeek claims that forecasts of a series that repeats a week to the
// piece are within tolerance of each day's value, relative to the largest.
func TracksWeek(tolerance float64) Check {
	return func(t *testing.T, s suite) {
		week := []float32{3, 4, 5, 6, 9, 14, 8}
		p := Panel(Origin, Series{Units: Weekly(140, week...)})
		s.near(t, p, Weekly(Horizon, week...), tolerance)
	}
}

func (s suite) near(t *testing.T, p *daycast.Panel, want []float32, tolerance float64) {
	t.Helper()
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	got := s.forecast(t, s.fit(t, p), p, Horizon)
	for h, v := range got.MeanOf(0) {
		if math.Abs(float64(v-want[h])) > tolerance*largest {
			t.Errorf("period %d: forecast %g, want %g within %g", h, v, want[h], tolerance*largest)
		}
	}
}

// training is the suite's usual request to learn from p.
func training(p daycast.Panels) model.Training {
	return model.Training{Panels: p, Horizon: Horizon, Seed: 1, Threads: 1}
}

func (s suite) fit(t *testing.T, p daycast.Panels) model.Fitted {
	t.Helper()
	f, err := s.model.Fit(t.Context(), training(p))
	if err != nil {
		t.Fatalf("fit: %v", err)
	}
	return f
}

// forecast asks f itself, whose means must be finite without Predict's help, and
// whose quantiles, if it has any, finite and ascending.
func (s suite) forecast(t *testing.T, f model.Fitted, p *daycast.Panel, horizon int) *daycast.Forecasts {
	t.Helper()
	r := model.Request{Panel: p, Horizon: horizon, Levels: []float64{.1, .5, .9}, Threads: 1}
	raw, err := f.Forecast(t.Context(), r)
	if err != nil {
		t.Fatalf("forecast: %v", err)
	}
	for at, v := range raw.Mean {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			t.Fatalf("mean of series %d, period %d is %g", at/horizon, at%horizon, v)
		}
	}
	checkOwnQuantiles(t, raw)
	out, err := model.Predict(t.Context(), f, r)
	if err != nil {
		t.Fatalf("predict: %v", err)
	}
	checkQuantiles(t, out, p.NonNegative)
	for i, name := range out.Models {
		if name == "" {
			t.Fatalf("series %d: no model's name", i)
		}
	}
	return out
}
