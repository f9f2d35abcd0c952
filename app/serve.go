package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"syscall"
	"time"

	"daycast"
	"daycast/config"
	"daycast/model/all"
	"daycast/pipeline"
	"daycast/registry"
	"daycast/serve"
)

// Serve answers forecasts over HTTP from the newest snapshot until ctx is
// done. ready, which may be nil, hears of the address once it listens.
func Serve(ctx context.Context, c config.Config, w World, log *slog.Logger, ready func(addr string)) error {
	bound(int64(c.Memory))
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", c.Serve.Addr)
	if err != nil {
		return listenError(c.Serve.Addr, err)
	}
	server := serve.New(serve.Options{
		Logger: log, Clock: w.Now, Registry: metrics(ctx, c, w, log), MaxBody: int64(c.Serve.MaxBody), Timeout: time.Duration(c.Serve.Timeout), MaxConcurrent: c.Serve.MaxConcurrent,
	})
	watcher := serve.Watcher{Server: server, Dir: pipeline.Snapshots(c.Data), Load: func(ctx context.Context, dir string) (*serve.State, error) {
		return loadState(ctx, c, dir)
	}}
	defer server.Close()
	watcher.Start(ctx)
	defer watcher.Stop()
	if ready != nil {
		ready(l.Addr().String())
	}
	return server.Run(ctx, l)
}

func listenError(addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return daycast.Errorf(daycast.Conflict, "%s is in use by another program", addr).WithField("serve.addr").
			WithHint("choose another port, such as --addr 127.0.0.1:8081")
	}
	return daycast.Errorf(daycast.Invalid, "cannot listen on %s: %w", addr, err).WithField("serve.addr").WithHint("want host:port")
}

func loadState(ctx context.Context, c config.Config, dir string) (*serve.State, error) {
	s, err := pipeline.OpenSnapshot(ctx, dir, int64(c.Memory), threads(c), all.Loaders())
	if err != nil {
		return nil, err
	}
	st := &serve.State{Version: s.Manifest.Run, Fitted: s.Fitted, Supply: s.Manifest.Supply, Errors: s.Errors, Scores: s.Scores}
	if s.Shelf != nil { // which the server closes
		st.Shop = s.Shelf
	} else {
		st.Panel, st.Forecasts = s.Panel, s.Forecasts()
	}
	for _, v := range s.Versions {
		info := versionInfo(v)
		st.Models = append(st.Models, info)
		if v.ID == s.Manifest.Version {
			st.Champion = info
		}
	}
	return st, nil
}

func versionInfo(v registry.Version) serve.VersionInfo {
	return serve.VersionInfo{ID: v.ID, Name: v.Name, Created: v.Created, Origin: v.Origin, Metrics: v.Metrics, Parameters: v.Parameters}
}

// Current is the folder of the newest snapshot.
func Current(c config.Config) string { return filepath.Join(pipeline.Snapshots(c.Data), serve.Current) }
