package feature

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/features.md anew")

const page = "../docs/features.md"

// docs/features.md says what the table says.
func TestPage(t *testing.T) {
	got := pageOf(table())
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/features.md is not up to date; run go generate ./feature: %s", diff)
	}
}

const pageHead = `<!-- Generated from the table of feature/ by go generate ./feature. Do not edit. -->
# Features

What a model of all series reads of a series at an origin and a target some periods ahead. Nothing comes from after the
origin unless it was planned then. Units are divided by the series' scale at the origin, a blend of its means of one,
four and thirteen weeks, and read in whole millionths. A period that was closed, lost or not listed is no evidence and
is left out; a value without any evidence is missing. Windows end at the origin; a weekly panel's weekday is the week of
the year. [ablation.md](ablation.md) says what each group buys. Boosting reads all of
them; a * marks those that the other models of all series read.
`

func pageOf(defs []definition) string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, g := range Groups() {
		fmt.Fprintf(&b, "\n## %s\n\n| feature | of each | is |\n|-|-|-|\n", g)
		for _, d := range defs {
			if d.group != g {
				continue
			}
			mark := ""
			if slices.Contains(defaultFeatures(), d.id) {
				mark = " *"
			}
			fmt.Fprintf(&b, "| `%s`%s | %s | %s |\n", nameOf(d), mark, [...]string{
				"series", "series of up to 250", "shop and level", "level", "level of up to 250 groups", "number known ahead", "number not known ahead", "word known ahead",
			}[d.of], d.note)
		}
	}
	return b.String()
}

// nameOf is the column's name, of a level or signal called NAME.
func nameOf(d definition) string {
	switch {
	case d.of == oneSeries, d.of == fewSeries:
		return d.id
	case d.of.ofLevels():
		s := Set{Levels: []LevelColumns{{Name: "NAME"}}, Price: true, Features: []string{d.id}}
		columns := s.Columns()
		return columns[len(columns)-1].Name
	}
	for _, of := range []SignalColumns{{Name: "NAME", Future: true}, {Name: "NAME"}, {Name: "NAME", Future: true, Codes: []string{"a"}}} {
		if of.scope() == d.of {
			s := Set{Signals: []SignalColumns{of}, Features: []string{d.id}}
			return s.Columns()[0].Name
		}
	}
	return d.id
}

// TestTable sees that ids and names are there once, and that all groups are
// known.
func TestTable(t *testing.T) {
	ids, names := map[string]bool{}, map[string]bool{}
	for _, d := range table() {
		name := fmt.Sprint(d.of, nameOf(d))
		if ids[d.id] || names[name] || !slices.Contains(Groups(), d.group) || d.note == "" {
			t.Errorf("%s is there twice, or of no group, or without words", d.id)
		}
		ids[d.id], names[name] = true, true
		given := 0
		for _, has := range []bool{d.origin != nil, d.row != nil, d.each != nil} {
			if has {
				given++
			}
		}
		if given != 1 {
			t.Errorf("%s has no values, or two", d.id)
		}
	}
	for _, id := range firstFeatures() {
		if !ids[id] {
			t.Errorf("%s is not in the table", id)
		}
	}
}
