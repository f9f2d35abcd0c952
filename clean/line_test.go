package clean

import (
	"math"
	"testing"
	"time"

	"daycast"
)

func TestReadTime(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ in, utc, day string }{
		{"2024-03-10", "2024-03-10T05:00:00Z", "2024-03-10"},
		{" 2024-07-01 00:00 ", "2024-07-01T04:00:00Z", "2024-07-01"},
		{"2024-07-01 23:59:59.75", "2024-07-02T03:59:59Z", "2024-07-01"},
		{"2024-07-01T23:59:59", "2024-07-02T03:59:59Z", "2024-07-01"},
		{"2024-07-01T02:00:00Z", "2024-07-01T02:00:00Z", "2024-06-30"},
		{"2024-07-01t02:00:00z", "2024-07-01T02:00:00Z", "2024-06-30"},
		{"2024-07-01 02:00+05:30", "2024-06-30T20:30:00Z", "2024-06-30"},
		{"2024-07-01 02:00:00+00", "2024-07-01T02:00:00Z", "2024-06-30"},
		{"2024-07-01 02:00:00 -0800", "2024-07-01T10:00:00Z", "2024-07-01"},
		// The clocks go from 02:00 to 03:00, and from 02:00 back to 01:00.
		{"2024-03-10 03:30", "2024-03-10T07:30:00Z", "2024-03-10"},
		{"2024-03-10T06:59:59Z", "2024-03-10T06:59:59Z", "2024-03-10"},
		{"2024-11-03 01:30", "2024-11-03T05:30:00Z", "2024-11-03"},
		{"2024-11-04T04:59:59Z", "2024-11-04T04:59:59Z", "2024-11-03"},
	}
	for _, tt := range tests {
		at, day, ok := readTime(tt.in, zone)
		if got := at.UTC().Truncate(time.Second).Format(time.RFC3339); !ok || got != tt.utc || day.String() != tt.day {
			t.Errorf("%q: got %s on %s, %t, want %s on %s", tt.in, got, day, ok, tt.utc, tt.day)
		}
	}
	if _, day, ok := readTime("2024-03-10 02:30", zone); !ok || day.String() != "2024-03-10" {
		t.Errorf("in the hour that is skipped: %s, %t", day, ok)
	}
	for _, in := range []string{
		"", "today", "1/2/2024", "01.02.2024 10:00", "2024-13-01", "2024-02-30", "2024-07-01x10:00", "2024-07-01 25:00",
		"2024-07-01 10", "2024-07-01 10:00 Uhr", "2024-07-01 10:00+", "20240701", "1709251200", "2024-07-01 10:00+1", "2024-7-1",
	} {
		if at, _, ok := readTime(in, zone); ok {
			t.Errorf("%q: read %s", in, at)
		}
	}
}

func TestReadNumber(t *testing.T) {
	for in, want := range map[string]float64{"1": 1, "-2.5": -2.5, "+3": 3, "1e3": 1000, ".5": .5, "007": 7} {
		if got, ok := readNumber(in); !ok || got != want {
			t.Errorf("%q: got %g, %t", in, got, ok)
		}
	}
	if got, ok := readNumber(" 4 "); !ok || got != 4 {
		t.Errorf("with outer spaces: got %g, %t", got, ok)
	}
	for _, in := range []string{"", "1,5", "1.234,50", "1 000", "1_000", "0x10", "NaN", "inf", "-Infinity", "1e999", "£5", "five"} {
		if got, ok := readNumber(in); ok {
			t.Errorf("%q: read %g", in, got)
		}
	}
}

func TestReadShare(t *testing.T) {
	for in, want := range map[string]float64{"true": 1, "Yes": 1, "T": 1, "0": 0, "f": 0, "NO": 0, "0.25": .25, "1.0": 1} {
		if got, ok := readShare(in); !ok || got != want {
			t.Errorf("%q: got %g, %t", in, got, ok)
		}
	}
	if got, ok := readShare(" "); !ok || !math.IsNaN(got) {
		t.Errorf("nothing: got %g, %t", got, ok)
	}
	for _, in := range []string{"2", "-1", "SUMMER10", "nan"} {
		if got, ok := readShare(in); ok {
			t.Errorf("%q: read %g", in, got)
		}
	}
}

func FuzzReadTime(f *testing.F) {
	f.Add("2024-07-01 02:00:00 -0800")
	f.Add("2024-07-01T23:59:59.5Z")
	f.Add("0000-01-01")
	zone := time.FixedZone("here", 9*3600)
	f.Fuzz(func(t *testing.T, s string) {
		at, day, ok := readTime(s, zone)
		if !ok {
			return
		}
		if got := daycast.DayOf(at.In(zone)); got != day {
			t.Errorf("%q is %s, on %s, not on %s", s, at, got, day)
		}
		again, sameDay, ok := readTime(at.Format(time.RFC3339Nano), zone)
		if !ok || !again.Equal(at) || sameDay != day {
			t.Errorf("%q is %s, which reads %s, %t", s, at, again, ok)
		}
	})
}

func FuzzReadNumber(f *testing.F) {
	f.Add("-1.5e3")
	f.Add("1,5")
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := readNumber(s); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Errorf("%q: %g", s, v)
		}
		if v, ok := readShare(s); ok && (v < 0 || v > 1) {
			t.Errorf("%q: share %g", s, v)
		}
	})
}
