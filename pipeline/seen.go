package pipeline

import (
	"context"
	"path/filepath"
	"strings"

	"daycast"
	"daycast/contract"
	"daycast/source"
)

// seen is the shop's tables as the last whole run saw them. It is kept beside
// the watermark.
type seen struct {
	Run     string                      `json:"run"`
	Queries string                      `json:"queries"` // Shop.Tables
	Tables  map[source.Table]*seenTable `json:"tables"`
}

type seenTable struct {
	Columns []contract.Column     `json:"columns"`
	Days    map[daycast.Day]int64 `json:"days,omitempty"`   // rows, by number of the day
	Judged  daycast.Day           `json:"judged,omitempty"` // the newest whose number of rows was judged
}

// rememberedDays is how far back rows by day are kept: a year and the weeks
// that its first days are compared with.
const rememberedDays = 420

func seenPath(dir string) string { return filepath.Join(dir, "runs", "seen.json") }

// readSeen is empty where there is nothing, or nothing that can be read: then
// there is nothing to compare with.
func readSeen(dir string) (s seen) {
	if readJSON(seenPath(dir), &s) != nil {
		return seen{}
	}
	return s
}

// remember leaves what this run saw for the next ones.
func (r *Run) remember() error {
	var c checked
	if err := readJSON(r.path("checked"), &c); err != nil {
		if daycast.CodeOf(err) == daycast.NotFound {
			return nil // resumed from a program that did not look
		}
		return err
	}
	for _, t := range c.Seen.Tables {
		newest := daycast.Day(0)
		for d := range t.Days {
			newest = max(newest, d)
		}
		for d := range t.Days {
			if d <= newest-rememberedDays {
				delete(t.Days, d)
			}
		}
	}
	return writeJSON(seenPath(r.Dir), c.Seen)
}

// describe tells a table's columns, and their kinds where the source does.
func describe(ctx context.Context, src source.Source, t source.Table) ([]contract.Column, error) {
	columns, err := src.Columns(ctx, t)
	if err != nil {
		return nil, err
	}
	out := make([]contract.Column, len(columns))
	for i, name := range columns {
		out[i].Name = name
	}
	typed, ok := src.(source.Typed)
	if !ok {
		return out, nil
	}
	kinds, err := typed.Types(ctx, t)
	if err != nil {
		return nil, err
	}
	for i, kind := range kinds {
		out[i].Kind = kind
	}
	return out, nil
}

func names(columns []contract.Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return out
}

// changes are those of the tables that both have. Where nobody changed a query
// or file, the loss of any column that daycast knows is a fault of the source;
// where somebody did, only that of one that nothing can be done without.
func (s seen) changes(now seen) (changes []contract.Change) {
	for _, t := range source.Tables() {
		before, at := s.Tables[t], now.Tables[t]
		if before == nil || at == nil {
			continue
		}
		needed := func(column string) bool {
			for _, c := range t.Columns() {
				if c.Name == column {
					return c.Required || s.Queries == now.Queries
				}
			}
			return false
		}
		changes = append(changes, contract.Compare(string(t), before.Columns, at.Columns, needed)...)
	}
	return changes
}

// changesErr is code invalid where a needed column is gone.
func changesErr(changes []contract.Change, run string) error {
	var gone []string
	table, hint := "", ""
	for _, c := range changes {
		if !c.Needed {
			continue
		}
		gone, table = append(gone, c.String()), c.Table
		if c.What == contract.Renamed && hint == "" {
			hint = "if so, name it in the query: " + c.To + " AS " + c.Column
		}
	}
	if gone == nil {
		return nil
	}
	if hint == "" {
		hint = "bring it back; if it is meant to be gone, change the query that no longer has it, or remove runs/seen.json from the data folder"
	}
	return daycast.Errorf(daycast.Invalid, "the source has changed since run %s: %s", run, strings.Join(gone, "; ")).
		WithHint("%s", hint).WithField("source.queries." + table)
}

// SourceChanges compares the columns of a source's tables with those of the
// last whole run in a data folder, which it names; "" where there is none.
// The error is code invalid where a needed column is gone. Tables that cannot
// be described are left out: Check says why.
func SourceChanges(ctx context.Context, src source.Source, dir, queries string) (changes []contract.Change, run string, err error) {
	before := readSeen(dir)
	now := seen{Queries: queries, Tables: map[source.Table]*seenTable{}}
	for t := range before.Tables {
		if !src.Has(t) {
			continue
		}
		if columns, err := describe(ctx, src, t); err == nil {
			now.Tables[t] = &seenTable{Columns: columns}
		}
	}
	changes = before.changes(now)
	return changes, before.Run, changesErr(changes, before.Run)
}
