package pipeline

import (
	"context"
	"errors"
	"path/filepath"

	"daycast"
	"daycast/clean"
	"daycast/model"
	"daycast/model/supply"
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
	blocks, err := NewBlocks(ctx, r.Warehouse, r.Settings.Memory, l.Spec)
	if err != nil {
		return err
	}
	defer func() { _ = blocks.Close() }()
	if blocks.Whole() { // a server builds the panel for itself
		if err := removeFile(r.panels()); err != nil {
			return err
		}
		return r.forecastBlocks(ctx, blocks, fitted, t.Serves, nil)
	}
	file, err := createPanels(r.panels())
	if err != nil {
		return err
	}
	err = r.forecastBlocks(ctx, blocks.ahead(longestHorizon), fitted, t.Serves, file)
	return errors.Join(err, file.end(err))
}

// panels is the run's file of panels, of a shop that goes by blocks.
func (r *Run) panels() string { return filepath.Join(r.Dir, "runs", r.ID+"."+panelsFile) }

// forecastBlocks forecasts one block of the shop after the other, and stores
// what comes of each beside the others: forecasts, features, which series took
// another road than the model's, and what was changed of training units. A file
// keeps the panels; nil: none does.
func (r *Run) forecastBlocks(ctx context.Context, blocks *Blocks, fitted model.Fitted, choice string, file *panelFile) error {
	forecasts := openSink(ctx, r.ID, r.Warehouse.Forecasts().Replace)
	adjustments := openSink(ctx, r.ID, r.Warehouse.Adjustments().Replace)
	features := openSink(ctx, r.ID, r.Warehouse.Features().Replace)
	failures := openSink(ctx, r.ID, r.Warehouse.Failures().Replace)
	series := openSink(ctx, r.ID, r.Warehouse.Series().Replace)
	learnt := false // what stock serves, from the first block: a fair sample
	err := forecasts.all(r.Warehouse.Forecasts().Read(ctx, proofRun(r.ID)))
	if err == nil {
		changed := func(c clean.Change) { adjustments.put(warehouse.AdjustmentRow(c)) }
		err = blocks.Each(ctx, nil, changed, func(p *daycast.Panel) error {
			f, err := model.Predict(ctx, fitted, model.Request{
				Panel: p, Horizon: r.Settings.Horizon, Levels: r.Settings.Levels, Threads: r.Settings.Threads,
			})
			if err != nil {
				return err
			}
			if !learnt {
				if err := writeJSON(r.path("supply"), supply.Learn(p)); err != nil {
					return err
				}
				learnt = true
			}
			for i, s := range p.Series {
				yieldForecasts(f, i, s, f.Models[i], forecasts.yield)
			}
			putFeatures(p, features)
			putFailures(p, f, choice, failures)
			if file != nil {
				err = file.put(ctx, p, r.Settings.Threads, series.put)
			}
			return errors.Join(err, forecasts.failed(), features.failed(), failures.failed(), adjustments.failed(), series.failed())
		})
	}
	return errors.Join(forecasts.end(err), adjustments.end(err), features.end(err), failures.end(err), series.end(err), err)
}

// putFailures keeps which series the model could not forecast, or did not
// forecast alone, and why.
func putFailures(p *daycast.Panel, f *daycast.Forecasts, choice string, failures *sink[warehouse.FailureRow]) {
	for i, s := range p.Series {
		reason := road(f.Models[i])
		if reason == "" {
			continue
		}
		row := warehouse.FailureRow{Series: s, Stage: StepForecast, Model: f.Models[i], Reason: reason}
		if row.Model == model.Fallback {
			row.Model = choice
		}
		failures.put(row)
	}
}
