package app

import (
	"context"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"daycast"
	"daycast/config"
	"daycast/monitor"
	"daycast/pipeline"
	"daycast/source"
)

// openChanges opens what tells of changes in the shop's tables; nil where the
// config has none.
func openChanges(ctx context.Context, s config.Source) (*source.Changes, error) {
	if s.Changes == nil {
		return nil, nil
	}
	dsn, err := s.ReadDSN()
	if err != nil {
		return nil, err
	}
	var f source.Following
	f.Slot, f.Publication = s.Changes.Names()
	for _, t := range s.Changes.Tables {
		parent, column := t.Parent()
		f.Tables = append(f.Tables, source.Followed{Table: t.Table, Time: t.Time, Key: t.Key, Parent: parent, Column: column})
	}
	return source.Postgres{Timeout: time.Duration(s.Timeout)}.OpenChanges(ctx, dsn.Reveal(), f)
}

// follow lets a run hear of changes.
func follow(ctx context.Context, c config.Config, run *pipeline.Run) (close func(), err error) {
	changes, err := openChanges(ctx, c.Source)
	if changes == nil || err != nil {
		return func() {}, err
	}
	run.Changes = changes
	return func() { _ = changes.Close() }, nil
}

// following checks that changes can be followed, and tells what the server keeps
// for it.
func (f *findings) following(ctx context.Context, s config.Source) {
	const what = "changes"
	changes, err := openChanges(ctx, s)
	if err != nil {
		f.add(what, "", err)
		return
	}
	if changes == nil {
		return
	}
	defer func() { _ = changes.Close() }()
	wrong := split(changes.Check(ctx))
	for _, err := range wrong {
		f.add(what, "", err)
	}
	if len(wrong) > 0 {
		return
	}
	slot, err := changes.Slot(ctx)
	name, _ := s.Changes.Names()
	text := fmt.Sprintf("slot %s can be followed; the server keeps %s of its log for it", name, humanize.IBytes(uint64(max(slot.Retained, 0)))) //nolint:gosec // not negative
	if slot.Retained > monitor.MostRetained {
		err = daycast.Errorf(daycast.Invalid, "%s, and ever more until a run ends well", text).
			WithHint("run daycast, or drop the slot: SELECT pg_drop_replication_slot('%s')", name).WithField("source.changes")
	}
	f.add(what, text, err)
}
