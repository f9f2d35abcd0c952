package explore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"daycast"
	"daycast/warehouse"
)

// Model is what forecasts, and what the run found of its best model of all
// series: how much worse that forecasts without each feature. It may be what
// forecasts, one of several, or another.
type Model struct {
	Name       string    `json:"name"`    // of what forecasts
	Version    string    `json:"version"` // of what forecasts
	FeaturesOf string    `json:"featuresOf"`
	Features   []Feature `json:"features"` // the most important first
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

// accuracy reads what the run stored of its models.
func (s *shop) accuracy(ctx context.Context, r *Report) error {
	if s.in.Warehouse == nil {
		return nil
	}
	if err := s.importances(ctx, r); err != nil {
		return err
	}
	return s.errors(ctx, r)
}

func (s *shop) importances(ctx context.Context, r *Report) error {
	if s.in.Version != "" {
		r.Model = &Model{Name: s.in.Model, Version: s.in.Version, Features: []Feature{}}
	}
	for row, err := range s.in.Warehouse.Importances().Read(ctx, s.in.Run) {
		if err != nil {
			return err
		}
		if r.Model == nil {
			break // no model forecasts
		}
		r.Model.FeaturesOf = row.Model
		r.Model.Features = append(r.Model.Features, Feature{row.Feature, row.Group, Number(row.Increase)})
	}
	if r.Model == nil || len(r.Model.Features) == 0 {
		r.note("There are no importances of features: the run compared no model of all series.")
		return nil
	}
	r.note(fmt.Sprintf("The features' importances are those of %s, the best model of all series in the backtest.", r.Model.FeaturesOf))
	return nil
}

// errors pools the stored sums: WAPE = absolute / sold, RMSE = the root of
// squared / pairs, bias = signed / sold, coverage = inside / open.
func (s *shop) errors(ctx context.Context, r *Report) error {
	horizon, category := map[int32]*warehouse.ScoreRow{}, map[string]*warehouse.ScoreRow{}
	origins := map[daycast.Day]bool{}
	for row, err := range s.in.Warehouse.Errors().Read(ctx, s.in.Run) {
		if err != nil {
			return err
		}
		pool(horizon, row.Horizon, row)
		pool(category, row.Category, row)
		origins[row.Origin] = true
	}
	if len(origins) == 0 {
		r.note("There are no errors of a backtest: the run scored no origin.")
		return nil
	}
	r.Errors = &Errors{Origins: []string{}}
	for _, h := range sorted(horizon, cmp.Compare) {
		r.Errors.Horizon = append(r.Errors.Horizon, errorLine(fmt.Sprint(h), horizon[h]))
	}
	most := sorted(category, func(a, b string) int {
		return cmp.Or(cmp.Compare(category[b].Sold, category[a].Sold), cmp.Compare(a, b))
	})
	for _, c := range most[:min(len(most), mostCategories)] {
		r.Errors.Category = append(r.Errors.Category, errorLine(categoryName(c), category[c]))
	}
	for _, o := range sorted(origins, cmp.Compare) {
		r.Errors.Origins = append(r.Errors.Origins, o.String())
	}
	return nil
}

// pool adds a row to its group.
func pool[K comparable](to map[K]*warehouse.ScoreRow, key K, row warehouse.ErrorRow) {
	sum := to[key]
	if sum == nil {
		sum = &warehouse.ScoreRow{}
		to[key] = sum
	}
	sum.Add(row.Sums())
}

// sorted are a map's keys in an order.
func sorted[K comparable, V any](m map[K]V, order func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(m), order)
}

func errorLine(name string, sum *warehouse.ScoreRow) ErrorLine {
	return ErrorLine{
		Name: name, Pairs: sum.Pairs,
		WAPE: ratio(sum.Absolute, sum.Sold), RMSE: Number(math.Sqrt(float64(ratio(sum.Squared, float64(sum.Pairs))))),
		Bias: ratio(sum.Signed, sum.Sold), Coverage: ratio(float64(sum.Inside), float64(sum.Open)),
	}
}
