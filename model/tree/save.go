package tree

import (
	"encoding/binary"
	"io"
	"math"
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

// head tells what a file is.
func head(kind string) []byte {
	out := binary.LittleEndian.AppendUint16([]byte(magic), version)
	return append(append(out, byte(len(kind))), kind...)
}

// Save writes the ensemble as one of the given kind.
func (e *Ensemble) Save(w io.Writer, kind string) error { return Seal(w, kind, head(kind), e.body()) }

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
	body, err := Unseal(r, kind, version, head(kind))
	if err != nil {
		return nil, err
	}
	e, ok := parse(body)
	if !ok {
		return nil, Damaged(kind)
	}
	return e, nil
}
