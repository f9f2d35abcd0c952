package pipeline

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"

	"daycast"
	"daycast/model/modeltest"
)

func packers(t testing.TB) (*zstd.Encoder, *zstd.Decoder) {
	t.Helper()
	pack, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(1<<26))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unpack.Close)
	return pack, unpack
}

// A frame has all of a panel, whether or not it trains on what was observed.
func TestFrame(t *testing.T) {
	pack, unpack := packers(t)
	var file []byte
	panels := []*daycast.Panel{modeltest.Rich(1, 5, 40), modeltest.Rich(1, 5, 40).Part([]int{1}), {Step: daycast.Daily, Offsets: []int{0}}}
	panels[1].Train = panels[1].Units
	for _, p := range panels {
		var err error
		if file, err = appendFrame(file, pack, p); err != nil {
			t.Fatal(err)
		}
	}
	from := bytes.NewReader(file)
	for k, want := range panels {
		got, err := readFrame(from, unpack)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("panel %d: %s", k, diff)
		}
	}
	if _, err := readFrame(from, unpack); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
	for _, at := range []int{4, frameHead, len(file) / 2} {
		broken := bytes.Clone(file)
		broken[at]++
		from := bytes.NewReader(broken)
		var err error
		for err == nil {
			_, err = readFrame(from, unpack)
		}
		if daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("byte %d is another: %v", at, err)
		}
	}
	if _, err := readFrame(bytes.NewReader(file[:len(file)-1]), unpack); err != nil {
		t.Error(err)
	}
}

// Whatever a frame holds, reading it ends with a panel whose parts belong
// together, or with an error.
func FuzzFrame(f *testing.F) {
	pack, unpack := packers(f)
	for _, p := range []*daycast.Panel{modeltest.Rich(1, 5, 40), modeltest.Rich(1, 5, 40).Part([]int{0, 2})} {
		frame, err := appendFrame(nil, pack, p)
		if err != nil {
			f.Fatal(err)
		}
		raw, err := unpack.DecodeAll(frame[frameHead:], nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame := pack.EncodeAll(raw, make([]byte, frameHead))
		binary.LittleEndian.PutUint32(frame, uint32(len(frame)-frameHead))
		binary.LittleEndian.PutUint32(frame[4:], crc32.Checksum(frame[frameHead:], castagnoli))
		p, err := readFrame(bytes.NewReader(frame), unpack)
		if err != nil {
			return
		}
		all := make([]int, len(p.Series))
		for i := range all {
			all[i] = i
		}
		again, err := appendFrame(nil, pack, p.Part(all))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readFrame(bytes.NewReader(again), unpack); err != nil {
			t.Fatal(err)
		}
	})
}
