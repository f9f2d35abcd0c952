package pipeline

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/zstd"

	"daycast"
	"daycast/warehouse"
)

// A Shelf is the series of a published shop that goes by blocks: they stay on
// disk, and each is fetched where it is asked for. It is safe for concurrent
// use.
type Shelf struct {
	file    storedFile
	path    string
	house   warehouse.Warehouse // of the snapshot
	run     string
	horizon int // of the run's forecasts
	unpack  *zstd.Decoder
	origin  daycast.Day
	step    daycast.Step
	series  int
}

type storedFile interface {
	io.ReaderAt
	io.Closer
}

// openShelf opens the panels of a snapshot, whose tables house has and Close
// closes, unless there is an error.
func openShelf(ctx context.Context, dir string, m Manifest, house warehouse.Warehouse) (*Shelf, error) {
	s := &Shelf{path: filepath.Join(dir, panelsFile), house: house, run: m.Run, horizon: m.Spec.Horizon}
	counts, err := house.Counts(ctx)
	if err != nil {
		return nil, err
	}
	s.series = int(counts["series"])
	if s.unpack, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(frameBytes)); err != nil {
		return nil, daycast.Errorf(daycast.Internal, "the file of panels: %w", err)
	}
	if s.file, err = os.Open(s.path); err != nil {
		return nil, fileError("the file of panels", err)
	}
	for p, err := range s.All(ctx) {
		if err != nil {
			_ = s.file.Close()
			return nil, err
		}
		s.origin, s.step = p.Origin, p.Step
		break
	}
	return s, nil
}

// Origin is the last day that is known.
func (s *Shelf) Origin() daycast.Day { return s.origin }

// Step is the length of a period.
func (s *Shelf) Step() daycast.Step { return s.step }

// Len is how many series there are.
func (s *Shelf) Len() int { return s.series }

// Close lets the files go.
func (s *Shelf) Close() error {
	s.unpack.Close()
	return errors.Join(s.file.Close(), s.house.Close())
}

// Has tells which of the series there are.
func (s *Shelf) Has(ctx context.Context, series []daycast.Series) (map[daycast.Series]bool, error) {
	has := make(map[daycast.Series]bool, len(series))
	for row, err := range s.house.Series().Of(ctx, s.run, series) {
		if err != nil {
			return nil, err
		}
		has[row.Series] = true
	}
	return has, nil
}

// After yields at most so many series after one, and Before those before it,
// see warehouse.SeriesTable.
func (s *Shelf) After(ctx context.Context, after daycast.Series, text string, limit int) iter.Seq2[warehouse.SeriesRow, error] {
	return s.house.Series().After(ctx, s.run, after, text, limit)
}

// Before yields at most so many series before one, backwards.
func (s *Shelf) Before(ctx context.Context, before daycast.Series, limit int) iter.Seq2[warehouse.SeriesRow, error] {
	return s.house.Series().Before(ctx, s.run, before, limit)
}

// Panels yields the panels of some series, a few of them in each and each once:
// all that there are. One panel is in memory at a time.
func (s *Shelf) Panels(ctx context.Context, series []daycast.Series) iter.Seq2[*daycast.Panel, error] {
	return func(yield func(*daycast.Panel, error) bool) {
		of := map[int64][]daycast.Series{} // by place in the file
		for row, err := range s.house.Series().Of(ctx, s.run, series) {
			if err != nil {
				yield(nil, err)
				return
			}
			of[row.At] = append(of[row.At], row.Series)
		}
		for _, at := range slices.Sorted(maps.Keys(of)) {
			p, err := s.frame(at)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			var indices []int
			for i, have := range p.Series {
				if slices.Contains(of[at], have) {
					indices = append(indices, i)
				}
			}
			if !yield(p.Select(indices), nil) {
				return
			}
		}
	}
}

// frame reads the one that begins so many bytes into the file.
func (s *Shelf) frame(at int64) (*daycast.Panel, error) {
	p, err := readFrame(io.NewSectionReader(s.file, at, frameHead+frameBytes), s.unpack)
	return p, s.blame(err)
}

// blame names the file of an error.
func (s *Shelf) blame(err error) error {
	if err == nil {
		return nil
	}
	return daycast.Errorf(daycast.CodeOf(err), "%s: %w", s.path, err).WithHint("daycast run publishes another snapshot")
}

// All yields the panels of all series, one after the other: each is in one.
func (s *Shelf) All(ctx context.Context) iter.Seq2[*daycast.Panel, error] {
	return func(yield func(*daycast.Panel, error) bool) {
		from := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, 1<<62), 1<<20)
		magic := make([]byte, len(panelMagic))
		if _, err := io.ReadFull(from, magic); err != nil || string(magic) != panelMagic {
			yield(nil, s.blame(daycast.Errorf(daycast.Invalid, "it is no file of panels of this version")))
			return
		}
		for {
			p, err := readFrame(from, s.unpack)
			if errors.Is(err, io.EOF) { // nothing is left
				return
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, s.blame(err))
				return
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// Forecast is what the run stored of one series; nil where it stored nothing.
func (s *Shelf) Forecast(ctx context.Context, series daycast.Series) (*daycast.Forecasts, error) {
	one := &daycast.Panel{Origin: s.origin, Step: s.step, Series: []daycast.Series{series}}
	f, any := daycast.NewForecasts(one, s.horizon, Levels()), false
	for row, err := range s.house.Forecasts().Of(ctx, s.run, series) {
		if err != nil {
			return nil, err
		}
		any = setForecast(f, 0, row) || any
	}
	if !any {
		return nil, nil
	}
	return f, nil
}

// stored yields what the run stored of all series.
func (s *Shelf) stored(ctx context.Context) iter.Seq2[warehouse.ForecastRow, error] {
	return func(yield func(warehouse.ForecastRow, error) bool) {
		for row, err := range s.house.Forecasts().Read(ctx, s.run) {
			if (err != nil || row.Origin == s.origin) && !yield(row, err) {
				return
			}
		}
	}
}

// setForecast puts what was stored of a day of series i in its place, and reports
// whether it has one.
func setForecast(f *daycast.Forecasts, i int, row warehouse.ForecastRow) bool {
	h := int(row.Day-f.Origin)/int(f.Step) - 1
	if row.Origin != f.Origin || h < 0 || h >= f.Horizon {
		return false
	}
	f.Models[i], f.MeanOf(i)[h] = row.Model, row.Mean
	copy(f.QuantilesAt(i, h), []float32{row.Q10, row.Q50, row.Q90})
	return true
}
