package classic

import (
	"context"

	"daycast/model"
)

// OptimizedTheta is StandardTheta with the theta, of at least 1, that has the
// least squared errors too: OTM of Fiorucci et al. (2016), whose formulas
// thetaModel has, and statsforecast's OptimizedTheta. Theta 1 is exponential
// smoothing, the larger ones have more of the line through the history.
type OptimizedTheta struct{}

// Name is "optimized_theta".
func (OptimizedTheta) Name() string { return "optimized_theta" }

// Fit searches for each series' constants.
func (m OptimizedTheta) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (OptimizedTheta) validate() error { return nil }

// Learn searches for the constants.
func (OptimizedTheta) Learn(h *History) State { return searchTheta(h, true, false, nan) }

// LearnFrom is Learn: the search costs no more than a few dozen readings.
func (m OptimizedTheta) LearnFrom(h *History, _ []float64) State { return m.Learn(h) }

// Filter reads h with known constants.
func (OptimizedTheta) Filter(h *History, parameters []float64) (State, bool) {
	return filterTheta(h, parameters, true, false)
}
