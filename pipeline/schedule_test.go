package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/pipeline"
)

// A bench is a schedule in a bubble of synctest, whose clock begins at
// midnight UTC of 2000-01-01, and what it did.
type bench struct {
	pipeline.Schedule
	did []string // when, and for which due instant
	log bytes.Buffer
}

// fresh is a schedule for 05:00 each day; do may be nil.
func fresh(t *testing.T, dir string, do func(ctx context.Context, due time.Time) error) *bench {
	b := &bench{}
	b.Schedule = pipeline.Schedule{
		Timetable: timetable(t, "0 5 * * *", "UTC"), Dir: dir, Who: pipeline.Holder{PID: 1, What: "schedule"},
		Now: time.Now, Log: slog.New(slog.NewTextHandler(&b.log, nil)),
		Do: func(ctx context.Context, due time.Time) error {
			b.did = append(b.did, short(time.Now())+" for "+short(due))
			if do == nil {
				return nil
			}
			return do(ctx, due)
		},
	}
	return b
}

func short(t time.Time) string { return t.UTC().Format("02T15:04") }

// run lets the schedule run for a while.
func (b *bench) run(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := b.Run(ctx); err != nil {
		t.Errorf("a schedule that is stopped: %v", err)
	}
}

func (b *bench) want(t *testing.T, did ...string) {
	t.Helper()
	if diff := cmp.Diff(did, b.did); diff != "" {
		t.Errorf("%s%s", diff, b.log.String())
	}
}

const day = 24 * time.Hour

func TestScheduleRunsWhenDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		b := fresh(t, dir, nil)
		b.run(t, 2*day)
		// A folder without a run is behind by one.
		b.want(t, "01T00:00 for 31T05:00", "01T05:00 for 01T05:00", "02T05:00 for 02T05:00")

		// What was missed meanwhile is caught up once, by its newest.
		time.Sleep(3*day + time.Hour) //nolint:forbidigo // the bubble's clock is what moves
		b = fresh(t, dir, nil)
		b.run(t, 5*time.Hour)
		b.want(t, "06T01:00 for 05T05:00", "06T05:00 for 06T05:00")

		// And what is answered is not done again.
		b = fresh(t, dir, nil)
		b.run(t, 12*time.Hour)
		b.want(t)
	})
}

// A clock that is set forward, as after a sleep of the machine, is noticed
// within a minute.
func TestScheduleLooksAtTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := fresh(t, t.TempDir(), nil)
		start := time.Now()
		b.Now = func() time.Time {
			if time.Since(start) > 30*time.Minute {
				return time.Now().Add(20 * time.Hour)
			}
			return time.Now()
		}
		b.run(t, time.Hour)
		b.want(t, "01T00:00 for 31T05:00", "01T00:31 for 01T05:00")
	})
}

func TestScheduleTriesAgain(t *testing.T) {
	gone := daycast.Errorf(daycast.Unavailable, "the database is gone")
	for _, c := range []struct {
		name  string
		fails int
		err   error
		tries int
		last  time.Duration // at most, from the first try to the last
	}{
		{"comes back", 2, gone, 3, 6 * time.Minute},
		{"stays away", 99, gone, 5, 24 * time.Minute},
		{"another holds it", 1, daycast.Errorf(daycast.Conflict, "held"), 2, 2 * time.Minute},
		{"wrong", 99, daycast.Errorf(daycast.Invalid, "no such column"), 1, 0},
		{"broken", 99, errors.New("index out of range"), 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				var tries []time.Time
				b := fresh(t, dir, func(context.Context, time.Time) error {
					if tries = append(tries, time.Now()); len(tries) <= c.fails {
						return c.err
					}
					return nil
				})
				b.run(t, 4*time.Hour)
				if n := len(tries); n != c.tries || tries[n-1].Sub(tries[0]) > c.last {
					t.Errorf("tried at %s, want %d times within %s", tries, c.tries, c.last)
				}
				if !strings.Contains(b.log.String(), c.err.Error()) {
					t.Errorf("the log does not say why: %s", b.log.String())
				}
				// One way or the other it is answered: the schedule goes on.
				b = fresh(t, dir, nil)
				b.run(t, 2*time.Hour)
				b.want(t, "01T05:00 for 01T05:00")
			})
		})
	}
}

// Two schedules over one folder do each run once, whoever is first.
func TestTwoSchedules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		slow := func(ctx context.Context, _ time.Time) error {
			select {
			case <-time.After(10 * time.Minute):
			case <-ctx.Done():
			}
			return ctx.Err()
		}
		a, b := fresh(t, dir, slow), fresh(t, dir, slow)
		ended := make(chan struct{})
		go func() {
			a.run(t, 3*day)
			close(ended)
		}()
		b.run(t, 3*day)
		<-ended
		all := map[string]int{}
		for _, did := range append(a.did, b.did...) {
			_, due, _ := strings.Cut(did, " for ")
			all[due]++
		}
		if diff := cmp.Diff(map[string]int{"31T05:00": 1, "01T05:00": 1, "02T05:00": 1, "03T05:00": 1}, all); diff != "" {
			t.Error(diff)
		}
	})
}

func TestScheduleWaitsForTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		lease, err := pipeline.AcquireLease(dir, pipeline.Holder{PID: 7, What: "train"})
		if err != nil {
			t.Fatal(err)
		}
		b := fresh(t, dir, nil)
		time.AfterFunc(29*time.Hour+10*time.Minute, lease.Release)
		b.run(t, 2*day)
		// The runs of two days are given up for that of the third.
		if len(b.did) != 1 || !strings.HasSuffix(b.did[0], " for 02T05:00") {
			t.Errorf("it did %q", b.did)
		}
		if got := b.log.String(); !strings.Contains(got, "daycast train (process 7") || strings.Count(got, "waiting for the lease") != 3 {
			t.Errorf("the log does not say once for each day who holds the folder: %s", got)
		}
	})
}

// A run that is stopped is done at the next start, which is no failure.
func TestScheduleStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		b := fresh(t, dir, func(ctx context.Context, _ time.Time) error {
			<-ctx.Done()
			return ctx.Err()
		})
		b.run(t, time.Hour)
		b = fresh(t, dir, nil)
		b.run(t, time.Hour)
		b.want(t, "01T01:00 for 31T05:00")
	})
}

func TestScheduleOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		once := func(do func(context.Context, time.Time) error) (*bench, error) {
			b := fresh(t, dir, do)
			b.Once = true
			return b, b.Run(t.Context())
		}
		wrong := errors.New("wrong")
		if _, err := once(func(context.Context, time.Time) error { return wrong }); !errors.Is(err, wrong) {
			t.Errorf("a run that fails: %v", err)
		}
		// Whoever asked for it asks again, and it is still due.
		b, err := once(nil)
		if b.want(t, "01T00:00 for 31T05:00"); err != nil {
			t.Error(err)
		}
		b, err = once(nil)
		if b.want(t); err != nil {
			t.Error(err)
		}

		time.Sleep(5 * time.Hour) //nolint:forbidigo // the bubble's clock is what moves
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		b = fresh(t, dir, func(ctx context.Context, _ time.Time) error { <-ctx.Done(); return ctx.Err() })
		b.Once = true
		if err := b.Run(ctx); daycast.CodeOf(err) != daycast.Unavailable {
			t.Errorf("one that is stopped: %v, want code unavailable", err)
		}
	})
}

// A damaged note stops no other run than the one that it is about.
func TestScheduleWithABrokenNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "runs", "schedule.json")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		b := fresh(t, dir, nil)
		time.AfterFunc(time.Hour, func() { _ = os.Remove(path) })
		b.run(t, 6*time.Hour)
		b.want(t, "01T05:00 for 01T05:00")
		if !strings.Contains(b.log.String(), path) {
			t.Errorf("the log does not name the file: %s", b.log.String())
		}
	})
}

// LastDue knows of a run that published even where the schedule was killed
// before it noted so, and a run that began before an instant does not answer it.
func TestLastDue(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small)}
	due := at(t, "2024-01-01T01:00:00Z") // the world's clock begins at 02:00
	now := clock()
	w.now = now
	pass := func(due time.Time, last string) string {
		t.Helper()
		w.set = func(r *pipeline.Run) { r.Due = due }
		var id string
		if err := w.do(t.Context(), func(r *pipeline.Run) error {
			defer func() { id = r.ID }()
			return r.Do(t.Context(), last)
		}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	wantLast := func(want time.Time) {
		t.Helper()
		if got, err := pipeline.LastDue(w.dir); err != nil || !got.Equal(want) {
			t.Errorf("the last due instant is %s, %v; want %s", got, err, want)
		}
	}
	wantLast(time.Time{})
	first := pass(due, pipeline.StepClean)
	wantLast(time.Time{}) // it has not ended
	if resumed := pass(due, ""); resumed != first {
		t.Errorf("run %s was not resumed but begun anew as %s", first, resumed)
	}
	wantLast(due)

	old := pass(time.Time{}, pipeline.StepClean) // by hand
	due = now().Add(time.Second)
	now()
	if anew := pass(due, ""); anew == old {
		t.Error("a run that began before the instant was resumed for it")
	}
	wantLast(due)
}
