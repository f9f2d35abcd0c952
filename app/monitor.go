package app

import (
	"context"
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

// NoonOf is a clock that stands at noon of a day where the shop is: that
// morning's run has ended, and so has one that a replay played at midnight.
func NoonOf(day daycast.Day, c config.Config) func() time.Time {
	y, m, d := day.Time().Date()
	return func() time.Time { return time.Date(y, m, d, 12, 0, 0, 0, c.Shop.Zone()) }
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
	in.Contract, in.Changes, in.Signals, in.Runs, in.Model = v.contract(), v.changes(), v.signals(), v.runs(), v.model()
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
	m, err := pipeline.CurrentManifest(c.Data)
	if err != nil {
		return d, a, err
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
		Quarantined: counts["quarantine"],
	}
	if d.Failures, err = pipeline.Failed(ctx, house, m.Run); err != nil {
		return d, a, err
	}
	a, err = monitor.Pool(house.Scores().Newest(ctx), m.Spec.Last, m.Spec.Step)
	return d, a, err
}

func (v *vitals) contract() (c monitor.Contract) {
	q, err := pipeline.NewestQuality(v.config.Data)
	if daycast.CodeOf(err) == daycast.NotFound && err != nil {
		return c
	}
	if err != nil {
		return monitor.Contract{Broken: v.broken("contract", err)}
	}
	c = monitor.Contract{Run: q.Run, Rules: map[string]int64{}, Aside: q.Point().Aside}
	for severity, n := range q.Broken() {
		c.Rules[string(severity)] = n
	}
	return c
}

func (v *vitals) changes() monitor.Changes {
	if v.config.Source.Changes == nil {
		return monitor.Changes{}
	}
	f, err := pipeline.ReadFollowed(v.config.Data)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return monitor.Changes{Broken: v.broken("changes", err)}
	}
	return monitor.Changes{Retained: f.Retained, Warning: f.Warning}
}

func (v *vitals) signals() (s monitor.Signals) {
	lines, err := pipeline.NewestSignals(v.config.Data)
	if err != nil {
		return monitor.Signals{Broken: v.broken("signals", err)}
	}
	for _, l := range lines {
		if l.Outside {
			s.Sources = append(s.Sources, monitor.SignalSource{Name: l.Source, Stale: l.Stale, Answered: l.Answered, Left: l.Left})
		}
	}
	return s
}

func (v *vitals) runs() (r monitor.Runs) {
	history, err := pipeline.History(v.config.Data)
	if err != nil {
		return monitor.Runs{Broken: v.broken("run", err)}
	}
	for _, e := range history {
		r.Ended = append(r.Ended, monitor.Run{
			ID: e.Run, State: e.State, Began: e.Began, Ended: e.Ended, Error: e.Error, Code: e.Code, Seconds: e.Seconds,
		})
	}
	j, err := pipeline.ReadJournal(v.config.Data)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return monitor.Runs{Broken: v.broken("run", err)}
	}
	if err == nil && !j.Ended && j.Error == "" {
		r.Current = &monitor.Run{ID: j.Run, Began: j.Began}
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
	if m.Decisions, err = reg.Decisions(); err != nil {
		return monitor.Model{Broken: v.broken("model", err)}
	}
	return m
}
