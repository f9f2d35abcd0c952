package pipeline

import (
	"context"
	"iter"

	"daycast"
	"daycast/clean"
	"daycast/model"
	"daycast/warehouse"
)

// forecast asks the new model for the days after the last sale, for every
// series. Beside them stand the proof's forecasts of past origins.
func (r *Run) forecast(ctx context.Context) error {
	l, err := r.loaded()
	if err != nil {
		return err
	}
	var t trained
	if err := readJSON(r.path("trained"), &t); err != nil {
		return err
	}
	fitted, _, err := r.Registry.Load(ctx, t.Version)
	if err != nil {
		return err
	}
	p, err := r.adjust(ctx, l.Spec)
	if err != nil {
		return err
	}
	f, err := model.Predict(ctx, fitted, model.Request{
		Panel: p, Horizon: r.Settings.Horizon, Levels: r.Settings.Levels, Threads: r.Settings.Threads,
	})
	if err != nil {
		return err
	}
	if _, err := r.Warehouse.Forecasts().Replace(ctx, r.ID, r.forecastRows(ctx, p, f)); err != nil {
		return err
	}
	if err := r.storeFeatures(ctx, p); err != nil {
		return err
	}
	return r.storeFailures(ctx, p, f, t.Serves)
}

// adjust builds the newest panel, and stores what it changes of the training
// units while it does.
func (r *Run) adjust(ctx context.Context, spec PanelSpec) (p *daycast.Panel, err error) {
	panels := NewPanelSource(r.Warehouse, r.Settings.Memory, spec)
	rows := func(yield func(warehouse.AdjustmentRow, error) bool) {
		more := true
		built, err := panels.telling(func(c clean.Change) {
			more = more && yield(warehouse.AdjustmentRow(c), nil)
		}).Panel(ctx, spec.Last)
		if p = built; more && err != nil {
			yield(warehouse.AdjustmentRow{}, err)
		}
	}
	_, err = r.Warehouse.Adjustments().Replace(ctx, r.ID, rows)
	return p, err
}

// forecastRows are the proof's and then the panel's.
func (r *Run) forecastRows(ctx context.Context, p *daycast.Panel, f *daycast.Forecasts) iter.Seq2[warehouse.ForecastRow, error] {
	return func(yield func(warehouse.ForecastRow, error) bool) {
		for row, err := range r.Warehouse.Forecasts().Read(ctx, proofRun(r.ID)) {
			if !yield(row, err) {
				return
			}
		}
		for i, s := range p.Series {
			if !yieldForecasts(f, i, s, f.Models[i], yield) {
				return
			}
		}
	}
}

// storeFailures keeps which series the model could not forecast, or did not
// forecast alone, and why.
func (r *Run) storeFailures(ctx context.Context, p *daycast.Panel, f *daycast.Forecasts, choice string) error {
	var rows []warehouse.FailureRow
	for i, s := range p.Series {
		reason := road(f.Models[i])
		if reason == "" {
			continue
		}
		row := warehouse.FailureRow{Series: s, Stage: StepForecast, Model: f.Models[i], Reason: reason}
		if row.Model == model.Fallback {
			row.Model = choice
		}
		rows = append(rows, row)
	}
	_, err := r.Warehouse.Failures().Replace(ctx, r.ID, each(rows))
	return err
}
