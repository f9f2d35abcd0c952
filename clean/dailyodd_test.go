package clean

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"daycast"
)

func TestDailyWithoutItems(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"Store,Date,Sales,Promo\nx,2024-02-13,3,1\ny,2024-02-13,4,0\n", "[{all x} {all y}]"},
		{"Date,Sales\n2024-02-13,3\n2024-02-14,4\n", "[{all } {all }]"},
	} {
		s := mustLoad(t, tt.text, daycast.Daily)
		var series []daycast.Series
		for _, f := range s.facts {
			series = append(series, f.Series)
		}
		if got := fmt.Sprintf("%v", series); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
		if !strings.Contains(strings.Join(s.table.Notes, "\n"), "no column item") {
			t.Errorf("no note of it: %q", s.table.Notes)
		}
	}
}

func TestDailyMonths(t *testing.T) {
	for _, day := range []int{1, 0} { // the first of a month; the last of the one before
		var b strings.Builder
		b.WriteString("item,day,units\n")
		for m := 1; m <= 12; m++ {
			fmt.Fprintf(&b, "a,%s,30\n", time.Date(2023, time.Month(m), day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
		}
		if notes := strings.Join(mustLoad(t, b.String(), daycast.Daily).table.Notes, "\n"); !strings.Contains(notes, "where a row is a month") {
			t.Errorf("day %d: the notes do not say that rows look like months: %q", day, notes)
		}
	}
}

func TestDailyNotesAreShort(t *testing.T) {
	s := mustLoad(t, "item,day,units,text\na,2024-02-13,1,"+strings.Repeat("x", 1e6)+"\n", daycast.Daily)
	if got := len(strings.Join(s.table.Notes, "\n")); got > 1000 {
		t.Errorf("the notes have %d bytes", got)
	}
}

func TestDailySlips(t *testing.T) {
	history := func(extra string) string {
		var b strings.Builder
		b.WriteString("item,day,units\n")
		for d := 1; d <= 28; d++ {
			fmt.Fprintf(&b, "a,2024-02-%02d,1\n", d)
		}
		return b.String() + extra
	}
	today, _ := daycast.ParseDay("2024-03-01")
	tests := []struct {
		name, extra, first, last string
		reason                   string // for which one row is left out
	}{
		{"none", "", "2024-02-01", "2024-02-28", ""},
		{"an empty date of a database", "a,1970-01-01,5\n", "2024-02-01", "2024-02-28", "day_far_from_all_others"},
		{"another century", "a,2198-02-28,5\n", "2024-02-01", "2024-02-28", "day_far_from_all_others"},
		{"no century of a shop", "a,2204-02-29,5\n", "2024-02-01", "2024-02-28", "unreadable_day"},
		{"impossible", "a,0001-01-01,5\n", "2024-02-01", "2024-02-28", "unreadable_day"},
		{"a gap of a year is a gap", "a,2023-01-01,5\n", "2023-01-01", "2024-02-28", ""},
		{"many rows are no slip", "a,2020-01-01,5\na,2020-01-02,5\n", "2020-01-01", "2024-02-28", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := tableOf(history(tt.extra), daycast.Daily)
			d.Today = today
			s, err := load(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			p, _ := s.panel(t, s.table.Last, 1)
			if p.Start[0].String() != tt.first || s.table.Last.String() != tt.last {
				t.Errorf("from %s to %s, want %s to %s", p.Start[0], s.table.Last, tt.first, tt.last)
			}
			var aside []daycast.Quarantined
			for q, err := range s.table.Quarantine(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				aside = append(aside, q)
			}
			if tt.reason == "" {
				if len(s.report.Reasons()) > 0 || len(aside) > 0 {
					t.Errorf("left out: %v, set aside: %v", s.report.Reasons(), aside)
				}
			} else if s.report.Of(tt.reason).Rows != 1 || len(aside) != 1 || aside[0].Reason != tt.reason {
				t.Errorf("left out: %v, set aside: %v; want one row for %s", s.report.Reasons(), aside, tt.reason)
			}
		})
	}
}
