package pipeline

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"daycast"
	"daycast/model"
	"daycast/registry"
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
	p, err := NewPanelSource(r.Warehouse, r.Settings.Memory, l.Spec).Panel(ctx, l.Spec.Last)
	if err != nil {
		return err
	}
	f, err := model.Predict(ctx, fitted, model.Request{
		Panel: p, Horizon: r.Settings.Horizon, Levels: r.Settings.Levels, Threads: r.Settings.Threads,
	})
	if err != nil {
		return err
	}
	rows := func(yield func(warehouse.ForecastRow, error) bool) {
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
	if _, err := r.Warehouse.Forecasts().Replace(ctx, r.ID, rows); err != nil {
		return err
	}
	if err := r.storeFeatures(ctx, p); err != nil {
		return err
	}
	return r.storeFailures(ctx, p, f, t.Choice)
}

// storeFailures keeps which series the model could not forecast.
func (r *Run) storeFailures(ctx context.Context, p *daycast.Panel, f *daycast.Forecasts, choice string) error {
	var rows []warehouse.FailureRow
	for i, s := range p.Series {
		if f.Models[i] == model.Fallback {
			rows = append(rows, warehouse.FailureRow{
				Series: s, Stage: StepForecast, Model: choice, Reason: "the model gave no finite number; the recent mean stands in",
			})
		}
	}
	_, err := r.Warehouse.Failures().Replace(ctx, r.ID, each(rows))
	return err
}

// A Manifest says what a snapshot holds.
type Manifest struct {
	Run     string    `json:"run"`
	Version string    `json:"version"` // of the model
	Spec    PanelSpec `json:"spec"`
	Created time.Time `json:"created"`
}

// The names within a data folder and a snapshot.
const (
	snapshotsFolder = "snapshots"
	modelsFolder    = "models"
	currentLink     = "current"
	manifestFile    = "manifest.json"
	versionsFile    = "versions.json"
	modelFile       = "model.bin"
	keepSnapshots   = 3
)

// Snapshots is the folder of a shop's snapshots in its data folder.
func Snapshots(dir string) string { return filepath.Join(dir, snapshotsFolder) }

// Models is the folder of a shop's registry in its data folder.
func Models(dir string) string { return filepath.Join(dir, modelsFolder) }

// publish promotes the model, writes the snapshot beside the others, and
// moves the link "current" to it.
func (r *Run) publish(ctx context.Context) error {
	l, err := r.loaded()
	if err != nil {
		return err
	}
	var t trained
	if err := readJSON(r.path("trained"), &t); err != nil {
		return err
	}
	if err := r.Registry.Promote(t.Version); err != nil {
		return err
	}
	dir := filepath.Join(Snapshots(r.Dir), r.ID)
	next := filepath.Join(Snapshots(r.Dir), ".next-"+r.ID)
	if err := os.RemoveAll(next); err != nil {
		return fileError("an unfinished snapshot", err)
	}
	if err := r.Warehouse.Export(ctx, r.ID, next); err != nil {
		return err
	}
	if err := r.describe(ctx, next, Manifest{Run: r.ID, Version: t.Version, Spec: l.Spec, Created: r.Now().UTC()}); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fileError("the snapshot of an earlier try", err)
	}
	if err := os.Rename(next, dir); err != nil {
		return fileError("the snapshot", err)
	}
	if err := pointTo(Snapshots(r.Dir), r.ID); err != nil {
		return err
	}
	if err := r.advance(); err != nil {
		return err
	}
	return prune(Snapshots(r.Dir), r.ID)
}

// describe writes the manifest, the model and the list of versions.
func (r *Run) describe(ctx context.Context, dir string, m Manifest) error {
	fitted, _, err := r.Registry.Load(ctx, m.Version)
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, modelFile))
	if err != nil {
		return fileError("the snapshot's model", err)
	}
	err = model.Save(f, fitted)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fileError("the snapshot's model", err)
	}
	versions, err := r.Registry.List()
	if err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, versionsFile), plain(versions)); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, manifestFile), m)
}

// plain leaves out metrics that are no numbers, which JSON cannot say.
func plain(versions []registry.Version) []registry.Version {
	for k := range versions {
		for name, v := range versions[k].Metrics {
			if v != v {
				delete(versions[k].Metrics, name)
			}
		}
	}
	return versions
}

// pointTo moves the link "current" in one rename.
func pointTo(dir, name string) error {
	next := filepath.Join(dir, ".current-next")
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError("the link to the current snapshot", err)
	}
	err := os.Symlink(name, next)
	if err == nil {
		err = os.Rename(next, filepath.Join(dir, currentLink))
	}
	return fileError("the link to the current snapshot", err)
}

// prune removes all but the newest snapshots; the run's own stays.
func prune(dir, run string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fileError("the snapshots", err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && e.Name()[0] != '.' && e.Name() != run {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	for len(names) > keepSnapshots-1 {
		if err := os.RemoveAll(filepath.Join(dir, names[0])); err != nil {
			return fileError("an old snapshot", err)
		}
		names = names[1:]
	}
	return nil
}

// state is a file that outlives the runs.
func (r *Run) state(name string) string { return filepath.Join(r.Dir, "runs", name+".json") }

// advance moves the watermark: only now is all before it published.
func (r *Run) advance() error {
	var e extracted
	err := readJSON(r.path("extracted"), &e)
	if daycast.CodeOf(err) == daycast.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	var have string
	if err := readJSON(r.state(watermarkFile), &have); err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return err
	}
	return writeJSON(r.state(watermarkFile), max(have, e.Watermark))
}

// A Snapshot is what a server or a reading verb opens.
type Snapshot struct {
	Manifest Manifest
	Versions []registry.Version // newest first
	Fitted   model.Fitted
	Panel    *daycast.Panel
	Rows     []warehouse.ForecastRow // the forecasts from the panel's origin, by item, place, day
}

// OpenSnapshot reads a published snapshot whole.
func OpenSnapshot(ctx context.Context, dir string, memory int64, threads int, loaders map[string]model.Loader) (*Snapshot, error) {
	s := &Snapshot{}
	if err := readJSON(filepath.Join(dir, manifestFile), &s.Manifest); err != nil {
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
	if s.Panel, err = NewPanelSource(w, memory, s.Manifest.Spec).Panel(ctx, s.Manifest.Spec.Last); err != nil {
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
	return s, nil
}

func (s *Snapshot) load(path string, loaders map[string]model.Loader) error {
	f, err := os.Open(path)
	if err != nil {
		return fileError("the snapshot's model", err)
	}
	defer func() { _ = f.Close() }()
	if s.Fitted, err = model.Load(io.Reader(f), loaders); err != nil {
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
