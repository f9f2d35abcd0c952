package source_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"daycast"
	"daycast/source"
	"daycast/source/sourcetest"
)

func TestCSV(t *testing.T) {
	for _, comma := range []rune{',', ';', '\t', '|'} {
		t.Run(string(comma), func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, shop sourcetest.Shop) source.Source {
				return writeCSV(t, shop, comma)
			})
		})
	}
}

func writeCSV(t *testing.T, shop sourcetest.Shop, comma rune) source.Source {
	t.Helper()
	dir, files := t.TempDir(), map[source.Table]string{}
	for table, f := range shop {
		files[table] = filepath.Join(dir, string(table)+".csv")
		writeFile(t, files[table], csvOf(t, f, comma))
	}
	s, err := source.OpenCSV(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func csvOf(t *testing.T, f sourcetest.Fixture, comma rune) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.Comma = comma
	if err := w.WriteAll(slices.Concat([][]string{f.Header}, f.Rows)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// itemsOf reads a file as items and joins rows by line and values by "|".
// Rows with another number of values than the header are in brackets.
func itemsOf(t *testing.T, content []byte) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "items.csv")
	writeFile(t, path, content)
	s, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Items: path})
	if err != nil {
		return "", err
	}
	var lines []string
	columns, err := s.Columns(t.Context(), source.Items)
	if err != nil {
		return "", err
	}
	for batch, err := range s.Read(t.Context(), source.Items, daycast.Span{}) {
		if err != nil {
			return strings.Join(lines, "\n"), err
		}
		for _, row := range batch {
			line := strings.Join(row, "|")
			if len(row) != len(columns) {
				line = "[" + line + "]"
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n"), nil
}

func zipped(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// utf16le is what Excel saves as Unicode text.
func utf16le(s string) string {
	b := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

func TestCSVForms(t *testing.T) {
	tests := []struct{ name, content, want string }{
		{"plain", "item_id,name\na,A\n", "a|A"},
		{"windows", "item_id,name\r\na,A\r\n", "a|A"},
		{"byte order mark", "\ufeffitem_id;name\na;A,B\n", "a|A,B"},
		{"separator inside a quoted header", "item_id;\"a,b,c\"\nx;1\n", "x|1"},
		{"one column", "item_id\na\nb\n", "a\nb"},
		{"no last line break", "item_id,name\na,A", "a|A"},
		{"header in capitals and spaces", " ITEM_ID ,name\na,A\n", "a|A"},
		{"row numbers without a name", ",item_id,name\n0,a,A\n1,b,B\n", "a|A\nb|B"},
		{"rows without a value", "item_id,name\na,A\n\n,\n  ,\nb,B\n", "a|A\nb|B"},
		{"empty fields too many", "item_id,name\na,A,,\n", "a|A"},
		{"quoted fields", "item_id,name\na,\"x \"\"y\"\", z\nw\"\n", "a|x \"y\", z\nw"},
		{"latin-1", "item_id,name\na,caf\xe9\n", "a|café"},
		{"old macintosh", "item_id,name\ra,A\rb,B", "a|A\nb|B"},
		{"a bar", "item_id|name\na|A,B\n", "a|A,B"},
		{"utf-16", utf16le("item_id\tname\r\na\té\r\n"), "a|é"},
		{"utf-16 of one byte too few", utf16le("item_id,name\na,A\n") + "b", "a|A\n[\ufffd]"},
		{"too few and too many", "item_id,name\na\nb,B\nc,C,1\nd,D\n",
			"[a]\nb|B\n[c|C|1]\nd|D"},
		{"ragged beside row numbers", ",item_id,name\n0,a\n1,b,B,1\n", "[a]\n[b|B|1]"},
		{"a name that comes twice", "item_id,name,ITEM_ID\na,A,b\n", "a|A"},
		{"stray quotes", "item_id,name\na,5\" pipe\nb,\"5\"in\"\nc,C\n5\"d,D\n",
			"a|5\" pipe\nb|5\"in\nc|C\n5\"d|D"},
		{"a quote over two lines", "item_id,name\na,\"A\nb\"B\nc,C\n", "[]\nc|C"},
		{"only a header", "item_id\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, content := range [][]byte{[]byte(tt.content), zipped(t, tt.content), zstdOf(t, tt.content)} {
				if got, err := itemsOf(t, content); err != nil || got != tt.want {
					t.Errorf("got %q, %v, want %q", got, err, tt.want)
				}
			}
		})
	}
}

func TestCSVNamesWhatIsWrong(t *testing.T) {
	rows := "item_id\n" + strings.Repeat("abc\n", 1000)
	whole, zstdWhole := zipped(t, rows), zstdOf(t, rows)
	tests := []struct{ name, content, word string }{
		{"empty", "", "is empty"},
		{"open quote", "item_id,name\na,A\nb,\"B\nc,C\nd,D\n", "line 3: a quote is opened"},
		{"cut off gzip", string(whole[:len(whole)-12]), "cut off"},
		{"cut off zstd", string(zstdWhole[:len(zstdWhole)-6]), "cut off"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := itemsOf(t, []byte(tt.content))
			if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), tt.word) || !strings.Contains(err.Error(), "items.csv") {
				t.Errorf("got %v, want %q", err, tt.word)
			}
		})
	}
	_, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Items: filepath.Join(t.TempDir(), "none.csv")})
	if daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("no file: %v", err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("item_id,name\na,\"A\n\"\nb"))
	f.Add([]byte("\xef\xbb\xbfitem_id;x\n\"\n"))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 4, 0})
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, err := itemsOf(t, content); err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("code %s: %v", daycast.CodeOf(err), err)
		}
	})
}

func TestLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sales.csv")
	writeFile(t, path, []byte("Quantity,item_id,order_id,ordered_at,colour\n"+
		"1, tea ,1,2024-02-01 10:00,red\n"+
		"2,tea\n"+
		" 3,cup,2,2024-03-02 10:00,blue\n"))
	s, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Sales: path})
	if err != nil {
		t.Fatal(err)
	}
	var kept []daycast.Quarantined
	var lines []daycast.RawLine
	for line, err := range source.Lines(t.Context(), s, daycast.Span{}, func(q daycast.Quarantined) { kept = append(kept, q) }) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	wantLines := []daycast.RawLine{
		{Row: 1, OrderID: "1", OrderedAt: "2024-02-01 10:00", ItemID: " tea ", Quantity: "1"},
		{Row: 3, OrderID: "2", OrderedAt: "2024-03-02 10:00", ItemID: "cup", Quantity: " 3"},
	}
	wantKept := []daycast.Quarantined{{Table: "sales", Row: 2, Value: "2,tea", Reason: "unreadable: 2 values for 5 columns"}}
	if len(lines) != 2 || lines[0] != wantLines[0] || lines[1] != wantLines[1] {
		t.Errorf("got %v, want %v", lines, wantLines)
	}
	if len(kept) != 1 || kept[0] != wantKept[0] {
		t.Errorf("got %v, want %v", kept, wantKept)
	}
}
