package config

import (
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	mostHorizon  = 730       // two years of days: beyond it no model here knows anything
	leastMemory  = 256 << 20 // below it the warehouse alone does not fit
	mostThreads  = 1024
	leastTimeout = Duration(time.Second)
	mostGateDays = 365 // a champion is far out of date by then
)

var (
	kinds   = []string{"postgres", "sqlite", "csv"}
	tables  = []string{"sales", "daily", "items", "customers", "places", "stock"}
	metrics = []string{"wape", "rmse", "mae", "mase", "rmsse", "pinball"}

	slotName     = regexp.MustCompile(`^[a-z0-9_]{1,63}$`)
	countryCode  = regexp.MustCompile(`^[A-Z]{2}$`)
	currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)
)

// Validate names all that is wrong in one error with code invalid, each with
// its key and what would be right.
func (c Config) Validate() error {
	if ps := c.problems(); len(ps) > 0 {
		return ps.asError("the config")
	}
	return nil
}

func (c Config) problems() problems {
	var ck checker
	ck.shop(c.Shop)
	ck.source(c.Source)
	for i, pattern := range c.Clean.NonProduct {
		ck.want(strings.TrimSpace(pattern) != "", fmt.Sprintf("clean.non_product[%d]", i), "empty; want an item id or pattern such as TEST*")
	}
	ck.contract(c)
	ck.want(c.Data != "", "data", "empty; want a folder")
	ck.forecast(c.Forecast)
	ck.want(c.Train.Every >= 0, "train.every", "%s; want a length of time such as 7d, or 0s", c.Train.Every)
	ck.want(c.Gate.Days >= 0 && c.Gate.Days <= mostGateDays, "gate.days", "%d; want 0 for no gate, or 1 to %d days", c.Gate.Days, mostGateDays)
	ck.want(c.Gate.Margin >= 0 && c.Gate.Margin < 1, "gate.margin", "%g; want a share from 0 to less than 1, such as 0.005", c.Gate.Margin)
	ck.want(c.Memory >= leastMemory, "memory", "%s is too little; want at least %s", c.Memory, Bytes(leastMemory))
	ck.want(c.Threads >= 0 && c.Threads <= mostThreads, "threads", "%d; want 0 for all, or 1 to %d", c.Threads, mostThreads)
	ck.serve(c.Serve)
	_, err := c.Schedule.Spec()
	ck.want(err == nil, "schedule.cron", "%q: %v; want five fields such as \"0 5 * * *\" (each day at 05:00), or @daily", c.Schedule.Cron, err)
	return ck.problems
}

// A checker collects what is wrong.
type checker struct{ problems problems }

func (ck *checker) want(ok bool, field, format string, args ...any) {
	if !ok {
		ck.problems = append(ck.problems, problem{field: field, want: fmt.Sprintf(format, args...)})
	}
}

func (ck *checker) oneOf(value, field string, known []string) {
	if value == "" {
		ck.want(false, field, "missing; want one of %s", strings.Join(known, ", "))
		return
	}
	ck.want(slices.Contains(known, value), field, "%q is not known%s", value, didYouMean(value, known))
}

func (ck *checker) shop(s Shop) {
	ck.want(s.Name != "", "shop.name", "empty; want a name")
	_, err := time.LoadLocation(s.TimeZone)
	_, clock := time.Parse("15:04", s.DayBegins)
	ck.want(clock == nil, "shop.day_begins", "%q; want a time of the clock such as 04:00", s.DayBegins)
	ck.want(err == nil && s.TimeZone != "" && s.TimeZone != "Local", "shop.time_zone",
		"%q is no time zone; want an IANA name such as Europe/Berlin", s.TimeZone)
	ck.want(s.Currency == "" || currencyCode.MatchString(s.Currency), "shop.currency",
		"%q; want an ISO 4217 code of three capitals such as EUR", s.Currency)
	ck.want(s.Country == "" || countryCode.MatchString(s.Country), "shop.country",
		"%q; want an ISO 3166 code of two capitals such as DE", s.Country)
}

func (ck *checker) source(s Source) {
	ck.oneOf(s.Kind, "source.kind", kinds)
	only := func(kind, field string, set bool) {
		ck.want(!set || s.Kind == kind || !slices.Contains(kinds, s.Kind), field, "not for a source of kind %s", s.Kind)
	}
	only("postgres", "source.dsn", !s.DSN.IsZero())
	only("postgres", "source.dsn_file", s.DSNFile != "")
	only("sqlite", "source.path", s.Path != "")
	only("csv", "source.files", len(s.Files) > 0)
	switch s.Kind {
	case "postgres":
		ck.want(s.DSN.IsZero() != (s.DSNFile == ""), "source.dsn", "want either dsn or dsn_file")
		ck.tables("source.queries", s.Queries, "a query")
	case "sqlite":
		ck.want(s.Path != "", "source.path", "missing; want the SQLite file")
		ck.tables("source.queries", s.Queries, "a query")
	case "csv":
		ck.want(len(s.Queries) == 0, "source.queries", "not for a source of kind csv; want files")
		ck.tables("source.files", s.Files, "a file")
	}
	ck.want(s.Patience >= 0, "source.patience", "%s; want a length of time from 0 on, such as 10m", s.Patience)
	ck.changes(s)
	ck.want(s.Timeout == 0 || s.Timeout >= leastTimeout, "source.timeout", "%s; want a length of time from %s on, such as 5m, or 0s for no limit", s.Timeout, leastTimeout)
	ck.want(s.LookBack >= 0, "source.look_back", "%s; want a length of time from 0 on, such as 7d", s.LookBack)
}

// changes checks the tables that are followed.
func (ck *checker) changes(s Source) {
	c := s.Changes
	if c == nil {
		return
	}
	slot, _ := c.Names()
	ck.want(len(c.Tables) > 0, "source.changes.tables", "missing; want the tables that the query for sales reads")
	ck.want(s.Kind == "postgres", "source.changes", "not for a source of kind %s", s.Kind)
	_, sales := s.Queries["sales"]
	ck.want(sales, "source.changes", "are of order lines; want a query for sales")
	ck.want(slotName.MatchString(slot), "source.changes.slot", "%q; want a name of small letters, digits and _", slot)
	for i, t := range c.Tables {
		field := fmt.Sprintf("source.changes.tables[%d]", i)
		ck.want(t.Table != "", field+".table", "missing; want a table's name")
		ck.want(!slices.ContainsFunc(c.Tables[:i], func(o Changed) bool { return o.Table == t.Table }), field+".table", "%s comes twice", t.Table)
		if t.Time != "" {
			ck.want(t.Key == "" && t.Of == "", field, "want either time, or key and of")
			continue
		}
		parent, column := t.Parent()
		timed := slices.ContainsFunc(c.Tables, func(o Changed) bool { return o.Table == parent && o.Time != "" })
		ck.want(t.Key != "" && column != "" && timed, field, "want time, or key and of, which names a table with time among these and its column, such as orders.id")
	}
}

// tables checks the names of queries or files.
func (ck *checker) tables(field string, given map[string]string, what string) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		ck.want(strings.TrimSpace(given[name]) != "", field+"."+name, "empty; want %s", what)
		ck.want(slices.Contains(tables, name), field+"."+name, "there is no such table%s", didYouMean(name, tables))
	}
	_, sales := given["sales"]
	_, daily := given["daily"]
	ck.want(sales || daily, field, "missing; want %s for sales (order lines) or for daily (item, day, units)", what)
	ck.want(!sales || !daily, field, "want either sales or daily, not both")
}

func (ck *checker) forecast(f Forecast) {
	ck.want(f.Horizon >= 1 && f.Horizon <= mostHorizon, "forecast.horizon", "%d; want 1 to %d periods", f.Horizon, mostHorizon)
	ck.oneOf(f.Step, "forecast.step", []string{"day", "week"})
	ck.oneOf(f.Metric, "forecast.metric", metrics)
	for i, name := range f.Models {
		ck.want(name != "", fmt.Sprintf("forecast.models[%d]", i), "empty; want a model's name")
	}
	ck.want(f.Origins >= 2, "forecast.origins", "%d; want at least 2, one to choose a model and one to score it", f.Origins)
	ck.want(f.Scored >= 1 && f.Scored < max(f.Origins, 2), "forecast.scored", "%d; want at least 1, and fewer than origins", f.Scored)
	ck.want(f.MaxRows >= 0, "forecast.max_rows", "%d; want a number of rows, or 0 for no limit", f.MaxRows)
}

func (ck *checker) serve(s Serve) {
	_, port, err := net.SplitHostPort(s.Addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	ck.want(err == nil, "serve.addr", "%q; want host:port such as 127.0.0.1:8080", s.Addr)
	ck.want(s.MaxBody > 0, "serve.max_body", "%s; want a size such as 1MiB", s.MaxBody)
	ck.want(s.Timeout > 0, "serve.timeout", "%s; want a length of time such as 10s", s.Timeout)
	ck.want(s.MaxConcurrent >= 1, "serve.max_concurrent", "%d; want at least 1", s.MaxConcurrent)
}
