package clean

import (
	"math"
	"math/rand/v2"
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
	c := newClock(zone, 0)
	read := func(s string) (time.Time, daycast.Day, bool) {
		at, local, ok := readTime(s)
		instant, day := c.read(at, local)
		return time.UnixMicro(instant).UTC(), day, ok
	}
	for _, tt := range tests {
		at, day, ok := read(tt.in)
		if got := at.Truncate(time.Second).Format(time.RFC3339); !ok || got != tt.utc || day.String() != tt.day {
			t.Errorf("%q: got %s on %s, %t, want %s on %s", tt.in, got, day, ok, tt.utc, tt.day)
		}
	}
	if _, day, ok := read("2024-03-10 02:30"); !ok || day.String() != "2024-03-10" {
		t.Errorf("in the hour that is skipped: %s, %t", day, ok)
	}
	for _, in := range []string{
		"", "today", "1/2/2024", "01.02.2024 10:00", "2024-13-01", "2024-02-30", "2024-07-01x10:00", "2024-07-01 25:00",
		"2024-07-01 10", "2024-07-01 10:00 Uhr", "2024-07-01 10:00+", "20240701", "1709251200", "2024-07-01 10:00+1", "2024-7-1",
		"2024-07-01 10:00:", "2024-07-01 10:00:00.", "2024-07-01 10:00:00.x", "2024-07-01 1:00", "2024-07-01 10:60", "2024-07-01 10:00+25",
	} {
		if at, _, ok := read(in); ok {
			t.Errorf("%q: read %s", in, at)
		}
	}
}

// A day that begins at 04:00 ends at 04:00, whatever the clocks do in between.
func TestClockOpens(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := newClock(zone, 4*time.Hour)
	for in, want := range map[string]string{
		"2024-03-31 03:59:59":  "2024-03-30", // the clocks went from 02:00 to 03:00
		"2024-03-31 04:00":     "2024-03-31",
		"2024-03-31T01:59:59Z": "2024-03-30",
		"2024-03-31T02:00:00Z": "2024-03-31",
		"2024-10-27T02:59:59Z": "2024-10-26", // they went from 03:00 back to 02:00
		"2024-10-27T03:00:00Z": "2024-10-27",
		"1969-12-31T22:00:00Z": "1969-12-31",
		"1970-01-01T02:59:00Z": "1969-12-31",
		"1970-01-01T03:00:00Z": "1970-01-01",
	} {
		at, local, _ := readTime(in)
		if _, day := c.read(at, local); day.String() != want {
			t.Errorf("%s is of %s, want %s", in, day, want)
		}
	}
}

// A clock agrees with the time package at instants in any order.
func TestClockAgreesWithSlowTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		c := newClock(zone, 0)
		for range 20_000 {
			at := rng.Int64N(3e15) - 5e14
			if _, day := c.read(at, false); day != daycast.DayOf(time.UnixMicro(at).In(zone)) {
				t.Fatalf("%s: %d is of %s", name, at, day)
			}
		}
	}
}

// What the time package reads, this reads alike.
func TestReadTimeAgreesWithSlowTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		at := time.UnixMicro(rng.Int64N(3e15) - 5e14).UTC()
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999-07", "2006-01-02T15:04:05.000000Z0700"} {
			s := at.Format(layout)
			if got, local, ok := readTime(s); !ok || local || got != at.UnixMicro() {
				t.Fatalf("%q: got %d, %t, %t, want %d", s, got, local, ok, at.UnixMicro())
			}
		}
		s := at.Format("2006-01-02T15:04:05.999999")
		if got, local, ok := readTime(s); !ok || !local || got != at.UnixMicro() {
			t.Fatalf("%q: got %d, %t, %t, want %d", s, got, local, ok, at.UnixMicro())
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
	f.Fuzz(func(t *testing.T, s string) {
		micros, local, ok := readTime(s)
		if !ok {
			return
		}
		at := time.UnixMicro(micros).UTC()
		layout := "2006-01-02T15:04:05.999999"
		if !local {
			layout = time.RFC3339Nano
		}
		if y := at.Year(); y < 0 || y > 9999 {
			return // an offset has made it another
		}
		again, sameLocal, ok := readTime(at.Format(layout))
		if !ok || again != micros || sameLocal != local {
			t.Errorf("%q is %s, which reads %d, %t", s, at, again, ok)
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
