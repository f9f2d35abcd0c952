package pipeline

import (
	"context"

	"daycast"
	"daycast/registry"
)

// Promote makes a version of the registry the one that serves: it forecasts
// what the newest published run knew, and is published as a run of its own.
// Code not_found where there is no such version, or nothing was published yet.
func (r *Run) Promote(ctx context.Context, id string) (registry.Version, error) {
	return r.serve(ctx, id, "the operator asked for it")
}

// serve publishes the forecasts of a version, for a reason.
func (r *Run) serve(ctx context.Context, id, why string) (registry.Version, error) {
	v, err := r.Registry.Get(id)
	if err != nil {
		return v, err
	}
	d := registry.Decision{Challenger: id, Promoted: true, ByHand: true, Reasons: []string{why}}
	if champion, err := r.Registry.Champion(); err == nil && champion.ID != id {
		d.Champion = champion.ID
	}
	if err := r.beginWith(ctx, v, d); err != nil {
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
	return r.serve(ctx, v.ID, "the operator rolled back to it")
}

// beginWith begins a run whose data is the published one's, and whose training
// is done: v came of it.
func (r *Run) beginWith(ctx context.Context, v registry.Version, d registry.Decision) error {
	m, err := CurrentManifest(r.Dir)
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
	var t trained
	if err := readJSON(published.path("trained"), &t); err != nil {
		return err
	}
	last, err := ReadJournal(r.Dir)
	if err != nil {
		return err
	}
	now := r.Now()
	next := &Journal{Run: newID(last.Run, now), Began: now.UTC(), Settings: r.begun(), Earlier: last.known(), path: last.path}
	r.ID = next.Run
	d.Run, d.Time = r.ID, now
	t.Version, t.Serves, t.Decision = v.ID, v.Name, &d
	for _, s := range r.steps() {
		if s.name == StepForecast {
			break
		}
		done, _ := next.earlier(s.name)
		done.Name, done.At, done.Seconds, done.Run = s.name, now.UTC(), 0, r.ID
		next.Done = append(next.Done, done)
	}
	if err := writeJSON(r.path("loaded"), l); err != nil {
		return err
	}
	if err := writeJSON(r.path("trained"), t); err != nil {
		return err
	}
	if err := r.keepLook(ctx, m.Run); err != nil {
		return err
	}
	if err := r.Registry.Decide(d); err != nil {
		return err
	}
	return next.save()
}
