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
	tables  = []string{"sales", "daily", "items", "customers", "places", "stock", "promotions", "prices"}
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
	for i, pattern := range c.Clean.TestOrders {
		ck.want(strings.TrimSpace(pattern) != "", fmt.Sprintf("clean.test_orders[%d]", i), "empty; want an id such as TEST*")
	}
	for code, rate := range c.Clean.Currencies {
		ck.want(currencyCode.MatchString(code) && rate > 0, "clean.currencies."+code, "%g; want a code of three capitals and a number above 0, such as USD: 0.92", rate)
	}
	ck.want(len(c.Clean.Currencies) == 0 || c.Shop.Currency != "", "shop.currency", "missing; want the code into which clean.currencies converts")
	for i, pattern := range c.Clean.NonProduct {
		ck.want(strings.TrimSpace(pattern) != "", fmt.Sprintf("clean.non_product[%d]", i), "empty; want an item id or pattern such as TEST*")
	}
	ck.contract(c)
	ck.signals(c.Signals)
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
	ck.want((s.Latitude == nil) == (s.Longitude == nil), "shop.latitude", "want both latitude and longitude, or neither")
	ck.want(s.Latitude == nil || *s.Latitude >= -90 && *s.Latitude <= 90, "shop.latitude", "want degrees from -90 to 90")
	ck.want(s.Longitude == nil || *s.Longitude >= -180 && *s.Longitude <= 180, "shop.longitude", "want degrees from -180 to 180")
	ck.want(s.Country == "" || countryCode.MatchString(s.Country), "shop.country",
		"%q; want an ISO 3166 code of two capitals such as DE", s.Country)
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

// Reconciliations are the ways in which series and their groups may come to agree.
func Reconciliations() []string { return []string{"none", "align", "ols", "wls", "mint"} }

func (ck *checker) forecast(f Forecast) {
	ck.want(f.Horizon >= 1 && f.Horizon <= mostHorizon, "forecast.horizon", "%d; want 1 to %d periods", f.Horizon, mostHorizon)
	ck.oneOf(f.Step, "forecast.step", []string{"day", "week"})
	ck.oneOf(f.Metric, "forecast.metric", metrics)
	for i, name := range f.Models {
		ck.want(name != "", fmt.Sprintf("forecast.models[%d]", i), "empty; want a model's name")
	}
	ck.want(f.Origins >= 2, "forecast.origins", "%d; want at least 2, one to choose a model and one to score it", f.Origins)
	ck.want(f.Scored >= 1 && f.Scored < max(f.Origins, 2), "forecast.scored", "%d; want at least 1, and fewer than origins", f.Scored)
	ck.want(f.Gap >= 0 && f.Gap < max(f.Horizon, 1), "forecast.gap", "%d; want 0 or more, and fewer periods than the horizon", f.Gap)
	ck.want(f.Embargo >= 0 && f.Embargo <= mostHorizon, "forecast.embargo", "%d; want 0 to %d periods", f.Embargo, mostHorizon)
	ck.oneOf(f.Reconcile, "forecast.reconcile", Reconciliations())
	for i, level := range f.Levels {
		ck.want(!slices.Contains(strings.Split(level, "*"), ""), fmt.Sprintf("forecast.levels[%d]", i), "%q; want a column such as category, or category*place", level)
	}
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
