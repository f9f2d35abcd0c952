package app

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"daycast"
	"daycast/clean"
	"daycast/config"
	"daycast/explore"
	"daycast/pipeline"
	"daycast/warehouse"
)

// Exploration is the figures of the exploration report.
type Exploration = explore.Report

// Explore computes the figures of the newest snapshot, and writes the page
// that shows them to a file; "" writes none, "-" the standard output.
func Explore(ctx context.Context, c config.Config, w World, out string) (*Exploration, error) {
	bound(int64(c.Memory))
	m, err := pipeline.CurrentManifest(c.Data)
	if err != nil {
		return nil, err
	}
	write := func(*Exploration) error { return nil }
	if out != "" {
		o, err := createOutput(out)
		if err != nil {
			return nil, err
		}
		defer o.discard()
		write = func(r *Exploration) error {
			w.Progress.Stage("write the page")
			return o.write(func(to io.Writer) error { return explore.WritePage(to, r) })
		}
	}
	w.Progress.Stage("open the snapshot")
	house, err := warehouse.OpenSnapshot(ctx, filepath.Join(pipeline.Snapshots(c.Data), m.Run), warehouse.Options{
		MemoryLimit: int64(c.Memory) / 4, Threads: threads(c),
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = house.Close() }()
	panels, whole, err := pipeline.ShownPanel(ctx, house, int64(c.Memory), m.Spec)
	if err != nil {
		return nil, err
	}
	panel, err := panels.Panel(ctx, m.Spec.Last)
	if err != nil {
		return nil, err
	}
	in := explore.Inputs{
		Shop: c.Shop.Name, Currency: c.Shop.Currency, Run: m.Run, Version: m.Version, Created: m.Created,
		Panel: panel, Sample: !whole, Warehouse: house,
	}
	reg, err := openRegistry(c, w)
	if err != nil {
		return nil, err
	}
	v, err := reg.Get(m.Version)
	if err != nil {
		return nil, err
	}
	in.Model = v.Name
	if in.Cleaning, err = cleaningOf(c, m.Run); err != nil {
		return nil, err
	}
	if in.Cleaning != nil {
		in.Cleaning.Notes = append(in.Cleaning.Notes, inferred(m.Spec.Absent, panels.Found())...)
	}
	w.Progress.Stage("compute the figures")
	r, err := explore.Build(ctx, in)
	if err != nil {
		return nil, err
	}
	return r, write(r)
}

// inferred is what the panel's builder made of days without a row; order lines
// leave it nothing to find out.
func inferred(asked clean.Absent, found clean.Findings) []string {
	notes := []string{"days without a row are " + string(found.Absent)}
	if asked == clean.AbsentAuto {
		notes[0] += ": " + found.Why
	}
	if len(found.Closed) > 0 {
		notes = append(notes, "closed: "+strings.Join(found.Closed, ", "))
	}
	for _, state := range slices.Sorted(maps.Keys(found.Inferred)) {
		k := slices.IndexFunc(found.Inferences, func(i clean.Inference) bool { return i.State == state })
		i := found.Inferences[k]
		notes = append(notes, fmt.Sprintf("%d times %s is inferred, such as %s from %s to %s: %s",
			found.Inferred[state], state, i.Where(), i.First, i.Last, i.Evidence))
	}
	return notes
}

// cleaningOf is what a run's cleaning left behind; nil where it is gone.
func cleaningOf(c config.Config, run string) (*explore.Cleaning, error) {
	report, notes, err := pipeline.ReadCleaning(c.Data, run)
	if daycast.CodeOf(err) == daycast.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &explore.Cleaning{Rows: report.Rows, Notes: notes}
	for _, at := range report.Reasons() {
		out.Reasons = append(out.Reasons, explore.Reason{
			Name: at.Name, Rows: at.Rows, Units: explore.Number(at.Units), Examples: at.Examples,
		})
	}
	return out, nil
}
