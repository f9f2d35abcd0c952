package pipeline

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"

	"daycast"
	"daycast/warehouse"
)

// frameSeries is how many series a frame holds. All are read where one is asked
// for; of fewer, what they share (signals, totals) would be most of the file.
const frameSeries = 64

// panelMagic is how a file of panels begins.
const panelMagic = "daycast panels 1\n"

// panelFile is how a shop that goes by blocks keeps its panels as they were
// forecast, frame by frame, so that any series can be looked at, and forecast
// again, without the others.
type panelFile struct {
	file *os.File
	to   *bufio.Writer
	path string
	at   int64
	pack *zstd.Encoder
}

// createPanels begins a file that has its name once it is whole.
func createPanels(path string) (*panelFile, error) {
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, daycast.Errorf(daycast.Internal, "the file of panels: %w", err)
	}
	f, err := os.Create(path + ".next")
	if err != nil {
		return nil, fileError("the file of panels", err)
	}
	p := &panelFile{file: f, to: bufio.NewWriterSize(f, 1<<20), path: path, pack: pack}
	return p, p.append([]byte(panelMagic))
}

// append does nothing after an error, which end tells again.
func (f *panelFile) append(b []byte) error {
	n, err := f.to.Write(b)
	f.at += int64(n)
	return fileError("the file of panels", err)
}

// put adds the panel of a block, and tells of each series where its own is.
func (f *panelFile) put(ctx context.Context, p *daycast.Panel, threads int, row func(warehouse.SeriesRow)) error {
	frames := frames(p)
	for from := 0; from < len(frames); from += threads { // what is packed at once is written in order
		some := frames[from:min(from+threads, len(frames))]
		packed := make([][]byte, len(some))
		g, ctx := errgroup.WithContext(ctx)
		for k, indices := range some {
			g.Go(func() (err error) {
				if packed[k], err = appendFrame(nil, f.pack, p.Part(indices)); err != nil {
					return err
				}
				return ctx.Err()
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		for k, indices := range some {
			for _, i := range indices {
				known := warehouse.SeriesOf(p, i)
				known.At = f.at
				row(known)
			}
			if err := f.append(packed[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

// frames are the series of each frame: by place, which many signals are of.
func frames(p *daycast.Panel) (out [][]int) {
	indices := make([]int, len(p.Series))
	for i := range indices {
		indices[i] = i
	}
	slices.SortStableFunc(indices, func(a, b int) int { return cmp.Compare(p.Series[a].Place, p.Series[b].Place) })
	for some := range slices.Chunk(indices, frameSeries) {
		out = append(out, some)
	}
	return out
}

// end gives the file its name, or, with an error, leaves none.
func (f *panelFile) end(err error) error {
	if err != nil {
		_ = f.file.Close()
		_ = os.Remove(f.file.Name())
		return nil // whoever ends it knows
	}
	err = f.to.Flush()
	if err == nil {
		err = f.file.Sync()
	}
	if e := f.file.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.file.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(f.file.Name()) // the disk may need the room
	}
	return fileError("the file of panels", err)
}

// linkOrCopy gives a file a second name; where the file system has no such thing,
// a copy.
func linkOrCopy(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return fileError("the file of panels", err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		return fileError("the file of panels", err)
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if e := out.Close(); err == nil {
		err = e
	}
	return fileError("the file of panels", err)
}
