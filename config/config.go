// Package config is daycast.yaml as one typed struct. Its comments are the
// reference page in docs/config.md; go generate writes it anew.
package config

//go:generate go test -run TestReference -update .

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"daycast"
)

// A Config is the whole of daycast.yaml. Keys that are left out have the
// values of Default.
type Config struct {
	Shop     Shop     `yaml:"shop"`
	Source   Source   `yaml:"source"`
	Clean    Clean    `yaml:"clean"`
	Contract Contract `yaml:"contract"`
	Data     string   `yaml:"data"` // Folder of warehouse.duckdb, models/ and snapshots/, relative to this file's folder.
	Features Features `yaml:"features"`
	Signals  Signals  `yaml:"signals"`
	Forecast Forecast `yaml:"forecast"`
	Train    Train    `yaml:"train"`
	Gate     Gate     `yaml:"gate"`
	Memory   Bytes    `yaml:"memory"`  // Ceiling of what one run may use, such as 4GiB; at least 256MiB. A shop of more series-days than a 128th of it is forecast in blocks, served from disk, and explored by a sample.
	Threads  int      `yaml:"threads"` // How many threads work at once; 0: all there are. Results do not depend on it.
	Serve    Serve    `yaml:"serve"`
	Schedule Schedule `yaml:"schedule"`
}

// Shop is what holds for all of the shop.
type Shop struct {
	Name      string `yaml:"name"`       // What pages and reports call it.
	TimeZone  string `yaml:"time_zone"`  // IANA name: where a day begins, for places that name no zone of their own.
	DayBegins string `yaml:"day_begins"` // Time of the clock at which a business day begins, such as 04:00: orders before it are of the day before.
	Currency  string `yaml:"currency"`   // ISO 4217 code of the prices, such as EUR; may be left out.
	Country   string `yaml:"country"`    // ISO 3166 code of two letters, such as DE: whose public holidays count; none when left out.

	Latitude  *float64 `yaml:"latitude"`  // Degrees north, such as 52.52: where the weather is asked for, for places that do not say where they are.
	Longitude *float64 `yaml:"longitude"` // Degrees east, such as 13.41.
}

// Source is where the shop's tables come from. docs/sources.md has an example of each.
type Source struct {
	Kind     string            `yaml:"kind"`      // postgres, mysql (or mariadb), sqlserver, sqlite, csv or parquet.
	DSN      Secret            `yaml:"dsn"`       // For postgres, mysql and sqlserver: postgres://user:password@host:5432/database, mysql://user:password@host:3306/database, sqlserver://user:password@host:1433?database=name. ${NAME} stands for an environment variable.
	DSNFile  string            `yaml:"dsn_file"`  // In place of dsn: a file that holds it, such as a mounted secret.
	Path     string            `yaml:"path"`      // For sqlite: the database file.
	Queries  map[string]string `yaml:"queries"`   // For databases: a SELECT for each of sales (or daily), items, customers, places, stock, promotions and prices; docs/tables.md has their columns.
	Files    map[string]string `yaml:"files"`     // For csv (plain, gzip or zstd) and parquet: for each of these tables a file, a folder, a pattern such as sales-*.csv, or one of these in a bucket such as s3://bucket/sales-*.csv?region=eu-west-1.
	LookBack Duration          `yaml:"look_back"` // How far before the newest order a run reads again, for late and corrected orders.
	Patience Duration          `yaml:"patience"`  // How long a run tries again where the source is away, such as 10m; it goes on where it was.
	Changes  *Changes          `yaml:"changes"`   // For postgres, off when left out: a replication slot that tells which days have changed, however old they are; a run reads those in the place of the look-back.
	Timeout  Duration          `yaml:"timeout"`   // For postgres: how long a connection may be silent before it counts as lost and is tried again; longer than the longest query takes to its first row. 0s: for good.
}

// Changes is changes in source. docs/resilience.md has what the server needs.
type Changes struct {
	Slot        string    `yaml:"slot"`        // Logical replication slot of pgoutput, for this data folder alone. Left out: daycast.
	Publication string    `yaml:"publication"` // Publication of the tables. Left out: daycast.
	Tables      []Changed `yaml:"tables"`      // Those that the query for sales reads and that change.
}

// Changed is an entry of its tables.
type Changed struct {
	Table string `yaml:"table"` // Its name, with the schema before a point where that is not on the search path.
	Time  string `yaml:"time"`  // The column with the order's time.
	Key   string `yaml:"key"`   // Or the column that points to a table with it.
	Of    string `yaml:"of"`    // That table and the column that key points to, such as orders.id.
}

// Names are the slot and the publication.
func (c Changes) Names() (slot, publication string) {
	return cmp.Or(c.Slot, "daycast"), cmp.Or(c.Publication, "daycast")
}

// Parent is Of in two: the table and its column.
func (c Changed) Parent() (table, column string) {
	k := max(strings.LastIndex(c.Of, "."), 0)
	return c.Of[:k], strings.TrimPrefix(c.Of[k:], ".")
}

// Clean is how order lines become daily sales.
type Clean struct {
	NonProduct []string           `yaml:"non_product"` // Item ids that are no products, such as postage; * stands for any text, case does not count. Left out: POST, DOT, SHIPPING, FEE, ADJUST*, GIFT and other usual ones; [] for none.
	TestOrders []string           `yaml:"test_orders"` // Ids of orders or customers that only try the shop out, such as TEST*; * as in non_product. None when left out.
	Currencies map[string]float64 `yaml:"currencies"`  // What one unit of another currency is worth in shop.currency, such as {USD: 0.92}: prices of lines whose column currency names it are converted; lines in any other go to quarantine.
}

// Contract is what the shop has promised of its tables: a list of rules for
// each of sales, daily, items, customers, places, stock, promotions and prices.
// An entry of a list names a column and what holds for it, or what holds for the table; its
// severity is that of all that it says. Runs check their rows as they read them,
// daycast quality says what came of it.
type Contract struct {
	Sales     []Rule `yaml:"sales"`     // Rules of order lines.
	Daily     []Rule `yaml:"daily"`     // Rules of ready daily rows.
	Items     []Rule `yaml:"items"`     // Rules of items.
	Customers []Rule `yaml:"customers"` // Rules of customers, which are read for them alone.
	Places    []Rule `yaml:"places"`    // Rules of places.
	Stock     []Rule `yaml:"stock"`     // Rules of stock.

	Promotions []Rule `yaml:"promotions"` // Rules of promotions.
	Prices     []Rule `yaml:"prices"`     // Rules of planned prices.
}

// Rule is an entry of those lists. A missing value breaks nothing but required.
type Rule struct {
	Column    string   `yaml:"column"`    // The column that required, type, min, max, values, pattern and known_in are about.
	Required  bool     `yaml:"required"`  // Whether each row needs a value.
	Type      string   `yaml:"type"`      // text, number, whole (a number without a fraction), time, day or bool.
	Min       *float64 `yaml:"min"`       // The least number.
	Max       *float64 `yaml:"max"`       // The greatest number.
	Values    []string `yaml:"values"`    // All values that may be.
	Pattern   string   `yaml:"pattern"`   // A regular expression (RE2) that the whole value matches.
	KnownIn   string   `yaml:"known_in"`  // The table of items, customers or places that has the value as its id.
	Unique    []string `yaml:"unique"`    // Columns whose values together no two rows share; of rows that share them the first counts. Exact up to 6.3 million rows a run, beyond them a sample of the keys.
	Freshness Duration `yaml:"freshness"` // For sales, daily and stock: how old the newest row may be, such as 2d.
	Volume    *Volume  `yaml:"volume"`    // For sales, daily and stock: how many rows a day may have.
	Allowed   float64  `yaml:"allowed"`   // Share of rows that may break the entry before it counts, such as 0.01; not with quarantine.
	Severity  string   `yaml:"severity"`  // warn: count the rows. quarantine: set them aside, with the reason. stop: end the run before it replaces anything. Left out: warn.
}

// Volume is volume in such an entry. Each day is judged once, when it is over, and
// again where its rows have changed since; weekdays on which the shop does not
// sell are not.
type Volume struct {
	Lowest  float64 `yaml:"lowest"`  // Least rows of a day, as a share of the median of its weekday in the weeks before, such as 0.5; 0: no limit.
	Highest float64 `yaml:"highest"` // Most rows, likewise, such as 2; 0: no limit.
	Weeks   int     `yaml:"weeks"`   // How many weeks before count, 2 to 52; left out: 4.
}

// Features is what models read beside sales, prices, promotions and holidays.
type Features struct {
	Customers bool `yaml:"customers"` // Whether models of all series read who bought: active, new and returning customers, how much the largest took, segments. From order lines; only sums over at least 5 customers are stored. docs/tables.md says more.
}

// Signals is what moves sales from outside, each value with the day from which
// on it was known. docs/signals.md says what each source asks, costs and stores.
type Signals struct {
	Holidays []string `yaml:"holidays"` // Where public holidays come from, the most trusted first: offline (rules, no network), nager (Nager.Date) and calendarific. [] for none.
	Weather  string   `yaml:"weather"`  // Where the weather of the places comes from: openmeteo, which wants no key, or openweather; none when left out.
	Events   string   `yaml:"events"`   // CSV file of the shop's own events, such as sales weeks: columns name, from, to, and where they hold or are known late, place, category, known_at.
	Trends   []Trend  `yaml:"trends"`   // What people look for and write about.
	APIs     []API    `yaml:"apis"`     // Keys and limits of the APIs that these ask.
}

// Trend is an entry of trends: a series of daily counts.
type Trend struct {
	Name   string   `yaml:"name"`   // What the signal is called: trend_ and this.
	Source string   `yaml:"source"` // x (counts of posts on X, formerly Twitter), wikimedia (page views) or google (a file that Google Trends exports).
	Query  string   `yaml:"query"`  // For x the query, such as "(acme OR #acme) lang:en"; for wikimedia project and article, such as en.wikipedia/Tea; for google the file and behind # the head of its column, such as trends.csv#tea.
	Scope  string   `yaml:"scope"`  // Whose sales it may move: shop, place, category or item. Left out: shop.
	Keys   []string `yaml:"keys"`   // Which places, categories or items; a brand is the list of its items.
}

// API is an entry of apis.
type API struct {
	Name    string  `yaml:"name"`    // openweather, openmeteo, calendarific, nager, x or wikimedia.
	Key     Secret  `yaml:"key"`     // The user's key or bearer token; ${NAME} stands for an environment variable.
	PerDay  int     `yaml:"per_day"` // Requests that a day may have; 0: as many as the API's free plan has, where that counts by day.
	Rate    float64 `yaml:"rate"`    // Requests that a second may have; 0: as many as are polite.
	URL     string  `yaml:"url"`     // Another address, such as a proxy's or that of a paying customer.
	Full    bool    `yaml:"full"`    // For x: whether the key may ask for all posts ever, not those of the last week alone.
	Contact string  `yaml:"contact"` // For wikimedia: an address or a page of yours, which it wants to know.
	From    string  `yaml:"from"`    // For openweather: the first day whose weather is worth a request, as YYYY-MM-DD; left out: the shop's first.
}

// Forecast is what is predicted, and how the model is chosen.
type Forecast struct {
	Horizon    int                           `yaml:"horizon"`    // How many periods ahead, 1 to 730.
	Step       string                        `yaml:"step"`       // The length of a period: day or week.
	Metric     string                        `yaml:"metric"`     // By which the best model is chosen: wape, rmse, mae, mase, rmsse or pinball.
	Models     []string                      `yaml:"models"`     // Names of the models to compare, of those in docs/models.md; usual stands for the usual ones, onnx:PATH for the network in PATH.onnx; empty for the usual ones.
	Parameters map[string]map[string]float64 `yaml:"parameters"` // Parameters of models by name, such as gbm: {trees: 300}; docs/models.md lists them, daycast tune looks for good ones.
	Origins    int                           `yaml:"origins"`    // How many days in the past forecasts are tried from.
	Scored     int                           `yaml:"scored"`     // How many of the newest origins are scored, with a model chosen on older ones; less than origins.
	Gap        int                           `yaml:"gap"`        // Periods after the last known sales that are over before a forecast is used, such as 2 where sales come in two days late: models are compared, proven and given intervals on the periods after them. They are forecast all the same.
	Embargo    int                           `yaml:"embargo"`    // Periods that are left out between the days that one origin is tested on and the next origin, so that models are proven on days further from those that chose them.
	Reconcile  string                        `yaml:"reconcile"`  // none: the groups of the shop (a category, a place, the shop itself) are forecast as what their series add up to. With the others groups are forecast by models of their own too (auto_ets, theta and those of the models that are for groups), and series are brought nearer to these as far as past origins show that it helps: align multiplies series by a factor for each group; ols, wls and mint move all forecasts as little as their errors allow, which are thought alike, a group's as large as the number of its series (WLS-structural), or as they were at past origins (MinT, shrunk).
	Levels     []string                      `yaml:"levels"`     // Unless none, the columns of items and places by whose groups that is done beside the shop, such as category; category*place stands for each category at each place. Left out: all columns with 2 to 300 groups.
	MaxRows    int                           `yaml:"max_rows"`   // Global models learn from at most so many periods of all series; 0 for no limit.
	Seed       uint64                        `yaml:"seed"`       // The same seed and data give the same forecasts.
}

// Train is when a model is learnt anew.
type Train struct {
	Every Duration `yaml:"every"` // How often, such as 7d; in between runs forecast with the model that there is. 0s: whenever the data changed.
}

// Gate is what a new model has to show before it forecasts.
type Gate struct {
	Days   int     `yaml:"days"`   // The newest days, on which it meets the present champion: neither has learnt from them. 0: no gate, each new model forecasts.
	Margin float64 `yaml:"margin"` // The share by which its loss, by forecast.metric, has to be lower there, such as 0.005.
}

// Serve is the HTTP server.
type Serve struct {
	Addr          string   `yaml:"addr"`           // Host and port; :8080 listens on every network.
	MaxBody       Bytes    `yaml:"max_body"`       // Largest request.
	Timeout       Duration `yaml:"timeout"`        // Longest request.
	MaxConcurrent int      `yaml:"max_concurrent"` // Most requests at once; more are asked to try again.
}

// Schedule is when daycast schedule runs.
type Schedule struct {
	Cron string `yaml:"cron"` // A cron line of five fields (minute, hour, day of month, month, weekday) or @daily, @weekly and the like, on the clock of shop.time_zone.
}

// Default is the config of a shop that says nothing but its source.
func Default() Config {
	return Config{
		Shop:    Shop{Name: "shop", TimeZone: "UTC", DayBegins: "00:00"},
		Source:  Source{LookBack: Duration(7 * 24 * time.Hour), Patience: Duration(10 * time.Minute), Timeout: Duration(5 * time.Minute)},
		Data:    "data",
		Signals: Signals{Holidays: []string{"offline"}},
		Forecast: Forecast{
			Horizon: 28, Step: "day", Metric: "wape",
			Origins: 6, Scored: 3, Reconcile: "none", MaxRows: 300_000, Seed: 1,
		},
		Train:    Train{Every: Duration(7 * 24 * time.Hour)},
		Gate:     Gate{Days: 7, Margin: 0.005},
		Memory:   4 << 30,
		Serve:    Serve{Addr: "127.0.0.1:8080", MaxBody: 1 << 20, Timeout: Duration(10 * time.Second), MaxConcurrent: 64},
		Schedule: Schedule{Cron: "0 5 * * *"},
	}
}

// PanelStep is the period's length in days.
func (f Forecast) PanelStep() daycast.Step {
	if f.Step == "week" {
		return daycast.Weekly
	}
	return daycast.Daily
}

// Spec is the cron line, parsed. Lines that give a zone of their own or, as
// @every does, count from the start of the program, are none.
func (s Schedule) Spec() (cron.Schedule, error) {
	if strings.Contains(s.Cron, "=") {
		return nil, errors.New("the zone is shop.time_zone")
	}
	if strings.HasPrefix(s.Cron, "@every") {
		return nil, errors.New("no time of the clock")
	}
	spec, err := cron.ParseStandard(s.Cron)
	if err != nil {
		return nil, err
	}
	if spec.Next(time.Unix(0, 0).UTC()).IsZero() {
		return nil, errors.New("that day never comes")
	}
	return spec, nil
}

// Zone is the shop's time zone. It is known: Validate has looked it up.
func (s Shop) Zone() *time.Location {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Opens is how long after midnight a business day begins. It can be read:
// Validate has done so.
func (s Shop) Opens() time.Duration {
	t, err := time.Parse("15:04", s.DayBegins)
	if err != nil {
		return 0
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}
