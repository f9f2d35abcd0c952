package pipeline

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zstd"

	"daycast"
)

// A frame is some series' panel in a file of panels:
//
//	length of the content  4 bytes, little-endian
//	CRC-32C of the content 4 bytes
//	content                a gob of the panel, in zstd
const frameHead = 8

// frameBytes bounds what a frame may hold, packed or not: one of 64 series of
// ten years under thirty signals has some 10 MB.
const frameBytes = 1 << 30

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame adds the panel's frame to b.
func appendFrame(b []byte, pack *zstd.Encoder, p *daycast.Panel) ([]byte, error) {
	q := *p
	if shared(p) {
		q.Train = nil
	}
	var raw bytes.Buffer
	if err := gob.NewEncoder(&raw).Encode(&q); err != nil {
		return nil, daycast.Errorf(daycast.Internal, "a panel cannot be put away: %w", err)
	}
	begin := len(b)
	b = pack.EncodeAll(raw.Bytes(), append(b, make([]byte, frameHead)...))
	content := b[begin+frameHead:]
	if raw.Len() > frameBytes || len(content) > frameBytes {
		return nil, daycast.Errorf(daycast.Invalid, "the panel of %d series has %d bytes, and %d are the most", len(p.Series), raw.Len(), frameBytes)
	}
	binary.LittleEndian.PutUint32(b[begin:], uint32(len(content)))
	binary.LittleEndian.PutUint32(b[begin+4:], crc32.Checksum(content, castagnoli))
	return b, nil
}

// shared reports whether a panel trains on what was observed.
func shared(p *daycast.Panel) bool { return len(p.Train) == 0 || &p.Train[0] == &p.Units[0] }

// readFrame reads one frame: io.EOF where there is none, and code invalid where
// it is broken.
func readFrame(from io.Reader, unpack *zstd.Decoder) (*daycast.Panel, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		if errors.Is(err, io.EOF) { // nothing at all was there
			return nil, io.EOF
		}
		return nil, brokenFrame(err)
	}
	length := binary.LittleEndian.Uint32(head[:])
	var content bytes.Buffer // grows as the bytes come: a length may lie
	if n, err := io.CopyN(&content, from, int64(length)); err != nil || length > frameBytes {
		return nil, daycast.Errorf(daycast.Invalid, "a frame of panels is broken: %d of %d bytes", n, length)
	}
	if crc32.Checksum(content.Bytes(), castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, daycast.Errorf(daycast.Invalid, "a frame of panels is broken: its checksum is another")
	}
	raw, err := unpack.DecodeAll(content.Bytes(), nil)
	if err != nil {
		return nil, brokenFrame(err)
	}
	return decodePanel(raw)
}

// brokenFrame does not wrap: an io.EOF within a frame is not that of the file.
func brokenFrame(err error) error {
	return daycast.Errorf(daycast.Invalid, "a frame of panels is broken: %v", err)
}

// decodePanel reads the gob of a panel.
func decodePanel(raw []byte) (*daycast.Panel, error) {
	p := &daycast.Panel{}
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(p); err != nil {
		return nil, brokenFrame(err)
	}
	if p.Train == nil {
		p.Train = p.Units
	}
	if !sound(p) {
		return nil, daycast.Errorf(daycast.Invalid, "a frame of panels is broken: its parts have different lengths")
	}
	return p, nil
}

// sound reports whether no index into the panel leads outside it.
func sound(p *daycast.Panel) bool {
	n := len(p.Series)
	if p.Step < 1 || len(p.Start) != n || len(p.Offsets) != n+1 || p.Offsets[0] != 0 {
		return false
	}
	for i := range n {
		if p.Len(i) < 0 {
			return false
		}
	}
	days, ahead := p.Offsets[n], p.Ahead.Periods
	if ahead < 0 || ahead > frameBytes {
		return false
	}
	ok := len(p.Units) == days && len(p.Train) == days && len(p.State) == days && len(p.Price) == days &&
		filled(p.Spread, days) && filled(p.Waited, n) &&
		filled(p.Ahead.Price, n*ahead) && filled(p.Ahead.Closed, n*ahead) && filled(p.Ahead.PricePlanned, n)
	for _, l := range p.Levels {
		ok = ok && len(l.Of) == n && within(l.Of, len(l.Names))
	}
	for _, s := range p.Signals {
		ok = ok && s.Step >= 1 && len(s.Vector) == n && len(s.First) == len(s.Vectors) && within(s.Vector, len(s.Vectors))
	}
	return ok && (p.Totals == nil || soundTotals(p.Totals, p.Levels))
}

// filled reports whether rows are as many as they should be, or none.
func filled[T any](rows []T, want int) bool { return len(rows) == 0 || len(rows) == want }

// within reports whether numbers are from -1 to before n.
func within(numbers []int32, n int) bool {
	for _, k := range numbers {
		if k < -1 || int(k) >= n {
			return false
		}
	}
	return true
}

// soundTotals reports whether each level has all of its groups, of which means,
// counts and prices have the same periods.
func soundTotals(t *daycast.Totals, levels []daycast.Level) bool {
	n := len(t.Levels)
	if t.Step < 1 || len(t.Mean) != n || !filled(t.Count, n) || !filled(t.Price, n) {
		return false
	}
	for k, name := range t.Levels {
		for _, l := range levels {
			if l.Name == name && len(l.Names) != len(t.Mean[k]) {
				return false
			}
		}
		if len(t.Count) > 0 && !aligned(t.Count[k], t.Mean[k]) || len(t.Price) > 0 && !aligned(t.Price[k], t.Mean[k]) {
			return false
		}
	}
	return true
}

func aligned[A, B any](a [][]A, b [][]B) bool {
	if len(a) != len(b) {
		return false
	}
	for g := range a {
		if len(a[g]) != len(b[g]) {
			return false
		}
	}
	return true
}
