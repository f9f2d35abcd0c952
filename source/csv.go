package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"daycast"
)

// OpenCSV makes a Source of CSV files, each with a header line. Commas,
// semicolons, tabs and bars are told apart by the header; gzip, zstd, UTF-16 and
// lines that end in a carriage return are known by their content, whatever the
// file is called. It fails with code not_found where a file does not exist.
//
// Columns without a name of their own (the row numbers that some programs
// write) and rows without a single value are not read. A row with too few or
// too many fields is yielded with as many values, a stray quote is a part of
// its value, and rows that it runs together are yielded as one with none.
func OpenCSV(ctx context.Context, files map[Table]string) (*Files, error) {
	return openFiles(ctx, files, openCSVTable)
}

// A csvTable is one open file.
type csvTable struct {
	file   io.ReadCloser
	unpack io.Closer // what decode opened; may be nil
	text   *bufio.Reader
	raw    *recording // beneath text
	csv    *csv.Reader
	path   string
	field  string
	fields int    // in the header
	line   int    // of the last record that was read
	above  int    // lines before the first that csv read
	plain  *plain // while no quote has come; nil: csv reads

	columns []string
	keep    []int // by column: its place in the file's rows
}

func openCSVTable(ctx context.Context, o object, t Table, field string) (fileTable, error) {
	file, err := o.open(ctx)
	if err != nil {
		return nil, inField(err, field)
	}
	f := &csvTable{file: file, path: o.name, field: field, text: bufio.NewReaderSize(file, headSize)}
	if err = f.decode(); err == nil {
		err = f.readHeader(t)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func (f *csvTable) names() []string { return f.columns }

func (f *csvTable) readHeader(t Table) error {
	f.raw = &recording{from: f.text}
	f.text = bufio.NewReaderSize(f.raw, headSize)
	f.csv = csv.NewReader(f.text)
	f.csv.Comma = separator(f.text)
	f.csv.FieldsPerRecord = -1
	f.csv.ReuseRecord = true
	names, err := f.csv.Read()
	if errors.Is(err, io.EOF) {
		return daycast.Errorf(daycast.Invalid, "%s is empty", f.path).
			WithHint("its first line names the columns: %s needs %s", t, t.needs()).WithField(f.field)
	}
	if err != nil {
		return f.broken(err)
	}
	f.fields = len(names)
	if t == Daily { // whose readers keep no values, which would keep their chunks
		f.line, _ = f.csv.FieldPos(len(names) - 1)
		f.raw.idle, f.plain = true, &plain{}
	}
	for i, name := range names {
		if name = t.spelled(validText(name)); name != "" && !slices.Contains(f.columns, name) {
			f.columns = append(f.columns, name)
			f.keep = append(f.keep, i)
		}
	}
	return nil
}

// batch reads up to batchRows rows. With an error it also returns the rows
// before it.
func (f *csvTable) batch() ([][]string, error) {
	for f.plain != nil {
		if batch, done, err := f.plainBatch(); done {
			return batch, err
		}
	}
	var batch [][]string
	for len(batch) < batchRows {
		f.raw.forget(f.csv.InputOffset())
		record, err := f.csv.Read()
		if errors.Is(err, io.EOF) {
			return batch, io.EOF
		}
		if err != nil {
			if record, err = f.badRecord(err); err != nil {
				return batch, err
			}
		} else {
			line, _ := f.csv.FieldPos(len(record) - 1)
			f.line = f.above + line
		}
		if record != nil && blank(record) {
			continue
		}
		batch = append(batch, f.values(record))
	}
	return batch, nil
}

// values are a record's values in the order of the columns: fewer where it
// has too few fields, more where it has too many that are not empty.
func (f *csvTable) values(record []string) []string {
	row := make([]string, 0, len(f.keep))
	for _, at := range f.keep {
		if at < len(record) {
			row = append(row, validText(record[at]))
		}
	}
	if len(record) > f.fields && !blank(record[f.fields:]) {
		for _, extra := range record[f.fields:] {
			row = append(row, validText(extra))
		}
	}
	return row
}

func blank(record []string) bool {
	for _, v := range record {
		if strings.TrimSpace(v) != "" {
			return false
		}
	}
	return true
}

// badRecord reads a line with stray quotes, as in 5" pipe, taking them for
// what they are; none of its values where that goes over several lines. A
// quote that is never closed has swallowed all lines after it.
func (f *csvTable) badRecord(err error) ([]string, error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return nil, f.broken(err)
	}
	f.line = f.above + parse.Line
	if parse.Line == parse.StartLine {
		again := csv.NewReader(bytes.NewReader(f.raw.until(f.csv.InputOffset())))
		again.Comma, again.LazyQuotes = f.csv.Comma, true
		record, _ := again.Read()
		return record, nil
	}
	if _, eof := f.text.Peek(1); eof == nil {
		return nil, nil
	}
	return nil, daycast.Errorf(daycast.Invalid, "%s, line %d: a quote is opened and never closed", f.path, f.above+parse.StartLine).
		WithHint("close it, or write a quote inside a quoted field twice").WithField(f.field)
}

// broken is a file that cannot be read on. Where it came from may know why.
func (f *csvTable) broken(err error) error {
	var known *daycast.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return inField(err, f.field)
	}
	where := f.path
	if f.line > 0 {
		where = fmt.Sprintf("%s, after line %d,", f.path, f.line)
	}
	return daycast.Errorf(daycast.Invalid, "%s cannot be read: %w", where, err).
		WithHint("the file may be cut off or damaged").WithField(f.field)
}

// Close closes the file.
func (f *csvTable) Close() error {
	if f.unpack != nil {
		_ = f.unpack.Close()
	}
	return f.file.Close()
}
