package source_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/source"
	"daycast/source/sourcetest"
)

// postgresDSN is a superuser's DSN of a throwaway server, as a URL.
func postgresDSN(t *testing.T) *url.URL {
	t.Helper()
	dsn := os.Getenv("DAYCAST_POSTGRES")
	if dsn == "" {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatal("DAYCAST_POSTGRES is not set, and DAYCAST_REQUIRE wants it")
		}
		t.Skip("SKIPPED: set DAYCAST_POSTGRES to the DSN of a throwaway Postgres to test against it")
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal("DAYCAST_POSTGRES: want a URL such as postgres://user:password@host:5432/database")
	}
	return u
}

// openSchema makes a schema of the test's own. It gives a connection whose
// tables are made there, and a DSN that finds them.
func openSchema(t *testing.T) (*sql.DB, string) {
	t.Helper()
	u := postgresDSN(t)
	schema := fmt.Sprintf("daycast_%d_%d", os.Getpid(), time.Now().UnixNano())
	admin := openDB(t, "pgx", u.String())
	exec(t, admin, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { exec(t, admin, "DROP SCHEMA "+schema+" CASCADE") })
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return openDB(t, "pgx", u.String()), u.String()
}

func openPostgres(t *testing.T, dsn string, queries map[source.Table]string) *source.SQL {
	t.Helper()
	s, err := source.OpenPostgres(t.Context(), dsn, queries)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func postgresType(k source.Kind) string {
	return map[source.Kind]string{
		source.Text: "text", source.Number: "numeric", source.Time: "timestamp",
		source.Date: "date", source.Bool: "boolean",
	}[k]
}

func TestPostgres(t *testing.T) {
	postgresDSN(t)
	sourcetest.Run(t, func(t *testing.T, shop sourcetest.Shop) source.Source {
		db, dsn := openSchema(t)
		return openPostgres(t, dsn, fillSQL(t, db, shop, postgresType))
	})
}

func TestPostgresValues(t *testing.T) {
	db, dsn := openSchema(t)
	exec(t, db, `CREATE TABLE lines (o bigint, at timestamptz, c uuid, i char(5), q real, p money, d date)`)
	exec(t, db, `INSERT INTO lines VALUES
		(1, '2010-12-01 08:26:00.5+05:30', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'tea', 0.1, 1.5, '2010-12-01'),
		(2, 'infinity', NULL, 'cup', 'NaN', NULL, NULL)`)
	s := openPostgres(t, dsn, map[source.Table]string{source.Sales: `SELECT o AS order_id, at AS ordered_at,
		c AS customer_id, i AS item_id, q AS quantity, p::numeric AS unit_price, d AS delivered FROM lines ORDER BY o`})
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
		"1|2010-12-01T02:56:00.5Z|6ba7b810-9dad-11d1-80b4-00c04fd430c8|tea  |0.1|1.50|2010-12-01",
		"2|infinity||cup  |NaN||",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// An instant is chosen by its day in UTC, whatever offset it was written in,
// and text by its first ten characters; a day more is read on each side.
func TestPostgresSince(t *testing.T) {
	db, dsn := openSchema(t)
	exec(t, db, `CREATE TABLE lines (o text, at timestamptz)`)
	exec(t, db, `INSERT INTO lines VALUES ('early', '2024-03-01 01:00+02'), ('late', '2024-02-29 23:00-05'), ('nothing', NULL)`)
	for _, at := range []string{"at", "to_char(at, 'YYYY-MM-DD HH24:MI')"} {
		s := openPostgres(t, dsn, map[source.Table]string{
			source.Sales: "SELECT o AS order_id, " + at + " AS ordered_at, o AS item_id, 1 AS quantity FROM lines",
		})
		var got []string
		for batch, err := range s.Read(t.Context(), source.Sales, daycast.Span{From: daycast.DayOf(time.Date(2024, 3, 2, 0, 0, 0, 0, time.UTC))}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range batch {
				got = append(got, row[0])
			}
		}
		if len(got) != 1 || got[0] != "late" {
			t.Errorf("%s: got %v", at, got)
		}
	}
}

func TestPostgresNamesWhatIsWrong(t *testing.T) {
	db, dsn := openSchema(t)
	exec(t, db, "CREATE TABLE orders (id text)")
	exec(t, db, "INSERT INTO orders VALUES ('one')")
	with := func(change func(*url.URL)) string {
		u, _ := url.Parse(dsn)
		change(u)
		return u.String()
	}
	const secret = "not-the-p@ssword"
	user := postgresDSN(t).User.Username()
	tests := []struct {
		name, dsn, query string
		code             daycast.Code
		word             string
	}{
		{"wrong password", with(func(u *url.URL) { u.User = url.UserPassword(user, secret) }), "SELECT 1", daycast.Unauthorized, "refuses user"},
		{"no such user", with(func(u *url.URL) { u.User = url.UserPassword("nobody_here", secret) }), "SELECT 1", daycast.Unauthorized, "nobody_here"},
		{"no such database", with(func(u *url.URL) { u.Path = "/no_shop" }), "SELECT 1", daycast.Invalid, "no_shop"},
		{"no table", dsn, "SELECT * FROM sold", daycast.Invalid, `query for sales: relation "sold" does not exist`},
		{"no column", dsn, "SELECT nr FROM orders", daycast.Invalid, `column "nr" does not exist`},
		{"a column twice", dsn, `SELECT id AS order_id, id AS "Order_ID" FROM orders`, daycast.Invalid, "comes twice"},
		{"bad syntax", dsn, "SELEC id FROM orders", daycast.Invalid, "syntax error"},
		{"no reading", dsn, "DELETE FROM orders", daycast.Invalid, "syntax error"},
		{"a failing cast", dsn, "SELECT id AS order_id, now() AS ordered_at, id AS item_id, id::int AS quantity FROM orders", daycast.Invalid, `"one"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := source.OpenPostgres(t.Context(), tt.dsn, map[source.Table]string{source.Sales: tt.query})
			if err == nil {
				defer s.Close()
				err = s.Check(t.Context())
			}
			if daycast.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.word) {
				t.Errorf("got %q with code %s, want %q with code %s", err, daycast.CodeOf(err), tt.word, tt.code)
			}
			if text := fmt.Sprintf("%+v", err); strings.Contains(text, "p@ssword") {
				t.Errorf("the password is in the error: %s", text)
			}
		})
	}
}

// These need no server: one that refuses, one that hangs up once, a bad DSN.
func TestPostgresUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, err = source.OpenPostgres(t.Context(), "postgres://me:s3cret@"+address+"/shop?sslmode=disable", nil)
	if daycast.CodeOf(err) != daycast.Unavailable || !strings.Contains(err.Error(), address) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("nobody listens: %v", err)
	}
	for _, dsn := range []string{"postgres://me:s3cret%zz@host/shop", "host=h password='s3cret port=x", "postgres://me:s3cret@h:port/shop"} {
		_, err := source.OpenPostgres(t.Context(), dsn, nil)
		if daycast.CodeOf(err) != daycast.Invalid || strings.Contains(fmt.Sprintf("%+v", err), "s3cret") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

// A server that hangs up at first, as one that restarts does, is tried again.
func TestPostgresTriesAgain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	refused := []byte("E\x00\x00\x00\x20SFATAL\x00C28P01\x00Mwrong word\x00\x00\x00")
	refused[4] = byte(len(refused) - 1)
	calls := make(chan int, 1)
	go func() {
		n := 0
		defer func() { calls <- n }()
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if n++; n > 1 {
				_, _ = bufio.NewReader(conn).Peek(8)
				_, _ = conn.Write(refused)
			}
			conn.Close()
		}
	}()
	_, err = source.OpenPostgres(t.Context(), "postgres://me@"+listener.Addr().String()+"/shop?sslmode=disable", nil)
	listener.Close()
	if n := <-calls; n < 2 || daycast.CodeOf(err) != daycast.Unauthorized {
		t.Errorf("%d connections, then %v", n, err)
	}
}

// A table of a billion rows is read as it comes, and stopping early does not
// read the rest.
func TestPostgresStreams(t *testing.T) {
	_, dsn := openSchema(t)
	s := openPostgres(t, dsn, map[source.Table]string{
		source.Items: "SELECT generate_series(1, 1000000000) AS item_id",
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rows := 0
	for batch, err := range s.Read(ctx, source.Items, daycast.Span{}) {
		if err != nil {
			t.Fatal(err)
		}
		if rows += len(batch); rows > 200_000 {
			break
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d rows left %d bytes behind", rows, grown)
	}
}
