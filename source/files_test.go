package source_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"daycast"
	"daycast/source"
)

func zstdOf(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// manyFiles is a folder of parts, written by several programs.
func manyFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"2024-01.csv":     []byte("item_id,name\na,A\n"),
		"2024-02.csv.gz":  zipped(t, "item_id;name\nb;B\n"),
		"2024-03":         zstdOf(t, "item_id,name\nc,C\n"),
		"2024-04.csv":     []byte("name,Item_ID\nD,d\nE\n"),
		"2024-05.csv":     nil, // a part without rows
		"_SUCCESS":        []byte("x"),
		".hidden.csv":     []byte("x"),
		"old/2023.csv":    []byte("item_id,name\nz,Z\n"),
		"_tmp/2022-1.csv": []byte("x"),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, path, content)
	}
	return dir
}

func TestFilesManyAsOne(t *testing.T) {
	dir := manyFiles(t)
	flat := "a|A\nb|B\nc|C\nd|D\nE" // the last row could not be read
	for given, want := range map[string]string{
		dir + "/2024-0*":                  flat,
		"file://" + dir + "/2024-0*":      flat,
		dir:                               flat + "\nz|Z",
		dir + "/*/2023.csv":               "z|Z",
		dir + "/2024-0[13]*":              "a|A\nc|C",
		filepath.Join(dir, "2024-03"):     "c|C",
		filepath.Join(dir, ".hidden.csv"): "", // asked for by name
	} {
		s, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Items: given})
		if err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		if got := rowsOf(t, s, source.Items, daycast.Span{}); got != want {
			t.Errorf("%s: got %q, want %q", given, got, want)
		}
	}
	for given, code := range map[string]daycast.Code{
		dir + "/2025-*": daycast.NotFound, dir + "/none.csv": daycast.NotFound, t.TempDir(): daycast.NotFound,
		dir + "/[": daycast.Invalid, "ftp://host/file.csv": daycast.Invalid, "gs://bucket/file.csv": daycast.Invalid,
		"s3:///file.csv": daycast.Invalid, "s3://bucket/file.csv?regoin=x": daycast.Invalid,
	} {
		_, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Items: given})
		if daycast.CodeOf(err) != code {
			t.Errorf("%s: %v, want code %s", given, err, code)
		}
	}
}

func TestFilesOfOtherColumns(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "1.csv"), []byte("item_id,name\na,A\n"))
	writeFile(t, filepath.Join(dir, "2.csv"), []byte("item_id,colour\nb,red\n"))
	s, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Items: dir})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Check(t.Context())
	if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "2.csv has other columns") || !strings.Contains(err.Error(), "colour") {
		t.Errorf("got %v", err)
	}
}
