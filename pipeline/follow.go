package pipeline

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"time"

	"daycast"
	"daycast/source"
)

// Changes tells of which days the shop's rows have changed, wherever they are
// in the past: source.Changes.
type Changes interface {
	Check(ctx context.Context) error
	Slot(ctx context.Context) (source.Slot, error)
	Days(ctx context.Context, since, to string) ([]daycast.Day, error)
	Confirm(ctx context.Context, to string) error
}

// Followed is how far changes are followed: what the last whole run left, kept
// beside the watermark.
type Followed struct {
	At       time.Time `json:"at"`
	Position string    `json:"position"`          // up to which changes are in what was published; "" where none are followed
	Retained int64     `json:"retained_bytes"`    // of log that the shop's server kept at the run's begin
	Warning  string    `json:"warning,omitempty"` // why days were read by the look-back all the same
}

func followedPath(dir string) string { return filepath.Join(dir, "runs", "changes.json") }

// ReadFollowed is code not_found where no run has followed changes.
func ReadFollowed(dir string) (f Followed, err error) {
	err = readJSON(followedPath(dir), &f)
	return f, err
}

// follow asks which days have changed since the last whole run, and gives the
// spans to read in the place of the look-back; none where that is to be read.
// What keeps it from knowing is a warning, for days can always be read.
func (r *Run) follow(ctx context.Context, since daycast.Day) (spans []daycast.Span, f *Followed, err error) {
	if r.Changes == nil || r.AsOf != 0 {
		return nil, nil, nil
	}
	f = &Followed{At: r.Now().UTC()}
	var slot source.Slot
	err = r.again(ctx, func() (err error) {
		if err := r.Changes.Check(ctx); err != nil {
			return err
		}
		slot, err = r.Changes.Slot(ctx)
		return err
	})
	if err != nil {
		return nil, f, r.lookBackInstead(ctx, f, err)
	}
	f.Position, f.Retained = slot.Confirmed, slot.Retained
	before, err := ReadFollowed(r.Dir)
	if since == 0 || err != nil || before.Position == "" {
		return nil, f, nil // what changes from here on is for the next run
	}
	newest, _ := dayOf(r.readWatermark().Newest)
	var days []daycast.Day
	err = r.patiently(ctx, true, func() (_ bool, err error) {
		days, err = r.Changes.Days(ctx, before.Position, slot.Now)
		return false, err
	})
	f.Position = slot.Now // also where it failed: what cannot be read now cannot be read later, and the server would keep ever more log
	if err != nil {
		return nil, f, r.lookBackInstead(ctx, f, err)
	}
	spans = changedSpans(days, newest-1)
	if len(r.Contract.Of(string(source.Sales))) > 0 { // its rules see all lines at once
		spans = []daycast.Span{{From: spans[0].From}}
	}
	return spans, f, nil
}

// lookBackInstead warns that changes of older days are not noticed.
func (r *Run) lookBackInstead(ctx context.Context, f *Followed, why error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f.Warning = why.Error()
	r.Progress.Stage("warning: changes cannot be followed, and only the look-back is read: " + f.Warning)
	return nil
}

// mostChanged is how many spans of changed days are read, each with a query of
// its own; days between the nearest are read with them where there are more.
const mostChanged = 16

// changedSpans are the days with one more on each side, since queries may
// write times of another zone than the tables, and all from the last day on.
func changedSpans(days []daycast.Day, last daycast.Day) []daycast.Span {
	var spans []daycast.Span
	for _, d := range days { // in order
		s := daycast.Span{From: d - 1, To: d + 2}
		if s.To >= last {
			last = min(last, s.From)
			break
		}
		if n := len(spans); n > 0 && s.From <= spans[n-1].To {
			spans[n-1].To = s.To
		} else {
			spans = append(spans, s)
		}
	}
	for len(spans) > mostChanged {
		gaps := make([]int, len(spans)-1)
		for i := range gaps {
			gaps[i] = i
		}
		nearest := slices.MinFunc(gaps, func(a, b int) int {
			return cmp.Compare(spans[a+1].From-spans[a].To, spans[b+1].From-spans[b].To)
		})
		spans[nearest].To = spans[nearest+1].To
		spans = slices.Delete(spans, nearest+1, nearest+2)
	}
	if n := len(spans); n > 0 && last <= spans[n-1].To {
		last = spans[n-1].From
		spans = spans[:n-1]
	}
	return append(spans, daycast.Span{From: last})
}

// followed notes how far changes were followed, and lets the server forget them:
// all of them are published. The note comes first, so that what the server has
// forgotten is what was noted.
func (r *Run) followed(ctx context.Context) error {
	var e extracted
	if err := readJSON(r.path("extracted"), &e); err != nil || e.Followed == nil {
		return nil //nolint:nilerr // nothing was read of changes
	}
	if err := writeJSON(followedPath(r.Dir), e.Followed); err != nil {
		return err
	}
	if r.Changes == nil || e.Followed.Position == "" {
		return nil
	}
	if err := r.Changes.Confirm(ctx, e.Followed.Position); err != nil && ctx.Err() == nil {
		r.Progress.Stage("warning: the shop's server keeps the log of changes until the next run: " + err.Error())
	}
	return ctx.Err()
}
