package main

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"time"

	"daycast"
	"daycast/clean"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// shop is a daily table, read as the program reads it. It is the panel
// builder's Reader; hidden facts stand in for those of their series and day.
type shop struct {
	house  warehouse.Warehouse
	table  *clean.DailyTable
	absent clean.Absent
	facts  []daycast.Fact // by series, day
	hidden map[seriesDay]daycast.Fact
}

// openShop reads the CSV file; close removes what it needed on disk.
func openShop(ctx context.Context, path string) (s *shop, closed func(), err error) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, nil, err
	}
	s = &shop{absent: clean.AbsentAuto}
	closed = func() {
		if s.house != nil {
			_ = s.house.Close()
		}
		_ = os.RemoveAll(dir)
	}
	if err = s.load(ctx, dir, path); err != nil {
		closed()
	}
	return s, closed, err
}

func (s *shop) load(ctx context.Context, dir, path string) (err error) {
	if s.house, err = warehouse.OpenDuckDB(ctx, filepath.Join(dir, "warehouse.duckdb"), warehouse.Options{MemoryLimit: 1 << 30, Threads: 2}); err != nil {
		return err
	}
	src, err := source.OpenCSV(ctx, map[source.Table]string{source.Daily: path})
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	o := pipeline.DailyOptions{Step: daycast.Daily, Today: daycast.DayOf(time.Now())}
	if s.table, err = pipeline.LoadDaily(ctx, "csv", src, s.house, o, &clean.Report{}); err != nil {
		return err
	}
	return s.readFacts(ctx)
}

// openRun reads what daycast etl left in a warehouse.
func openRun(ctx context.Context, path string) (s *shop, closed func(), err error) {
	s = &shop{absent: clean.AbsentZero, table: &clean.DailyTable{}}
	if s.house, err = warehouse.OpenDuckDB(ctx, path, warehouse.Options{MemoryLimit: 1 << 30, Threads: 2}); err != nil {
		return nil, nil, err
	}
	closed = func() { _ = s.house.Close() }
	if err = s.readFacts(ctx); err != nil {
		closed()
	}
	return s, closed, err
}

func (s *shop) readFacts(ctx context.Context) error {
	for f, err := range s.house.Facts().Read(ctx, forever) {
		if err != nil {
			return err
		}
		s.facts = append(s.facts, f)
	}
	return nil
}

const forever = daycast.Day(1 << 20)

// panel is the shop's as known at an origin.
func (s *shop) panel(ctx context.Context, origin daycast.Day, horizon int) (*daycast.Panel, error) {
	p, _, err := clean.PanelBuilder{
		Reader: s, Step: daycast.Daily, Anchor: s.table.Anchor, Horizon: horizon, Absent: s.absent, Planned: s.table.Planned,
	}.Build(ctx, origin)
	return p, err
}

// stocked tells of each series and day the share of the day in stock.
func (s *shop) stocked() map[seriesDay]float32 {
	m := make(map[seriesDay]float32, len(s.facts))
	for _, f := range s.facts {
		if f.InStock == f.InStock {
			m[seriesDay{f.Series, f.Day}] = f.InStock
		}
	}
	return m
}

// Facts, Signals, Items and Places are those of clean.Reader.
func (s *shop) Facts(_ context.Context, known daycast.Day) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		for _, f := range s.facts {
			if h, ok := s.hidden[seriesDay{f.Series, f.Day}]; ok {
				f = h
			}
			if f.KnownAt <= known && !yield(f, nil) {
				return
			}
		}
	}
}

func (s *shop) Signals(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Signal, error] {
	return s.house.Signals().Read(ctx, known)
}

func (s *shop) Plans(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Plan, error] {
	return s.house.Plans().Read(ctx, known)
}

func (s *shop) Items(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Item, error] {
	return s.house.Items().Read(ctx, known)
}

func (s *shop) Places(ctx context.Context) iter.Seq2[daycast.Place, error] {
	return s.house.Places().Read(ctx, forever)
}
