package app

import (
	"context"
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
	totals, err := createTotals(o.Totals)
	if err != nil {
		return err
	}
	defer totals.discard()
	w.Progress.Stage("open the snapshot")
	s, err := openSnapshot(ctx, c)
	if err != nil {
		return err
	}
	horizon := o.Horizon
	if horizon == 0 {
		horizon = c.Forecast.Horizon
	}
	w.Progress.Stage("forecast")
	f, err := model.Predict(ctx, s.Fitted, model.Request{Panel: s.Panel, Horizon: horizon, Levels: levels, Threads: threads(c)})
	if err != nil {
		return err
	}
	if err := totals.write(ctx, s.Fitted, s.Panel, f, groupLevels(c.Forecast.Levels), o.Seed, threads(c)); err != nil {
		return err
	}
	return writeFile(o.Out, func(to io.Writer) error { return writeForecasts(to, s.Panel, f) })
}
