package clean

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

func TestVersions(t *testing.T) {
	row := func(category string, from, to daycast.Day) ItemRow {
		return ItemRow{From: from, To: to, Attributes: map[string]string{"category": category}}
	}
	for name, tt := range map[string]struct {
		rows []ItemRow
		want map[daycast.Day]string // by known-at
	}{
		"one row always held":              {[]ItemRow{row("a", 500, 600)}, map[daycast.Day]string{0: "a"}},
		"the first held before it began":   {[]ItemRow{row("b", 700, 0), row("a", 500, 699)}, map[daycast.Day]string{0: "a", 700: "b"}},
		"ends alone tell the beginnings":   {[]ItemRow{row("c", 0, 0), row("a", 0, 599), row("b", 0, 699)}, map[daycast.Day]string{0: "a", 600: "b", 700: "c"}},
		"an end is the next one's first":   {[]ItemRow{row("a", 0, 600), row("b", 600, 0)}, map[daycast.Day]string{0: "a", 600: "b"}},
		"a gap keeps what was":             {[]ItemRow{row("a", 500, 510), row("b", 600, 0)}, map[daycast.Day]string{0: "a", 600: "b"}},
		"of the same day the first counts": {[]ItemRow{row("a", 0, 0), row("x", 0, 0), row("b", 600, 0), row("y", 600, 0)}, map[daycast.Day]string{0: "a", 600: "b"}},
	} {
		got := map[daycast.Day]string{}
		for _, it := range Versions("i", tt.rows) {
			got[it.KnownAt] = it.Attributes["category"]
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadItemRow(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		want     ItemRow
		bad      Misfit
	}{
		{"2024-01-01", "", ItemRow{From: 19723}, Misfit{}},
		{"", "2024-01-01 00:00:00", ItemRow{To: 19723}, Misfit{}},
		{"2024-01-01", "9999-12-31", ItemRow{From: 19723}, Misfit{}},
		{"2024-01-01", "infinity", ItemRow{From: 19723}, Misfit{}},
		{"1.1.2024", "", ItemRow{}, Misfit{ValidFrom, notDay}},
		{"2024-01-02", "2024-01-01", ItemRow{}, Misfit{ValidTo, "before valid_from"}},
	} {
		got, bad := ReadItemRow(map[string]string{"category": "a", ValidFrom: tt.from, ValidTo: tt.to})
		if bad != tt.bad {
			t.Errorf("%q to %q: %v, want %v", tt.from, tt.to, bad, tt.bad)
		}
		tt.want.Attributes = map[string]string{"category": "a"}
		if bad.Reason == "" && !cmp.Equal(got, tt.want) {
			t.Errorf("%q to %q is %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
}
