package source

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"daycast"
)

// Files is a Source over files of one format, one or many a table, on this
// machine or in a bucket. What config.Source.Files names for a table is one of
//
//	sales.csv                     a file
//	exports/2024-*.csv.gz         the files that the pattern matches
//	exports/                      all files in the folder, at any depth
//	s3://bucket/exports/*.parquet the same in a bucket; gs:// and azblob:// too
//
// Many files are read in the order of their names as one table; each has to
// have the first one's columns. Empty files among many, and those whose name or
// folder begins with a point or an underscore, are not read: other programs
// keep their notes there.
type Files struct {
	format format
	given  map[Table]string
	tables map[Table][]object
	buckets
}

// A format opens a file and reads its columns.
type format func(ctx context.Context, o object, t Table, field string) (fileTable, error)

// A fileTable is one open file.
type fileTable interface {
	// names are the columns, each once, canonical ones in their spelling.
	names() []string
	// batch is up to batchRows rows; with io.EOF, or another error, the last.
	// A row with another number of values than names could not be read.
	batch() ([][]string, error)
	Close() error
}

// openFiles finds the files. It fails with code not_found where there is none
// for a table, and with unauthorized where the first cannot be opened.
func openFiles(ctx context.Context, files map[Table]string, format format) (*Files, error) {
	s := &Files{format: format, given: files, tables: map[Table][]object{}}
	for _, t := range Tables() {
		if files[t] == "" {
			continue
		}
		objects, err := s.find(ctx, files[t], fileField(t))
		if err == nil {
			var first io.Closer
			if first, err = objects[0].open(ctx); err == nil {
				_ = first.Close()
			}
		}
		if err != nil {
			_ = s.Close()
			return nil, inField(err, fileField(t))
		}
		s.tables[t] = objects
	}
	return s, nil
}

func fileField(t Table) string { return "source.files." + string(t) }

func inField(err error, field string) error {
	var e *daycast.Error
	if errors.As(err, &e) && e.Field == "" {
		e.Field = field
	}
	return err
}

// Has reports whether there is a file for the table.
func (s *Files) Has(t Table) bool { return len(s.tables[t]) > 0 }

// Check reads the head of each table's first and newest file, and names every
// missing or mistyped column of all tables.
func (s *Files) Check(ctx context.Context) error {
	var errs []error
	for _, t := range Tables() {
		if !s.Has(t) {
			continue
		}
		err := s.checkTable(ctx, t)
		if err != nil && ctx.Err() != nil {
			return err
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (s *Files) checkTable(ctx context.Context, t Table) error {
	columns, err := s.Columns(ctx, t)
	if err != nil {
		return err
	}
	objects := s.tables[t]
	if err := t.require(columns, objects[0].name, fileField(t)); err != nil {
		return err
	}
	if err := s.checkSample(ctx, t, objects[0], columns); err != nil || len(objects) == 1 {
		return err
	}
	return s.checkSample(ctx, t, objects[len(objects)-1], columns)
}

func (s *Files) checkSample(ctx context.Context, t Table, o object, columns []string) error {
	var sample [][]string
	for batch, err := range s.readFile(ctx, t, o, columns) {
		if err != nil {
			return err
		}
		if sample = append(sample, batch...); len(sample) >= sampleRows {
			break
		}
	}
	return t.checkSample(columns, sample, o.name, fileField(t))
}

// Columns are those of the first file.
func (s *Files) Columns(ctx context.Context, t Table) ([]string, error) {
	if !s.Has(t) {
		return nil, daycast.Errorf(daycast.NotFound, "there is no file for table %s", t).WithField(fileField(t))
	}
	f, err := s.format(ctx, s.tables[t][0], t, fileField(t))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.names(), ctx.Err()
}

// Read streams the files. Lines of Sales are chosen by the date with which
// ordered_at begins, as it is written.
func (s *Files) Read(ctx context.Context, t Table, span daycast.Span) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		columns, err := s.Columns(ctx, t)
		if err != nil {
			yield(nil, err)
			return
		}
		// A day more on either side: text with an offset tells another than UTC's.
		since, before, ordered := "", "", slices.Index(columns, "ordered_at")
		if t == Sales && ordered >= 0 && span.From != 0 {
			since = (span.From - 1).String()
		}
		if t == Sales && ordered >= 0 && span.To != 0 {
			before = (span.To + 1).String()
		}
		for _, o := range s.tables[t] {
			for batch, err := range s.readFile(ctx, t, o, columns) {
				if since != "" || before != "" {
					batch = slices.DeleteFunc(batch, func(row []string) bool {
						if ordered >= len(row) {
							return false
						}
						at := strings.TrimSpace(row[ordered])
						return at < since || before != "" && at >= before
					})
				}
				if err == nil && len(batch) == 0 {
					continue
				}
				if !yield(batch, err) || err != nil {
					return
				}
			}
		}
	}
}

// readFile streams one file, with its values in the order of columns.
func (s *Files) readFile(ctx context.Context, t Table, o object, columns []string) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		f, err := s.format(ctx, o, t, fileField(t))
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		order, err := sameColumns(columns, f.names(), o.name, fileField(t))
		if err != nil {
			yield(nil, err)
			return
		}
		next := f.batch
		if t == Daily { // the largest of tables, of which each row is looked at
			ahead := newAhead(f.batch)
			defer ahead.close()
			next = ahead.batch
		}
		for {
			if ctx.Err() != nil {
				yield(nil, context.Cause(ctx))
				return
			}
			batch, err := next()
			if order != nil {
				reorder(batch, order)
			}
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

// sameColumns says where each of columns is among a file's names; nil where
// they are in the same order.
func sameColumns(columns, names []string, file, field string) ([]int, error) {
	if slices.Equal(columns, names) {
		return nil, nil
	}
	order := make([]int, len(columns))
	for i, c := range columns {
		order[i] = slices.Index(names, c)
	}
	if len(names) != len(columns) || slices.Contains(order, -1) {
		return nil, daycast.Errorf(daycast.Invalid, "%s has other columns than the table's first file", file).
			WithHint("they are %s, and the first file's %s", strings.Join(names, ", "), strings.Join(columns, ", ")).WithField(field)
	}
	return order, nil
}

// reorder puts whole rows into the columns' order; others could not be read.
func reorder(batch [][]string, order []int) {
	for i, row := range batch {
		if len(row) != len(order) {
			continue
		}
		sorted := make([]string, len(order))
		for to, from := range order {
			sorted[to] = row[from]
		}
		batch[i] = sorted
	}
}
