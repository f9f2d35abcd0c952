package classic

import (
	"context"

	"daycast/model"
)

// Holt is exponential smoothing of a level and a trend that goes on for ever,
// with the likeliest constants and first state:
//
//	e[t] = y[t] - l[t-1] - b[t-1]
//	l[t] = l[t-1] + b[t-1] + alpha*e[t]
//	b[t] = b[t-1] + beta*e[t]                0 < beta <= alpha < 1
//	forecast[n+h] = l[n] + h*b[n]
//
// Holt (1957), reprinted in IJF 20(1), 2004; it is AutoETS with the form AAN. Of
// statsforecast's Holt, which damps the trend where AICc says so, this is the
// plain half. A series of less than seven periods of evidence has a level
// alone. 120 bytes a series.
type Holt struct{}

var holtForms = []etsForm{{trend: undamped}}

// Name is "holt".
func (Holt) Name() string { return "holt" }

// Fit searches for each series' constants.
func (m Holt) Fit(ctx context.Context, t model.Training) (model.Fitted, error) { return fit(ctx, t, m) }

func (Holt) validate() error { return nil }

// Learn searches for the constants.
func (Holt) Learn(h *History) State { return searchETS(h, holtForms, nil) }

// LearnFrom is Learn which also begins at earlier constants.
func (Holt) LearnFrom(h *History, warm []float64) State { return searchETS(h, holtForms, warm) }

// Filter reads h with known constants.
func (Holt) Filter(h *History, parameters []float64) (State, bool) {
	return filterETS(h, holtForms, parameters)
}
