package classic

import (
	"context"

	"daycast/model"
)

// DynamicOptimizedTheta is DynamicTheta with the theta, of at least 1, that has
// the least squared errors too: DOTM of Fiorucci et al. (2016), which was the best
// of the four on the M3 competition's series; thetaModel has the formulas.
// Statsforecast's DynamicOptimizedTheta.
type DynamicOptimizedTheta struct{}

// Name is "dynamic_optimized_theta".
func (DynamicOptimizedTheta) Name() string { return "dynamic_optimized_theta" }

// Fit searches for each series' constants.
func (m DynamicOptimizedTheta) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (DynamicOptimizedTheta) validate() error { return nil }

// Learn searches for the constants.
func (DynamicOptimizedTheta) Learn(h *History) State { return searchTheta(h, false, true, nan) }

// LearnFrom is Learn: the search costs no more than a few dozen readings.
func (m DynamicOptimizedTheta) LearnFrom(h *History, _ []float64) State { return m.Learn(h) }

// Filter reads h with known constants.
func (DynamicOptimizedTheta) Filter(h *History, parameters []float64) (State, bool) {
	return filterTheta(h, parameters, false, true)
}
