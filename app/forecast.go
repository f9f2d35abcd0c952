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

// Forecast writes the champion's forecasts of every series to a file, from the
// newest snapshot; horizon 0 is the config's.
func Forecast(ctx context.Context, c config.Config, w World, horizon int, out string) error {
	bound(int64(c.Memory))
	w.Progress.Stage("open the snapshot")
	s, err := openSnapshot(ctx, c)
	if err != nil {
		return err
	}
	if horizon == 0 {
		horizon = c.Forecast.Horizon
	}
	w.Progress.Stage("forecast")
	f, err := model.Predict(ctx, s.Fitted, model.Request{Panel: s.Panel, Horizon: horizon, Levels: Levels(), Threads: threads(c)})
	if err != nil {
		return err
	}
	return writeFile(out, func(to io.Writer) error { return writeForecasts(to, s.Panel, f) })
}
