package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"daycast"
	"daycast/model"
	"daycast/registry"
	"daycast/warehouse"
)

// The names within a data folder and a snapshot.
const (
	snapshotsFolder = "snapshots"
	modelsFolder    = "models"
	currentLink     = "current"
	manifestFile    = "manifest.json"
	versionsFile    = "versions.json"
	modelFile       = "model.bin"
)

// Snapshots is the folder of a shop's snapshots in its data folder.
func Snapshots(dir string) string { return filepath.Join(dir, snapshotsFolder) }

// Models is the folder of a shop's registry in its data folder.
func Models(dir string) string { return filepath.Join(dir, modelsFolder) }

// A Manifest says what a snapshot holds.
type Manifest struct {
	Run     string    `json:"run"`
	Version string    `json:"version"` // of the model
	Spec    PanelSpec `json:"spec"`
	Created time.Time `json:"created"`
}

// CurrentManifest is that of the newest snapshot in a data folder: code
// not_found where nothing was published.
func CurrentManifest(dir string) (Manifest, error) {
	var m Manifest
	err := readJSON(filepath.Join(Snapshots(dir), currentLink, manifestFile), &m)
	if err != nil && daycast.CodeOf(err) == daycast.NotFound {
		return m, daycast.Errorf(daycast.NotFound, "nothing was published yet in %s", dir).WithHint("daycast run publishes")
	}
	return m, err
}

// A Snapshot is what a server or a reading verb opens.
type Snapshot struct {
	Manifest Manifest
	Versions []registry.Version // newest first
	Fitted   model.Fitted
	Panel    *daycast.Panel
	Rows     []warehouse.ForecastRow // the forecasts from the panel's origin, by item, place, day
	Errors   []warehouse.ErrorRow    // of the run's backtest
	Scores   []warehouse.ScoreRow    // of forecasts for the newest scoredDays, as last corrected
}

// scoredDays is how far back a server tells how its forecasts did: 8 weeks, as
// long as the forecasts themselves are kept.
const scoredDays = 56

// OpenSnapshot reads a published snapshot whole.
func OpenSnapshot(ctx context.Context, dir string, memory int64, threads int, loaders map[string]model.Loader) (*Snapshot, error) {
	s := &Snapshot{}
	err := readJSON(filepath.Join(dir, manifestFile), &s.Manifest)
	if err != nil && daycast.CodeOf(err) == daycast.NotFound {
		return nil, daycast.Errorf(daycast.NotFound, "there is no snapshot in %s", dir).WithHint("daycast run publishes one")
	}
	if err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(dir, versionsFile), &s.Versions); err != nil {
		return nil, err
	}
	if err := s.load(filepath.Join(dir, modelFile), loaders); err != nil {
		return nil, err
	}
	w, err := warehouse.OpenSnapshot(ctx, dir, warehouse.Options{MemoryLimit: memory / 4, Threads: threads})
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.Close() }()
	spec := s.Manifest.Spec
	spec.Horizon = max(spec.Horizon, longestHorizon) // a server is asked for more than the run was
	if err := CheckWhole(ctx, w, memory, spec, "a snapshot that is opened"); err != nil {
		return nil, err
	}
	if s.Panel, err = NewPanelSource(w, memory, spec).Panel(ctx, spec.Last); err != nil {
		return nil, err
	}
	for row, err := range w.Forecasts().Read(ctx, s.Manifest.Run) {
		if err != nil {
			return nil, err
		}
		if row.Origin == s.Panel.Origin {
			s.Rows = append(s.Rows, row)
		}
	}
	return s, s.readErrors(ctx, w)
}

func (s *Snapshot) readErrors(ctx context.Context, w warehouse.Warehouse) error {
	for row, err := range w.Errors().Read(ctx, s.Manifest.Run) {
		if err != nil {
			return err
		}
		s.Errors = append(s.Errors, row)
	}
	for row, err := range w.Scores().Newest(ctx) {
		if err != nil {
			return err
		}
		if row.Day > s.Panel.Origin-scoredDays {
			s.Scores = append(s.Scores, row)
		}
	}
	return nil
}

func (s *Snapshot) load(path string, loaders map[string]model.Loader) error {
	f, err := os.Open(path)
	if err != nil {
		return fileError("the snapshot's model", err)
	}
	defer func() { _ = f.Close() }()
	if s.Fitted, err = model.Load(f, loaders); err != nil {
		return daycast.Errorf(daycast.CodeOf(err), "%s: %w", path, err)
	}
	return nil
}

// Forecasts are the stored forecasts in the order of the panel. A series that
// has none, which a whole run does not leave, has zeros.
func (s *Snapshot) Forecasts() *daycast.Forecasts {
	f := daycast.NewForecasts(s.Panel, s.Manifest.Spec.Horizon, Levels())
	at := 0
	for i, series := range s.Panel.Series {
		for at < len(s.Rows) && s.Rows[at].Series.Less(series) {
			at++
		}
		for ; at < len(s.Rows) && s.Rows[at].Series == series; at++ {
			row := s.Rows[at]
			h := int(row.Day-f.Origin)/int(f.Step) - 1
			if h < 0 || h >= f.Horizon {
				continue
			}
			f.Models[i], f.MeanOf(i)[h] = row.Model, row.Mean
			copy(f.QuantilesAt(i, h), []float32{row.Q10, row.Q50, row.Q90})
		}
	}
	return f
}

// Levels are the quantiles that tables and files hold.
func Levels() []float64 { return []float64{0.1, 0.5, 0.9} }
