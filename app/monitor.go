package app

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"daycast"
	"daycast/config"
	"daycast/monitor"
	"daycast/pipeline"
	"daycast/warehouse"
)

// Health says how a shop's data, runs, model, accuracy and server do.
type Health = monitor.Health

// Monitor judges the health of a shop from what its runs have left behind, and
// from what the server at a URL answers ("": none is asked). What cannot be
// read is part of the judgement, not an error.
func Monitor(ctx context.Context, c config.Config, w World, url string) Health {
	bound(int64(c.Memory))
	in := (&vitals{config: c, now: w.Now}).read(ctx)
	if url != "" {
		in.Server = askServer(ctx, url)
	}
	return monitor.Check(in, monitor.AlertLimits())
}

// metrics is a registry with the shop's health beside the process' and the
// runtime's own figures.
func metrics(ctx context.Context, c config.Config, w World, log *slog.Logger) *prometheus.Registry {
	v := &vitals{config: c, now: w.Now, log: log}
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		monitor.Collector{Inputs: func() monitor.Inputs { return v.read(ctx) }},
	)
	return r
}

// vitals reads what a shop's runs have left behind. It keeps what it read of a
// snapshot, which never changes, for the next time.
type vitals struct {
	config config.Config
	now    func() time.Time
	log    *slog.Logger // hears of what cannot be read; nil: nobody does

	lock     sync.Mutex
	snapshot string // the link's target when data and accuracy were read
	data     monitor.Data
	accuracy monitor.Accuracy
}

func (v *vitals) read(ctx context.Context) monitor.Inputs {
	v.lock.Lock()
	defer v.lock.Unlock()
	now := v.now()
	in := monitor.Inputs{Now: now, Today: daycast.DayOf(now.In(v.config.Shop.Zone()))}
	in.Data, in.Accuracy = v.published(ctx)
	in.Runs, in.Model = v.runs(), v.model()
	return in
}

// broken is what a part that cannot be read says of itself.
func (v *vitals) broken(part string, err error) string {
	if v.log != nil {
		v.log.Warn("health cannot be read", "part", part, "error", err)
	}
	return err.Error()
}

// published is what the newest snapshot holds.
func (v *vitals) published(ctx context.Context) (monitor.Data, monitor.Accuracy) {
	target, err := os.Readlink(Current(v.config))
	if errors.Is(err, fs.ErrNotExist) {
		return monitor.Data{}, monitor.Accuracy{}
	}
	if err == nil && target == v.snapshot {
		return v.data, v.accuracy
	}
	if err == nil {
		v.data, v.accuracy, err = readPublished(ctx, v.config)
	}
	if err != nil {
		v.snapshot = ""
		return monitor.Data{Broken: v.broken("data", err)}, monitor.Accuracy{}
	}
	v.snapshot = target
	return v.data, v.accuracy
}

func readPublished(ctx context.Context, c config.Config) (d monitor.Data, a monitor.Accuracy, err error) {
	var m pipeline.Manifest
	text, err := os.ReadFile(filepath.Join(Current(c), "manifest.json"))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return d, a, daycast.Errorf(daycast.Invalid, "manifest.json: %w", err)
	}
	house, err := warehouse.OpenSnapshot(ctx, filepath.Join(pipeline.Snapshots(c.Data), m.Run), warehouse.Options{
		MemoryLimit: int64(c.Memory) / 4, Threads: threads(c),
	})
	if err != nil {
		return d, a, err
	}
	defer func() { _ = house.Close() }()
	counts, err := house.Counts(ctx)
	if err != nil {
		return d, a, err
	}
	d = monitor.Data{
		Snapshot: m.Run, Published: m.Created, Version: m.Version, Last: m.Spec.Last, Step: m.Spec.Step,
		Quarantined: counts["quarantine"], Failures: counts["failures"],
	}
	a, err = monitor.Pool(house.Scores().Newest(ctx), m.Spec.Last, m.Spec.Step)
	return d, a, err
}

func (v *vitals) runs() (r monitor.Runs) {
	s, err := pipeline.ReadSummary(v.config.Data)
	if daycast.CodeOf(err) == daycast.NotFound && err != nil {
		return r
	}
	if err != nil {
		return monitor.Runs{Broken: v.broken("run", err)}
	}
	run := monitor.Run{ID: s.Run, State: monitor.Done, Seconds: map[string]float64{}}
	for k, step := range s.Steps {
		if k == 0 {
			run.Began = step.At
		}
		run.Ended = step.At.Add(time.Duration(step.Seconds * float64(time.Second)))
		run.Seconds[step.Name] = step.Seconds
	}
	if s.Published {
		r.Ended = append(r.Ended, run)
	} else {
		r.Current = &run
	}
	return r
}

func (v *vitals) model() (m monitor.Model) {
	if _, err := os.Stat(pipeline.Models(v.config.Data)); errors.Is(err, fs.ErrNotExist) {
		return m // opening would make the folder
	}
	reg, err := openRegistry(v.config, World{Now: v.now})
	if err != nil {
		return monitor.Model{Broken: v.broken("model", err)}
	}
	champion, err := reg.Champion()
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return monitor.Model{Broken: v.broken("model", err)}
	}
	if err == nil {
		m.Champion = &monitor.Champion{ID: champion.ID, Name: champion.Name, Origin: champion.Origin}
	}
	return m
}
