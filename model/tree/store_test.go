package tree

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"daycast"
	"daycast/feature"
)

// someStore has rows of every kind of column, and their targets.
func someStore(t testing.TB, rows int) (file []byte, x *feature.Frame, b *Bins) {
	t.Helper()
	rng := rand.New(rand.NewPCG(6, 1))
	x = randomFrame(rng, rows)
	b = NewBins(x, allRows(x.Rows), 1, 1)
	return writtenStore(t, b, x, rng), x, b
}

func targetsOf(x *feature.Frame) Targets {
	t := Targets{Y: make([]float32, x.Rows), Weight: make([]float32, x.Rows), Offset: make([]float32, x.Rows)}
	for r := range x.Rows {
		t.Y[r], t.Weight[r], t.Offset[r] = float32(r), 1+float32(r%3), float32(r%5)
	}
	return t
}

// writtenStore is the file of x cut into random blocks.
func writtenStore(t testing.TB, b *Bins, x *feature.Frame, rng *rand.Rand) []byte {
	t.Helper()
	var file bytes.Buffer
	w := b.newStoreWriter(&file, 2)
	all, at := targetsOf(x), 0
	inBlocks(t, x, rng, func(block *feature.Frame) error {
		end := at + block.Rows
		part := Targets{all.Y[at:end], all.Weight[at:end], all.Offset[at:end]}
		at = end
		return w.Write(block, part)
	})
	w.finish()
	if w.err != nil {
		t.Fatal(w.err)
	}
	return file.Bytes()
}

func TestStoreHoldsTheMatrixWhateverTheBlocks(t *testing.T) {
	file, x, b := someStore(t, 3000)
	for seed := range uint64(3) {
		if !bytes.Equal(file, writtenStore(t, b, x, rand.New(rand.NewPCG(seed, 9)))) {
			t.Fatal("cut into other blocks, the file differs")
		}
	}
	s, err := readStore(bytes.NewReader(file), int64(len(file)), "test")
	if err != nil {
		t.Fatal(err)
	}
	want, all := b.Matrix(x, 1), targetsOf(x)
	want.tile(nil)
	rows := 0
	err = newReader(s).walk(context.Background(), targetsAndBins, func(block *Block) error {
		at, end := block.Begin, block.Begin+block.Rows
		if !slices.Equal(block.words, want.words[at*want.width:end*want.width]) || !slices.Equal(block.Y, all.Y[at:end]) ||
			!slices.Equal(block.Weight, all.Weight[at:end]) || !slices.Equal(block.Offset, all.Offset[at:end]) {
			t.Errorf("rows %d to %d differ", at, end)
		}
		rows += block.Rows
		return nil
	})
	if err != nil || rows != x.Rows || !s.Bins().Equal(b) {
		t.Errorf("%d rows, error %v", rows, err)
	}
}

// walkAll opens a file and walks over it.
func walkAll(file []byte) error {
	s, err := readStore(bytes.NewReader(file), int64(len(file)), "test")
	if err != nil {
		return err
	}
	return newReader(s).walk(context.Background(), targetsAndBins, func(*Block) error { return nil })
}

func TestDamagedStoresAreRefused(t *testing.T) {
	file, _, _ := someStore(t, 60)
	if err := walkAll(file); err != nil {
		t.Fatal(err)
	}
	for n := range file {
		if err := walkAll(file[:n]); err == nil || daycast.CodeOf(err) != daycast.Invalid {
			t.Fatalf("cut to %d bytes: error %v, want code invalid", n, err)
		}
		flipped := bytes.Clone(file)
		flipped[n] ^= 0x10
		if err := walkAll(flipped); err == nil || daycast.CodeOf(err) != daycast.Invalid {
			t.Fatalf("byte %d flipped: error %v, want code invalid", n, err)
		}
	}
}

// fullDisk takes some bytes and no more.
type fullDisk struct{ left int }

func (d *fullDisk) Write(b []byte) (int, error) {
	if d.left -= len(b); d.left < 0 {
		return 0, syscall.ENOSPC
	}
	return len(b), nil
}

func TestFullDiskLeavesNothing(t *testing.T) {
	_, x, b := someStore(t, 3000)
	dir := t.TempDir()
	path := filepath.Join(dir, "rows")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := b.NewStoreWriter(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	full := &fullDisk{100}
	w.out, w.flush = full, func() error { return nil }
	_ = w.Write(x, targetsOf(x))
	err = w.Commit()
	if !errors.Is(err, syscall.ENOSPC) || daycast.CodeOf(err) != daycast.Unavailable || !strings.Contains(err.Error(), "free space") {
		t.Errorf("error %v, want unavailable for want of space, with a hint", err)
	}
	if err := w.Write(x, targetsOf(x)); err == nil {
		t.Error("a write after the error succeeds")
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 {
		t.Errorf("files %v, error %v: want the old store alone", names, err)
	}
	if old, _ := os.ReadFile(path); string(old) != "old" {
		t.Error("the old store is gone")
	}
}

func TestAbortedStoreLeavesNothing(t *testing.T) {
	_, x, b := someStore(t, 50)
	dir := t.TempDir()
	w, err := b.NewStoreWriter(filepath.Join(dir, "rows"), 1)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Write(x, targetsOf(x))
	w.Abort()
	if names, _ := os.ReadDir(dir); len(names) > 0 {
		t.Errorf("files %v are left", names)
	}
	if w.Commit() == nil {
		t.Error("an aborted store is committed")
	}
	if _, err := b.NewStoreWriter(filepath.Join(dir, "no folder", "rows"), 1); daycast.CodeOf(err) != daycast.Unavailable {
		t.Errorf("error %v, want code unavailable", err)
	}
	if _, err := OpenStore(filepath.Join(dir, "rows")); daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("error %v, want code not_found", err)
	}
}

// failing reads fail from the second block on.
type failing struct {
	io.ReaderAt
	reads int
}

func (f *failing) ReadAt(b []byte, at int64) (int, error) {
	if f.reads--; f.reads < 0 {
		return 0, syscall.EIO
	}
	return f.ReaderAt.ReadAt(b, at)
}

func TestReadErrorsEndAWalk(t *testing.T) {
	file, _, _ := someStore(t, 60)
	f := &failing{bytes.NewReader(file), 100}
	s, err := readStore(f, int64(len(file)), "test")
	if err != nil {
		t.Fatal(err)
	}
	for reads := range 2 {
		f.reads = reads
		err = newReader(s).walk(context.Background(), targetsAndBins, func(*Block) error { return nil })
		if !errors.Is(err, syscall.EIO) || daycast.CodeOf(err) != daycast.Unavailable {
			t.Errorf("error %v, want that of the disk, unavailable", err)
		}
	}
}

func TestStoreWriterRefusesWhatDoesNotFit(t *testing.T) {
	_, x, b := someStore(t, 10)
	good := targetsOf(x)
	bad := func(change func(*Targets)) Targets {
		t := targetsOf(x)
		change(&t)
		return t
	}
	for what, targets := range map[string]Targets{
		"a target missing": bad(func(t *Targets) { t.Y = t.Y[1:] }), "NaN": bad(func(t *Targets) { t.Y[3] = nan }),
		"a negative weight":  bad(func(t *Targets) { t.Weight[3] = -1 }),
		"an infinite offset": bad(func(t *Targets) { t.Offset[3] = inf }), "no weights": bad(func(t *Targets) { t.Weight = nil }),
	} {
		w := b.newStoreWriter(io.Discard, 1)
		if err := w.Write(x, good); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(x, targets); err == nil || daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: error %v, want code invalid", what, err)
		}
	}
	w := b.newStoreWriter(io.Discard, 1)
	if w.finish(); w.err == nil || daycast.CodeOf(w.err) != daycast.Invalid {
		t.Errorf("no rows: error %v, want code invalid", w.err)
	}
}

// sealedStore is a file of the given insides, with checksums that are right.
func sealedStore(has byte, blockRows uint32, head, body []byte) []byte {
	h := storeHead{parts: parts(has), blockRows: int(blockRows)}
	le := binary.LittleEndian
	file := append(le.AppendUint16([]byte(storeMagic), storeVersion), has)
	file = le.AppendUint32(le.AppendUint32(file, blockRows), uint32(len(head)))
	file = append(file, head...)
	file = le.AppendUint32(file, crc32.Checksum(file, castagnoli))
	file = append(file, body...)
	var table []byte
	rows := 0
	if h.parse(head) {
		rows = len(body) / (h.targetBytes() + h.binBytes())
		for left := rows; left > 0; left -= h.blockRows {
			n := min(left, h.blockRows)
			for _, bytes := range []int{n * h.targetBytes(), n * h.binBytes()} {
				table = le.AppendUint32(table, crc32.Checksum(body[:bytes], castagnoli))
				body = body[bytes:]
			}
		}
	}
	end := le.AppendUint64(table, uint64(rows))
	return append(file, le.AppendUint32(end, crc32.Checksum(end, castagnoli))...)
}

func FuzzOpenStore(f *testing.F) {
	file, _, _ := someStore(f, 40)
	s, err := readStore(bytes.NewReader(file), int64(len(file)), "test")
	if err != nil {
		f.Fatal(err)
	}
	head := file[storeFixed : s.first-4]
	body := file[s.first:][:s.rows*(s.targetBytes()+s.binBytes())]
	if !bytes.Equal(file, sealedStore(byte(s.parts), uint32(s.blockRows), head, body)) {
		f.Fatal("the seed is not the file that was written")
	}
	f.Add(byte(s.parts), uint32(s.blockRows), head, body)
	f.Add(byte(0), uint32(7), head, body)
	wide, x := wideBins(300)
	w := wide.newStoreWriter(io.Discard, 1)
	f.Add(byte(0), uint32(100), w.bytes()[storeFixed:len(w.bytes())-4], make([]byte, 20*len(x.Columns)))
	f.Fuzz(func(t *testing.T, has byte, blockRows uint32, head, body []byte) {
		file := sealedStore(has, blockRows, head, body)
		s, err := readStore(bytes.NewReader(file), int64(len(file)), "test")
		if err == nil {
			_, err = grownOnStore(s, loose, allOnes, 1)
		}
		if err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Fatalf("error %v, want code invalid", err)
		}
	})
}
