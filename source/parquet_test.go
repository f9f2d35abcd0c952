package source_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/parquet-go/parquet-go"

	"daycast"
	"daycast/source"
	"daycast/source/sourcetest"
)

// DuckDB writes what we read, so that two programs agree on what a file says.
func duckDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func duckType(k source.Kind) string {
	return map[source.Kind]string{
		source.Text: "VARCHAR", source.Number: "DOUBLE", source.Time: "TIMESTAMP",
		source.Date: "DATE", source.Bool: "BOOLEAN",
	}[k]
}

func copyTo(t *testing.T, db *sql.DB, query, path, options string) {
	t.Helper()
	exec(t, db, "COPY ("+query+") TO '"+strings.ReplaceAll(path, "'", "''")+"' (FORMAT parquet"+options+")")
}

func openParquet(t *testing.T, files map[source.Table]string) *source.Files {
	t.Helper()
	s, err := source.OpenParquet(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestParquet(t *testing.T) {
	for _, options := range []string{", ROW_GROUP_SIZE 2048", ", COMPRESSION zstd, PARQUET_VERSION V2"} {
		sourcetest.Run(t, func(t *testing.T, shop sourcetest.Shop) source.Source {
			db, dir, files := duckDB(t), t.TempDir(), map[source.Table]string{}
			for table, query := range fillSQL(t, db, shop, duckType) {
				files[table] = filepath.Join(dir, string(table)+".parquet")
				copyTo(t, db, strings.TrimSuffix(query, ";"), files[table], options)
			}
			return openParquet(t, files)
		})
	}
}

func TestParquetValues(t *testing.T) {
	db, path := duckDB(t), filepath.Join(t.TempDir(), "sales.parquet")
	exec(t, db, "SET TimeZone = 'Asia/Kolkata'")
	copyTo(t, db, `SELECT * FROM (VALUES
		(18446744073709551615::UBIGINT, '2024-03-31 02:30:00.5+05:30'::TIMESTAMPTZ, 1234567890123456.7800::DECIMAL(38,4), -0.05::DECIMAL(9,2), 0.1::FLOAT,
			true, '2024-03-31'::DATE, '2024-03-31 02:30:00.000001'::TIMESTAMP, '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID, 'café 🍵', '01:02:03.5'::TIME, '2024-03-31 02:30:00.123456789'::TIMESTAMP_NS, 4294967295::UINTEGER, -5::TINYINT),
		(0, NULL, -0.0001, 12, NULL, NULL, '1969-12-31', '1969-12-31 23:59:59.5', NULL, '', NULL, NULL, NULL, NULL))
		AS t (order_id, ordered_at, unit_price, discount, quantity, promotion, d, wall, u, item_id, tm, ns, ui, ti)`, path, "")
	s := openParquet(t, map[source.Table]string{source.Sales: path})
	want := strings.Join([]string{
		"18446744073709551615|2024-03-30T21:00:00.5Z|1234567890123456.7800|-0.05|0.1|true|2024-03-31|2024-03-31T02:30:00.000001|" +
			"6ba7b810-9dad-11d1-80b4-00c04fd430c8|café 🍵|01:02:03.5|2024-03-31T02:30:00.123456789|4294967295|-5",
		"0||-0.0001|12.00|||1969-12-31|1969-12-31T23:59:59.5||||||",
	}, "\n")
	if got := rowsOf(t, s, source.Sales, daycast.Span{}); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// testdata/arrow.py made these with Arrow, as pandas and Spark do: dictionaries,
// decimals in bytes, an index; INT96.
func TestParquetOfArrow(t *testing.T) {
	s := openParquet(t, map[source.Table]string{source.Sales: "testdata/arrow.parquet"})
	want := strings.Join([]string{
		"a|2024-03-30T21:00:00.5Z|tea|12345678901234567890.12|2024-03-31T02:30:00.5|-1.5",
		"b||cup|-0.01||2",
		"c|1969-12-31T23:59:59.999Z|tea||2024-01-01T00:00:00|",
	}, "\n")
	if got := rowsOf(t, s, source.Sales, daycast.Span{}); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	s = openParquet(t, map[source.Table]string{source.Items: "testdata/int96.parquet"})
	if got := rowsOf(t, s, source.Items, daycast.Span{}); got != "a|2024-03-31T02:30:00Z\nb|1969-12-31T23:59:59Z\nc|" {
		t.Errorf("INT96: %s", got)
	}
}

// An instant is chosen by its day in UTC.
func TestParquetSince(t *testing.T) {
	db, path := duckDB(t), filepath.Join(t.TempDir(), "sales.parquet")
	copyTo(t, db, `SELECT o AS order_id, w::TIMESTAMPTZ AS ordered_at, o AS item_id, 1 AS quantity
		FROM (VALUES ('early', '2024-03-01 01:00:00+02'), ('late', '2024-02-29 23:00:00-05')) AS t (o, w)`, path, "")
	s := openParquet(t, map[source.Table]string{source.Sales: path})
	got := rowsOf(t, s, source.Sales, daycast.Span{From: 19784})
	if strings.Contains(got, "early") || !strings.Contains(got, "late") {
		t.Errorf("got %s", got)
	}
}

func TestParquetNamesWhatIsWrong(t *testing.T) {
	db, dir := duckDB(t), t.TempDir()
	whole := filepath.Join(dir, "whole.parquet")
	copyTo(t, db, "SELECT 'item ' || i AS item_id, i AS n FROM range(50000) AS t (i)", whole, ", ROW_GROUP_SIZE 10000")
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	cut := func(from, to int) string {
		path := filepath.Join(dir, fmt.Sprintf("cut-%d-%d.parquet", from, to))
		writeFile(t, path, append(bytes.Clone(content[:from]), content[to:]...))
		return path
	}
	nested := func(name, value string) string {
		path := filepath.Join(dir, name+".parquet")
		copyTo(t, db, "SELECT 'tea' AS item_id, "+value+" AS extra", path, "")
		return path
	}
	packed := filepath.Join(dir, "packed.parquet")
	copyTo(t, db, "SELECT 'tea' AS item_id", packed, ", COMPRESSION lz4_raw")
	text := filepath.Join(dir, "text.parquet")
	writeFile(t, text, []byte("item_id\ntea\n"))
	empty := filepath.Join(dir, "empty.parquet")
	writeFile(t, empty, nil)
	tests := []struct{ name, path, word string }{
		{"no Parquet", text, "is it a Parquet file"},
		{"empty", empty, "is it a Parquet file"},
		{"cut off", cut(len(content)/2, len(content)), "is it a Parquet file, and whole"},
		{"a hole", cut(1000, 30000), "cannot be read"},
		{"a list", nested("list", "[1, 2]"), `column "extra" is nested`},
		{"a struct", nested("struct", "{'a': 1}"), `column "extra" is nested`},
		{"a map", nested("map", "MAP {'a': 1}"), `column "extra" is nested`},
		{"an interval", nested("interval", "INTERVAL 1 DAY"), `column "extra": values of type INTERVAL`},
		{"missing", nested("missing", "1"), `missing column "day"`},
		{"LZ4", packed, "packed with LZ4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := source.Items
			if tt.name == "missing" {
				table = source.Stock
			}
			s := openParquet(t, map[source.Table]string{table: tt.path})
			err := s.Check(t.Context())
			for _, e := range s.Read(t.Context(), table, daycast.Span{}) {
				if err == nil {
					err = e
				}
			}
			if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), tt.word) || !strings.Contains(err.Error(), tt.path) {
				t.Errorf("got %v, want %q", err, tt.word)
			}
		})
	}
}

// A million rows in hundreds of row groups are read in the memory of a few.
func TestParquetStreams(t *testing.T) {
	db, path := duckDB(t), filepath.Join(t.TempDir(), "items.parquet")
	copyTo(t, db, "SELECT md5(i::VARCHAR) || md5((i+1)::VARCHAR) AS item_id FROM range(1000000) AS t (i)", path, ", ROW_GROUP_SIZE 4096")
	s := openParquet(t, map[source.Table]string{source.Items: path})
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	rows, most := 0, int64(0)
	for batch, err := range s.Read(t.Context(), source.Items, daycast.Span{}) {
		if err != nil {
			t.Fatal(err)
		}
		if rows += len(batch); rows%(50*4096) == 0 {
			runtime.GC()
			runtime.ReadMemStats(&during)
			most = max(most, int64(during.HeapAlloc)-int64(before.HeapAlloc))
		}
	}
	if rows != 1000000 || most > 24<<20 {
		t.Errorf("%d rows, up to %d bytes at once", rows, most)
	}
}

// itemsOfParquet reads a file as items; it is what FuzzParquet does.
func itemsOfParquet(t *testing.T, content []byte) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "items.parquet")
	writeFile(t, path, content)
	s, err := source.OpenParquet(t.Context(), map[source.Table]string{source.Items: path})
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.Check(t.Context())
	rows := 0
	for batch, e := range s.Read(t.Context(), source.Items, daycast.Span{}) {
		if e != nil {
			return e
		}
		if rows += len(batch); rows > 1_000_000 {
			break // a few bytes may say that they are very many
		}
	}
	return err
}

func FuzzParquet(f *testing.F) {
	type row struct {
		ID    string   `parquet:"item_id,dict"`
		Price *float64 `parquet:"price,snappy"`
		Day   int32    `parquet:"day,date"`
		At    int64    `parquet:"at,timestamp(microsecond:utc)"`
		Cost  int64    `parquet:"cost,decimal(2:18),delta"`
		New   bool     `parquet:"new"`
	}
	price := 1.5
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b, parquet.MaxRowsPerRowGroup(4))
	for i := range 10 {
		if _, err := w.Write([]row{{fmt.Sprint("item ", i%3), &price, int32(i), int64(i), -int64(i), i%2 == 0}}); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	for _, path := range []string{"testdata/arrow.parquet", "testdata/int96.parquet"} {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("PAR1PAR1"))
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := itemsOfParquet(t, content); err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("code %s: %v", daycast.CodeOf(err), err)
		}
	})
}
