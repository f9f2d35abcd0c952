package main

import (
	"context"
	"iter"
	"math"
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
// builder's Reader; of the hidden series it tells the days after since alone.
type shop struct {
	house  warehouse.Warehouse
	table  *clean.DailyTable
	facts  []daycast.Fact // by series, day
	hidden map[daycast.Series]bool
	since  daycast.Day // the last hidden day
	origin daycast.Day // from which on hidden series are known to be on offer
}

const forever = daycast.Day(1 << 20)

// openShop reads the CSV file; closed removes what it needed on disk.
func openShop(ctx context.Context, path string) (s *shop, closed func(), err error) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, nil, err
	}
	s = &shop{}
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
	for f, err := range s.house.Facts().Read(ctx, forever) {
		if err != nil {
			return err
		}
		s.facts = append(s.facts, f)
	}
	return nil
}

// panel is the shop's as known at an origin.
func (s *shop) panel(ctx context.Context, origin daycast.Day) (*daycast.Panel, error) {
	p, _, err := clean.PanelBuilder{
		Reader: s, Step: daycast.Daily, Anchor: s.table.Anchor, Horizon: horizon, Absent: clean.AbsentAuto, Planned: s.table.Planned,
	}.Build(ctx, origin)
	return p, err
}

// Facts are those of clean.Reader. A hidden series has a row without units for
// the day after the origin, as a shop's plans would have.
func (s *shop) Facts(_ context.Context, known daycast.Day) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		var last daycast.Series
		for _, f := range s.facts {
			if s.hidden[f.Series] {
				if f.Series != last && s.origin < known {
					last = f.Series
					nan := float32(math.NaN())
					row := daycast.Fact{Series: f.Series, Day: s.origin + 1, KnownAt: s.origin, Units: nan, Price: nan, Promotion: nan, InStock: nan, Buyers: nan}
					if !yield(row, nil) {
						return
					}
				}
				if f.Day <= s.since {
					continue
				}
			}
			if f.KnownAt <= known && !yield(f, nil) {
				return
			}
		}
	}
}

// Signals, Plans, Items and Places are those of clean.Reader.
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
