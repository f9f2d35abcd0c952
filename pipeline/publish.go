package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"daycast/model"
	"daycast/model/supply"
	"daycast/warehouse"
)

// keepSnapshots is how many there are at most: readers of the last ones can
// finish what they began.
const keepSnapshots = 3

// publish writes the snapshot beside the others, moves the link "current" to
// it, and promotes the model. Each of its parts can be done twice: a snapshot
// gets its name only when it is whole, and is then left alone.
func (r *Run) publish(ctx context.Context) error {
	l, err := r.loaded()
	if err != nil {
		return err
	}
	var t trained
	if err := readJSON(r.path("trained"), &t); err != nil {
		return err
	}
	dir := filepath.Join(Snapshots(r.Dir), r.ID)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		m := Manifest{Run: r.ID, Version: t.Version, Spec: l.Spec, Created: r.Now().UTC(), Supply: &supply.Shop{}}
		if err := readJSON(r.path("supply"), m.Supply); err != nil {
			return err
		}
		if err := r.snapshot(ctx, dir, m); err != nil {
			return err
		}
	} else if err != nil {
		return fileError("the snapshot of an earlier try", err)
	}
	if err := pointTo(Snapshots(r.Dir), r.ID); err != nil {
		return err
	}
	if err := r.Registry.Promote(t.Version); err != nil {
		return err
	}
	if err := r.advance(); err != nil {
		return err
	}
	if err := r.Warehouse.Forecasts().Forget(ctx, r.oldestForecast(l.Spec)); err != nil {
		return err
	}
	return r.prune(ctx)
}

// snapshot writes one under another name first.
func (r *Run) snapshot(ctx context.Context, dir string, m Manifest) error {
	next := filepath.Join(Snapshots(r.Dir), ".next-"+r.ID)
	if err := os.RemoveAll(next); err != nil {
		return fileError("an unfinished snapshot", err)
	}
	err := r.Warehouse.Export(ctx, r.ID, next)
	if err == nil && exists(r.panels()) {
		err = linkOrCopy(r.panels(), filepath.Join(next, panelsFile))
	}
	if err == nil {
		err = r.describe(ctx, next, m)
	}
	if err == nil {
		err = fileError("the snapshot", os.Rename(next, dir))
	}
	if err != nil {
		_ = os.RemoveAll(next) // the disk may need the room
	}
	return err
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
	if err := writeJSON(filepath.Join(dir, versionsFile), versions); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, manifestFile), m)
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

// prune removes what nobody reads any more: the older snapshots with the
// features and adjustments of their runs, what killed runs left of theirs, the
// proof's forecasts, which the run's own rows hold too, and panels, which the
// snapshot has.
func (r *Run) prune(ctx context.Context) error {
	if _, err := r.Warehouse.Forecasts().Replace(ctx, proofRun(r.ID), each([]warehouse.ForecastRow(nil))); err != nil {
		return err
	}
	entries, err := os.ReadDir(Snapshots(r.Dir))
	if err != nil {
		return fileError("the snapshots", err)
	}
	var old, unfinished []string
	for _, e := range entries {
		switch {
		case !e.IsDir() || e.Name() == r.ID:
		case e.Name()[0] == '.':
			unfinished = append(unfinished, e.Name())
		default:
			old = append(old, e.Name())
		}
	}
	slices.Sort(old)
	old = old[:max(0, len(old)-(keepSnapshots-1))]
	for _, name := range old {
		if _, err := r.Warehouse.Features().Replace(ctx, name, each([]warehouse.FeatureRow(nil))); err != nil {
			return err
		}
		if _, err := r.Warehouse.Adjustments().Replace(ctx, name, each([]warehouse.AdjustmentRow(nil))); err != nil {
			return err
		}
		if _, err := r.Warehouse.Series().Replace(ctx, name, each([]warehouse.SeriesRow(nil))); err != nil {
			return err
		}
	}
	for _, name := range append(old, unfinished...) {
		if err := os.RemoveAll(filepath.Join(Snapshots(r.Dir), name)); err != nil {
			return fileError("an old snapshot", err)
		}
	}
	return r.prunePanels()
}

func (r *Run) prunePanels() error {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(r.panels()), "*."+panelsFile+"*"))
	for _, path := range left {
		err = errors.Join(err, removeFile(path))
	}
	return err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
