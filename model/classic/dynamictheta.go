package classic

import (
	"context"

	"daycast/model"
)

// DynamicTheta is StandardTheta with a line that is drawn anew each period
// through what came before, and goes on to change along the horizon: DSTM of
// Fiorucci et al. (2016), whose formulas thetaModel has, and statsforecast's
// DynamicTheta.
type DynamicTheta struct{}

// Name is "dynamic_theta".
func (DynamicTheta) Name() string { return "dynamic_theta" }

// Fit searches for each series' constants.
func (m DynamicTheta) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (DynamicTheta) validate() error { return nil }

// Learn searches for the constants.
func (DynamicTheta) Learn(h *History) State { return searchTheta(h, false, true, standardWeight) }

// LearnFrom is Learn: the search costs no more than a few dozen readings.
func (m DynamicTheta) LearnFrom(h *History, _ []float64) State { return m.Learn(h) }

// Filter reads h with known constants.
func (DynamicTheta) Filter(h *History, parameters []float64) (State, bool) {
	return filterTheta(h, parameters, false, true)
}
