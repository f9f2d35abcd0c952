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

	"github.com/go-sql-driver/mysql"

	"daycast"
	"daycast/source"
	"daycast/source/sourcetest"
)

// mariadbURL is an administrator's DSN of a throwaway server.
func mariadbURL(t *testing.T) *url.URL {
	t.Helper()
	dsn := os.Getenv("DAYCAST_MARIADB")
	if dsn == "" {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatal("DAYCAST_MARIADB is not set, and DAYCAST_REQUIRE wants it")
		}
		t.Skip("SKIPPED: no MariaDB; .ci/with-mariadb go test ./source starts one")
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal("DAYCAST_MARIADB: want a URL such as mysql://user:password@host:3306/database")
	}
	return u
}

// openMariaDB makes a database of the test's own. It gives a connection to it
// that takes standard SQL, and a DSN.
func openMariaDB(t *testing.T) (*sql.DB, *url.URL) {
	t.Helper()
	u := mariadbURL(t)
	name := fmt.Sprintf("daycast_%d_%d", os.Getpid(), time.Now().UnixNano())
	connect := func(database string) *sql.DB {
		c := mysql.NewConfig()
		c.User, c.Net, c.Addr, c.DBName = u.User.Username(), "tcp", u.Host, database
		c.Passwd, _ = u.User.Password()
		c.Params = map[string]string{"sql_mode": "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"}
		return openDB(t, "mysql", c.FormatDSN())
	}
	admin := connect("")
	exec(t, admin, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4")
	t.Cleanup(func() { exec(t, admin, "DROP DATABASE "+name) })
	u.Path = "/" + name
	return connect(name), u
}

func openMySQL(t *testing.T, dsn string, queries map[source.Table]string) *source.SQL {
	t.Helper()
	s, err := source.OpenMySQL(t.Context(), dsn, queries)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func mysqlType(k source.Kind) string {
	return map[source.Kind]string{
		source.Text: "VARCHAR(100) COLLATE utf8mb4_general_ci", source.Number: "DOUBLE", source.Time: "DATETIME",
		source.Date: "DATE", source.Bool: "VARCHAR(5)",
	}[k]
}

func TestMySQL(t *testing.T) {
	mariadbURL(t)
	sourcetest.Run(t, func(t *testing.T, shop sourcetest.Shop) source.Source {
		db, dsn := openMariaDB(t)
		queries := fillSQL(t, db, shop, mysqlType)
		for table, q := range queries {
			// A derived table's order counts only with a limit.
			q = strings.Replace(q, "ORDER BY n", "ORDER BY n LIMIT 18446744073709551615", 1)
			queries[table] = strings.ReplaceAll(q, `"`, "`")
		}
		return openMySQL(t, dsn.String(), queries)
	})
}

// rowsOf are a table's rows, a line each with bars between the values.
func rowsOf(t *testing.T, s source.Source, table source.Table, span daycast.Span) string {
	t.Helper()
	var got []string
	for batch, err := range s.Read(t.Context(), table, span) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch {
			got = append(got, strings.Join(row, "|"))
		}
	}
	return strings.Join(got, "\n")
}

func TestMySQLValues(t *testing.T) {
	db, dsn := openMariaDB(t)
	exec(t, db, `SET STATEMENT sql_mode = '' FOR CREATE TABLE lines_ (o BIGINT UNSIGNED, at DATETIME(3), ts TIMESTAMP(3) NULL, d DATE,
		p DECIMAL(20,4), q FLOAT, b BOOLEAN, bits BIT(9), bit1 BIT(1), y YEAR, tm TIME, name VARCHAR(20), old VARCHAR(20) CHARACTER SET latin1)`)
	exec(t, db, `SET STATEMENT sql_mode = '', time_zone = '+05:30' FOR INSERT INTO lines_ VALUES
		(18446744073709551615, '2024-03-31 02:30:00.5', '2024-03-31 02:30:00.5', '2024-03-31', 1234567890123456.1000, 0.1, 1, b'100000001', b'1', 2024, '26:00:00', '🍵', 'café'),
		(1, '0000-00-00', '0000-00-00', '0000-00-00', NULL, NULL, 0, NULL, b'0', NULL, NULL, '', NULL),
		(2, '2024-00-00', NULL, '2024-03-00', -0.5000, 1e10, NULL, NULL, NULL, NULL, NULL, '_', NULL)`)
	s := openMySQL(t, dsn.String(), map[source.Table]string{source.Sales: "SELECT o AS order_id, at AS ordered_at, ts, d, " +
		"p AS unit_price, q AS quantity, b AS promotion, bits, bit1, y, tm, name AS item_id, old AS customer_id FROM lines_"})
	want := strings.Join([]string{
		"18446744073709551615|2024-03-31T02:30:00.5|2024-03-30T21:00:00.5Z|2024-03-31|1234567890123456.1000|0.1|true|257|1|2024|26:00:00|🍵|café",
		"1||||||false||0||||",
		"2|2024-00-00T00:00:00||2024-03-00|-0.5000|10000000000||||||_|",
	}, "\n")
	if got := rowsOf(t, s, source.Sales, daycast.Span{}); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// An instant is chosen by its day in UTC, a time on the shop's clock and text
// as they are written, whatever the server's zone and the column's collation.
func TestMySQLSince(t *testing.T) {
	db, dsn := openMariaDB(t)
	exec(t, db, `CREATE TABLE lines_ (o VARCHAR(9), at TIMESTAMP NULL)`)
	exec(t, db, `SET STATEMENT time_zone = '+02:00' FOR INSERT INTO lines_ VALUES ('early', '2024-03-01 01:00'), ('late', '2024-03-01 02:00')`)
	for _, at := range []string{"at", "CAST(at AS DATETIME)", "DATE(at)", "CAST(at AS CHAR)", "REPLACE(CAST(at AS CHAR), ' ', 'T')"} {
		s := openMySQL(t, dsn.String(), map[source.Table]string{
			source.Sales: "SELECT o AS order_id, " + at + " AS ordered_at, o AS item_id, 1 AS quantity FROM lines_",
		})
		got := rowsOf(t, s, source.Sales, daycast.Span{From: 19784})
		if strings.Contains(got, "early") || !strings.Contains(got, "late") {
			t.Errorf("%s: got %v", at, got)
		}
	}
}

func TestMySQLNamesWhatIsWrong(t *testing.T) {
	db, dsn := openMariaDB(t)
	exec(t, db, "CREATE TABLE orders (id VARCHAR(9))")
	exec(t, db, "INSERT INTO orders VALUES ('one')")
	database := strings.TrimPrefix(dsn.Path, "/")
	const secret = "not-the-p@ssword:/?"
	limited := "u" + database[len(database)-12:]
	exec(t, db, fmt.Sprintf("CREATE USER %s@'127.0.0.1' IDENTIFIED BY '%s'", limited, secret))
	t.Cleanup(func() { exec(t, db, fmt.Sprintf("DROP USER %s@'127.0.0.1'", limited)) })
	exec(t, db, "CREATE TABLE open_ (id INT, hidden INT)")
	exec(t, db, fmt.Sprintf("GRANT SELECT (id) ON open_ TO %s@'127.0.0.1'", limited))
	with := func(change func(*url.URL)) string {
		u := *dsn
		change(&u)
		return u.String()
	}
	user := dsn.User.Username()
	asLimited := with(func(u *url.URL) { u.User = url.UserPassword(limited, secret) })
	good := dsn.String()
	tests := []struct {
		name, dsn, query string
		code             daycast.Code
		word             string
	}{
		{"wrong password", with(func(u *url.URL) { u.User = url.UserPassword(user, secret) }), "SELECT 1", daycast.Unauthorized, "refuses user"},
		{"no such user", with(func(u *url.URL) { u.User = url.UserPassword("nobody_here", secret) }), "SELECT 1", daycast.Unauthorized, "nobody_here"},
		{"no such database", with(func(u *url.URL) { u.Path = "/no_shop" }), "SELECT 1", daycast.Invalid, "Unknown database 'no_shop'"},
		{"no database", with(func(u *url.URL) { u.Path = "/" }), "SELECT 1", daycast.Invalid, "names no database"},
		{"not the user's database", with(func(u *url.URL) { u.User = url.UserPassword(limited, secret); u.Path = "/mysql" }), "SELECT 1", daycast.Unauthorized, "refuses user"},
		{"no right on a table", asLimited, "SELECT * FROM orders", daycast.Unauthorized, "GRANT SELECT"},
		{"no right on a column", asLimited, "SELECT hidden FROM open_", daycast.Unauthorized, "GRANT SELECT"},
		{"no table", good, "SELECT * FROM sold", daycast.Invalid, "sold' doesn't exist"},
		{"no column", good, "SELECT nr FROM orders", daycast.Invalid, "Unknown column 'nr'"},
		{"a column twice", good, "SELECT id AS order_id, id AS `Order_ID` FROM orders", daycast.Invalid, "Duplicate column name"},
		{"bad syntax", good, "SELEC id FROM orders", daycast.Invalid, "SQL syntax"},
		{"no writing", good, "DELETE FROM orders", daycast.Invalid, "SQL syntax"},
		{"no second statement", good, "SELECT id FROM orders) AS q; DELETE FROM orders; SELECT 1 FROM (SELECT 1", daycast.Invalid, "SQL syntax"},
		{"no certificate that we know", good + "?tls=true", "SELECT 1", daycast.Invalid, "tls-ca=FILE"},
		{"no certificate at all", good + "?tls-ca=/dev/null", "SELECT 1", daycast.Invalid, "no certificate in /dev/null"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := source.OpenMySQL(t.Context(), tt.dsn, map[source.Table]string{source.Sales: tt.query})
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
	var n int
	if err := db.QueryRow("SELECT COUNT(*) FROM orders").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d orders are left, %v", n, err)
	}
}

// The session refuses to write, whoever asks: a function that writes is the one
// way for a SELECT to try.
func TestMySQLReadsOnly(t *testing.T) {
	db, dsn := openMariaDB(t)
	exec(t, db, "CREATE TABLE orders (id INT)")
	exec(t, db, "CREATE FUNCTION sneak() RETURNS INT BEGIN INSERT INTO orders VALUES (1); RETURN 1; END")
	s := openMySQL(t, dsn.String(), map[source.Table]string{source.Items: "SELECT sneak() AS item_id"})
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "READ ONLY") {
		t.Errorf("got %v", err)
	}
	var n int
	if err := db.QueryRow("SELECT COUNT(*) FROM orders").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d orders were written, %v", n, err)
	}
}

func TestMySQLForms(t *testing.T) {
	db, dsn := openMariaDB(t)
	exec(t, db, "CREATE TABLE items (item_id INT)")
	password, _ := dsn.User.Password()
	encrypted := *dsn
	encrypted.RawQuery = "tls-ca=" + url.QueryEscape(os.Getenv("DAYCAST_MARIADB_CA"))
	maria := *dsn
	maria.Scheme = "mariadb"
	own := dsn.User.Username() + ":" + password + "@tcp(" + dsn.Host + ")" + dsn.Path
	for name, text := range map[string]string{
		"url": dsn.String(), "mariadb": maria.String(), "the driver's": own, "tls": encrypted.String(),
		"what is ours to say": own + "?parseTime=true&multiStatements=true&time_zone=%27%2B03:00%27&loc=Local",
	} {
		t.Run(name, func(t *testing.T) {
			if name == "tls" && os.Getenv("DAYCAST_MARIADB_CA") == "" {
				t.Skip("SKIPPED: DAYCAST_MARIADB_CA is not set; .ci/with-mariadb sets it")
			}
			s := openMySQL(t, text, map[source.Table]string{
				source.Items:  "SELECT item_id FROM items",
				source.Places: "SELECT VARIABLE_VALUE AS place_id, @@time_zone AS time_zone FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_version'",
			})
			if err := s.Check(t.Context()); err != nil {
				t.Error(err)
			}
			got := rowsOf(t, s, source.Places, daycast.Span{})
			if !strings.HasSuffix(got, "|+00:00") || (name == "tls") != strings.HasPrefix(got, "TLS") {
				t.Errorf("TLS and zone: %s", got)
			}
		})
	}
}

// These need no server: one that refuses, one that hangs up, a bad DSN.
func TestMySQLUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, err = source.OpenMySQL(t.Context(), "mysql://me:s3cret@"+address+"/shop", nil)
	if daycast.CodeOf(err) != daycast.Unavailable || !strings.Contains(err.Error(), address) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("nobody listens: %v", err)
	}
	for _, dsn := range []string{
		"mysql://me:s3cret%zz@host/shop", "me:s3cret", "mysql://me:s3cret@h:port/shop", "mysql://me:s3cret@/shop",
		"me:s3cret@tcp(host/shop", "mysql://me:s3cret@h/shop?tls=none", "mysql://me:s3cret@h/shop?tls-ca=/no/such.pem", "postgres://me:s3cret@h/shop",
	} {
		_, err := source.OpenMySQL(t.Context(), dsn, nil)
		if daycast.CodeOf(err) != daycast.Invalid || strings.Contains(fmt.Sprintf("%+v", err), "s3cret") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

// A server that hangs up at first is tried again; one that says who it is not
// is not.
func TestMySQLTriesAgain(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	refused := []byte("\x00\x00\x00\x00\xff\x6a\x04Host 'h' is not allowed")
	refused[0] = byte(len(refused) - 4)
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
				_, _ = conn.Write(refused)
				_, _ = bufio.NewReader(conn).Peek(1)
			}
			conn.Close()
		}
	}()
	_, err = source.OpenMySQL(t.Context(), "mysql://me@"+listener.Addr().String()+"/shop", nil)
	listener.Close()
	if n := <-calls; n < 2 || daycast.CodeOf(err) != daycast.Unauthorized {
		t.Errorf("%d connections, then %v", n, err)
	}
}

// A table of a billion rows is read as it comes, and stopping early does not
// read the rest.
func TestMySQLStreams(t *testing.T) {
	_, dsn := openMariaDB(t)
	s := openMySQL(t, dsn.String(), map[source.Table]string{source.Items: "SELECT seq AS item_id FROM seq_1_to_1000000000"})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
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

// A server that ends the connection in the middle of the rows is unavailable.
func TestMySQLConnectionLost(t *testing.T) {
	db, dsn := openMariaDB(t)
	s := openMySQL(t, dsn.String(), map[source.Table]string{source.Items: "SELECT seq AS item_id FROM seq_1_to_1000000000"})
	var last error
	killed := false
	for _, err := range s.Read(t.Context(), source.Items, daycast.Span{}) {
		last = err
		if err != nil {
			break
		}
		if killed {
			continue
		}
		killed = true
		var id int
		query := "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND COMMAND = 'Query'"
		if err := db.QueryRow(query).Scan(&id); err != nil {
			t.Fatal(err)
		}
		exec(t, db, fmt.Sprintf("KILL CONNECTION %d", id))
	}
	if daycast.CodeOf(last) != daycast.Unavailable || !strings.Contains(last.Error(), "query for items") {
		t.Errorf("got %v", last)
	}
}
