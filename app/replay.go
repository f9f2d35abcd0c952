package app

import (
	"context"
	"os"
	"path/filepath"

	"daycast"
	"daycast/config"
	"daycast/pipeline"
)

// A Replay is past days that are played as if each were today.
type Replay struct {
	From, To daycast.Day
	Fresh    bool // do again what was played before
}

// replayFolder is where a replay lives in the data folder, apart from what
// serves.
const replayFolder = "replay"

// ReplayConfig is the config of a replay's data folder.
func ReplayConfig(c config.Config) config.Config {
	c.Data = filepath.Join(c.Data, replayFolder)
	return c
}

// Run plays the days that are not played yet, and says how the forecasts did.
func (p Replay) Run(ctx context.Context, c config.Config, w World) (*pipeline.Played, error) {
	c = ReplayConfig(c)
	if p.Fresh {
		if err := os.RemoveAll(c.Data); err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "an earlier replay: %w", err).WithField("data")
		}
	}
	run, close, err := opener(openChecked).toChange(ctx, c, w, "replay")
	if err != nil {
		return nil, err
	}
	defer close()
	if err := (pipeline.Replay{Run: *run, From: p.From, To: p.To}).Do(ctx); err != nil {
		return nil, err
	}
	return run.Played(ctx, p.From, p.To)
}
