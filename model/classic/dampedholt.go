package classic

import (
	"context"

	"daycast/model"
)

// DampedHolt is Holt with a trend that dies out, which retail's sales mostly
// do:
//
//	e[t] = y[t] - l[t-1] - phi*b[t-1]
//	l[t] = l[t-1] + phi*b[t-1] + alpha*e[t]
//	b[t] = phi*b[t-1] + beta*e[t]            0 < beta <= alpha < 1, 0.8 <= phi <= 0.98
//	forecast[n+h] = l[n] + (phi + ... + phi^h)*b[n]
//
// Gardner, McKenzie (1985), "Forecasting trends in time series", Management
// Science 31(10); it is AutoETS with the form AAdN, and statsforecast's
// AutoETS(model="AAN", damped=True). A series of less than eight periods of
// evidence has a level alone. 120 bytes a series.
type DampedHolt struct{}

var dampedHoltForms = []etsForm{{trend: damped}}

// Name is "damped_holt".
func (DampedHolt) Name() string { return "damped_holt" }

// Fit searches for each series' constants.
func (m DampedHolt) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (DampedHolt) validate() error { return nil }

// Learn searches for the constants.
func (DampedHolt) Learn(h *History) State { return searchETS(h, dampedHoltForms, nil) }

// LearnFrom is Learn which also begins at earlier constants.
func (DampedHolt) LearnFrom(h *History, warm []float64) State {
	return searchETS(h, dampedHoltForms, warm)
}

// Filter reads h with known constants.
func (DampedHolt) Filter(h *History, parameters []float64) (State, bool) {
	return filterETS(h, dampedHoltForms, parameters)
}
