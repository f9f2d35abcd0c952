package daycast_test

import (
	"strings"
	"testing"

	"daycast"
)

func TestSeriesID(t *testing.T) {
	for want, s := range map[string]daycast.Series{
		"85123A":            {Item: "85123A"},
		"milk@store 1":      {Item: "milk", Place: "store 1"},
		"a%40b%2Fc@50%25@x": {}, // not an id: see below
		"a%40b%2Fc@50%25":   {Item: "a@b/c", Place: "50%"},
		"%2540":             {Item: "%40"},
		"ünïcode@日本":        {Item: "ünïcode", Place: "日本"},
	} {
		got, err := daycast.ParseSeries(want)
		if s == (daycast.Series{}) {
			if err == nil {
				t.Errorf("ParseSeries(%q) = %v, want an error", want, got)
			}
			continue
		}
		if err != nil || got != s || s.ID() != want {
			t.Errorf("%v: id %q, parsed back %v %v", s, s.ID(), got, err)
		}
	}
	for _, id := range []string{"", "@place", "item@"} {
		if _, err := daycast.ParseSeries(id); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("ParseSeries(%q): %v, want code invalid", id, err)
		}
	}
}

func FuzzSeriesID(f *testing.F) {
	f.Add("85123A", "")
	f.Add("a@b/c%", "%2F@")
	f.Fuzz(func(t *testing.T, item, place string) {
		if item == "" {
			t.Skip("an item has a name")
		}
		s := daycast.Series{Item: item, Place: place}
		id := s.ID()
		if strings.Contains(id, "/") || strings.Count(id, "@") > 1 {
			t.Fatalf("%q is no single path segment", id)
		}
		if back, err := daycast.ParseSeries(id); err != nil || back != s {
			t.Fatalf("%v -> %q -> %v %v", s, id, back, err)
		}
	})
}

func TestSeriesOrder(t *testing.T) {
	a, b, c := daycast.Series{Item: "a"}, daycast.Series{Item: "a", Place: "x"}, daycast.Series{Item: "b"}
	if !a.Less(b) || !b.Less(c) || b.Less(a) || a.Less(a) {
		t.Error("series are ordered by item, then place")
	}
}
