package tree

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"math"
	"sync"
)

// A Block is consecutive rows of a store.
type Block struct {
	Begin, Rows int
	Y           []float32
	Weight      []float32 // nil: all 1
	Offset      []float32 // nil: all 0

	words []uint64
	wide  [][]uint16
	err   error // why it could not be read
}

// A reader reads a store again and again into the same two blocks, one of
// which is read while the other is worked on.
type reader struct {
	*Store
	raw    []byte
	blocks [2]Block
}

func newReader(s *Store) *reader {
	rows := min(s.rows, s.blockRows)
	r := &reader{Store: s, raw: make([]byte, rows*max(s.targetBytes(), s.binBytes()))}
	for i := range r.blocks {
		b := &r.blocks[i]
		b.Y = make([]float32, rows)
		if s.parts&hasWeight != 0 {
			b.Weight = make([]float32, rows)
		}
		if s.parts&hasOffset != 0 {
			b.Offset = make([]float32, rows)
		}
		b.words = make([]uint64, rows*s.width)
		for range s.layout.wide {
			b.wide = append(b.wide, make([]uint16, rows))
		}
	}
	return r
}

// What a walk reads of the blocks.
const (
	targetsOnly = iota
	targetsAndBins
)

// walk has work do all blocks in order, while the next is read. It ends early
// with the first error, and where ctx is done.
func (r *reader) walk(ctx context.Context, what int, work func(*Block) error) error {
	free, full, stop := make(chan *Block, 2), make(chan *Block, 2), make(chan struct{})
	free <- &r.blocks[0]
	free <- &r.blocks[1]
	var owned sync.WaitGroup
	owned.Go(func() {
		defer close(full)
		for i := range r.Store.blocks() {
			select {
			case <-stop:
				return
			case b := <-free:
				b.err = r.read(b, i, what)
				full <- b
			}
		}
	})
	defer owned.Wait()
	defer close(stop)
	for b := range full {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.err != nil {
			return b.err
		}
		if err := work(b); err != nil {
			return err
		}
		free <- b
	}
	return nil
}

// read reads and checks block i.
func (r *reader) read(b *Block, i, what int) error {
	b.Begin = i * r.blockRows
	b.Rows = min(r.blockRows, r.rows-b.Begin)
	at := r.first + int64(b.Begin)*int64(r.targetBytes()+r.binBytes())
	targets := r.raw[:b.Rows*r.targetBytes()]
	if err := r.readPart(targets, at, r.table[2*i]); err != nil {
		return err
	}
	b.Y, targets = decode32(b.Y, targets, b.Rows)
	b.Weight, targets = decode32(b.Weight, targets, b.Rows)
	b.Offset, _ = decode32(b.Offset, targets, b.Rows)
	if !b.legal() {
		return r.damaged()
	}
	if what == targetsOnly {
		return nil
	}
	bins := r.raw[:b.Rows*r.binBytes()]
	if err := r.readPart(bins, at+int64(b.Rows*r.targetBytes()), r.table[2*i+1]); err != nil {
		return err
	}
	return r.decodeBins(b, bins)
}

func (r *reader) readPart(b []byte, at int64, sum uint32) error {
	if err := r.readAt(b, at); err != nil {
		return err
	}
	if crc32.Checksum(b, castagnoli) != sum {
		return r.damaged()
	}
	return nil
}

// decode32 decodes rows numbers of a part, none where there is no such part,
// and returns what follows.
func decode32(out []float32, from []byte, rows int) ([]float32, []byte) {
	if out == nil {
		return nil, from
	}
	out = out[:rows]
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(from[4*i:]))
	}
	return out, from[4*rows:]
}

// legal reports whether the block has such numbers as are written.
func (b *Block) legal() bool {
	ok := true
	for _, v := range b.Y {
		ok = ok && finite(v)
	}
	for _, v := range b.Weight {
		ok = ok && finite(v) && v > 0
	}
	for _, v := range b.Offset {
		ok = ok && finite(v)
	}
	return ok
}

func (r *reader) decodeBins(b *Block, from []byte) error {
	b.words = b.words[:b.Rows*r.width]
	for i := range b.words {
		b.words[i] = binary.LittleEndian.Uint64(from[8*i:])
	}
	from = from[8*len(b.words):]
	for w := range b.wide {
		b.wide[w] = b.wide[w][:b.Rows]
		for i := range b.wide[w] {
			b.wide[w][i] = binary.LittleEndian.Uint16(from[2*i:])
		}
		from = from[2*b.Rows:]
	}
	for c := range r.places {
		if p := &r.places[c]; p.wide {
			last := uint16(r.bins.columns[c].last())
			for _, bin := range b.wide[p.lane] {
				if bin > last {
					return r.damaged()
				}
			}
		}
	}
	return nil
}
