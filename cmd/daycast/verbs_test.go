package main_test

import (
	"bufio"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	_ "modernc.org/sqlite"
)

// shopConfig is a config that reads a simulated shop, with few and fast models.
func shopConfig(where, kind string) string {
	return fmt.Sprintf(`
shop: {name: test, time_zone: Europe/London, country: GB}
source:
  kind: %s
  %s
  queries:
    sales: |
      SELECT l.order_id, l.line_id, o.ordered_at, o.customer_id, l.item_id, o.place_id,
             l.quantity, l.unit_price, l.promotion
      FROM order_lines l LEFT JOIN orders o ON o.order_id = l.order_id
    items: SELECT item_id, name, category, brand FROM products
    customers: SELECT customer_id, country, segment FROM customers
    places: SELECT place_id, time_zone, country, region, latitude, longitude FROM places
    stock: SELECT day, item_id, place_id, on_hand FROM stock
forecast: {horizon: 14, models: [seasonal_naive, weekday_mean], origins: 3, scored: 1}
gate: {days: 0}
`, kind, where)
}

// reseed changes a setting that no forecast here depends on: the next run has
// to do what it would else find unchanged.
func reseed(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "daycast.yaml")
	write(t, path, strings.Replace(read(t, path), "origins: 3", "seed: 2, origins: 3", 1))
}

// newShop is a folder with a simulated shop and its config.
func newShop(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, dir, "simulate", "--out", "shop.sqlite", "--items", "4", "--days", "100")
	write(t, filepath.Join(dir, "daycast.yaml"), shopConfig("path: shop.sqlite", "sqlite"))
	return dir
}

// handShop is a folder with a shop of the given order lines: order, time,
// place, item, quantity, price.
func handShop(t *testing.T, lines func(add func(order any, at, place, item string, quantity, price any))) string {
	t.Helper()
	dir := t.TempDir()
	db := openSQLite(t, dir)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), `
CREATE TABLE lines (order_id, ordered_at, place_id, item_id, quantity, unit_price);
CREATE TABLE places (place_id, time_zone)`); err != nil {
		t.Fatal(err)
	}
	insert, err := tx.PrepareContext(t.Context(), `INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		t.Fatal(err)
	}
	lines(func(order any, at, place, item string, quantity, price any) {
		if _, err := insert.ExecContext(t.Context(), order, at, place, item, quantity, price); err != nil {
			t.Fatal(err)
		}
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "daycast.yaml"), `
shop: {name: test, time_zone: Europe/London}
source:
  kind: sqlite
  path: shop.sqlite
  queries:
    sales: SELECT order_id, ordered_at, place_id, item_id, quantity, unit_price FROM lines
    places: SELECT place_id, time_zone FROM places
forecast: {horizon: 7, models: [seasonal_naive, weekday_mean], origins: 3, scored: 1}
`)
	return dir
}

func openSQLite(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "shop.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func change(t *testing.T, dir, statement string) {
	t.Helper()
	if _, err := openSQLite(t, dir).ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// forecasts are the rows of forecast, by item and place.
func forecasts(t *testing.T, dir string, flags ...string) map[string][][]string {
	t.Helper()
	out := must(t, dir, append([]string{"forecast", "--config", "daycast.yaml", "--out", "-"}, flags...)...).out
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][][]string{}
	for _, r := range records[1:] {
		rows[r[0]+"@"+r[1]] = append(rows[r[0]+"@"+r[1]], r)
	}
	return rows
}

// A command line that cannot be understood is exit code 2, with what was
// probably meant.
func TestMisuse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct {
		args string
		says string
	}{
		{"frecast", "did you mean forecast?"},
		{"frobnicate", `no verb "frobnicate"`},
		{"forecast --horizn 7", "did you mean --horizon?"},
		{"forecast --horizon soon", `invalid argument "soon"`},
		{"forecast --csv x.csv --horizon 0", "horizon"},
		{"forecast --csv x.csv --horizon 10000", "horizon"},
		{"forecast --csv x.csv --absent maybe", "absent"},
		{"forecast", "--csv"},
		{"run yesterday", `"yesterday" is not understood`},
		{"run --config", "needs an argument"},
		{"models lst", "did you mean list?"},
		{"models show", "the id of a version"},
		{"init --source oracle", "want one of postgres, mysql"},
		{"demo --items 0", "1 or more"},
		{"demo --days -1", "1 or more"},
		{"simulate --places many", "1 or more"},
		{"serve --adr :1", "did you mean --addr?"},
		{"monitor --url :8080", "http://127.0.0.1:8080"},
		{"monitor --url ftp://shop", "http://127.0.0.1:8080"},
		{"schedule --onc", "did you mean --once?"},
	} {
		o := daycast(t, dir, strings.Fields(c.args)...)
		if o.code != 2 || !strings.Contains(o.errors, c.says) {
			t.Errorf("daycast %s: exit code %d, want 2 and %q: %s", c.args, o.code, c.says, o.errors)
		}
	}
	for _, args := range []string{"", "--help", "models", "run --help", "models list --help", "--version"} {
		if o := must(t, dir, strings.Fields(args)...); o.out == "" {
			t.Errorf("daycast %s prints nothing", args)
		}
	}
}

// Every verb has help with an example.
func TestHelp(t *testing.T) {
	t.Parallel()
	verbs := []string{
		"demo", "init", "check", "run", "etl", "train", "backtest", "tune", "forecast", "serve", "schedule", "monitor", "quality", "ping", "simulate", "rows", "signals",
		"models", "models list", "models show", "models promote", "models rollback", "models decisions",
	}
	for _, verb := range verbs {
		o := must(t, ".", append(strings.Fields(verb), "--help")...)
		if !strings.Contains(o.out, "Examples:") || !strings.Contains(o.out, "daycast "+verb) {
			t.Errorf("the help of %s has no example:\n%s", verb, o.out)
		}
	}
}

// What is wrong with a config is said at once, each with its line and key.
func TestConfigErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, verb := range []string{"check", "run", "etl", "train", "backtest", "serve", "monitor", "models list"} {
		daycast(t, dir, strings.Fields(verb)...).fails(t, 1, "there is no config file daycast.yaml", "daycast init writes one")
	}
	write(t, filepath.Join(dir, "daycast.yaml"), "shop: {name: x, time_zon: UTC}\nsource: {kind: sqlite, path: a, queries: {sale: SELECT 1}}\nforecast: {horizon: 0}\n")
	daycast(t, dir, "run").fails(t, 1, "line 1", "shop.time_zon", "time_zone", "source.queries.sale", "forecast.horizon")
	write(t, filepath.Join(dir, "daycast.yaml"), "shop: [")
	daycast(t, dir, "check").fails(t, 1, "daycast.yaml: this is no YAML")
}

// init's file loads as it is, is never overwritten, and check says in plain
// words what is still to be done.
func TestInit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, dir, "init", "--source", "sqlite")
	daycast(t, dir, "init", "--source", "sqlite").fails(t, 1, "daycast.yaml is there already", "--config")
	o := daycast(t, dir, "check")
	o.fails(t, 1, "checks failed")
	if !strings.Contains(o.out, "WRONG") || !strings.Contains(o.out, "shop.db") || !strings.Contains(o.out, "source.path") {
		t.Errorf("check does not say that the file is missing:\n%s", o.out)
	}
	must(t, dir, "init", "--config", "other.yaml")
	o = daycast(t, dir, "check", "--config", "other.yaml")
	if !strings.Contains(o.out, "SHOP_PASSWORD is not set") {
		t.Errorf("check does not say which variable is missing:\n%s", o.out)
	}
	daycast(t, dir, "init", "--config", "no/such/folder.yaml").fails(t, 1, "no/such")
}

// etl, train, backtest, run, models and forecast do their part alone.
func TestVerbs(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	if o := must(t, dir, "check"); strings.Contains(o.out, "WRONG") || !strings.Contains(o.out, "sales") {
		t.Errorf("check:\n%s", o.out)
	}
	daycast(t, dir, "backtest").fails(t, 1, "nothing has been cleaned yet", "daycast etl")
	daycast(t, dir, "forecast", "--config", "daycast.yaml").fails(t, 1, "snapshot", "daycast run")
	if o := must(t, dir, "models", "list"); strings.Count(o.out, "\n") != 1 {
		t.Errorf("models of a new shop:\n%s", o.out)
	}
	if o := must(t, dir, "etl"); !strings.Contains(o.out, "rows read") || strings.Contains(o.out, "RMSE") {
		t.Errorf("etl:\n%s", o.out)
	}
	if o := must(t, dir, "backtest"); !strings.Contains(o.out, "RMSE") {
		t.Errorf("backtest:\n%s", o.out)
	}
	if o := must(t, dir, "train"); !strings.Contains(o.out, "RMSE") || strings.Contains(o.errors, "extract") {
		t.Errorf("train:\n%s%s", o.errors, o.out)
	}
	if o := must(t, dir, "run"); strings.Contains(o.errors, "train") || !strings.Contains(o.errors, "publish") {
		t.Errorf("run did more than what was left:\n%s", o.errors)
	}
	if o := must(t, dir, "run"); !strings.Contains(o.errors, "publish: unchanged since run") {
		t.Errorf("a run over the same data:\n%s", o.errors)
	}
	reseed(t, dir)
	for _, verb := range []string{"run --json", "etl --json", "backtest --json", "check --json", "models list --json"} {
		if o := must(t, dir, strings.Fields(verb)...); !json.Valid([]byte(o.out)) {
			t.Errorf("%s is no JSON:\n%s", verb, o.out)
		}
	}
	var list struct {
		Champion string
		Versions []struct{ ID, Name string }
	}
	if err := json.Unmarshal([]byte(must(t, dir, "models", "list", "--json").out), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Versions) != 2 || list.Champion != list.Versions[0].ID {
		t.Fatalf("%+v, want two versions, the newest champion", list)
	}
	if o := must(t, dir, "models", "show", list.Champion); !strings.Contains(o.out, list.Versions[0].Name) || !json.Valid([]byte(o.out)) {
		t.Errorf("models show:\n%s", o.out)
	}
	// None of these reads the shop: its database may be down.
	shop := filepath.Join(dir, "shop.sqlite")
	if err := os.Rename(shop, shop+".down"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Rename(shop+".down", shop) }()
	must(t, dir, "backtest")
	must(t, dir, "models", "promote", list.Versions[1].ID)
	if o := must(t, dir, "models", "list"); !strings.Contains(o.out, "* "+list.Versions[1].ID) {
		t.Errorf("models after a promotion:\n%s", o.out)
	}
	if o := must(t, dir, "models", "rollback"); !strings.Contains(o.out, list.Champion) {
		t.Errorf("rollback:\n%s", o.out)
	}
	for k, want := range []string{"wrote tuned.html", "at hand"} { // the second finds what the first one did
		if o := must(t, dir, "tune", "--model", "tsb", "--trials", "12", "--out", "tuned.html"); !strings.Contains(o.out, want) {
			t.Errorf("search %d:\n%s\nwant %q", k+1, o.out, want)
		}
	}
	if page := read(t, filepath.Join(dir, "tuned.html")); !strings.Contains(page, `"method":"tpe"`) || !strings.Contains(page, `"trial":12,`) {
		t.Error("the page has not all trials")
	}
	must(t, dir, "rows", "--rows", "1000", "--groups", "windows", "--out", "rows.csv")
	if rows := strings.Split(read(t, filepath.Join(dir, "rows.csv")), "\n"); len(rows) < 100 || !strings.HasPrefix(rows[0], "log_scale,") || !strings.HasSuffix(rows[0], ",ratio,weight") {
		t.Errorf("%d rows of %s", len(rows), rows[0])
	}
	daycast(t, dir, "rows", "--until", "2100-01-01").fails(t, 2, "the data ends on")
	daycast(t, dir, "rows", "--groups", "luck").fails(t, 2, "luck")
	daycast(t, dir, "tune", "--model", "tsb", "--json", "--out", "-").fails(t, 2, "--out -")
	daycast(t, dir, "tune", "--model", "ets").fails(t, 2, "no parameters to tune")
	daycast(t, dir, "tune", "--model", "ridge", "--trials", "0").fails(t, 2, "want at least 1")
	daycast(t, dir, "models", "promote", "none").fails(t, 1, "none does not exist")
	daycast(t, dir, "models", "show", "none").fails(t, 1, "none does not exist", list.Champion)
	for series, rows := range forecasts(t, dir, "--horizon", "3") {
		if len(rows) != 3 {
			t.Errorf("%s: %d rows, want 3", series, len(rows))
		}
	}
	daycast(t, dir, "forecast", "--config", "daycast.yaml", "--horizon", "10000", "--out", "-").fails(t, 2, "horizon 10000")
}

// While one run holds the data folder, another is to try again later.
func TestTwoRuns(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	// A query that never ends holds a real run.
	text := strings.Replace(read(t, filepath.Join(dir, "daycast.yaml")), "SELECT item_id, name, category, brand FROM products",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS item_id FROM n", 1)
	write(t, filepath.Join(dir, "slow.yaml"), text)
	slow := exec.Command(program, "run", "--config", "slow.yaml")
	slow.Dir = dir
	if err := slow.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the first run holds the warehouse", func() bool {
		_, err := os.Stat(filepath.Join(dir, "data", "runs", "journal.json"))
		return err == nil
	})
	for _, verb := range []string{"run", "etl", "train", "models rollback"} {
		daycast(t, dir, strings.Fields(verb)...).fails(t, 75, "is being changed by daycast run (process "+strconv.Itoa(slow.Process.Pid), "try again")
	}
	daycast(t, dir, "backtest").fails(t, 75, "another process holds it", "warehouse.duckdb")
	if o := daycast(t, dir, "check"); o.code != 75 || !strings.Contains(o.out, "another process holds it") {
		t.Errorf("check beside a run: exit code %d\n%s", o.code, o.out)
	}
	if err := slow.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _ = slow.Wait(); slow.ProcessState.ExitCode() != 75 {
		t.Errorf("a run that was stopped ended with exit code %d, want 75: try again", slow.ProcessState.ExitCode())
	}
	must(t, dir, "run")
}

// The program killed in each of its stages, one after the other, the filling of
// the shop included, ends with the same bytes as one that was not.
func TestKilledDemo(t *testing.T) {
	t.Parallel()
	want := must(t, demo(t), "forecast", "--config", "daycast.yaml", "--out", "-").out
	dir := t.TempDir()
	args := append([]string{"demo", "--dir", dir, "--no-serve"}, demoFlags...)
	for _, stage := range []string{"fill", "extract", "clean", "signals", "train", "forecast", "publish"} {
		killAt(t, stage, args...)
	}
	must(t, ".", args...)
	if got := must(t, dir, "forecast", "--config", "daycast.yaml", "--out", "-").out; got != want {
		t.Errorf("the forecasts after seven kills\n%s\nwant\n%s", got, want)
	}
}

// killAt starts the program and kills it as soon as it says that it is at a
// stage.
func killAt(t *testing.T, stage string, args ...string) {
	t.Helper()
	c := exec.Command(program, args...)
	progress, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(progress)
	seen := false
	for !seen && lines.Scan() {
		seen = strings.Contains(lines.Text(), "s  "+stage)
	}
	_ = c.Process.Kill()
	if err := c.Wait(); !seen || err == nil {
		t.Errorf("it was not killed in stage %s: %v", stage, err)
	}
}

// serve on a port that is taken says so.
func TestPortInUse(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	dir := demo(t)
	daycast(t, dir, "serve", "--addr", l.Addr().String()).fails(t, 75, "in use", "--addr")
	daycast(t, dir, "serve", "--addr", "nowhere").fails(t, 1, "host:port")
}
