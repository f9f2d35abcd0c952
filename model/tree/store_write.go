package tree

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"syscall"

	"daycast"
	"daycast/feature"
)

// Targets are what is known of rows beside their features.
type Targets struct {
	Y      []float32
	Weight []float32 // nil: all 1; a row of weight 0 does not count
	Offset []float32 // added to each row's score; nil: all 0
}

// A StoreWriter writes a store. The file has a name of its own until Commit
// gives it its path, so that no store is there by halves.
type StoreWriter struct {
	storeHead
	path    string
	file    *os.File
	out     io.Writer
	flush   func() error
	threads int
	lookups []lookup

	columns []feature.Column
	block   *Matrix // the rows that are not written yet
	pending Targets // theirs
	rows    int
	began   bool
	table   []byte
	buffer  []byte
	err     error // the first one, after which all else fails
}

// NewStoreWriter begins a store at path of rows to be binned by b.
func (b *Bins) NewStoreWriter(path string, threads int) (*StoreWriter, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "writing stored rows: %w", err)
	}
	w := b.newStoreWriter(file, threads)
	w.path, w.file = path, file
	return w, nil
}

func (b *Bins) newStoreWriter(out io.Writer, threads int) *StoreWriter {
	buffered := bufio.NewWriterSize(out, 1<<16)
	w := &StoreWriter{out: buffered, flush: buffered.Flush, threads: threads, lookups: b.lookups()}
	w.storeHead = newStoreHead(b, b.NewMatrix(0).layout)
	w.block = b.NewMatrix(w.blockRows)
	w.block.words = make([]uint64, w.blockRows*w.block.width)
	return w
}

// Write appends the rows of the block that have a weight above zero. Weights
// and offsets have to be there in all blocks or in none.
func (w *StoreWriter) Write(block *feature.Frame, t Targets) error {
	if w.err != nil {
		return w.err
	}
	rows, err := w.check(block, t)
	if err != nil {
		return err
	}
	if len(rows) < block.Rows {
		block, t = pickRows(block, rows), t.pick(rows)
	}
	for begin := 0; begin < block.Rows && w.err == nil; {
		have := len(w.pending.Y)
		end := min(block.Rows, begin+w.blockRows-have)
		w.block.write(have, block.Slice(begin, end), w.lookups, w.threads)
		w.pending.append(t, begin, end)
		if len(w.pending.Y) == w.blockRows {
			w.writeBlock()
		}
		begin = end
	}
	return w.err
}

// check refuses rows that do not fit, and returns those that count.
func (w *StoreWriter) check(block *feature.Frame, t Targets) ([]uint32, error) {
	if w.columns == nil {
		w.columns = append([]feature.Column{}, block.Columns...)
	}
	if err := checkBlock(block, w.columns); err != nil {
		return nil, err
	}
	if err := w.bins.checkColumns(block); err != nil {
		return nil, err
	}
	if err := t.check(block.Rows); err != nil {
		return nil, err
	}
	if w.rows+len(w.pending.Y)+block.Rows > maxRows {
		return nil, daycast.Errorf(daycast.Invalid, "more than %d rows: trees take at most as many", maxRows)
	}
	if block.Rows == 0 {
		return nil, nil
	}
	if has := t.parts(); !w.began {
		w.begin(has)
	} else if has != w.parts {
		return nil, daycast.Errorf(daycast.Invalid, "some blocks have weights or offsets and others lack them").
			WithHint("give them to all blocks, with weights of 1 and offsets of 0 where there are none")
	}
	rows := make([]uint32, 0, block.Rows)
	for i := range t.Y {
		if t.Weight == nil || t.Weight[i] > 0 {
			rows = append(rows, uint32(i))
		}
	}
	return rows, w.err
}

func (t *Targets) parts() (p parts) {
	if t.Weight != nil {
		p |= hasWeight
	}
	if t.Offset != nil {
		p |= hasOffset
	}
	return p
}

// check refuses what is not one legal number of each kind for each row.
func (t *Targets) check(rows int) error {
	if len(t.Y) != rows || (t.Weight != nil && len(t.Weight) != rows) || (t.Offset != nil && len(t.Offset) != rows) {
		return daycast.Errorf(daycast.Invalid, "%d rows, %d targets, %d weights, %d offsets: want as many of each",
			rows, len(t.Y), len(t.Weight), len(t.Offset))
	}
	for i, v := range t.Y {
		switch {
		case !finite(v):
			return daycast.Errorf(daycast.Invalid, "target of row %d of a block is %g: want a finite number", i, v)
		case t.Weight != nil && !(finite(t.Weight[i]) && t.Weight[i] >= 0):
			return daycast.Errorf(daycast.Invalid, "weight of row %d of a block is %g: want a finite number >= 0", i, t.Weight[i])
		case t.Offset != nil && !finite(t.Offset[i]):
			return daycast.Errorf(daycast.Invalid, "offset of row %d of a block is %g: want a finite number", i, t.Offset[i])
		}
	}
	return nil
}

func (t *Targets) append(from Targets, begin, end int) {
	t.Y = append(t.Y, from.Y[begin:end]...)
	if from.Weight != nil {
		t.Weight = append(t.Weight, from.Weight[begin:end]...)
	}
	if from.Offset != nil {
		t.Offset = append(t.Offset, from.Offset[begin:end]...)
	}
}

func (t *Targets) pick(rows []uint32) Targets {
	return Targets{pick32(t.Y, rows), pick32(t.Weight, rows), pick32(t.Offset, rows)}
}

func pick32(from []float32, rows []uint32) []float32 {
	if from == nil {
		return nil
	}
	out := make([]float32, len(rows))
	for i, r := range rows {
		out[i] = from[r]
	}
	return out
}

func pickRows(x *feature.Frame, rows []uint32) *feature.Frame {
	out := &feature.Frame{Columns: x.Columns, Rows: len(rows)}
	for _, values := range x.Data {
		out.Data = append(out.Data, pick32(values, rows))
	}
	return out
}

func (w *StoreWriter) begin(has parts) {
	w.began, w.parts = true, has
	w.write(w.bytes())
}

// writeBlock writes the pending rows.
func (w *StoreWriter) writeBlock() {
	le, n := binary.LittleEndian, len(w.pending.Y)
	b := w.buffer[:0]
	for _, values := range [][]float32{w.pending.Y, w.pending.Weight, w.pending.Offset} {
		for _, v := range values {
			b = le.AppendUint32(b, math.Float32bits(v))
		}
	}
	w.table = le.AppendUint32(w.table, crc32.Checksum(b, castagnoli))
	w.write(b)
	b = b[:0]
	w.block.transpose(0, n)
	for _, v := range w.block.words[:n*w.width] {
		b = le.AppendUint64(b, v)
	}
	for _, column := range w.block.wide {
		for _, v := range column[:n] {
			b = le.AppendUint16(b, v)
		}
	}
	w.table = le.AppendUint32(w.table, crc32.Checksum(b, castagnoli))
	w.write(b)
	w.buffer, w.rows = b, w.rows+n
	w.pending = Targets{w.pending.Y[:0], w.pending.Weight[:0], w.pending.Offset[:0]}
	clear(w.block.words)
	for _, lane := range w.block.lanes {
		clear(lane)
	}
}

func (w *StoreWriter) write(b []byte) {
	if w.err == nil {
		_, err := w.out.Write(b)
		w.fail(err)
	}
}

// fail keeps the first error of the disk.
func (w *StoreWriter) fail(err error) {
	if err == nil || w.err != nil {
		return
	}
	e := daycast.Errorf(daycast.Unavailable, "writing stored rows: %w", err)
	if errors.Is(err, syscall.ENOSPC) {
		e = e.WithHint("free space on the disk of %s, or choose another", filepath.Dir(w.path))
	}
	w.err = e
}

// Commit writes what is left and gives the store its path, where it takes the
// place of a store that was there. After an error there is none.
func (w *StoreWriter) Commit() error {
	defer w.Abort()
	w.finish()
	if w.err == nil {
		w.fail(w.file.Sync())
	}
	if w.err == nil {
		w.fail(os.Rename(w.file.Name(), w.path))
	}
	return w.err
}

// finish writes what is left and the table.
func (w *StoreWriter) finish() {
	if w.err == nil && w.rows+len(w.pending.Y) == 0 {
		w.err = daycast.Errorf(daycast.Invalid, "no row with a weight above zero to learn from")
	}
	if len(w.pending.Y) > 0 {
		w.writeBlock()
	}
	end := binary.LittleEndian.AppendUint64(w.table, uint64(w.rows))
	w.write(binary.LittleEndian.AppendUint32(end, crc32.Checksum(end, castagnoli)))
	if w.err == nil {
		w.fail(w.flush())
	}
}

// Abort removes the file, unless Commit has given it its path.
func (w *StoreWriter) Abort() {
	if w.file == nil {
		return
	}
	_ = w.file.Close()
	_ = os.Remove(w.file.Name()) // after a rename there is nothing by that name
	w.file = nil
	if w.err == nil {
		w.err = daycast.Errorf(daycast.Invalid, "the store is finished: no row can be added")
	}
}
