package source_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"daycast"
	"daycast/source"
	"daycast/source/sourcetest"
)

func TestSQLite(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, shop sourcetest.Shop) source.Source {
		path := filepath.Join(t.TempDir(), "a shop?.db")
		queries := fillSQL(t, openDB(t, "sqlite", path), shop, sqliteType)
		return openSQLite(t, path, queries)
	})
}

func openDB(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	if driver == "sqlite" {
		dsn = "file:" + strings.ReplaceAll(dsn, "?", "%3f")
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func openSQLite(t *testing.T, path string, queries map[source.Table]string) *source.SQL {
	t.Helper()
	s, err := source.OpenSQLite(path, queries)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func sqliteType(k source.Kind) string {
	return map[source.Kind]string{
		source.Text: "TEXT", source.Number: "REAL", source.Time: "TIMESTAMP",
		source.Date: "DATE", source.Bool: "TEXT",
	}[k]
}

// fillSQL makes a shop's tables and gives the queries that read them in order.
func fillSQL(t *testing.T, db *sql.DB, shop sourcetest.Shop, typeOf func(source.Kind) string) map[source.Table]string {
	t.Helper()
	queries := map[source.Table]string{}
	for table, f := range shop {
		name := "shop_" + string(table)
		columns, names := "n INTEGER", make([]string, len(f.Header))
		for i, h := range f.Header {
			names[i] = `"` + h + `"`
			columns += ", " + names[i] + " " + typeOf(f.Kinds[i])
		}
		exec(t, db, "CREATE TABLE "+name+" ("+columns+")")
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		for n, row := range f.Rows {
			list := []string{strconv.Itoa(n)}
			for _, v := range row {
				if v == "" {
					list = append(list, "NULL")
				} else {
					list = append(list, "'"+strings.ReplaceAll(v, "'", "''")+"'")
				}
			}
			if _, err := tx.Exec("INSERT INTO " + name + " VALUES (" + strings.Join(list, ", ") + ")"); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		queries[table] = "SELECT " + strings.Join(names, ", ") + " FROM " + name + " ORDER BY n -- in order\n;"
	}
	return queries
}

func exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestSQLiteKeepsValuesAsTheyAre(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	db := openDB(t, "sqlite", path)
	exec(t, db, `CREATE TABLE lines (o INTEGER, at TIMESTAMP, c REAL, i TEXT, q NUMERIC, b BLOB)`)
	exec(t, db, `INSERT INTO lines VALUES
		(536365, '2010-12-01 08:26:00', 17850.0, ' 85123A', 6, x'e9'),
		(536366, '2010-12-01T08:26:00+01:00', NULL, 'POST', 0.1, NULL),
		(536367, 'yesterday', 1e20, 'x', 'six', 'text')`)
	s := openSQLite(t, path, map[source.Table]string{source.Sales: `
		SELECT o AS order_id, at AS ordered_at, c AS customer_id, i AS item_id, q AS quantity, b AS note FROM lines`})
	var got []string
	for batch, err := range s.Read(t.Context(), source.Sales, daycast.Span{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch {
			got = append(got, strings.Join(row, "|"))
		}
	}
	want := []string{
		"536365|2010-12-01 08:26:00|17850| 85123A|6|é",
		"536366|2010-12-01T08:26:00+01:00||POST|0.1|",
		"536367|yesterday|1e+20|x|six|text",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSQLiteNamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.db")
	exec(t, openDB(t, "sqlite", path), "CREATE TABLE orders (id TEXT)")
	junk := filepath.Join(dir, "junk.db")
	if err := os.WriteFile(junk, []byte(strings.Repeat("not a database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path, query string
		code              daycast.Code
		word              string
	}{
		{"no file", filepath.Join(dir, "none.db"), "SELECT 1", daycast.NotFound, "none.db"},
		{"a folder", dir, "SELECT 1", daycast.Invalid, "folder"},
		{"not a database", junk, "SELECT 1", daycast.Invalid, "not a database"},
		{"no table", path, "SELECT * FROM sold", daycast.Invalid, "query for sales: SQL logic error: no such table: sold"},
		{"no column", path, "SELECT nr FROM orders", daycast.Invalid, "no such column: nr"},
		{"bad syntax", path, "SELEC id", daycast.Invalid, "SELEC"},
		{"no reading", path, "DELETE FROM orders", daycast.Invalid, "near"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := source.OpenSQLite(tt.path, map[source.Table]string{source.Sales: tt.query})
			if err == nil {
				defer s.Close()
				err = s.Check(t.Context())
			}
			if daycast.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.word) {
				t.Errorf("got %q with code %s, want %q with code %s", err, daycast.CodeOf(err), tt.word, tt.code)
			}
		})
	}
}
