package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"

	"daycast"
	"daycast/config"
	"daycast/simulate"
	"daycast/source"
)

type silent struct{}

func (silent) Stage(string)          {}
func (silent) Step(int, int, string) {}

// server is the address of a test's server, by its environment variable.
func server(t *testing.T, variable, start string) *url.URL {
	t.Helper()
	dsn := os.Getenv(variable)
	if dsn == "" {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatalf("%s is not set: %s sets it", variable, start)
		}
		t.Skipf("SKIPPED: %s is not set; %s go test ./app starts one", variable, start)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("%s is no URL", variable)
	}
	return u
}

func connection(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func run(t *testing.T, db *sql.DB, script string) {
	t.Helper()
	if _, err := db.Exec(script); err != nil {
		t.Fatalf("%.200s: %v", script, err)
	}
}

func dumped(t *testing.T, shop string) string {
	t.Helper()
	var script bytes.Buffer
	if err := simulate.DumpPostgres(t.Context(), shop, &script); err != nil {
		t.Fatal(err)
	}
	return script.String()
}

func inPostgres(t *testing.T, shop string) config.Source {
	u := server(t, "DAYCAST_POSTGRES", ".ci/with-postgres")
	name := fmt.Sprintf("daycast_app_%d", time.Now().UnixNano())
	admin := connection(t, "pgx", u.String())
	run(t, admin, "CREATE DATABASE "+name)
	t.Cleanup(func() { run(t, admin, "DROP DATABASE "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	to := connection(t, "pgx", u.String()+"&default_query_exec_mode=simple_protocol")
	run(t, to, dumped(t, shop))
	to.Close()
	return config.Source{Kind: "postgres", DSN: config.NewSecret(u.String()), Queries: simulate.Queries()}
}

// inMariaDB takes the same script: only types have other names there, and a
// backslash in a text is one.
func inMariaDB(t *testing.T, shop string) config.Source {
	u := server(t, "DAYCAST_MARIADB", ".ci/with-mariadb")
	name := fmt.Sprintf("daycast_app_%d", time.Now().UnixNano())
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.MultiStatements = u.User.Username(), "tcp", u.Host, true
	c.Passwd, _ = u.User.Password()
	c.Params = map[string]string{"sql_mode": "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'"}
	admin := connection(t, "mysql", c.FormatDSN())
	run(t, admin, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4")
	t.Cleanup(func() { run(t, admin, "DROP DATABASE "+name) })
	c.DBName = name
	run(t, connection(t, "mysql", c.FormatDSN()), strings.NewReplacer(" TEXT", " VARCHAR(200)", " NUMERIC", " DOUBLE").Replace(dumped(t, shop)))
	u.Path = "/" + name
	return config.Source{Kind: "mariadb", DSN: config.NewSecret(u.String()), Queries: simulate.Queries()}
}

// inCSV writes each table as files of a thousand rows, every second one packed.
func inCSV(t *testing.T, shop string) config.Source {
	s, err := openSource(t.Context(), config.Config{Source: inSQLite(t, shop)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dir, files := t.TempDir(), map[string]string{}
	for _, table := range source.Tables() {
		if !s.Has(table) {
			continue
		}
		files[string(table)] = filepath.Join(dir, string(table)+"-*")
		columns, err := s.Columns(t.Context(), table)
		if err != nil {
			t.Fatal(err)
		}
		part := 0
		for batch, err := range s.Read(t.Context(), table, daycast.Span{}) {
			if err != nil {
				t.Fatal(err)
			}
			writeCSV(t, filepath.Join(dir, fmt.Sprintf("%s-%04d", table, part)), part%2 == 1, append([][]string{columns}, batch...))
			part++
		}
	}
	return config.Source{Kind: "csv", Files: files}
}

func writeCSV(t *testing.T, path string, packed bool, rows [][]string) {
	t.Helper()
	var b, z bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	content := b.Bytes()
	if packed {
		w := gzip.NewWriter(&z)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		content = z.Bytes()
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// inParquet has DuckDB write what the CSVs say.
func inParquet(t *testing.T, shop string) config.Source {
	csvs, dir, db := inCSV(t, shop).Files, t.TempDir(), connection(t, "duckdb", "")
	files := map[string]string{}
	for table, pattern := range csvs {
		var parts []string
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for i, part := range found {
			packed := map[bool]string{true: "gzip", false: "none"}[i%2 == 1]
			parts = append(parts, fmt.Sprintf("SELECT * FROM read_csv('%s', header = true, all_varchar = true, quote = '\"', delim = ',', compression = '%s')", part, packed))
		}
		columns := "*"
		if table == "stock" {
			columns = "* REPLACE (day::DATE AS day)"
		}
		files[table] = filepath.Join(dir, table+".parquet")
		run(t, db, "COPY (SELECT "+columns+" FROM ("+strings.Join(parts, " UNION ALL ")+")) TO '"+files[table]+"' (FORMAT parquet, ROW_GROUP_SIZE 4096)")
	}
	return config.Source{Kind: "parquet", Files: files}
}

func inSQLite(_ *testing.T, shop string) config.Source {
	return config.Source{Kind: "sqlite", Path: shop, Queries: simulate.Queries()}
}

// stored are the fingerprints of what a run makes of a source, by table.
func stored(t *testing.T, s config.Source) map[string]string {
	t.Helper()
	c := config.Default()
	c.Source, c.Data, c.Threads = s, filepath.Join(t.TempDir(), "data"), 1
	c.Source.LookBack = config.Default().Source.LookBack
	w := World{Now: func() time.Time { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) }, Progress: silent{}, Version: "test"}
	if findings, err := Check(t.Context(), c, w); err != nil {
		t.Fatalf("%v: %+v", err, findings)
	}
	if err := pass(t.Context(), c, w, AfterSignals); err != nil {
		t.Fatal(err)
	}
	house, err := openWarehouse(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	prints := map[string]string{}
	for _, table := range []string{"facts", "stock", "items", "places", "signals"} {
		if prints[table], err = house.Fingerprint(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := house.Counts(t.Context())
	if err != nil || counts["facts"] == 0 || counts["stock"] == 0 {
		t.Fatalf("%v, %v", counts, err)
	}
	return prints
}

// The same shop gives the same facts, wherever its tables are kept.
func TestSameFactsFromEverySource(t *testing.T) {
	shop := filepath.Join(t.TempDir(), "shop.sqlite")
	if _, err := (simulate.Shop{Seed: 3, Items: 12, Places: 2, Days: 200}).Write(t.Context(), shop, nil); err != nil {
		t.Fatal(err)
	}
	want := stored(t, inSQLite(t, shop))
	for name, in := range map[string]func(*testing.T, string) config.Source{
		"postgres": inPostgres, "mariadb": inMariaDB, "csv": inCSV, "parquet": inParquet,
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, stored(t, in(t, shop))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
