package source

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// headSize is how much of a file's beginning says how all of it is written.
const headSize = 1 << 16

// mostWindow bounds what a zstd file may ask to be kept in memory; zstd --long
// asks for as much.
const mostWindow = 128 << 20

// unzip unpacks gzip and zstd.
func (f *csvTable) unzip() error {
	head, _ := f.text.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		unzipped, err := gzip.NewReader(f.text)
		if err != nil {
			return f.broken(err)
		}
		f.text = bufio.NewReaderSize(unzipped, headSize)
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		unzipped, err := zstd.NewReader(f.text, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(mostWindow))
		if err != nil {
			return f.broken(err)
		}
		f.unpack = unzipped.IOReadCloser()
		f.text = bufio.NewReaderSize(unzipped, headSize)
	}
	return nil
}

// decode unpacks what is packed, turns UTF-16 into UTF-8 and the line ends of an old
// Macintosh into ours, and skips a byte order mark.
func (f *csvTable) decode() error {
	if err := f.unzip(); err != nil {
		return err
	}
	head, err := f.text.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return f.broken(err)
	}
	switch {
	case bytes.Equal(head, []byte("\xef\xbb\xbf")):
		_, _ = f.text.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
		f.text = bufio.NewReaderSize(transform.NewReader(f.text, utf16), headSize)
	}
	if head, _ := f.text.Peek(headSize); bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		f.text = bufio.NewReaderSize(macintosh{f.text}, headSize)
	}
	return nil
}

// macintosh reads carriage returns as line breaks.
type macintosh struct{ io.Reader }

func (r macintosh) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// A recording keeps what was read of a file, from an offset on.
type recording struct {
	from io.Reader
	at   int64 // the offset of the first byte kept
	kept []byte
	idle bool // nothing is kept
}

func (r *recording) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if !r.idle {
		r.kept = append(r.kept, p[:n]...)
	}
	return n, err
}

// forget drops what comes before an offset.
func (r *recording) forget(to int64) { r.kept, r.at = r.kept[to-r.at:], to }

// until is what is kept up to an offset.
func (r *recording) until(to int64) []byte { return r.kept[:to-r.at] }

// separator is the one of , ; tab and | that is most frequent in the header
// line, outside quotes.
func separator(text *bufio.Reader) rune {
	head, _ := text.Peek(headSize)
	counts := map[byte]int{}
	quoted := false
	for _, b := range head {
		if b == '"' {
			quoted = !quoted
		}
		if b == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[b]++
		}
	}
	best := byte(',')
	for _, b := range []byte(";\t|") {
		if counts[b] > counts[best] {
			best = b
		}
	}
	return rune(best)
}
