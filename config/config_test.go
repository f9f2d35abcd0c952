package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"daycast"
)

const small = `
source:
  kind: sqlite
  path: shop.db
  queries:
    sales: SELECT * FROM sales
`

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "daycast.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var same = cmp.Comparer(func(a, b Secret) bool { return a == b })

func TestLoad(t *testing.T) {
	path := write(t, `
shop: {name: Corner shop, time_zone: Europe/Berlin, country: DE, currency: EUR, day_begins: "04:30"}
source:
  kind: csv
  files: {sales: sales.csv, items: /shop/items.csv, stock: "s3://shop/stock/*.csv?region=eu-west-1"}
  look_back: 36h
clean:
data: state
forecast: {horizon: 8, step: week, models: [ets], parameters: {gbm: {trees: 300, l2: 0.5}}, seed: 18446744073709551615, scored: 2}
memory: 1.5GiB
serve: {addr: ":0", timeout: 1m}
`)
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	want := Default()
	want.Shop = Shop{Name: "Corner shop", TimeZone: "Europe/Berlin", DayBegins: "04:30", Country: "DE", Currency: "EUR"}
	want.Source = Source{
		Kind: "csv", Files: map[string]string{"sales": filepath.Join(dir, "sales.csv"), "items": "/shop/items.csv", "stock": "s3://shop/stock/*.csv?region=eu-west-1"},
		LookBack: Duration(36 * time.Hour), Patience: Duration(10 * time.Minute), Timeout: Duration(5 * time.Minute),
	}
	want.Data = filepath.Join(dir, "state")
	want.Forecast = Forecast{
		Horizon: 8, Step: "week", Metric: "wape", Models: []string{"ets"},
		Parameters: map[string]map[string]float64{"gbm": {"trees": 300, "l2": .5}},
		Origins:    6, Scored: 2, Reconcile: "none", MaxRows: 300_000, Seed: 1<<64 - 1,
	}
	want.Memory = 3 << 29
	want.Serve.Addr, want.Serve.Timeout = ":0", Duration(time.Minute)
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
	if got.Forecast.PanelStep() != daycast.Weekly || got.Shop.Zone().String() != "Europe/Berlin" {
		t.Error("step and zone")
	}
}

func TestLoadNamesEverythingThatIsWrong(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", "source.kind: missing; want one of postgres, mysql, mariadb, sqlserver, sqlite, csv, parquet"},
		{"comments", "# later\n", "source.kind: missing; want one of postgres, mysql, mariadb, sqlserver, sqlite, csv, parquet"},
		{"no YAML", "source: [", "this is no YAML"},
		{"two documents", small + "---\nthreads: 1\n", "a second document begins; want one"},
		{"no keys", "hello", `"hello" is not a group of keys`},
		{"a near key", small + "forecast: {horizn: 7}\n", "line 7: forecast.horizn: there is no such key; did you mean horizon?"},
		{"a far key", small + "colour: red\n", "line 7: colour: there is no such key; want one of shop, source, clean, contract, data,"},
		{"twice", small + "threads: 1\nthreads: 2\n", "line 8: threads: the key comes twice"},
		{"text for a number", small + "threads: two\n", `line 7: threads: "two" is not a whole number`},
		{"a fraction", small + "threads: 1.5\n", `line 7: threads: "1.5" is not a whole number`},
		{"a list for text", small + "data: [a]\n", "line 7: data: a list is not text"},
		{"text for a list", small + "forecast: {models: ets}\n", `"ets" is not a list such as [a, b]`},
		{"text for a parameter", small + "forecast: {parameters: {gbm: {trees: many}}}\n", `forecast.parameters.gbm.trees: "many" is not a number`},
		{"size", small + "memory: lots\n", `memory: "lots": want a size such as 512MiB or 4GiB`},
		{"little memory", small + "memory: 1MiB\n", "line 7: memory: 1MiB is too little; want at least 256MiB"},
		{"duration", small + "  look_back: 7 days\n", `line 7: source.look_back: "7 days": want a length of time`},
		{"rates of no currency", small + "clean: {currencies: {USD: 0.92}}\n", "shop.currency: missing; want the code into which clean.currencies converts"},
		{"a rate of nothing", small + "clean: {currencies: {USD: 0}}\nshop: {currency: EUR}\n", "clean.currencies.USD: 0; want a code of three capitals and a number above 0"},
		{"day begins", small + "shop: {day_begins: four}\n", `shop.day_begins: "four"; want a time of the clock such as 04:00`},
		{"zone", small + "shop: {time_zone: Berlin}\n", `shop.time_zone: "Berlin" is no time zone; want an IANA name`},
		{"country", small + "shop: {country: Germany}\n", "shop.country"},
		{"horizon 0", small + "forecast: {horizon: 0}\n", "forecast.horizon: 0; want 1 to 730 periods"},
		{"horizon 10000", small + "forecast: {horizon: 10000}\n", "forecast.horizon: 10000; want 1 to 730 periods"},
		{"metric", small + "forecast: {metric: WAPE}\n", `forecast.metric: "WAPE" is not known; did you mean wape?`},
		{"reconcile", small + "forecast: {reconcile: aling}\n", `forecast.reconcile: "aling" is not known; did you mean align?`},
		{"levels", small + "forecast: {levels: [\"category*\"]}\n", `forecast.levels[0]: "category*"; want a column such as category, or category*place`},
		{"gap", small + "forecast: {horizon: 7, gap: 7}\n", "forecast.gap: 7; want 0 or more, and fewer periods than the horizon"},
		{"embargo", small + "forecast: {embargo: -1}\n", "forecast.embargo: -1; want 0 to 730 periods"},
		{"scored", small + "forecast: {origins: 3, scored: 3}\n", "forecast.scored: 3; want at least 1, and fewer than origins"},
		{"address", small + "serve: {addr: 8080}\n", `serve.addr: "8080"; want host:port`},
		{"cron", small + "schedule: {cron: 0 25 * * *}\n",
			"line 7: schedule.cron: \"0 25 * * *\": end of range (25) above maximum (23): 25; want five fields such as \"0 5 * * *\""},
		{"cron with seconds", small + "schedule: {cron: 0 0 5 * * *}\n", "want five fields"},
		{"cron with a zone", small + "schedule: {cron: TZ=}\n", "the zone is shop.time_zone"},
		{"cron by intervals", small + "schedule: {cron: '@every 6h'}\n", "no time of the clock; want five fields"},
		{"cron on no day", small + "schedule: {cron: 0 5 30 2 *}\n", "that day never comes"},
		{"no cron", small + "schedule: {cron: ''}\n", "schedule.cron"},
		{"kind", "source: {kind: sqllite}", `source.kind: "sqllite" is not known; did you mean sqlite?`},
		{"no path", "source: {kind: sqlite, queries: {sales: SELECT 1}}", "source.path: missing"},
		{"no query", "source: {kind: sqlite, path: a.db}", "source.queries: missing; want a query for sales"},
		{"a table", "source: {kind: csv, files: {sale: a.csv}}", "source.files.sale: there is no such table; did you mean sales?"},
		{"both grains", "source: {kind: csv, files: {sales: a.csv, daily: b.csv}}", "either sales or daily"},
		{"two DSNs", "source: {kind: postgres, dsn: a, dsn_file: b, queries: {sales: q}}", "source.dsn: want either dsn or dsn_file"},
		{"wrong keys for the kind", small + "  dsn: postgres://me:s3cret@host/shop\n", "source.dsn: not for a source of kind sqlite"},
		{"a path for a database", "source: {kind: mysql, path: a.db, queries: {sales: q}}", "source.path: not for a source of kind mysql; want source.dsn"},
		{"files for a database", "source: {kind: sqlserver, dsn: a, files: {sales: a.csv}}", "source.files: not for a source of kind sqlserver; want source.queries"},
		{"queries for files", "source: {kind: parquet, queries: {sales: q}}", "source.queries: not for a source of kind parquet; want source.files"},
		{"another database's DSN", "source: {kind: mariadb, dsn: postgres://me:s3cret@h/shop, queries: {sales: q}}",
			"source.dsn: begins with postgres://; of a source of kind mariadb it begins with mysql:// or mariadb://"},
		{"several", "shop: {nam: x}\nsource: {kind: csv, files: {daily: d.csv}}\nforecast: {horizon: x, step: month}\n",
			"3 things are wrong:\n  line 1: shop.nam: there is no such key; did you mean name?\n  line 3: forecast.horizon: \"x\" is not a whole number\n  line 3: forecast.step: \"month\" is not known; want one of day, week"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.text)
			_, err := Load(path)
			if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if strings.Contains(fmt.Sprintf("%+v", err), "s3cret") {
				t.Errorf("the error has the secret: %v", err)
			}
		})
	}
	if _, err := Load("no/such.yaml"); daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("no file: %v", err)
	}
	if _, err := Load(write(t, strings.Repeat("# more\n", mostBytes/7+1))); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a huge file: %v", err)
	}
}

func TestTemplatesLoad(t *testing.T) {
	for _, kind := range Kinds() {
		text, err := Template(kind)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Load(write(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if kind == "mariadb" {
			kind = "mysql"
		}
		tables := c.Source.Queries
		if tables == nil {
			tables = c.Source.Files
		}
		if c.Source.Kind != kind || tables["sales"] == "" || tables["items"] == "" {
			t.Errorf("%s: %+v", kind, c.Source)
		}
		// What the template shows are the defaults.
		want := Default()
		want.Shop.Name, want.Source, want.Data = "my shop", c.Source, c.Data
		if diff := cmp.Diff(want, c, same); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
	for _, kind := range []string{"oracle", "queries", ""} {
		if _, err := Template(kind); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestReadDSN(t *testing.T) {
	t.Setenv("SHOP_USER", "me")
	t.Setenv("SHOP_PASSWORD", "a$b{c}")
	file := write(t, "postgres://from-a-file\n")
	tests := []struct {
		name string
		s    Source
		want string
	}{
		{"plain", Source{DSN: NewSecret("postgres://host")}, "postgres://host"},
		{"environment", Source{DSN: NewSecret("postgres://${SHOP_USER}:${SHOP_PASSWORD}@host")}, "postgres://me:a$b{c}@host"},
		{"a dollar", Source{DSN: NewSecret("a$b")}, "a$b"},
		{"file", Source{DSNFile: file}, "postgres://from-a-file"},
	}
	for _, tt := range tests {
		got, err := tt.s.ReadDSN()
		if err != nil || got.Reveal() != tt.want {
			t.Errorf("%s: got %q, %v", tt.name, got.Reveal(), err)
		}
	}
	_, err := Source{DSN: NewSecret("postgres://me:${NOT_SET_HERE}@host")}.ReadDSN()
	if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "NOT_SET_HERE") {
		t.Errorf("a variable that is not set: %v", err)
	}
	if _, err := (Source{DSNFile: file + ".no"}).ReadDSN(); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestSecretNeverPrints(t *testing.T) {
	c := Default()
	c.Source.DSN = NewSecret("s3cret")
	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		fmt.Fprintf(&printed, verb, c.Source.DSN)
		fmt.Fprintf(&printed, verb, c)
		fmt.Fprintf(&printed, verb, &c)
	}
	slog.New(slog.NewTextHandler(&printed, nil)).Info("starts", "config", c, "dsn", c.Source.DSN)
	slog.New(slog.NewJSONHandler(&printed, nil)).Info("starts", "config", c, "dsn", c.Source.DSN)
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		text, err := marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		printed.Write(text)
	}
	if s := printed.String(); strings.Contains(s, "s3cret") || strings.Contains(s, "733363726574") || !strings.Contains(s, redacted) {
		t.Error(s)
	}
}

func TestBytesAndDuration(t *testing.T) {
	for text, want := range map[string]Bytes{
		"0": 0, "1024": 1024, "1 KiB": 1024, "4GiB": 4 << 30, "1.5GiB": 3 << 29, "2GB": 2e9, "64mib": 64 << 20, "7B": 7,
	} {
		var b Bytes
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%q: %d, %v", text, b, err)
		}
	}
	for _, text := range []string{"", "GiB", "-1", "NaN", "1e30", "4 gigs"} {
		if err := new(Bytes).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	for text, want := range map[string]time.Duration{"7d": 7 * dayLength, "90m": 90 * time.Minute, "0s": 0, "-1d": -dayLength} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || time.Duration(d) != want {
			t.Errorf("%q: %v, %v", text, d, err)
		}
	}
	for _, text := range []string{"", "7", "7 d", "1.5d", "9999999999d", "106752d"} {
		if err := new(Duration).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func FuzzBytes(f *testing.F) {
	f.Add("1.5GiB")
	f.Fuzz(func(t *testing.T, text string) {
		var b, again Bytes
		if b.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(b.String())); b < 0 || b < 1<<53 && (err != nil || again != b) {
			t.Errorf("%q: %d, written %s, read %d, %v", text, b, b, again, err)
		}
	})
}

func FuzzDuration(f *testing.F) {
	f.Add("7d")
	f.Fuzz(func(t *testing.T, text string) {
		var d, again Duration
		if d.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(d.String())); err != nil || again != d {
			t.Errorf("%q: %d, written %s, read %d, %v", text, d, d, again, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add("a: &a [*a]\n")
	f.Add("shop: &s {name: x}\nserve: *s\n? [1]\n: 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, problems := parse([]byte(text)); len(problems) == 0 {
			if err := c.Validate(); err != nil {
				t.Errorf("%q loads, but: %v", text, err)
			}
		}
	})
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"horizn", "horizon", 1}, {"flaw", "lawn", 2}} {
		if got := distance(tt.a, tt.b); got != tt.want || distance(tt.b, tt.a) != tt.want {
			t.Errorf("%q, %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// Every field has a key, so that none can be set by accident or not at all.
func TestEveryFieldHasAKey(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(s reflect.Type) {
		for f := range s.Fields() {
			if f.Tag.Get("yaml") == "" {
				t.Errorf("%s.%s has no key", s.Name(), f.Name)
			}
			inner := f.Type
			for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[Secret]() {
				walk(inner)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
}

// source.changes is off, and says what is wrong with it where it is on.
func TestChanges(t *testing.T) {
	c := Default()
	c.Source.Kind, c.Source.DSN = "postgres", NewSecret("postgres://me@h/shop")
	c.Source.Queries = map[string]string{"sales": "SELECT 1"}
	good := Changes{Tables: []Changed{{Table: "shop.orders", Time: "at"}, {Table: "lines", Key: "order_id", Of: "shop.orders.id"}}}
	if table, column := good.Tables[1].Parent(); table != "shop.orders" || column != "id" {
		t.Errorf("of %s, column %s", table, column)
	}
	for want, change := range map[string]func(*Changes){
		"":                                   func(*Changes) {},
		"source.changes.tables: missing":     func(c *Changes) { c.Tables = nil },
		"source.changes.slot":                func(c *Changes) { c.Slot = "My Slot" },
		"source.changes.tables[0]: want tim": func(c *Changes) { c.Tables = c.Tables[1:] },
		"source.changes.tables[1]: want tim": func(c *Changes) { c.Tables[1].Of = "orders" },
		"source.changes.tables[0]: want eit": func(c *Changes) { c.Tables[0].Key = "id" },
	} {
		x := good
		x.Tables = slices.Clone(good.Tables)
		change(&x)
		c.Source.Changes = &x
		if err := c.Validate(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
