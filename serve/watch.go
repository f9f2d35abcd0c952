package serve

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"daycast"
)

// Current is the name of the link that a run moves to its snapshot once all
// of it is written.
const Current = "current"

// A Watcher keeps a server on the snapshot that Current points to.
type Watcher struct {
	Server *Server
	Dir    string // of snapshots; need not exist yet
	// Load reads the snapshot in dir. Where it fails, the server keeps the
	// state that it has, and Load is tried again at the next tick.
	Load  func(ctx context.Context, dir string) (*State, error)
	Every time.Duration    // between two looks; 5 s
	Ticks <-chan time.Time // in the place of Every

	stop    context.CancelFunc
	stopped sync.WaitGroup
	served  string // the link's target that is being served
}

// Start looks once, so that a server over a good snapshot is ready when it
// returns, and then again at each tick until ctx is done or Stop is called. A
// Watcher starts once.
func (w *Watcher) Start(ctx context.Context) {
	ctx, w.stop = context.WithCancel(ctx)
	w.look(ctx)
	w.stopped.Go(func() {
		ticks := w.Ticks
		if ticks == nil {
			every := w.Every
			if every <= 0 {
				every = 5 * time.Second
			}
			ticker := time.NewTicker(every)
			defer ticker.Stop()
			ticks = ticker.C
		}
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks:
				w.look(ctx)
			}
		}
	})
}

// Stop ends what Start began and waits for a load that is under way.
func (w *Watcher) Stop() {
	w.stop()
	w.stopped.Wait()
}

// look swaps in the current snapshot if it is another one than before.
func (w *Watcher) look(ctx context.Context) {
	target, err := os.Readlink(filepath.Join(w.Dir, Current))
	if errors.Is(err, fs.ErrNotExist) || (err == nil && target == w.served) {
		return
	}
	var st *State
	if err == nil {
		st, err = w.load(ctx, target)
	}
	if err != nil {
		if ctx.Err() == nil {
			w.Server.metrics.loadErrors.Inc()
			w.Server.broken.Store(&target)
			w.Server.log.Error("snapshot not loaded, serving goes on with what there is",
				"dir", w.Dir, "snapshot", target, "error", err)
		}
		return
	}
	w.served = target
	w.Server.Swap(st)
}

func (w *Watcher) load(ctx context.Context, target string) (*State, error) {
	dir := target
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(w.Dir, target)
	}
	st, err := w.Load(ctx, dir)
	if err == nil && st == nil {
		err = daycast.Errorf(daycast.Internal, "loading %s gave nothing", dir)
	}
	return st, err
}
