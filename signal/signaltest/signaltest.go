// Package signaltest holds the suite that every signal.Source passes.
package signaltest

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"daycast"
	"daycast/signal"
)

// Run tests a source on a request that it can answer, with at least one
// signal and at least two days.
func Run(t *testing.T, s signal.Source, r signal.Request) {
	t.Helper()
	t.Run("rows", func(t *testing.T) { checkRows(t, s, r) })
	t.Run("order", func(t *testing.T) { checkOrder(t, s, r) })
	t.Run("parts", func(t *testing.T) { checkParts(t, s, r) })
	t.Run("empty", func(t *testing.T) { checkEmpty(t, s, r) })
	t.Run("stop", func(t *testing.T) { checkStop(t, s, r) })
	t.Run("cancel", func(t *testing.T) { checkCancel(t, s, r) })
}

// Unchanged tests that what happens later, such as a fetch from an API that has
// thought better of everything, changes nothing of what was known at an origin.
func Unchanged(t *testing.T, s signal.Source, r signal.Request, origin daycast.Day, later func()) {
	t.Helper()
	known := func() []daycast.Signal {
		return slices.DeleteFunc(read(t, s, r), func(row daycast.Signal) bool { return row.KnownAt > origin })
	}
	before := known()
	later()
	if after := known(); !slices.Equal(before, after) {
		t.Errorf("%s: what was known on %s has changed from %d rows to %d, or others", s.Name(), origin, len(before), len(after))
	}
	if len(before) == 0 {
		t.Errorf("%s: nothing was known on %s", s.Name(), origin)
	}
}

func read(t *testing.T, s signal.Source, r signal.Request) []daycast.Signal {
	t.Helper()
	var rows []daycast.Signal
	for row, err := range s.Signals(t.Context(), r) {
		if err != nil {
			t.Fatalf("%s: %v", s.Name(), err)
		}
		rows = append(rows, row)
	}
	return rows
}

func checkRows(t *testing.T, s signal.Source, r signal.Request) {
	if s.Name() == "" {
		t.Error("the source has no name")
	}
	keys := map[string]bool{}
	for _, p := range r.Places {
		_, key := signal.ScopeOf(p)
		keys[key] = true
	}
	rows := read(t, s, r)
	if len(rows) == 0 {
		t.Fatal("no signals")
	}
	for _, row := range rows {
		switch {
		case row.Name == "":
			t.Fatalf("%+v: no name", row)
		case row.Day < r.From || row.Day > r.To:
			t.Fatalf("%+v: outside %s to %s", row, r.From, r.To)
		case row.KnownAt == 0:
			t.Fatalf("%+v: no known-at", row)
		case math.IsInf(float64(row.Value), 0) || math.IsNaN(float64(row.Value)):
			t.Fatalf("%+v: not a number; leave unknown days out", row)
		case (row.Scope == daycast.ScopeShop) != (row.Key == ""):
			t.Fatalf("%+v: the shop's key is empty, no other is", row)
		case row.Scope == daycast.ScopePlace && !keys[row.Key]:
			t.Fatalf("%+v: nobody asked for that place", row)
		}
	}
}

func checkOrder(t *testing.T, s signal.Source, r signal.Request) {
	type key struct {
		name  string
		scope daycast.Scope
		key   string
	}
	last := map[key]daycast.Signal{}
	for _, row := range read(t, s, r) {
		k := key{row.Name, row.Scope, row.Key}
		if before, ok := last[k]; ok && byDay(before, row) >= 0 {
			t.Fatalf("%+v after %+v: want days, then known-ats, to ascend", row, before)
		}
		last[k] = row
	}
}

func byDay(a, b daycast.Signal) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.KnownAt, b.KnownAt))
}

func byKey(a, b daycast.Signal) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Key, b.Key), byDay(a, b))
}

// checkParts asks for all days at once, and again in two halves.
func checkParts(t *testing.T, s signal.Source, r signal.Request) {
	whole := read(t, s, r)
	first, second := r, r
	first.To = r.From + (r.To-r.From)/2
	second.From = first.To + 1
	parts := append(read(t, s, first), read(t, s, second)...)
	slices.SortFunc(whole, byKey)
	slices.SortFunc(parts, byKey)
	if !slices.Equal(whole, parts) {
		t.Fatalf("%d signals for all days, %d for their halves, or others", len(whole), len(parts))
	}
}

func checkEmpty(t *testing.T, s signal.Source, r signal.Request) {
	nowhere, never := r, r
	nowhere.Places = nil
	never.To = r.From - 1
	for name, r := range map[string]signal.Request{"no places": nowhere, "no days": never} {
		for _, row := range read(t, s, r) {
			if row.Scope == daycast.ScopePlace || r.To < r.From {
				t.Errorf("%s: got %+v", name, row)
			}
		}
	}
}

func checkStop(t *testing.T, s signal.Source, r signal.Request) {
	for _, err := range s.Signals(t.Context(), r) {
		if err != nil {
			t.Error(err)
		}
		break // an iterator that goes on after this panics
	}
}

func checkCancel(t *testing.T, s signal.Source, r signal.Request) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var got []error
	for _, err := range s.Signals(ctx, r) {
		got = append(got, err)
	}
	if len(got) != 1 || !errors.Is(got[0], context.Canceled) {
		t.Fatalf("cancelled: got %v, want only context.Canceled", got)
	}
}
