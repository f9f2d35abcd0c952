package global

import (
	"context"
	"math"
	"testing"

	"daycast/feature"
	"daycast/model"
	"daycast/model/modeltest"
)

// kept is a regressor that keeps the weights of its rows.
type kept struct {
	model.Regressor
	weights []float32
}

func (r *kept) Name() string { return "kept" }
func (r *kept) Fit(_ context.Context, _ *feature.Frame, _, w []float32, _ model.FitOptions) (model.Predictor, error) {
	r.weights = w
	return nil, nil
}

// TestWeights has items that sell 3 a day at a price of 1, and as many that sell
// as much at 4, and draws all rows.
func TestWeights(t *testing.T) {
	const n, days = 10, 200
	var series []modeltest.Series
	for i := range n {
		series = append(series, modeltest.Series{
			Units: modeltest.Constant(days, 3), Price: modeltest.Constant(days, []float32{1, 4}[i%2]),
		})
	}
	p := modeltest.Panel(modeltest.Origin, series...)
	for what, c := range map[string]struct {
		m             Model
		ratio, newest float64 // greatest weight to least, and the newest row's
	}{
		"alike":           {Model{}, 1, 1},
		"by units":        {Model{Power: 1}, 1, 3},
		"by revenue":      {Model{Power: 1, PricePower: 1}, 4, 3 * 4 / 2.5},
		"half by revenue": {Model{Power: 1, PricePower: .5}, 2, 3 * math.Sqrt(4/2.5)},
		// The oldest target is a day after the first day, as far as scale goes.
		"by age": {Model{Power: 1, HalfLife: 50}, math.Exp2((days - 2.) / 50), 3},
	} {
		r := &kept{}
		c.m.Regressor = r
		if _, err := c.m.Fit(t.Context(), model.Training{Panels: p, Horizon: 1, Seed: 1, Threads: 1}); err != nil {
			t.Fatal(err)
		}
		least, most := math.Inf(1), 0.
		for _, w := range r.weights {
			least, most = min(least, float64(w)), max(most, float64(w))
		}
		if math.Abs(most/least/c.ratio-1) > .01 || math.Abs(most/c.newest-1) > .01 {
			t.Errorf("%s: rows weigh %g to %g, want the greatest %g times the least and %g", what, least, most, c.ratio, c.newest)
		}
	}
}

// TestPricesOutOfBounds has an item whose price is not known, a gift and one that
// costs ten thousand times as much as the others.
func TestPricesOutOfBounds(t *testing.T) {
	nan := float32(math.NaN())
	p := modeltest.Panel(modeltest.Origin,
		modeltest.Series{Units: []float32{1, 1}, Price: []float32{nan, nan}},
		modeltest.Series{Units: []float32{1, 1}, Price: []float32{0, 0}},
		modeltest.Series{Units: []float32{1, 1}, Price: []float32{1e4, 1e4}})
	w := weighing{price: 1, meanPrice: 1}
	for i, want := range []float64{1, .01, 100} {
		if got := w.of(p, i, feature.Want{T: 0, H: 1}, 1); math.Abs(got-want) > 1e-9 {
			t.Errorf("series %d weighs %g, want %g", i, got, want)
		}
	}
}
