package warehouse

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/cespare/xxhash/v2"

	"daycast"
)

// A chunk is order lines of one series, written one after the other. A line is
// a byte of what it has (the has... bits), and then, of what it has:
//
//	row       uvarint
//	at        varint, less the line's before
//	customer  8 bytes, the lowest first
//	order     uvarint length, bytes; number and unread likewise
//	units     float64, its bytes reversed, as uvarint: short for whole numbers;
//	          price, discount and promotion likewise
//
// A chunk begins with its version.
type chunk struct {
	bytes   []byte
	count   int32
	content uint64 // sum of hashes of the lines but for their rows
	first   daycast.Day
	last    daycast.Day
	timed   bool // every line has a time
	at      int64
}

const chunkVersion = 1

const (
	hasTime = 1 << iota
	hasWallClock
	hasCustomer
	hasNumber
	hasPrice
	hasDiscount
	hasPromotion
	hasUnread
)

// add appends a line; series is a hash of what it is of.
func (c *chunk) add(l daycast.Line, series uint64) {
	if c.count == 0 {
		c.bytes, c.timed = append(make([]byte, 0, 64), chunkVersion), true
		c.first, c.last = math.MaxInt32, math.MinInt32
	}
	has := byte(0)
	for bit, present := range [...]bool{
		l.At != daycast.NoTime, l.Local, l.Customer != 0, l.Number != "", l.Price == l.Price, l.Discount == l.Discount,
		l.Promotion == l.Promotion, l.Unread != "",
	} {
		if present {
			has |= 1 << bit
		}
	}
	b := binary.AppendUvarint(append(c.bytes, has), uint64(l.Row)) //nolint:gosec // not negative
	if has&hasTime != 0 {
		b = binary.AppendVarint(b, l.At-c.at)
		c.at = l.At
		day := l.UTCDay()
		c.first, c.last = min(c.first, day), max(c.last, day)
	} else {
		c.timed = false
	}
	afterTime := len(b)
	if has&hasCustomer != 0 {
		b = binary.LittleEndian.AppendUint64(b, l.Customer)
	}
	b = appendText(b, l.Order)
	if has&hasNumber != 0 {
		b = appendText(b, l.Number)
	}
	b = appendFloat(b, l.Units)
	if has&hasPrice != 0 {
		b = appendFloat(b, l.Price)
	}
	if has&hasDiscount != 0 {
		b = appendFloat(b, l.Discount)
	}
	if has&hasPromotion != 0 {
		b = appendFloat(b, l.Promotion)
	}
	if has&hasUnread != 0 {
		b = appendText(b, l.Unread)
	}
	// Neither the row nor the line before says anything of the line.
	c.content += mix(series ^ xxhash.Sum64(b[afterTime:]) ^ mix(uint64(l.At)^uint64(has)<<56)) //nolint:gosec // any bits will do
	c.bytes = b
	c.count++
}

// mix spreads the bits of a number (the last steps of MurmurHash3, Appleby).
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendFloat(b []byte, f float64) []byte {
	return binary.AppendUvarint(b, bits.ReverseBytes64(math.Float64bits(f)))
}

// readChunk calls each with every line of a chunk, until it says false. Texts
// share memory with the chunk. It reports whether the chunk could be read.
func readChunk(text string, series daycast.Series, each func(daycast.Line) bool) (ok bool) {
	r := chunkReader{rest: text}
	if version := r.byte(); version != chunkVersion {
		return false
	}
	at := int64(0)
	for r.rest != "" && !r.bad {
		has := r.byte()
		l := daycast.Line{
			Series: series, Row: int64(r.uvarint()), At: daycast.NoTime, Local: has&hasWallClock != 0, //nolint:gosec // as it was written
			Price: math.NaN(), Discount: math.NaN(), Promotion: math.NaN(),
		}
		if has&hasTime != 0 {
			at += r.varint()
			l.At = at
		}
		if has&hasCustomer != 0 {
			l.Customer = r.fixed()
		}
		l.Order = r.text()
		if has&hasNumber != 0 {
			l.Number = r.text()
		}
		l.Units = r.float()
		if has&hasPrice != 0 {
			l.Price = r.float()
		}
		if has&hasDiscount != 0 {
			l.Discount = r.float()
		}
		if has&hasPromotion != 0 {
			l.Promotion = r.float()
		}
		if has&hasUnread != 0 {
			l.Unread = r.text()
		}
		if r.bad {
			return false
		}
		if !each(l) {
			return true
		}
	}
	return !r.bad
}

// A chunkReader reads what chunk.add wrote; bad is set where that ends early.
type chunkReader struct {
	rest string
	bad  bool
}

func (r *chunkReader) take(n int) string {
	if n < 0 || n > len(r.rest) {
		r.bad, r.rest = true, ""
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *chunkReader) byte() byte {
	if s := r.take(1); s != "" {
		return s[0]
	}
	return 0
}

func (r *chunkReader) uvarint() (v uint64) {
	for i := range min(len(r.rest), binary.MaxVarintLen64) {
		b := r.rest[i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return v
		}
	}
	r.bad, r.rest = true, ""
	return 0
}

func (r *chunkReader) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1) //nolint:gosec // zigzag
}

func (r *chunkReader) fixed() (v uint64) {
	s := r.take(8)
	for i := range len(s) {
		v |= uint64(s[i]) << (8 * i)
	}
	return v
}

func (r *chunkReader) text() string {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, ""
		return ""
	}
	return r.take(int(n)) //nolint:gosec // not longer than the rest
}

func (r *chunkReader) float() float64 { return math.Float64frombits(bits.ReverseBytes64(r.uvarint())) }
