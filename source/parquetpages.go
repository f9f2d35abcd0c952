package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	parquetformat "github.com/parquet-go/parquet-go/format"

	"daycast"
)

// What a page may hold. The library makes room for what a page's header says,
// and a damaged one may say anything. Programs write pages of about a MiB.
const (
	mostPageBytes  = 256 << 20
	mostPageValues = 1 << 24
	headerBytes    = 1 << 16 // of which the statistics are the most
)

// A guard reads a Parquet file for the library, and looks at each page's header
// before the library does. It keeps the first error of reading, since the
// library goes on with what it has and may report another.
type guard struct {
	readerAtCloser
	size   int64
	chunks []chunk // by where they begin
	err    error
}

// A chunk is where a column's pages of a row group are.
type chunk struct {
	from, to int64
	next     int64 // where the next header is that was not looked at
	left     int64 // values that are to come
}

// footer looks at the file's last eight bytes: how long the footer is, and PAR1.
func (g *guard) footer() error {
	var end [8]byte
	if g.size < int64(len(end)) {
		return io.ErrUnexpectedEOF
	}
	if _, err := g.ReadAt(end[:], g.size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if n := int64(binary.LittleEndian.Uint32(end[:])); n > g.size-int64(len(end)) {
		return fmt.Errorf("it should end in %d bytes about its columns: %w", n, io.ErrUnexpectedEOF)
	}
	return nil
}

// watch takes in where the chunks of plain columns are. Of damaged LZ4 the
// library (v0.32.0) asks for twice the memory again and again until there is
// none, so that it is refused.
func (g *guard) watch(about *parquetformat.FileMetaData) error {
	for i := range about.RowGroups {
		group := &about.RowGroups[i]
		for j := range group.Columns {
			m := &group.Columns[j].MetaData
			if m.Codec == parquetformat.Lz4Raw {
				return daycast.Errorf(daycast.Invalid, "a column is packed with LZ4, which cannot be read").
					WithHint("write it with zstd, snappy or gzip")
			}
			from := m.DataPageOffset
			if m.DictionaryPageOffset != 0 {
				from = m.DictionaryPageOffset
			}
			c := chunk{from: from, to: from + m.TotalCompressedSize, next: from, left: group.NumRows}
			if from < 0 || m.TotalCompressedSize < 0 || c.to > g.size || c.to < from || group.NumRows < 0 {
				return fmt.Errorf("row group %d has pages beyond the file's end: %w", i, io.ErrUnexpectedEOF)
			}
			g.chunks = append(g.chunks, c)
		}
	}
	slices.SortFunc(g.chunks, func(a, b chunk) int {
		if a.from != b.from {
			return int(max(-1, min(1, a.from-b.from)))
		}
		return int(max(-1, min(1, a.to-b.to)))
	})
	for i := 1; i < len(g.chunks); i++ {
		if g.chunks[i].from < g.chunks[i-1].to {
			return errors.New("pages of two columns overlap")
		}
	}
	return nil
}

// ReadAt reads, and looks at the headers that it has come to.
func (g *guard) ReadAt(p []byte, at int64) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.readerAtCloser.ReadAt(p, at)
	if err != nil && !errors.Is(err, io.EOF) {
		g.err = err
		return n, err
	}
	if e := g.look(p[:n], at); e != nil {
		g.err = e
		return 0, e
	}
	return n, err
}

func (g *guard) look(p []byte, at int64) error {
	end := at + int64(len(p))
	i, _ := slices.BinarySearchFunc(g.chunks, at, func(c chunk, at int64) int {
		if c.to <= at {
			return -1
		}
		return 1
	})
	for ; i < len(g.chunks) && g.chunks[i].from < end; i++ {
		for c := &g.chunks[i]; c.next < c.to && c.next < end; {
			var head []byte
			if c.next >= at {
				head = p[c.next-at : min(end, c.to)-at]
			}
			if err := g.header(c, head); err != nil {
				return err
			}
		}
	}
	return nil
}

// header looks at a chunk's next header, of which head has all or the beginning.
func (g *guard) header(c *chunk, head []byte) error {
	h, n, err := decodeHeader(head)
	if err != nil { // it goes on behind what was read
		head = make([]byte, min(headerBytes, c.to-c.next))
		got, err := g.readerAtCloser.ReadAt(head, c.next)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if h, n, err = decodeHeader(head[:got]); err != nil {
			return fmt.Errorf("the page at byte %d has no header: %w", c.next, err)
		}
	}
	values := int64(0)
	switch {
	case h.DataPageHeader.Valid:
		values = int64(h.DataPageHeader.V.NumValues)
		c.left -= values
	case h.DataPageHeaderV2.Valid:
		values = int64(h.DataPageHeaderV2.V.NumValues)
		c.left -= values
	case h.DictionaryPageHeader.Valid:
		values = int64(h.DictionaryPageHeader.V.NumValues)
	}
	next := c.next + int64(n) + int64(h.CompressedPageSize)
	switch {
	case h.CompressedPageSize < 0 || next > c.to:
		return fmt.Errorf("the page at byte %d goes on behind its column: %w", c.next, io.ErrUnexpectedEOF)
	case h.UncompressedPageSize < 0 || h.UncompressedPageSize > mostPageBytes:
		return fmt.Errorf("the page at byte %d says that it has %d bytes, and at most %d are read", c.next, h.UncompressedPageSize, mostPageBytes)
	case values < 0 || values > mostPageValues || c.left < 0:
		return fmt.Errorf("the page at byte %d says that it has %d values, more than the rows or than the %d that are read", c.next, values, mostPageValues)
	}
	c.next = next
	return nil
}

func decodeHeader(b []byte) (*parquetformat.PageHeader, int, error) {
	var compact thrift.CompactProtocol
	r := compact.NewReaderFromBytes(b)
	h := new(parquetformat.PageHeader)
	if err := thrift.NewDecoder(r).Decode(h); err != nil {
		return nil, 0, err
	}
	return h, r.BytesRead(), nil
}
