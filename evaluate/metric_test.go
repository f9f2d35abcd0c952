package evaluate

import (
	"math"
	"math/rand/v2"
	"testing"

	"daycast"
	"daycast/model/interval"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// TestScoreByHand has two series of two periods: 4 and 0 forecast as 3 and 1,
// 10 and 6 forecast as 10 and 10, with the interval of 10% to 90%.
func TestScoreByHand(t *testing.T) {
	w := &Window{
		Horizon: 2, Series: make([]daycast.Series, 2), OnSale: []bool{true, true},
		Actual: []float32{4, 0, 10, 6}, Open: []bool{true, false, true, true},
		scales: []scale{{absolute: 2, squared: 4}, {absolute: 1, squared: 16}},
	}
	mean := []float32{3, 1, 10, 10}
	quantiles := []float32{2, 5, 0, 3, 9, 11, 7, 12}
	s := w.Score(mean, []float64{.1, .9}, quantiles)
	near(t, "MAE", s.MAE, 6./4)
	near(t, "RMSE", s.RMSE, math.Sqrt(18./4))
	near(t, "WAPE", s.WAPE, 6./20)
	near(t, "bias", s.Bias, 4./20)
	near(t, "MASE", s.MASE, (1./2+2./1)/2)
	near(t, "RMSSE", s.RMSSE, (1./2+math.Sqrt(8)/4)/2)
	// Open periods alone count: 4 in [2,5] and 10 in [9,11] are inside, 6 in [7,12] is not.
	near(t, "coverage", s.Coverage, 2./3)
	near(t, "pinball", s.Pinball, (.1*2+.1*1+0+.1*3+.1*1+.1*1+.9*1+.1*6)/8)
	if s.N != 4 {
		t.Errorf("%d pairs, want 4", s.N)
	}
	near(t, "WAPE of the median, without one", s.Median, math.NaN())
	s = w.Score(mean, []float64{.1, .5, .9}, []float32{2, 3, 5, 0, 0, 3, 9, 10, 11, 7, 9, 12})
	near(t, "WAPE of the median", s.Median, 4./20)
}

func TestOnlySeriesOnSaleAndKnownPeriodsCount(t *testing.T) {
	nan := float32(math.NaN())
	w := &Window{
		Horizon: 2, Series: make([]daycast.Series, 2), OnSale: []bool{true, false},
		Actual: []float32{4, nan, 100, 100}, Open: []bool{true, true, true, true}, scales: make([]scale, 2),
		Own: []interval.Own{{Mean: 3}, {}},
	}
	s := w.Score([]float32{5, 1000, 0, 0}, nil, nil)
	near(t, "WAPE", s.WAPE, 1./4)
	if s.N != 1 {
		t.Errorf("%d pairs, want 1", s.N)
	}
	if r := w.Residuals([]float32{5, 1000, 0, 0}, 1); len(r) != 1 || r[0].H != 1 || r[0].Mean != 5 || r[0].Actual != 4 || r[0].Own.Mean != 3 {
		t.Errorf("residuals %v", r)
	}
}

func TestMetricProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	n, horizon := 20, 7
	w := &Window{Horizon: horizon, Series: make([]daycast.Series, n), OnSale: make([]bool, n), scales: make([]scale, n)}
	var mean, doubled []float32
	for i := range n {
		w.OnSale[i], w.scales[i] = true, scale{1, 1}
	}
	for range n * horizon {
		w.Actual, w.Open = append(w.Actual, float32(rng.IntN(9))), append(w.Open, true)
		mean = append(mean, 8*rng.Float32())
	}
	perfect := w.Score(w.Actual, nil, nil)
	near(t, "WAPE of the truth", perfect.WAPE, 0)
	near(t, "RMSE of the truth", perfect.RMSE, 0)
	near(t, "bias of nothing", w.Score(make([]float32, len(mean)), nil, nil).Bias, -1)
	near(t, "WAPE of nothing", w.Score(make([]float32, len(mean)), nil, nil).WAPE, 1)
	s := w.Score(mean, nil, nil)
	if s.RMSE < s.MAE || math.Abs(s.Bias) > s.WAPE {
		t.Errorf("RMSE %g under MAE %g, or bias %g beyond WAPE %g", s.RMSE, s.MAE, s.Bias, s.WAPE)
	}
	twice := *w
	twice.Actual = nil
	for c := range mean {
		twice.Actual, doubled = append(twice.Actual, 2*w.Actual[c]), append(doubled, 2*mean[c])
	}
	d := twice.Score(doubled, nil, nil)
	near(t, "WAPE in other units", d.WAPE, s.WAPE)
	near(t, "RMSE in other units", d.RMSE, 2*s.RMSE)
	// The median of the truth has the least pinball loss at 0.5 of all constants.
	constant := func(v float32) float64 {
		q := make([]float32, len(mean))
		for c := range q {
			q[c] = v
		}
		return w.Score(mean, []float64{.5}, q).Pinball
	}
	if constant(4) > constant(1) || constant(4) > constant(7) {
		t.Error("pinball loss at 0.5 is not least near the median")
	}
}

func TestMetricNames(t *testing.T) {
	s := Score{WAPE: 1, RMSE: 2, MAE: 3, MASE: 4, RMSSE: 5, Pinball: 6}
	for k, name := range metricNames {
		if v, err := s.Metric(name); err != nil || v != []float64{1, 2, 3, 4, 5, 6}[k] {
			t.Errorf("%s is %g (%v)", name, v, err)
		}
	}
	if _, err := s.Metric("luck"); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("luck: %v", err)
	}
}

func TestScaleOf(t *testing.T) {
	units := []float32{1, 3, 2, 9, 4}
	state := []daycast.DayState{daycast.Sold, daycast.Sold, daycast.Sold, daycast.Missing, daycast.Sold}
	s := scaleOf(units, state, 2)
	near(t, "absolute", s.absolute, (1.+2.)/2) // 1 to 2, 2 to 4; the lost day says nothing
	near(t, "squared", s.squared, (4.+1.)/2)   // 1 to 3, 3 to 2
}
