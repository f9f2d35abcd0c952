package source

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// plainChunk is how much of a file without quotes is cut into rows at a time.
const plainChunk = 256 << 10

// A plain reads the rows of a file up to its first quote: lines are cut where
// they lie, and all values of a chunk share one text, where encoding/csv makes
// one of each record. Most tables never have a quote. It gives the same rows.
type plain struct {
	chunk []byte // read, and not yet cut
	ended error  // why there is no more to read
}

// more reads on and gives the next whole lines; ok is false once a quote, or
// the end, is reached.
func (f *csvTable) more() (lines string, ok bool, err error) {
	p := f.plain
	for {
		if k := bytes.LastIndexByte(p.chunk, '\n'); k >= 0 || p.ended != nil && len(p.chunk) > 0 {
			if k < 0 || errors.Is(p.ended, io.EOF) {
				k = len(p.chunk) - 1
			}
			lines = string(p.chunk[:k+1])
			p.chunk = p.chunk[:copy(p.chunk, p.chunk[k+1:])]
			return lines, true, nil
		}
		if p.ended != nil {
			return "", false, p.ended
		}
		at := len(p.chunk)
		p.chunk = append(p.chunk, make([]byte, plainChunk)...)
		n := 0
		for n < plainChunk && p.ended == nil {
			var k int
			k, p.ended = f.text.Read(p.chunk[at+n:])
			n += k
		}
		p.chunk = p.chunk[:at+n]
		if bytes.IndexByte(p.chunk[at:], '"') >= 0 {
			f.quoted()
			return "", false, nil
		}
	}
}

// quoted goes on with encoding/csv, from the first line that is not cut yet.
func (f *csvTable) quoted() {
	rest := []io.Reader{bytes.NewReader(f.plain.chunk), f.text}
	if err := f.plain.ended; err != nil && !errors.Is(err, io.EOF) {
		rest[1] = failing{err}
	}
	comma := f.csv.Comma
	f.raw = &recording{from: io.MultiReader(rest...)}
	f.text = bufio.NewReaderSize(f.raw, headSize)
	f.csv = csv.NewReader(f.text)
	f.csv.Comma, f.csv.FieldsPerRecord, f.csv.ReuseRecord = comma, -1, true
	f.above, f.plain = f.line, nil
}

// failing is a file whose reading has failed.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// plainBatch cuts the next chunk into rows; done is false where encoding/csv
// has to go on.
func (f *csvTable) plainBatch() (batch [][]string, done bool, err error) {
	lines, ok, err := f.more()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, true, io.EOF
		}
		return nil, true, f.broken(err)
	}
	if !ok {
		return nil, false, nil
	}
	valid := utf8.ValidString(lines)
	count := strings.Count(lines, "\n") + 1
	batch = make([][]string, 0, count)
	cells := make([]string, 0, count*len(f.keep))
	record := make([]string, 0, f.fields)
	sep := string(f.csv.Comma)
	for lines != "" {
		line, rest, _ := strings.Cut(lines, "\n")
		lines, f.line = rest, f.line+1
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		record = record[:0]
		for {
			k := strings.IndexByte(line, sep[0])
			if k < 0 {
				break
			}
			record, line = append(record, line[:k]), line[k+1:]
		}
		record = append(record, line)
		if blank(record) {
			continue
		}
		if !valid || len(record) != f.fields {
			batch = append(batch, f.values(record))
			continue
		}
		at := len(cells)
		for _, k := range f.keep {
			cells = append(cells, record[k])
		}
		batch = append(batch, cells[at:len(cells):len(cells)])
	}
	return batch, true, nil
}
