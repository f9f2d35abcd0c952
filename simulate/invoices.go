package simulate

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"daycast"
)

// invoices are UCI's files, in the order in which they are read.
type invoices []string

func invoiceFiles(path string) (invoices, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, daycast.Errorf(daycast.NotFound, "the Online Retail files: %w", err)
	}
	if !info.IsDir() {
		return invoices{path}, nil
	}
	entries, err := os.ReadDir(path) // sorted by name
	if err != nil {
		return nil, daycast.Errorf(daycast.NotFound, "the Online Retail files: %w", err)
	}
	var files invoices
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if !e.IsDir() && (strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".csv.gz")) {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if files == nil {
		return nil, daycast.Errorf(daycast.NotFound, "folder %s has no .csv and no .csv.gz file", path).
			WithHint("give the folder or file that holds UCI's Online Retail II invoices")
	}
	return files, nil
}

// read calls add with each line of each file. The texts are add's to keep.
func (files invoices) read(ctx context.Context, progress func(done, total int), add func(invoiceLine) error) error {
	total := 0
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil {
			return daycast.Errorf(daycast.NotFound, "the Online Retail files: %w", err)
		}
		total += int(info.Size())
	}
	done := 0
	report := func(n int) {
		done += n
		if progress != nil {
			progress(done, total)
		}
	}
	for i, path := range files {
		if err := readInvoices(ctx, path, report, func(l invoiceLine) error {
			l.file = i
			return add(l)
		}); err != nil {
			return err
		}
	}
	return nil
}

func readInvoices(ctx context.Context, path string, report func(bytes int), add func(invoiceLine) error) error {
	f, err := os.Open(path)
	if err != nil {
		return daycast.Errorf(daycast.NotFound, "the Online Retail files: %w", err)
	}
	defer f.Close()
	text, err := plainText(&reportingReader{f, report})
	if err != nil {
		return unreadable(path, 0, err)
	}
	r := csv.NewReader(text)
	r.ReuseRecord = true
	r.LazyQuotes = true    // 12" PLATE is a name
	r.FieldsPerRecord = -1 // a short line is loaded as far as it goes
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return daycast.Errorf(daycast.Invalid, "%s is empty", path).WithHint("want UCI's header line")
	}
	if err != nil {
		return unreadable(path, 1, err)
	}
	at, err := invoiceColumns(path, header)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return unreadable(path, line, err)
		}
		if err := add(at.line(record)); err != nil {
			return err
		}
	}
}

func unreadable(path string, line int, err error) error {
	return daycast.Errorf(daycast.Invalid, "%s, line %d: %w", path, line, err).
		WithHint("want a CSV file, gzip or not, that is whole")
}

// plainText undoes gzip, found by its first bytes and not by the file's name,
// and a byte order mark.
func plainText(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := b.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, err
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	if mark, _ := b.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = b.Discard(3) // cannot fail: they have been peeked
	}
	return b, nil
}

type reportingReader struct {
	io.Reader
	report func(bytes int)
}

func (r *reportingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.report(n)
	return n, err
}

// invoiceAt says where in a record a column is: the index by column.
type invoiceAt [8]int

// invoiceNames are UCI's names for a line's columns, of both editions.
var invoiceNames = [8][]string{
	{"Invoice", "InvoiceNo"}, {"StockCode"}, {"Description"}, {"Quantity"},
	{"InvoiceDate"}, {"Price", "UnitPrice"}, {"Customer ID", "CustomerID"}, {"Country"},
}

func invoiceColumns(path string, header []string) (invoiceAt, error) {
	var at invoiceAt
	for c, names := range invoiceNames {
		at[c] = -1
		for i, h := range header {
			for _, name := range names {
				if strings.EqualFold(strings.TrimSpace(h), name) {
					at[c] = i
				}
			}
		}
		if at[c] < 0 {
			want := strings.Join(names, " or ")
			return at, daycast.Errorf(daycast.Invalid, "%s has no column %s", path, want).
				WithField(names[0]).
				WithHint("its first line is: %s", strings.Join(header, ","))
		}
	}
	return at, nil
}

func (at invoiceAt) line(record []string) invoiceLine {
	field := func(c int) string {
		if at[c] >= len(record) {
			return ""
		}
		return validText(record[at[c]])
	}
	return invoiceLine{
		invoice: field(0), code: field(1), name: field(2), quantity: field(3),
		date: field(4), price: field(5), customer: field(6), country: field(7),
	}
}

// validText reads a text that is not UTF-8 as ISO 8859-1, in which the first
// edition is often passed on.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
