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

// A sealed file is a head that tells what it is, and a body with a checksum,
// all numbers little-endian:
//
//	head | length of the body u64 | body | CRC-32C of all before u32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal writes a model of the given kind.
func Seal(w io.Writer, kind string, head, body []byte) error {
	out := bytes.Clone(head)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(body)))
	out = append(out, body...)
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
	if _, err := w.Write(out); err != nil {
		return daycast.Errorf(daycast.Unavailable, "writing a %s model: %w", kind, err)
	}
	return nil
}

// Unseal reads the body of what Seal wrote with the head of this version, and
// not a byte more. It refuses anything else with code invalid, and allocates a
// small multiple of what r holds, whatever the length in it claims.
func Unseal(r io.Reader, kind string, version int, head []byte) ([]byte, error) {
	sum := crc32.New(castagnoli)
	tee := io.TeeReader(r, sum)
	got := make([]byte, len(head)+8)
	if err := readFull(tee, got, kind); err != nil {
		return nil, err
	}
	if !bytes.Equal(got[:len(head)], head) {
		return nil, daycast.Errorf(daycast.Invalid, "not a %s model of version %d", kind, version)
	}
	length := binary.LittleEndian.Uint64(got[len(head):])
	if length > math.MaxInt64 {
		return nil, Damaged(kind)
	}
	var body bytes.Buffer // grows with what is there, not with what length claims
	if n, err := io.CopyN(&body, tee, int64(length)); err != nil && !errors.Is(err, io.EOF) {
		return nil, daycast.Errorf(daycast.Unavailable, "reading a %s model: %w", kind, err)
	} else if n < int64(length) {
		return nil, Damaged(kind)
	}
	want := sum.Sum32()
	tail := make([]byte, 4)
	if err := readFull(r, tail, kind); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(tail) != want {
		return nil, Damaged(kind)
	}
	return body.Bytes(), nil
}

func readFull(r io.Reader, b []byte, kind string) error {
	switch _, err := io.ReadFull(r, b); err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		return Damaged(kind)
	default:
		return daycast.Errorf(daycast.Unavailable, "reading a %s model: %w", kind, err)
	}
}

// Damaged is the error of a file of this kind that does not hold what it should.
func Damaged(kind string) error {
	return daycast.Errorf(daycast.Invalid, "the %s model is truncated or damaged", kind).
		WithHint("restore the file or train again")
}
