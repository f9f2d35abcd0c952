package classic

import (
	"context"

	"daycast/model"
)

// StandardTheta is the theta method with theta 2: exponential smoothing, and half
// of the line through the history, by thetaModel's formulas with
//
//	alpha in [0.1, 0.99] and the first level those with the least squared errors
//
// Assimakopoulos, Nikolopoulos (2000), "The theta model", IJF 16(4), as the state
// space model STM of Fiorucci et al. (2016) and statsforecast's Theta. Theta, the
// cheap method of the recipe, looks at the last year alone and takes slower
// constants, which retail's noise likes better.
type StandardTheta struct{}

// Name is "standard_theta".
func (StandardTheta) Name() string { return "standard_theta" }

// Fit searches for each series' constants.
func (m StandardTheta) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (StandardTheta) validate() error { return nil }

// Learn searches for the constants.
func (StandardTheta) Learn(h *History) State { return searchTheta(h, true, false, standardWeight) }

// LearnFrom is Learn: the search costs no more than a few dozen readings.
func (m StandardTheta) LearnFrom(h *History, _ []float64) State { return m.Learn(h) }

// Filter reads h with known constants.
func (StandardTheta) Filter(h *History, parameters []float64) (State, bool) {
	return filterTheta(h, parameters, true, false)
}
