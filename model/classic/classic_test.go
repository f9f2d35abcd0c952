package classic_test

import (
	"slices"
	"testing"

	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
)

// concurrent are the methods that short runs, such as those under the race
// detector, look at: one of each kind.
var concurrent = []string{"seasonal_naive", "weekday_mean", "ses", "poisson_glm"}

func TestConformance(t *testing.T) {
	constant, week := modeltest.TracksConstant, modeltest.TracksWeek
	counts := modeltest.CoversCounts(.03)
	tests := []struct {
		m      model.Model
		claims []modeltest.Check
	}{
		{classic.AutoETS{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.AutoTheta{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.DynamicOptimizedTheta{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.DynamicTheta{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.OptimizedTheta{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.StandardTheta{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.DampedHolt{}, []modeltest.Check{constant(1e-6)}},
		{classic.Holt{}, []modeltest.Check{constant(1e-6)}},
		{classic.HoltWinters{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.SES{}, []modeltest.Check{constant(1e-6)}},
		{classic.ARIMA{P: 1, D: 1, Q: 1, SeasonalD: 1, SeasonalQ: 1}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.AutoARIMA{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.PoissonGLM{}, []modeltest.Check{constant(1e-3), week(.02)}},
		{classic.MSTL{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.SeasonalNaive{}, []modeltest.Check{constant(0), week(0)}},
		{classic.WindowMean{}, []modeltest.Check{constant(1e-6)}},
		{classic.ADIDA{}, []modeltest.Check{constant(1e-6), counts}},
		{classic.CrostonClassic{}, []modeltest.Check{constant(1e-6), counts}},
		{classic.CrostonOptimized{}, []modeltest.Check{constant(1e-6), counts}},
		{classic.Drift{}, []modeltest.Check{constant(1e-6)}},
		{classic.HistoricAverage{}, []modeltest.Check{constant(1e-6)}},
		{classic.IMAPA{}, []modeltest.Check{constant(1e-6), counts}},
		{classic.Naive{}, []modeltest.Check{constant(0)}},
		{classic.NegativeBinomial{}, []modeltest.Check{constant(1e-6), week(.05), counts}},
		{classic.SeasonalWindowAverage{}, []modeltest.Check{constant(1e-6), week(1e-6)}},
		{classic.SeasonalMean{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.ETS{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.Theta{}, []modeltest.Check{constant(1e-6), week(.02)}},
		{classic.TSB{}, []modeltest.Check{constant(1e-6), counts}},
		// The correction takes half of Alpha off sales that never pause.
		{classic.Croston{}, []modeltest.Check{constant(.051), counts}},
	}
	for _, test := range tests {
		t.Run(test.m.Name(), func(t *testing.T) {
			if testing.Short() && !slices.Contains(concurrent, test.m.Name()) {
				t.Skip("the threads of all methods are the same")
			}
			modeltest.Run(t, test.m, classic.Loaders(), test.claims...)
		})
	}
}
