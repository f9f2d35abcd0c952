package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"daycast"
)

// A CSV is a Source over files, one a table, each with a header line. Commas,
// semicolons, tabs and bars are told apart by the header; gzip, UTF-16 and
// lines that end in a carriage return are known by their content, whatever the
// file is called.
//
// Columns without a name of their own (the row numbers that some programs
// write) and rows without a single value are not read. A row with too few or
// too many fields is yielded with as many values, a stray quote is a part of
// its value, and rows that it runs together are yielded as one with none.
type CSV struct{ files map[Table]string }

// OpenCSV makes a Source of files. It fails with code not_found where one
// does not exist.
func OpenCSV(files map[Table]string) (*CSV, error) {
	for _, t := range Tables() {
		path, ok := files[t]
		if !ok {
			continue
		}
		f, err := openTable(path, fileField(t))
		if err != nil {
			return nil, err
		}
		_ = f.Close()
	}
	return &CSV{files: files}, nil
}

// Has reports whether there is a file for the table.
func (c *CSV) Has(t Table) bool { return c.files[t] != "" }

// Close has nothing to close: files are open only while they are read.
func (c *CSV) Close() error { return nil }

// Check reads the head of each file and names every missing or mistyped
// column of all of them.
func (c *CSV) Check(ctx context.Context) error {
	var errs []error
	for _, t := range Tables() {
		if c.Has(t) {
			errs = append(errs, c.checkTable(ctx, t))
		}
	}
	return errors.Join(errs...)
}

func (c *CSV) checkTable(ctx context.Context, t Table) error {
	columns, err := c.Columns(ctx, t)
	if err != nil {
		return err
	}
	if err := t.require(columns, c.files[t], fileField(t)); err != nil {
		return err
	}
	var sample [][]string
	for batch, err := range c.Read(ctx, t, daycast.Span{}) {
		if err != nil {
			return err
		}
		if sample = append(sample, batch...); len(sample) >= sampleRows {
			break
		}
	}
	return t.checkSample(columns, sample, c.files[t], fileField(t))
}

// Columns reads the file's header.
func (c *CSV) Columns(ctx context.Context, t Table) ([]string, error) {
	f, err := c.open(t)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.columns, ctx.Err()
}

// Read streams the file. Lines of Sales are chosen by the date with which
// ordered_at begins, as it is written.
func (c *CSV) Read(ctx context.Context, t Table, span daycast.Span) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		f, err := c.open(t)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		if t == Sales && span.From != 0 {
			f.since = (span.From - 1).String()
		}
		if t == Sales && span.To != 0 {
			f.before = (span.To + 1).String()
		}
		for {
			if ctx.Err() != nil {
				yield(nil, context.Cause(ctx))
				return
			}
			batch, err := f.batch()
			if len(batch) > 0 && !yield(batch, nil) || errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

func (c *CSV) open(t Table) (*csvTable, error) {
	if !c.Has(t) {
		return nil, daycast.Errorf(daycast.NotFound, "there is no file for table %s", t).WithField(fileField(t))
	}
	f, err := openTable(c.files[t], fileField(t))
	if err != nil {
		return nil, err
	}
	if err := f.readHeader(t); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func fileField(t Table) string { return "source.files." + string(t) }

// A csvTable is one open file.
type csvTable struct {
	file   *os.File
	text   *bufio.Reader
	raw    *recording // beneath text
	csv    *csv.Reader
	path   string
	field  string
	fields int    // in the header
	line   int    // of the last record that was read
	since  string // days of ordered_at, as text; "" for none
	before string

	columns []string
	keep    []int // by column: its place in the file's rows
	ordered int   // the place of ordered_at in columns, -1 without
}

func openTable(path, field string) (*csvTable, error) {
	file, err := os.Open(path)
	if err != nil {
		code := daycast.NotFound
		if errors.Is(err, os.ErrPermission) {
			code = daycast.Unauthorized
		}
		return nil, daycast.Errorf(code, "cannot open the file: %w", err).WithField(field)
	}
	f := &csvTable{file: file, path: path, field: field, text: bufio.NewReaderSize(file, headSize)}
	if err := f.decode(); err != nil {
		_ = file.Close()
		return nil, err
	}
	return f, nil
}

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
	for i, name := range names {
		if name = t.spelled(validText(name)); name != "" && !slices.Contains(f.columns, name) {
			f.columns = append(f.columns, name)
			f.keep = append(f.keep, i)
		}
	}
	f.ordered = slices.Index(f.columns, "ordered_at")
	return nil
}

// batch reads up to batchRows rows. With an error it also returns the rows
// before it.
func (f *csvTable) batch() ([][]string, error) {
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
			f.line, _ = f.csv.FieldPos(len(record) - 1)
		}
		if record != nil && blank(record) {
			continue
		}
		row := f.values(record)
		if f.ordered >= 0 && f.ordered < len(row) {
			at := strings.TrimSpace(row[f.ordered])
			if at < f.since || f.before != "" && at >= f.before {
				continue
			}
		}
		batch = append(batch, row)
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
	f.line = parse.Line
	if parse.Line == parse.StartLine {
		again := csv.NewReader(bytes.NewReader(f.raw.until(f.csv.InputOffset())))
		again.Comma, again.LazyQuotes = f.csv.Comma, true
		record, _ := again.Read()
		return record, nil
	}
	if _, eof := f.text.Peek(1); eof == nil {
		return nil, nil
	}
	return nil, daycast.Errorf(daycast.Invalid, "%s, line %d: a quote is opened and never closed", f.path, parse.StartLine).
		WithHint("close it, or write a quote inside a quoted field twice").WithField(f.field)
}

// broken is a file that cannot be read on.
func (f *csvTable) broken(err error) error {
	where := f.path
	if f.line > 0 {
		where = fmt.Sprintf("%s, after line %d,", f.path, f.line)
	}
	return daycast.Errorf(daycast.Invalid, "%s cannot be read: %w", where, err).
		WithHint("the file may be cut off or damaged").WithField(f.field)
}

// Close closes the file.
func (f *csvTable) Close() error { return f.file.Close() }
