package main_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresDSN is a database of its own for the test, on the server that
// DAYCAST_POSTGRES names.
func postgresDSN(t *testing.T) string {
	t.Helper()
	server := os.Getenv("DAYCAST_POSTGRES")
	if server == "" {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatal("DAYCAST_POSTGRES is not set: .ci/with-postgres sets it")
		}
		t.Skip("SKIPPED: no Postgres; .ci/with-postgres go test ./cmd/daycast starts one")
	}
	name := fmt.Sprintf("daycast_%d", time.Now().UnixNano())
	admin := connect(t, server)
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		_ = admin.Close(context.Background())
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// loadPostgres fills a database with the shop that newShop makes.
func loadPostgres(t *testing.T, dir, dsn string) {
	t.Helper()
	must(t, dir, "simulate", "--out", "again.sqlite", "--items", "4", "--days", "100", "--postgres", "shop.sql")
	to := connect(t, dsn)
	defer func() { _ = to.Close(t.Context()) }()
	if _, err := to.Exec(t.Context(), read(t, filepath.Join(dir, "shop.sql"))); err != nil {
		t.Fatal(err)
	}
}

// The config that init writes, filled in, reads a shop from Postgres, and its
// forecasts are those of the same shop in SQLite.
func TestPostgres(t *testing.T) {
	t.Parallel()
	dsn := postgresDSN(t)
	dir := newShop(t)
	loadPostgres(t, dir, dsn)
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	u.User = url.UserPassword(u.User.Username(), "PASSWORD")
	shop := filepath.Join(dir, "postgres")
	if err := os.Mkdir(shop, 0o700); err != nil {
		t.Fatal(err)
	}
	must(t, shop, "init", "--source", "postgres")
	text := read(t, filepath.Join(shop, "daycast.yaml"))
	for _, edit := range [][2]string{
		{"postgres://daycast:${SHOP_PASSWORD}@localhost:5432/shop", strings.Replace(u.String(), "PASSWORD", "${SHOP_PASSWORD}", 1)},
		{"time_zone: UTC ", "time_zone: Europe/London "},
		{"# country: DE ", "country: GB "},
		{"l.discount, l.promotion", "l.promotion"},
		{"JOIN orders AS o", "LEFT JOIN orders AS o"},
		{"    # places: |\n    #   SELECT", "    places: |\n      SELECT"},
		{"    # stock: |\n    #   SELECT", "    stock: |\n      SELECT"},
		{"horizon: 28 ", "horizon: 14\n  models: [seasonal_naive, weekday_mean]\n  origins: 3\n  scored: 1 "},
	} {
		if !strings.Contains(text, edit[0]) {
			t.Fatalf("the file that init wrote lacks %q:\n%s", edit[0], text)
		}
		text = strings.Replace(text, edit[0], edit[1], 1)
	}
	write(t, filepath.Join(shop, "daycast.yaml"), text)
	env := []string{"SHOP_PASSWORD=" + url.QueryEscape(password)}
	for _, verb := range []string{"check", "run"} {
		if o := daycastWith(t, env, shop, verb); o.code != 0 {
			t.Fatalf("%s: exit code %d\n%s%s", verb, o.code, o.out, o.errors)
		}
	}
	must(t, dir, "run")
	want := must(t, dir, "forecast", "--config", "daycast.yaml", "--out", "-").out
	if got := must(t, shop, "forecast", "--config", "daycast.yaml", "--out", "-").out; got != want {
		t.Errorf("from Postgres\n%s\nfrom SQLite\n%s", got, want)
	}
	// The second run is incremental here too.
	if o := daycastWith(t, env, shop, "run"); o.code != 0 {
		t.Errorf("the second run: exit code %d\n%s", o.code, o.errors)
	}
	if got := must(t, shop, "forecast", "--config", "daycast.yaml", "--out", "-").out; got != want {
		t.Errorf("after a second run\n%s\nwant\n%s", got, want)
	}

	followsChanges(t, dsn, shop, text, env)

	o := daycastWith(t, []string{"SHOP_PASSWORD=wrong"}, shop, "run")
	o.fails(t, 1, "refuses user", "password")
	o = daycastWith(t, []string{"SHOP_PASSWORD=wrong"}, shop, "check")
	if o.code != 1 || !strings.Contains(o.out, "refuses user") || strings.Contains(o.out+o.errors, password) {
		t.Errorf("check with a wrong password: exit code %d\n%s", o.code, o.out)
	}
	write(t, filepath.Join(shop, "daycast.yaml"), strings.Replace(text, "FROM products", "FROM produce", 1))
	daycastWith(t, env, shop, "run").fails(t, 1, "source.queries.items", "produce")
}

// followsChanges asks for source.changes, does what check says of it, and edits
// an order of long ago.
func followsChanges(t *testing.T, dsn, shop, text string, env []string) {
	t.Helper()
	slot := fmt.Sprintf("daycast_%d", time.Now().UnixNano())
	write(t, filepath.Join(shop, "daycast.yaml"), strings.Replace(text, "source:\n", "source:\n  changes:\n    slot: "+slot+
		"\n    tables: [{table: orders, time: ordered_at}, {table: order_lines, key: order_id, of: orders.order_id}]\n", 1))
	o := daycastWith(t, env, shop, "check")
	for _, hint := range []string{"pg_create_logical_replication_slot('" + slot + "', 'pgoutput')", `CREATE PUBLICATION "daycast" FOR TABLE "orders", "order_lines"`} {
		if o.code != 1 || !strings.Contains(o.out, hint) {
			t.Errorf("exit code %d; check does not say %s:\n%s", o.code, hint, o.out)
		}
	}
	db := connect(t, dsn)
	defer func() { _ = db.Close(t.Context()) }()
	do := func(statement string) {
		t.Helper()
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	do(`CREATE PUBLICATION daycast FOR TABLE orders, order_lines; ALTER TABLE orders REPLICA IDENTITY FULL; ALTER TABLE order_lines REPLICA IDENTITY FULL`)
	do(`SELECT pg_create_logical_replication_slot('` + slot + `', 'pgoutput')`)
	t.Cleanup(func() {
		admin, err := pgx.Connect(context.Background(), dsn) // the test's own context is over
		if err == nil {
			_, err = admin.Exec(context.Background(), "SELECT pg_drop_replication_slot('"+slot+"')")
			_ = admin.Close(context.Background())
		}
		if err != nil {
			t.Error(err)
		}
	})
	if o = daycastWith(t, env, shop, "check"); o.code != 0 || !strings.Contains(o.out, "slot "+slot+" can be followed; the server keeps ") {
		t.Errorf("exit code %d: %s", o.code, o.out)
	}
	daycastWith(t, env, shop, "run")
	do(`UPDATE order_lines SET quantity = 400 WHERE order_id = (SELECT order_id FROM orders ORDER BY ordered_at OFFSET 20 LIMIT 1)`)
	if o = daycastWith(t, env, shop, "run"); o.code != 0 || strings.Contains(o.errors, "warning") {
		t.Errorf("exit code %d: %s", o.code, o.errors)
	}
	if o = daycastWith(t, env, shop, "monitor", "--json"); strings.Contains(o.out, "were not followed") || !strings.Contains(o.out, "retained_log_bytes") {
		t.Errorf("monitor: %s", o.out)
	}
}

// A server that does not answer is to be tried again.
func TestPostgresUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close() // nobody listens there now
	dir := t.TempDir()
	write(t, filepath.Join(dir, "daycast.yaml"), shopConfig("dsn: postgres://daycast:secret@"+address+"/shop", "postgres"))
	o := daycast(t, dir, "run")
	o.fails(t, 75, "cannot reach Postgres at "+address, "is the server running")
	if strings.Contains(o.errors, "secret") {
		t.Errorf("the password is in the message: %s", o.errors)
	}
	write(t, filepath.Join(dir, "daycast.yaml"), shopConfig("dsn: postgres://daycast:secret@no-such-host.invalid/shop", "postgres"))
	daycast(t, dir, "run").fails(t, 75, "no-such-host.invalid")
}
