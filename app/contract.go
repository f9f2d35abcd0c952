package app

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"daycast/config"
	"daycast/contract"
	"daycast/pipeline"
	"daycast/source"
)

// contractOf makes rules of the config's entries: one for each thing that an
// entry says.
func contractOf(c config.Config) (rules contract.Contract) {
	tables := c.Contract.Rules()
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		for _, entry := range tables[table] {
			rules = append(rules, rulesOf(table, entry)...)
		}
	}
	return rules
}

func rulesOf(table string, e config.Rule) (rules contract.Contract) {
	add := func(check contract.Check, set func(*contract.Rule), columns ...string) {
		r := contract.Rule{Table: table, Check: check, Columns: columns, Severity: contract.Severity(e.Severity), Allowed: e.Allowed}
		if r.Severity == "" {
			r.Severity = contract.Warn
		}
		set(&r)
		rules = append(rules, r)
	}
	if e.Required {
		add(contract.Required, func(*contract.Rule) {}, e.Column)
	}
	if e.Type != "" {
		add(contract.Typed, func(r *contract.Rule) { r.Kind = contract.Kind(e.Type) }, e.Column)
	}
	if e.Min != nil || e.Max != nil {
		add(contract.Range, func(r *contract.Rule) {
			r.Min, r.Max = orElse(e.Min, math.Inf(-1)), orElse(e.Max, math.Inf(1))
		}, e.Column)
	}
	if len(e.Values) > 0 {
		add(contract.OneOf, func(r *contract.Rule) { r.Values = e.Values }, e.Column)
	}
	if e.Pattern != "" {
		add(contract.Matches, func(r *contract.Rule) { r.Pattern = e.Pattern }, e.Column)
	}
	if e.KnownIn != "" {
		add(contract.Known, func(r *contract.Rule) { r.In = e.KnownIn }, e.Column)
	}
	if len(e.Unique) > 0 {
		add(contract.Unique, func(*contract.Rule) {}, e.Unique...)
	}
	times := config.TimeColumns()[table]
	if e.Freshness > 0 {
		add(contract.Freshness, func(r *contract.Rule) { r.Within = time.Duration(e.Freshness) }, times)
	}
	if v := e.Volume; v != nil {
		add(contract.Volume, func(r *contract.Rule) {
			r.Lowest, r.Highest, r.Weeks = v.Lowest, v.Highest, v.Weeks
			if r.Highest == 0 {
				r.Highest = math.Inf(1)
			}
			if r.Weeks == 0 {
				r.Weeks = 4
			}
		}, times)
	}
	return rules
}

func orElse(v *float64, otherwise float64) float64 {
	if v == nil {
		return otherwise
	}
	return *v
}

// contract adds whether its rules fit the tables' columns.
func (f *findings) contract(ctx context.Context, src source.Source, rules contract.Contract) {
	for _, t := range source.Tables() {
		of := rules.Of(string(t))
		if len(of) == 0 || !src.Has(t) {
			continue
		}
		columns, err := src.Columns(ctx, t)
		wrong := of.Fit(columns)
		if err != nil {
			wrong = []error{err}
		}
		for _, err := range wrong {
			f.add("contract", "", err)
		}
		if len(wrong) == 0 {
			f.add("contract", fmt.Sprintf("%d rules of %s can be checked; runs do", len(of), t), nil)
		}
	}
}

// changes adds what the source has changed since the last whole run.
func (f *findings) changes(ctx context.Context, c config.Config, src source.Source) {
	changes, run, err := pipeline.SourceChanges(ctx, src, c.Data, tablesOf(c.Source))
	for _, ch := range changes {
		if !ch.Needed {
			f.add("columns", "since run "+run+": "+ch.String(), nil)
		}
	}
	if run != "" && (err != nil || len(changes) == 0) {
		f.add("columns", "are those of run "+run, err)
	}
}
