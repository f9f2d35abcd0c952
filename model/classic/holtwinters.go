package classic

import (
	"context"

	"daycast/model"
)

// HoltWinters is exponential smoothing of a level, a trend and a season, with
// the likeliest constants and first state; AICc says whether the trend is damped:
//
//	e[t] = y[t] - (l[t-1] + phi*b[t-1] + s[t-m])
//	l[t] = l[t-1] + phi*b[t-1] + alpha*e[t]
//	b[t] = phi*b[t-1] + beta*e[t]            0 < beta <= alpha < 1, phi 1 or in [0.8, 0.98]
//	s[t] = s[t-m] + gamma*e[t]               0 < gamma <= 1-alpha
//	forecast[n+h] = l[n] + (phi + ... + phi^h)*b[n] + s of h's position
//
// or with a season that multiplies and errors in proportion to the forecast,
// where all units are above zero (etsForm has the formulas). Winters (1960),
// "Forecasting sales by exponentially weighted moving averages", Management
// Science 6(3); it is AutoETS with the forms AAA and AAdA, or MAM and MAdM, as
// statsforecast's HoltWinters is. A series without two seasons has a level
// alone. 120 bytes a series, and 16 a position of the season.
type HoltWinters struct {
	Multiplicative bool // the season is in proportion to the level; added all the same where units touch zero
}

var (
	addedSeason      = []etsForm{{trend: damped, season: additive}, {trend: undamped, season: additive}}
	multipliedSeason = []etsForm{{true, damped, multiplicative}, {true, undamped, multiplicative}}
)

// Name is "holt_winters".
func (HoltWinters) Name() string { return "holt_winters" }

// Fit searches for each series' constants.
func (m HoltWinters) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (HoltWinters) validate() error { return nil }

func (m HoltWinters) forms() []etsForm {
	if m.Multiplicative {
		return multipliedSeason
	}
	return addedSeason
}

// Learn searches for the constants.
func (m HoltWinters) Learn(h *History) State { return searchETS(h, m.forms(), nil) }

// LearnFrom is Learn which also begins at earlier constants.
func (m HoltWinters) LearnFrom(h *History, warm []float64) State {
	return searchETS(h, m.forms(), warm)
}

// Filter reads h with known constants.
func (m HoltWinters) Filter(h *History, parameters []float64) (State, bool) {
	return filterETS(h, m.forms(), parameters)
}
