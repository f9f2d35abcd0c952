package model

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"strings"

	"daycast"
)

// A saved model is an envelope around what its own Save wrote:
//
//	8 bytes   magic, its last the version of the envelope
//	1 byte    length of the kind, then the kind
//	8 bytes   length of the body, little endian, then the body
//	4 bytes   CRC-32 (Castagnoli) of the kind and the body
//
// A model that wraps others saves their envelopes inside its body.
const magic = "daycast\x01"

// maxDepth bounds how many models wrap each other: an interval around an
// ensemble around a model is three.
const maxDepth = 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes f with its kind, so that Load finds its loader.
func Save(w io.Writer, f Fitted) error {
	kind := f.Kind()
	if len(kind) == 0 || len(kind) > 255 {
		return daycast.Errorf(daycast.Internal, "model kind %q: want 1 to 255 bytes", kind)
	}
	var body bytes.Buffer
	if err := f.Save(&body); err != nil {
		return err
	}
	out := append([]byte(magic), byte(len(kind)))
	out = append(out, kind...)
	out = binary.LittleEndian.AppendUint64(out, uint64(body.Len()))
	out = append(out, body.Bytes()...)
	out = binary.LittleEndian.AppendUint32(out, checksum(kind, body.Bytes()))
	_, err := w.Write(out)
	return err
}

// Load reads one model that Save wrote, and no byte beyond it. loaders maps a
// kind to its loader. A truncated, corrupt or hostile input gives code invalid
// and never allocates more than its real size warrants.
func Load(r io.Reader, loaders map[string]Loader) (Fitted, error) {
	return loadNested(r, loaders, maxDepth)
}

func loadNested(r io.Reader, loaders map[string]Loader, depth int) (Fitted, error) {
	if depth == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "model file: more than %d models wrap each other", maxDepth)
	}
	kind, body, err := readEnvelope(r)
	if err != nil {
		return nil, err
	}
	loader, ok := loaders[kind]
	if !ok {
		return nil, daycast.Errorf(daycast.Invalid, "model file: unknown kind %q", kind).
			WithHint("known kinds are %s", strings.Join(slices.Sorted(maps.Keys(loaders)), ", "))
	}
	f, err := loader(bytes.NewReader(body), func(inner io.Reader) (Fitted, error) {
		return loadNested(inner, loaders, depth-1)
	})
	var known *daycast.Error
	if err != nil && !errors.As(err, &known) {
		return nil, daycast.Errorf(daycast.Invalid, "model file of kind %q: %w", kind, err)
	}
	return f, err
}

func readEnvelope(r io.Reader) (kind string, body []byte, err error) {
	head := make([]byte, len(magic)+1)
	if _, err := io.ReadFull(r, head); err != nil {
		return "", nil, readError(err)
	}
	if string(head[:len(magic)]) != magic {
		return "", nil, daycast.Errorf(daycast.Invalid, "not a model file of this version: it begins with %q", head[:len(magic)])
	}
	name := make([]byte, head[len(magic)])
	if _, err := io.ReadFull(r, name); err != nil {
		return "", nil, readError(err)
	}
	var size [8]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return "", nil, readError(err)
	}
	body, err = readBody(r, binary.LittleEndian.Uint64(size[:]))
	if err != nil {
		return "", nil, err
	}
	var sum [4]byte
	if _, err := io.ReadFull(r, sum[:]); err != nil {
		return "", nil, readError(err)
	}
	if binary.LittleEndian.Uint32(sum[:]) != checksum(string(name), body) {
		return "", nil, daycast.Errorf(daycast.Invalid, "model file: the checksum does not match its content")
	}
	return string(name), body, nil
}

// readBody believes the promised size only as far as bytes arrive.
func readBody(r io.Reader, size uint64) ([]byte, error) {
	if size > 1<<62 {
		return nil, daycast.Errorf(daycast.Invalid, "model file: body of %d bytes", size)
	}
	var body bytes.Buffer
	if _, err := io.CopyN(&body, r, int64(size)); err != nil {
		return nil, readError(err)
	}
	return body.Bytes(), nil
}

func readError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return daycast.Errorf(daycast.Invalid, "model file: it ends too early")
	}
	return daycast.Errorf(daycast.Internal, "model file: %w", err)
}

func checksum(kind string, body []byte) uint32 {
	return crc32.Update(crc32.Checksum([]byte(kind), castagnoli), castagnoli, body)
}

// ReadHead reads the line of JSON that a saved model begins with into head; rest
// is what comes behind it. Fields that head does not have are refused: another
// program wrote them.
func ReadHead(r io.Reader, head any) (rest io.Reader, err error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(head); err != nil {
		return nil, err
	}
	rest = io.MultiReader(d.Buffered(), r)
	var newline [1]byte
	if _, err := io.ReadFull(rest, newline[:]); err != nil || newline[0] != '\n' {
		return nil, errors.New("cut short")
	}
	return rest, nil
}
