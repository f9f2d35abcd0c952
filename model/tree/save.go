package tree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"

	"daycast"
)

// A saved ensemble, all numbers little-endian:
//
//	magic "daycast.trees\n" | version u16 | kind: length u8, bytes
//	| length of the body u64 | body | CRC-32C of all before u32
//
//	body    link u8 | start f64 | columns u32, column... | trees u32, tree...
//	column  kind u8 | cuts u16 | cut f32...
//	tree    nodes u32 | words u32 | node... | word u64...
//	node    right u32 | set i32 | value f32 | gain f32 | cover f32 | column u16 | lo u16 | span u16
const (
	magic       = "daycast.trees\n"
	version     = 2
	columnBytes = 1 + 2
	treeBytes   = 4 + 4 + nodeBytes
	nodeBytes   = 26
)

// The kinds of columns, numbered as they are saved.
const (
	number = iota
	category
	categoryWithOther
)

func (c *columnBins) kind() byte {
	switch {
	case c.other:
		return categoryWithOther
	case c.categorical:
		return category
	}
	return number
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes the ensemble as one of the given kind.
func (e *Ensemble) Save(w io.Writer, kind string) error {
	body := e.body()
	out := append([]byte(magic), 0, 0, byte(len(kind)))
	binary.LittleEndian.PutUint16(out[len(magic):], version)
	out = append(out, kind...)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(body)))
	out = append(out, body...)
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
	if _, err := w.Write(out); err != nil {
		return daycast.Errorf(daycast.Unavailable, "writing a %s model: %w", kind, err)
	}
	return nil
}

// append appends the columns.
func (b *Bins) append(out []byte) []byte {
	le := binary.LittleEndian
	out = le.AppendUint32(out, uint32(len(b.columns)))
	for _, column := range b.columns {
		out = append(out, column.kind())
		out = le.AppendUint16(out, uint16(len(column.cuts)))
		for _, cut := range column.cuts {
			out = le.AppendUint32(out, math.Float32bits(cut))
		}
	}
	return out
}

func (e *Ensemble) body() []byte {
	le := binary.LittleEndian
	b := []byte{byte(e.link)}
	b = le.AppendUint64(b, math.Float64bits(e.start))
	b = e.bins.append(b)
	b = le.AppendUint32(b, uint32(len(e.trees)))
	for _, t := range e.trees {
		b = le.AppendUint32(b, uint32(len(t.nodes)))
		b = le.AppendUint32(b, uint32(len(t.sets)))
		for _, n := range t.nodes {
			b = le.AppendUint32(b, uint32(n.right))
			b = le.AppendUint32(b, uint32(n.set))
			for _, v := range []float32{n.value, n.gain, n.cover} {
				b = le.AppendUint32(b, math.Float32bits(v))
			}
			for _, v := range []uint16{n.column, n.lo, n.span} {
				b = le.AppendUint16(b, v)
			}
		}
		for _, word := range t.sets {
			b = le.AppendUint64(b, word)
		}
	}
	return b
}

// Load reads what Save wrote of this kind, and not a byte more. It refuses
// anything else with code invalid, and allocates a small multiple of what r
// holds, whatever the lengths in it claim.
func Load(r io.Reader, kind string) (*Ensemble, error) {
	sum := crc32.New(castagnoli)
	tee := io.TeeReader(r, sum)
	head := make([]byte, len(magic)+3+len(kind)+8)
	if err := readFull(tee, head, kind); err != nil {
		return nil, err
	}
	want := append([]byte(magic), version, 0, byte(len(kind)))
	want = append(want, kind...)
	if !bytes.Equal(head[:len(want)], want) {
		return nil, daycast.Errorf(daycast.Invalid, "not a %s model of version %d", kind, version)
	}
	length := binary.LittleEndian.Uint64(head[len(want):])
	if length > math.MaxInt64 {
		return nil, damaged(kind)
	}
	var body bytes.Buffer // grows with what is there, not with what length claims
	if n, err := io.CopyN(&body, tee, int64(length)); err != nil && !errors.Is(err, io.EOF) {
		return nil, daycast.Errorf(daycast.Unavailable, "reading a %s model: %w", kind, err)
	} else if n < int64(length) {
		return nil, damaged(kind)
	}
	got := sum.Sum32()
	tail := make([]byte, 4)
	if err := readFull(r, tail, kind); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(tail) != got {
		return nil, damaged(kind)
	}
	e, ok := parse(body.Bytes())
	if !ok {
		return nil, damaged(kind)
	}
	return e, nil
}

func readFull(r io.Reader, b []byte, kind string) error {
	switch _, err := io.ReadFull(r, b); err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		return damaged(kind)
	default:
		return daycast.Errorf(daycast.Unavailable, "reading a %s model: %w", kind, err)
	}
}

func damaged(kind string) error {
	return daycast.Errorf(daycast.Invalid, "the %s model is truncated or damaged", kind).
		WithHint("restore the file or train again")
}
