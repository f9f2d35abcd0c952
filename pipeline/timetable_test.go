package pipeline_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones are the same on every machine

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"

	"daycast/pipeline"
)

func timetable(t testing.TB, line, zone string) pipeline.Timetable {
	t.Helper()
	spec, err := cron.ParseStandard(line)
	if err != nil {
		t.Fatal(err)
	}
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Timetable{Spec: spec, Zone: z}
}

// at is an instant, from its RFC 3339 text.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Berlin's clock skips 02:00 to 03:00 on 2024-03-31, and shows it twice on
// 2024-10-27.
func TestTimetable(t *testing.T) {
	for _, c := range []struct {
		name, line, zone, from string
		want                   []string
	}{
		{"daily", "0 5 * * *", "Europe/Berlin", "2024-03-30T05:00:00+01:00",
			[]string{"2024-03-31T05:00:00+02:00", "2024-04-01T05:00:00+02:00"}},
		{"just before", "0 5 * * *", "Europe/Berlin", "2024-10-27T04:59:59+01:00", []string{"2024-10-27T05:00:00+01:00"}},
		{"skipped", "30 2 * * *", "Europe/Berlin", "2024-03-30T12:00:00+01:00",
			[]string{"2024-03-31T03:00:00+02:00", "2024-04-01T02:30:00+02:00"}},
		{"skipped in part", "*/30 * * * *", "Europe/Berlin", "2024-03-31T01:00:00+01:00",
			[]string{"2024-03-31T01:30:00+01:00", "2024-03-31T03:00:00+02:00", "2024-03-31T03:30:00+02:00"}},
		{"shown twice", "30 2 * * *", "Europe/Berlin", "2024-10-26T12:00:00+02:00",
			[]string{"2024-10-27T02:30:00+02:00", "2024-10-28T02:30:00+01:00"}},
		{"from the second showing", "30 2 * * *", "Europe/Berlin", "2024-10-27T02:10:00+01:00", []string{"2024-10-28T02:30:00+01:00"}},
		{"hourly, shown twice", "0 * * * *", "Europe/Berlin", "2024-10-27T01:30:00+02:00",
			[]string{"2024-10-27T02:00:00+02:00", "2024-10-27T03:00:00+01:00"}},
		{"half an hour skipped", "15 2 * * *", "Australia/Lord_Howe", "2024-10-05T12:00:00+10:30",
			[]string{"2024-10-06T02:30:00+11:00", "2024-10-07T02:15:00+11:00"}},
		{"midnight skipped", "0 0 * * *", "America/Santiago", "2024-09-07T12:00:00-04:00",
			[]string{"2024-09-08T01:00:00-03:00", "2024-09-09T00:00:00-03:00"}},
		{"a day skipped", "0 5 * * *", "Pacific/Apia", "2011-12-29T06:00:00-10:00",
			[]string{"2011-12-31T00:00:00+14:00", "2011-12-31T05:00:00+14:00"}},
		{"named", "@daily", "UTC", "2024-02-28T12:00:00Z", []string{"2024-02-29T00:00:00Z"}},
		{"rare", "0 5 29 2 *", "UTC", "2021-01-01T00:00:00Z", []string{"2024-02-29T05:00:00Z", "2028-02-29T05:00:00Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tt := timetable(t, c.line, c.zone)
			from := at(t, c.from)
			var got []string
			for range c.want {
				next := tt.Next(from)
				if newest := tt.Newest(next.Add(time.Second)); !newest.Equal(next) {
					t.Errorf("the newest just after %s is %s", next, newest)
				}
				from = next
				got = append(got, next.Format(time.RFC3339))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever the zone and the line, each instant comes after the one before, and
// Newest finds it until the next.
func TestTimetableOrder(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"} {
		for _, line := range []string{"*/17 1-3 * * *", "30 2 * * *", "0 5 * * 1", "59 23 31 * *"} {
			tt := timetable(t, line, zone)
			due := tt.Next(at(t, "2024-01-01T00:00:00Z"))
			for range 400 {
				next := tt.Next(due)
				if !next.After(due) || !tt.Newest(due).Equal(due) || !tt.Newest(next.Add(-time.Second)).Equal(due) {
					t.Fatalf("%s in %s: after %s comes %s, whose newest are %s and %s",
						line, zone, due, next, tt.Newest(due), tt.Newest(next.Add(-time.Second)))
				}
				due = next
			}
		}
	}
}
