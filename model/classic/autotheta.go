package classic

import (
	"context"

	"daycast/model"
)

// AutoTheta is the better of OptimizedTheta and DynamicOptimizedTheta for each
// series: that with the least squared errors. Statsforecast's AutoTheta chooses
// among StandardTheta and DynamicTheta too, which are no more than those with a
// theta of 2 and so never have less; thetaModel has the formulas.
type AutoTheta struct{}

// Name is "auto_theta".
func (AutoTheta) Name() string { return "auto_theta" }

// Fit searches for each series' constants.
func (m AutoTheta) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (AutoTheta) validate() error { return nil }

// Learn searches for the constants.
func (AutoTheta) Learn(h *History) State { return searchTheta(h, true, true, nan) }

// LearnFrom is Learn: the search costs no more than a few dozen readings.
func (m AutoTheta) LearnFrom(h *History, _ []float64) State { return m.Learn(h) }

// Filter reads h with known constants.
func (AutoTheta) Filter(h *History, parameters []float64) (State, bool) {
	return filterTheta(h, parameters, true, true)
}
