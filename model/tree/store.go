package tree

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"

	"daycast"
)

// A Store is a file of binned rows with their targets, which are read block by
// block in order, for data that memory does not hold. All numbers are
// little-endian:
//
//	magic "daycast.rows\n" | version u16 | parts u8 | rows of a block u32
//	| length of the head u32 | head | CRC-32C of all before u32
//	| block... | table | rows u64 | CRC-32C of the table and the rows u32
//
//	head    columns as in a saved ensemble | lanes u32 | wide columns u32 | place...
//	place   lane u32 | form u8 | 256 bins by lane where it is shared
//	block   target f32... | weight f32... | offset f32... | words u64... | wide u16...
//	table   of each block: CRC-32C of targets, weights and offsets u32, of the rest u32
//
// Each part of a block has all of its rows; words are by row, wide columns
// one after the other. All blocks but the last have the same number of rows,
// which depends on the columns alone, so that the file does not depend on the
// blocks that it was written in.
type Store struct {
	storeHead
	file  io.ReaderAt
	close func() error
	name  string
	rows  int
	first int64    // where the first block is
	table []uint32 // two checksums for each block
}

// A storeHead is what comes before the blocks.
type storeHead struct {
	bins *Bins
	layout
	width     int // words of a row
	parts     parts
	blockRows int
}

// parts are those that rows have beside targets.
type parts uint8

const (
	hasWeight parts = 1 << iota
	hasOffset
)

func (p parts) count() int { return int(p&hasWeight) + int(p&hasOffset)>>1 }

const (
	storeMagic   = "daycast.rows\n"
	storeVersion = 1
	storeFixed   = len(storeMagic) + 2 + 1 + 4 + 4
	storeTail    = 8 + 4
	// A block has about as many bytes: enough for disks to read at full speed.
	storeBlockBytes = 4 << 20
	mostBlockRows   = 1 << 20
)

// The forms of places, numbered as they are saved.
const (
	placeAlone = iota
	placeWide
	placeShared
	placeExclusive
)

func newStoreHead(b *Bins, l layout) storeHead {
	h := storeHead{bins: b, layout: l, width: (l.lanes + tileLanes - 1) / tileLanes}
	rows := storeBlockBytes / (h.targetBytes() + h.binBytes())
	h.blockRows = max(spanRows, min(mostBlockRows, rows)/spanRows*spanRows)
	return h
}

// targetBytes and binBytes are those of a row.
func (h *storeHead) targetBytes() int { return 4 * (1 + h.parts.count()) }
func (h *storeHead) binBytes() int    { return 8*h.width + 2*h.wide }

// bytes are the head with its checksum.
func (h *storeHead) bytes() []byte {
	le := binary.LittleEndian
	head := h.bins.append(nil)
	head = le.AppendUint32(head, uint32(h.lanes))
	head = le.AppendUint32(head, uint32(h.wide))
	for i := range h.places {
		p := &h.places[i]
		head = append(le.AppendUint32(head, uint32(p.lane)), p.form())
		if !p.wide && !p.alone() {
			head = append(head, p.bins[:]...)
		}
	}
	out := le.AppendUint16([]byte(storeMagic), storeVersion)
	out = append(out, byte(h.parts))
	out = le.AppendUint32(out, uint32(h.blockRows))
	out = le.AppendUint32(out, uint32(len(head)))
	out = append(out, head...)
	return le.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

func (p *place) form() byte {
	switch {
	case p.wide:
		return placeWide
	case p.alone():
		return placeAlone
	case p.exclusive:
		return placeExclusive
	}
	return placeShared
}

// OpenStore opens what a StoreWriter wrote. It refuses with code invalid a
// file that is cut short, damaged or no store. Blocks are checked as they are
// read.
func OpenStore(path string) (*Store, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, daycast.Errorf(daycast.NotFound, "opening stored rows: %w", err)
	} else if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "opening stored rows: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, daycast.Errorf(daycast.Unavailable, "opening stored rows: %w", err)
	}
	s, err := readStore(file, info.Size(), path)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	s.close = file.Close
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.close() }

// Rows is how many rows there are, all with a weight above zero.
func (s *Store) Rows() int { return s.rows }

// Bins are those that the rows were binned by.
func (s *Store) Bins() *Bins { return s.bins }

// readStore reads what is around the blocks.
func readStore(file io.ReaderAt, size int64, name string) (*Store, error) {
	s := &Store{file: file, name: name}
	fixed := make([]byte, storeFixed)
	if err := s.readAt(fixed, 0); err != nil {
		return nil, err
	}
	if string(fixed[:len(storeMagic)]) != storeMagic {
		return nil, daycast.Errorf(daycast.Invalid, "%s holds no stored rows", name)
	}
	p := &parser{b: fixed[len(storeMagic):]}
	if v := p.u16(); v != storeVersion {
		return nil, daycast.Errorf(daycast.Invalid, "%s: stored rows of version %d, want %d", name, v, storeVersion).
			WithHint("write the file again")
	}
	s.parts, s.blockRows = parts(p.u8()), int(p.u32())
	length := int64(p.u32())
	if length > size-int64(storeFixed)-4 {
		return nil, s.damaged()
	}
	s.first = int64(storeFixed) + length + 4
	head := make([]byte, s.first)
	if err := s.readAt(head, 0); err != nil {
		return nil, err
	}
	if !summed(head) || !s.parse(head[storeFixed:len(head)-4]) {
		return nil, s.damaged()
	}
	return s, s.readTable(size)
}

// summed reports whether b ends in the checksum of what comes before.
func summed(b []byte) bool {
	k := len(b) - 4
	return crc32.Checksum(b[:k], castagnoli) == binary.LittleEndian.Uint32(b[k:])
}

// parse reads the head and checks all that reading blocks relies on.
func (h *storeHead) parse(b []byte) bool {
	p := &parser{b: b}
	h.bins = p.bins()
	h.lanes, h.wide = int(p.u32()), int(p.u32())
	columns := h.bins.columns
	p.check(h.lanes <= len(columns) && h.wide <= len(columns))
	h.places = make([]place, len(columns))
	for c := range columns {
		h.places[c] = p.place(columns[c].last())
		p.check(h.places[c].lane < h.lanes && !h.places[c].wide || h.places[c].lane < h.wide && h.places[c].wide)
	}
	h.width = (h.lanes + tileLanes - 1) / tileLanes
	p.check(h.parts < hasOffset<<1 && h.blockRows >= 1 && h.blockRows <= mostBlockRows)
	return !p.failed && len(p.b) == 0
}

func (p *parser) place(last int) place {
	out := place{lane: int(p.u32())}
	form := p.u8()
	p.check(form <= placeExclusive)
	out.wide, out.exclusive = form == placeWide, form == placeExclusive
	p.check(out.wide || last <= maxValueBins)
	if form >= placeShared && !p.failed {
		out.code = make([]uint8, last+1) // only to write rows, which a store does not
		out.bins = new([256]uint8)
		copy(out.bins[:], p.take(len(out.bins)))
	}
	return out
}

// readTable reads what comes after the blocks; the file's size has to be that
// of as many rows as it says.
func (s *Store) readTable(size int64) error {
	tail := make([]byte, storeTail)
	if size-storeTail < s.first {
		return s.damaged()
	}
	if err := s.readAt(tail, size-storeTail); err != nil {
		return err
	}
	rows := binary.LittleEndian.Uint64(tail)
	if rows < 1 || rows > maxRows {
		return s.damaged()
	}
	s.rows = int(rows)
	begin := s.first + int64(s.rows)*int64(s.targetBytes()+s.binBytes())
	if begin+8*int64(s.blocks())+storeTail != size {
		return s.damaged()
	}
	end := make([]byte, size-begin)
	if err := s.readAt(end, begin); err != nil {
		return err
	}
	if !summed(end) {
		return s.damaged()
	}
	s.table = make([]uint32, 2*s.blocks())
	for i := range s.table {
		s.table[i] = binary.LittleEndian.Uint32(end[4*i:])
	}
	return nil
}

func (s *Store) blocks() int { return (s.rows + s.blockRows - 1) / s.blockRows }

func (s *Store) readAt(b []byte, at int64) error {
	switch n, err := s.file.ReadAt(b, at); {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return s.damaged()
	default:
		return daycast.Errorf(daycast.Unavailable, "reading stored rows: %w", err)
	}
}

func (s *Store) damaged() error {
	return daycast.Errorf(daycast.Invalid, "%s: the stored rows are cut short or damaged", s.name).
		WithHint("write the file again")
}
