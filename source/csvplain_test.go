package source_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/source"
)

// tableOf reads a file as a table.
func tableOf(t *testing.T, path string, table source.Table) (columns []string, rows [][]string, err error) {
	t.Helper()
	s, err := source.OpenCSV(t.Context(), map[source.Table]string{table: path})
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = s.Close() }()
	if columns, err = s.Columns(t.Context(), table); err != nil {
		return nil, nil, err
	}
	for batch, err := range s.Read(t.Context(), table, daycast.Span{}) {
		if err != nil {
			return columns, rows, err
		}
		rows = append(rows, batch...)
	}
	return columns, rows, nil
}

// samePlain holds the rows of daily tables, whose lines are cut where they lie,
// against those of other tables, which encoding/csv reads.
func samePlain(t *testing.T, content []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table.csv")
	writeFile(t, path, content)
	named, want, wrong := tableOf(t, path, source.Items)
	columns, got, err := tableOf(t, path, source.Daily)
	if wrong == nil && err == nil && !slices.Equal(named, columns) {
		t.Skip("the tables know other names for columns")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	clear := func(err error) string {
		return strings.NewReplacer(string(source.Items), "", string(source.Daily), "").Replace(fmt.Sprint(err))
	}
	if columns != nil && clear(wrong) != clear(err) {
		t.Errorf("%v, want %v", err, wrong)
	}
}

func TestPlainCSV(t *testing.T) {
	long := "a,b,c\n" + strings.Repeat("x,yy,1.5\r\n\n,,\nu,v\n", 40_000)
	for name, content := range map[string]string{
		"long":                long,
		"long, then a quote":  long + "x,\"y\",z\n" + long,
		"long, then never":    long + "x,\"y,z\n" + long,
		"long, then stray":    long + "x,5\" pipe,z\n" + long + "w,w,w",
		"no last line break":  long + "x,y,z",
		"a lone return":       "a,b\nx,y\r",
		"a return within":     "a,b\nx\ry,z\n",
		"latin-1":             long + "caf\xe9,2,3\n",
		"no more than a name": "a",
		"cut off":             string(zipped(t, long)[:2000]),
		"too many":            "a,b\n1,2,3\n1,2,\n1\n",
	} {
		t.Run(name, func(t *testing.T) { samePlain(t, []byte(content)) })
	}
}

func FuzzPlainCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\r\n1;\"2\n3\"\r\n4;5", ",a\n1,2,,\n\n3\xff,4\n5,\"6", "a\r1\r2"} {
		f.Add([]byte(s))
	}
	f.Fuzz(samePlain)
}
