package app

import (
	"context"
	"errors"
	"io"

	"daycast/config"
	"daycast/model"
	"daycast/model/all"
	"daycast/pipeline"
)

func openSnapshot(ctx context.Context, c config.Config) (*pipeline.Snapshot, error) {
	return pipeline.OpenSnapshot(ctx, Current(c), int64(c.Memory), threads(c), all.Loaders())
}

// ShopForecast is what `daycast forecast` was asked for of a shop.
type ShopForecast struct {
	Horizon int       // periods; 0: the config's
	Levels  []float64 // of the quantiles; empty: the usual ones
	Out     string    // path; "-" is the standard output
	Totals  string    // path of the quantiles of sums; empty: none
	Seed    uint64
}

// Forecast writes the champion's forecasts of every series to a file, from the
// newest snapshot.
func Forecast(ctx context.Context, c config.Config, w World, o ShopForecast) error {
	bound(int64(c.Memory))
	levels, err := checkLevels(o.Levels)
	if err != nil {
		return err
	}
	totals, err := createTotals(o.Totals, groupLevels(c.Forecast.Levels), o.Seed, threads(c), int64(c.Memory)/4)
	if err != nil {
		return err
	}
	defer totals.discard()
	w.Progress.Stage("open the snapshot")
	s, err := openSnapshot(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	horizon := o.Horizon
	if horizon == 0 {
		horizon = c.Forecast.Horizon
	}
	w.Progress.Stage("forecast")
	err = writeFile(o.Out, func(to io.Writer) error {
		rows, err := newForecastWriter(to, levels, s.Manifest.Supply)
		if err != nil {
			return err
		}
		return totals.during(func() error {
			for p, err := range s.Panels(ctx) {
				if err != nil {
					return err
				}
				f, err := model.Predict(ctx, s.Fitted, model.Request{Panel: p, Horizon: horizon, Levels: levels, Threads: threads(c)})
				if err != nil {
					return err
				}
				if err := errors.Join(totals.add(ctx, s.Fitted, p, f), rows.write(p, f)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	for _, note := range totals.left() {
		w.Progress.Stage(note)
	}
	return err
}
