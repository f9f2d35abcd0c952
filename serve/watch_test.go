package serve_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"daycast/serve"
)

// snapshots is a directory whose current link can be moved.
type snapshots struct {
	t   *testing.T
	dir string
}

func (s snapshots) point(to string) {
	s.t.Helper()
	link := filepath.Join(s.dir, "next")
	if err := os.Symlink(to, link); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(link, filepath.Join(s.dir, serve.Current)); err != nil {
		s.t.Fatal(err)
	}
}

func TestWatcher(t *testing.T) {
	dir := snapshots{t, t.TempDir()}
	s, h := start(t, serve.Options{}, nil)
	ticks := make(chan time.Time)
	// A tick is taken after the one before it was worked off.
	tick := func() { ticks <- time.Time{}; ticks <- time.Time{} }
	var loads []string
	w := &serve.Watcher{
		Server: s, Dir: dir.dir, Ticks: ticks,
		Load: func(_ context.Context, d string) (*serve.State, error) {
			name, err := filepath.Rel(dir.dir, d)
			loads = append(loads, name)
			switch {
			case err != nil:
				return nil, err
			case strings.HasPrefix(name, "bad"):
				return nil, errors.New("a corrupt model file")
			case strings.HasPrefix(name, "nil"):
				return nil, nil
			}
			return state(name, constant{}), nil
		},
	}
	serves := func(want string) {
		t.Helper()
		if a := ask(t, h.URL+"/readyz", ""); !strings.Contains(a.body, want) {
			t.Errorf("serves %s, want %s", a.body, want)
		}
	}

	w.Start(t.Context())
	serves(`"status":503`) // no link yet
	dir.point("a")
	tick()
	serves(`"snapshot":"a"`)
	dir.point("bad")
	tick()
	serves(`"snapshot":"a"`)
	dir.point("nil")
	tick()
	serves(`"snapshot":"a"`)
	dir.point("b")
	tick()
	tick()
	serves(`"snapshot":"b"`)
	w.Stop()
	dir.point("c")
	serves(`"snapshot":"b"`)

	// Good ones are loaded once, bad ones at each tick. The last look of a tick
	// may come before or after the link moves on, so that there is one more or
	// less of them.
	wrong := len(loads) - 2
	if got := strings.Join(slices.Compact(slices.Clone(loads)), " "); got != "a bad nil b" || wrong < 3 || wrong > 6 {
		t.Errorf("loads: %v", loads)
	}
	metrics := ask(t, h.URL+"/metrics", "").body
	for _, want := range []string{"daycast_snapshot_swaps_total 2", fmt.Sprint("daycast_snapshot_load_errors_total ", wrong)} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %q in the metrics", want)
		}
	}
}

// A server over a good snapshot is ready once Start returns, with an absolute
// link as well.
func TestWatcherLooksFirst(t *testing.T) {
	dir := snapshots{t, t.TempDir()}
	dir.point(filepath.Join(dir.dir, "a"))
	s, h := start(t, serve.Options{}, nil)
	w := &serve.Watcher{
		Server: s, Dir: dir.dir,
		Load: func(_ context.Context, d string) (*serve.State, error) {
			return state(filepath.Base(d), constant{}), nil
		},
	}
	w.Start(t.Context())
	defer w.Stop()
	if a := ask(t, h.URL+"/readyz", ""); !strings.Contains(a.body, `"snapshot":"a"`) {
		t.Error(a.body)
	}
}

// Stop ends a load that is under way, and what it was loading does not serve.
func TestWatcherStopsALoad(t *testing.T) {
	dir := snapshots{t, t.TempDir()}
	entered, ticks := make(chan struct{}), make(chan time.Time)
	s := serve.New(serve.Options{Logger: slog.New(slog.DiscardHandler)})
	w := &serve.Watcher{
		Server: s, Dir: dir.dir, Ticks: ticks,
		Load: func(ctx context.Context, _ string) (*serve.State, error) {
			close(entered)
			<-ctx.Done()
			return nil, ctx.Err()
		},
	}
	w.Start(t.Context())
	dir.point("a")
	ticks <- time.Time{}
	<-entered
	w.Stop()
}
