package pipeline

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"time"

	"daycast"
	"daycast/model"
	"daycast/model/supply"
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
	panelsFile      = "panels.bin"
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
	// Supply is what stock serves of demand; nil in snapshots of before November 2026.
	Supply *supply.Shop `json:"supply,omitempty"`
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
	Panel    *daycast.Panel          // of the whole shop; nil where it goes by blocks
	Shelf    *Shelf                  // the series of a shop that goes by blocks; nil where it does not
	Rows     []warehouse.ForecastRow // the forecasts from the panel's origin, by item, place, day; none beside a Shelf
	Errors   []warehouse.ErrorRow    // of the run's backtest
	Scores   []warehouse.ScoreRow    // of forecasts for the newest scoredDays, as last corrected
}

// scoredDays is how far back a server tells how its forecasts did: 8 weeks, as
// long as the forecasts themselves are kept.
const scoredDays = 56

// OpenSnapshot reads a published snapshot: whole, or, of a shop that went by
// blocks, all but its series, of which Close lets go.
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
	if exists(filepath.Join(dir, panelsFile)) {
		s.Shelf, err = openShelf(ctx, dir, s.Manifest, w)
	} else {
		err = s.readPanel(ctx, w, memory)
	}
	if err == nil {
		err = s.readErrors(ctx, w)
	}
	if s.Shelf == nil {
		_ = w.Close() // all of it has been read
	}
	if err != nil {
		_ = s.Close() // err is what matters
		return nil, err
	}
	return s, nil
}

// Origin is the last day that is known.
func (s *Snapshot) Origin() daycast.Day {
	if s.Shelf != nil {
		return s.Shelf.Origin()
	}
	return s.Panel.Origin
}

// Close lets go of what is still on disk.
func (s *Snapshot) Close() error {
	if s.Shelf == nil {
		return nil
	}
	return s.Shelf.Close()
}

// Panels yields the shop's panel: as a whole, or in many of some series each.
func (s *Snapshot) Panels(ctx context.Context) iter.Seq2[*daycast.Panel, error] {
	if s.Shelf != nil {
		return s.Shelf.All(ctx)
	}
	return s.Panel.Blocks(ctx)
}

// Stored yields what the run forecast, series by series, day by day.
func (s *Snapshot) Stored(ctx context.Context) iter.Seq2[warehouse.ForecastRow, error] {
	if s.Shelf != nil {
		return s.Shelf.stored(ctx)
	}
	return each(s.Rows)
}

// readPanel builds the panel of the whole shop, and reads its forecasts.
func (s *Snapshot) readPanel(ctx context.Context, w warehouse.Warehouse, memory int64) error {
	spec := s.Manifest.Spec
	spec.Horizon = max(spec.Horizon, longestHorizon) // a server is asked for more than the run was
	err := CheckWhole(ctx, w, memory, spec, "a snapshot that is opened")
	if err != nil {
		return err
	}
	if s.Panel, err = NewPanelSource(w, memory, spec).Panel(ctx, spec.Last); err != nil {
		return err
	}
	for row, err := range w.Forecasts().Read(ctx, s.Manifest.Run) {
		if err != nil {
			return err
		}
		if row.Origin == s.Panel.Origin {
			s.Rows = append(s.Rows, row)
		}
	}
	return nil
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
		if row.Day > s.Origin()-scoredDays {
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
			setForecast(f, i, s.Rows[at])
		}
	}
	return f
}

// Levels are the quantiles that tables and files hold.
func Levels() []float64 { return []float64{0.1, 0.5, 0.9} }
