package pipeline

import (
	"context"
	"path/filepath"

	"daycast"
	"daycast/registry"
)

// Promote makes a version of the registry the one that serves: it forecasts
// what the newest published run knew, and is published as a run of its own.
// Code not_found where there is no such version, or nothing was published yet.
func (r *Run) Promote(ctx context.Context, id string) (registry.Version, error) {
	v, err := r.Registry.Get(id)
	if err != nil {
		return v, err
	}
	if err := r.beginWith(v); err != nil {
		return v, err
	}
	return v, r.Do(ctx, "")
}

// Rollback promotes the champion before the one that serves.
func (r *Run) Rollback(ctx context.Context) (registry.Version, error) {
	v, err := r.Registry.Rollback()
	if err != nil {
		return v, err
	}
	return r.Promote(ctx, v.ID)
}

// beginWith begins a run whose data is the published one's, and whose training
// is done: v came of it.
func (r *Run) beginWith(v registry.Version) error {
	var m Manifest
	err := readJSON(filepath.Join(Snapshots(r.Dir), currentLink, manifestFile), &m)
	if err != nil && daycast.CodeOf(err) == daycast.NotFound {
		return daycast.Errorf(daycast.NotFound, "nothing was published yet in %s", r.Dir).WithHint("daycast run publishes")
	}
	if err != nil {
		return err
	}
	if v.Step != m.Spec.Step {
		return daycast.Errorf(daycast.Invalid, "model version %s forecasts periods of %d days, the shop has periods of %d", v.ID, v.Step, m.Spec.Step)
	}
	published := &Run{ID: m.Run, Dir: r.Dir}
	l, err := published.loaded()
	if err != nil {
		return err
	}
	last, err := readJournal(r.Dir)
	if err != nil {
		return err
	}
	now := r.Now()
	next := &Journal{Run: newID(last.Run, now), Began: now.UTC(), Settings: r.fingerprint(), path: last.path}
	for _, s := range r.steps() {
		if s.name == StepForecast {
			break
		}
		next.Done = append(next.Done, Step{Name: s.name, At: now.UTC()})
	}
	r.ID = next.Run
	if err := writeJSON(r.path("loaded"), l); err != nil {
		return err
	}
	if err := writeJSON(r.path("trained"), trained{Version: v.ID, Choice: v.Name}); err != nil {
		return err
	}
	return next.save()
}
