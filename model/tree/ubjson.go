package tree

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"

	"daycast"
)

// Universal Binary JSON, draft 12 (https://ubjson.org), as far as XGBoost
// writes it. No library for Go is kept up; this one reads it as JSON.

// maxDepth is more than the six levels that a model has.
const maxDepth = 32

// A ubjson walks over bytes that nobody vouches for and writes them as JSON.
// After the first failure it does nothing more.
type ubjson struct {
	in     []byte
	out    []byte
	failed bool
}

// fromUBJSON is the JSON of b: at most a few times as long, whatever the
// lengths in b claim, since each element takes a byte of it.
func fromUBJSON(b []byte) ([]byte, error) {
	u := &ubjson{in: b}
	u.value(u.mark(), 0)
	if u.failed {
		return nil, daycast.Errorf(daycast.Invalid, "the UBJSON is truncated or damaged at byte %d", len(b)-len(u.in)).
			WithHint("save the model again")
	}
	return u.out, nil
}

func (u *ubjson) take(n int) []byte {
	if u.failed || n < 0 || n > len(u.in) {
		u.failed = true
		return make([]byte, 8)
	}
	b := u.in[:n]
	u.in = u.in[n:]
	return b
}

// mark is the next marker; N, which means nothing, is skipped.
func (u *ubjson) mark() byte {
	for !u.failed {
		if m := u.take(1)[0]; m != 'N' {
			return m
		}
	}
	return 0
}

func (u *ubjson) peek(m byte) bool { return len(u.in) > 0 && u.in[0] == m }

// width is the bytes of a number of the given type, 0 for other types.
func width(mark byte) int {
	switch mark {
	case 'i', 'U':
		return 1
	case 'I':
		return 2
	case 'l', 'd':
		return 4
	case 'L', 'D':
		return 8
	}
	return 0
}

func (u *ubjson) integer(mark byte) int64 {
	b := u.take(width(mark))
	switch mark {
	case 'i':
		return int64(int8(b[0]))
	case 'U':
		return int64(b[0])
	case 'I':
		return int64(int16(binary.BigEndian.Uint16(b)))
	case 'l':
		return int64(int32(binary.BigEndian.Uint32(b)))
	case 'L':
		return int64(binary.BigEndian.Uint64(b))
	}
	u.failed = true
	return 0
}

func (u *ubjson) length() int {
	n := u.integer(u.mark())
	if n < 0 || n > int64(len(u.in)) {
		u.failed = true
		return 0
	}
	return int(n)
}

func (u *ubjson) text() {
	quoted, err := json.Marshal(string(u.take(u.length())))
	u.failed = u.failed || err != nil
	u.out = append(u.out, quoted...)
}

func (u *ubjson) value(mark byte, depth int) {
	switch {
	case u.failed || depth > maxDepth:
		u.failed = true
	case mark == '{':
		u.container('}', depth)
	case mark == '[':
		u.container(']', depth)
	case mark == 'S':
		u.text()
	case mark == 'T':
		u.out = append(u.out, "true"...)
	case mark == 'F':
		u.out = append(u.out, "false"...)
	case mark == 'Z':
		u.out = append(u.out, "null"...)
	case mark == 'd':
		v := math.Float32frombits(binary.BigEndian.Uint32(u.take(4)))
		u.float(float64(v), 32)
	case mark == 'D':
		u.float(math.Float64frombits(binary.BigEndian.Uint64(u.take(8))), 64)
	default:
		u.out = strconv.AppendInt(u.out, u.integer(mark), 10)
	}
}

// float writes what JSON has no number for as a string.
func (u *ubjson) float(v float64, bits int) {
	if v-v != 0 {
		u.out = append(strconv.AppendFloat(append(u.out, '"'), v, 'g', -1, bits), '"')
		return
	}
	u.out = strconv.AppendFloat(u.out, v, 'g', -1, bits)
}

// container reads an array or an object up to its end or, where it has one,
// its count.
func (u *ubjson) container(end byte, depth int) {
	var of byte
	if u.peek('$') {
		u.take(1)
		of = u.mark()
		// An element of no bytes would let a count of any size pass.
		u.failed = u.failed || width(of) == 0 || !u.peek('#')
	}
	count := -1
	if u.peek('#') {
		u.take(1)
		count = u.length()
	}
	u.out = append(u.out, end-2) // [ or {
	for i := 0; !u.failed && i != count; i++ {
		if count < 0 && u.peek(end) {
			u.take(1)
			break
		}
		if i > 0 {
			u.out = append(u.out, ',')
		}
		if end == '}' {
			u.text()
			u.out = append(u.out, ':')
		}
		mark := of
		if of == 0 {
			mark = u.mark()
		}
		u.value(mark, depth+1)
	}
	u.out = append(u.out, end)
}
