package config

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Rules are the entries by table, without those that have none.
func (c Contract) Rules() map[string][]Rule {
	rules := map[string][]Rule{
		"sales": c.Sales, "daily": c.Daily, "items": c.Items, "customers": c.Customers, "places": c.Places, "stock": c.Stock,
		"promotions": c.Promotions, "prices": c.Prices,
	}
	maps.DeleteFunc(rules, func(_ string, r []Rule) bool { return len(r) == 0 })
	return rules
}

// TimeColumns are the columns that freshness and volume of a table look at.
func TimeColumns() map[string]string {
	return map[string]string{"sales": "ordered_at", "daily": "day", "stock": "day"}
}

// IDColumns are the columns that known_in looks at.
func IDColumns() map[string]string {
	return map[string]string{"items": "item_id", "customers": "customer_id", "places": "place_id"}
}

var (
	ruleTypes  = []string{"text", "number", "whole", "time", "day", "bool"}
	severities = []string{"warn", "quarantine", "stop"}
)

const (
	leastAge   = Duration(time.Hour)
	leastWeeks = 2
	mostWeeks  = 52
)

func (ck *checker) contract(c Config) {
	given := c.Source.Queries
	if c.Source.Kind == "csv" {
		given = c.Source.Files
	}
	rules := c.Contract.Rules()
	for _, table := range slices.Sorted(maps.Keys(rules)) {
		field := "contract." + table
		_, ok := given[table]
		ck.want(ok, field, "the source has no such table; name its query or file, or leave the rules out")
		for i, r := range rules[table] {
			ck.rule(r, table, fmt.Sprintf("%s[%d]", field, i), given)
		}
	}
}

// rule checks one entry.
func (ck *checker) rule(r Rule, table, field string, given map[string]string) {
	want := func(ok bool, key, format string, args ...any) { ck.want(ok, field+"."+key, format, args...) }
	ofColumn := r.Required || r.Type != "" || r.Min != nil || r.Max != nil || len(r.Values) > 0 || r.Pattern != "" || r.KnownIn != ""
	ofTable := r.Freshness != 0 || r.Volume != nil
	ck.want(ofColumn || ofTable || len(r.Unique) > 0, field,
		"says nothing; want one of required, type, min, max, values, pattern, known_in, unique, freshness, volume")
	want(!ofColumn || strings.TrimSpace(r.Column) != "", "column", "missing; want the column that the entry is about")
	want(ofColumn || r.Column == "", "column", "%q, of which nothing is said; unique has its own columns", r.Column)
	if r.Type != "" {
		ck.oneOf(r.Type, field+".type", ruleTypes)
	}
	for key, v := range map[string]*float64{"min": r.Min, "max": r.Max} {
		want(v == nil || !math.IsNaN(*v) && !math.IsInf(*v, 0), key, "want a number")
	}
	want(r.Min == nil || r.Max == nil || !(*r.Min > *r.Max), "min", "greater than max")
	_, err := regexp.Compile(r.Pattern)
	want(err == nil, "pattern", "%q: %v", r.Pattern, err)
	if r.KnownIn != "" {
		ck.oneOf(r.KnownIn, field+".known_in", slices.Sorted(maps.Keys(IDColumns())))
		_, ok := given[r.KnownIn]
		want(ok, "known_in", "the source has no table of %s", r.KnownIn)
	}
	for i, column := range r.Unique {
		want(strings.TrimSpace(column) != "" && !slices.Contains(r.Unique[:i], column), fmt.Sprintf("unique[%d]", i), "%q; want the name of another column", column)
	}
	_, hasTimes := TimeColumns()[table]
	want(!ofTable || hasTimes, "severity", "freshness and volume are for sales, daily and stock, whose rows have a day")
	want(r.Freshness == 0 || r.Freshness >= leastAge, "freshness", "%s; want a length of time from %s on, such as 2d", r.Freshness, leastAge)
	if r.Volume != nil {
		ck.volume(*r.Volume, field+".volume")
	}
	ck.severity(r, field, ofTable)
}

func (ck *checker) volume(v Volume, field string) {
	number := func(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
	ck.want(v.Lowest > 0 || v.Highest > 0, field, "says nothing; want lowest, such as 0.5, or highest, such as 2")
	ck.want(number(v.Lowest) && v.Lowest < 1, field+".lowest", "%g; want a share from 0 to less than 1", v.Lowest)
	ck.want(v.Highest == 0 || number(v.Highest) && v.Highest > 1, field+".highest", "%g; want more than 1, or 0 for no limit", v.Highest)
	ck.want(v.Weeks == 0 || v.Weeks >= leastWeeks && v.Weeks <= mostWeeks, field+".weeks", "%d; want %d to %d", v.Weeks, leastWeeks, mostWeeks)
}

// severity checks what becomes of rows that break an entry.
func (ck *checker) severity(r Rule, field string, ofTable bool) {
	if r.Severity != "" {
		ck.oneOf(r.Severity, field+".severity", severities)
	}
	aside := r.Severity == "quarantine"
	ck.want(!aside || !ofTable, field+".severity", "quarantine sets single rows aside; freshness and volume judge all of them: want warn or stop")
	ck.want(r.Allowed >= 0 && r.Allowed < 1, field+".allowed", "%g; want a share from 0 to less than 1, such as 0.01", r.Allowed)
	ck.want(r.Allowed == 0 || !ofTable, field+".allowed", "is for rows; freshness and volume judge all of them")
	ck.want(r.Allowed == 0 || !aside, field+".allowed", "is known when all rows have passed, too late to set one aside: want warn or stop")
}
