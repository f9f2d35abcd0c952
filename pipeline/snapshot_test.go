package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/model/all"
	"daycast/pipeline"
)

// Only the newest snapshots are kept, and only their features.
func TestOldSnapshotsGo(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	for n := range 4 {
		w.set = func(r *pipeline.Run) { r.Settings.Seed = uint64(n) } // the same run again would publish nothing
		w.run(t, "")
	}
	entries, err := os.ReadDir(pipeline.Snapshots(w.dir))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 4 { // three and the link
		t.Errorf("%d entries beside each other, want 3 snapshots and a link: %v", len(entries), entries)
	}
	r := w.result(t)
	if n := int64(len(r.Warehouse.Features)); r.Counts["features"] != 3*n {
		t.Errorf("%d rows of features, want those of 3 runs of %d", r.Counts["features"], n)
	}
	if n := int64(len(r.Warehouse.Forecasts)); r.Counts["forecasts"] != 4*n {
		t.Errorf("%d forecasts, want those of 4 runs of %d", r.Counts["forecasts"], n)
	}
}

// The snapshot's panel and model make the forecasts that the run stored.
func TestSnapshot(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small)}
	w.run(t, "")
	s := w.openSnapshot(t)
	f := s.Forecasts()
	if len(s.Panel.Series) == 0 || len(s.Rows) != len(s.Panel.Series)*14 {
		t.Fatalf("%d series, %d forecasts", len(s.Panel.Series), len(s.Rows))
	}
	if s.Panel.Ahead.Periods < 365 {
		t.Errorf("closed days are known %d periods ahead, want as far as a server is asked", s.Panel.Ahead.Periods)
	}
	for i, series := range s.Panel.Series {
		for h := range f.Horizon {
			row := s.Rows[i*14+h]
			if row.Series != series || row.Day != f.Day(h) || row.Mean != f.MeanOf(i)[h] || row.Q90 != f.QuantilesAt(i, h)[2] {
				t.Fatalf("%s, period %d: row %+v is not forecast %v", series.ID(), h, row, f.MeanOf(i)[h])
			}
		}
	}
	if len(s.Versions) != 1 || s.Versions[0].ID != s.Manifest.Version {
		t.Errorf("versions %+v, model %s", s.Versions, s.Manifest.Version)
	}
}

// A damaged part of a snapshot is an error that names it, never a panic.
func TestDamagedSnapshot(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small)}
	w.run(t, "")
	dir := filepath.Join(pipeline.Snapshots(w.dir), "current")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 12 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		text := read(t, path)
		for name, damaged := range map[string]string{
			"empty": "", "cut": text[:len(text)/2], "zeroed": text[:len(text)/3] + strings.Repeat("\x00", len(text)-len(text)/3),
		} {
			if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := pipeline.OpenSnapshot(t.Context(), dir, 1<<30, 1, all.Loaders())
			if err == nil && s != nil {
				t.Errorf("%s %s: no error", filepath.Base(path), name)
			}
			if code := daycast.CodeOf(err); code == daycast.Internal {
				t.Errorf("%s %s: %v, want a code that says whose fault", filepath.Base(path), name, err)
			}
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// An older version serves again with its own forecasts of the newest data, and
// a rollback undoes that.
func TestPromoteAndRollback(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	err := w.do(t.Context(), func(r *pipeline.Run) error {
		_, err := r.Promote(t.Context(), "none")
		return err
	})
	if daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("no such version: %v", err)
	}
	w.set = func(r *pipeline.Run) { r.Models = r.Models[:1] }
	w.run(t, "")
	first := w.openSnapshot(t)
	w.set = func(r *pipeline.Run) { r.Models = r.Models[1:] }
	w.run(t, "")
	second := w.openSnapshot(t)
	if cmp.Equal(first.Rows, second.Rows) {
		t.Fatal("both models forecast the same")
	}
	if err := w.do(t.Context(), func(r *pipeline.Run) error {
		_, err := r.Promote(t.Context(), first.Manifest.Version)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	promoted := w.openSnapshot(t)
	if promoted.Manifest.Version != first.Manifest.Version || promoted.Manifest.Run <= second.Manifest.Run {
		t.Errorf("promoted: %+v", promoted.Manifest)
	}
	if d := cmp.Diff(first.Rows, promoted.Rows); d != "" {
		t.Errorf("the promoted version forecasts otherwise than before:\n%s", d)
	}
	if err := w.do(t.Context(), func(r *pipeline.Run) error {
		_, err := r.Rollback(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	back := w.openSnapshot(t)
	if d := cmp.Diff(second.Rows, back.Rows); d != "" || back.Manifest.Version != second.Manifest.Version {
		t.Errorf("rolled back to %s:\n%s", back.Manifest.Version, d)
	}
	if err := w.do(t.Context(), func(r *pipeline.Run) error {
		all, err := r.Registry.Decisions()
		var byHand []bool
		for _, d := range all {
			byHand = append(byHand, d.ByHand)
		}
		if d := cmp.Diff([]bool{false, false, true, true}, byHand); d != "" {
			t.Errorf("decisions by hand (-want +got):\n%s", d)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
