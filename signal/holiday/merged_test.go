package holiday_test

import (
	"fmt"
	"slices"
	"testing"

	"daycast"
	"daycast/signal"
	"daycast/signal/holiday"
	"daycast/signal/holiday/holidaytest"
	"daycast/signal/signaltest"
)

func TestMerged(t *testing.T) {
	w := newWorld(t, "2026-03-02")
	api := w.source("nager")
	public := []string{"Public"}
	w.nager.Set("GB", "2026", holidaytest.Day{Day: "2026-12-25", Name: "Christmas", Types: public}, holidaytest.Day{Day: "2026-05-04", Name: "May Day", Types: public})
	here := daycast.Place{ID: "far", Country: "XX"} // which the offline calendars lack
	w.nager.Set("XX", "2026", holidaytest.Day{Day: "2026-02-02", Name: "X", Types: public})
	r := request(t, "2026-01-01", "2026-12-31", britain, here)
	fetched(t, api, r)
	w.now = w.now.AddDate(0, 0, 8)
	w.nager.Set("GB", "2026", holidaytest.Day{Day: "2026-12-25", Name: "Christmas", Types: public}, holidaytest.Day{Day: "2026-08-31", Name: "Bank Holiday", Types: public})
	fetched(t, api, r)

	m := holiday.Merged{api, holiday.Offline{}}
	signaltest.Run(t, m, r)
	got := rows(t, m, request(t, "2026-04-20", "2026-12-31", britain), holiday.Public)
	want := []string{
		"2026-05-04 2016-05-06 May Day", "2026-05-04 2026-03-09 -", // the first source's last word
		"2026-05-25 2016-05-27 Spring Bank Holiday",
		"2026-08-31 2016-09-02 Summer Bank Holiday", "2026-08-31 2026-03-09 Bank Holiday",
		"2026-12-25 2016-12-27 Christmas",
		"2026-12-26 2016-12-28 Boxing Day", "2026-12-28 2016-12-30 Boxing Day (observed)",
	}
	if len(got) != len(want) {
		t.Errorf("got %q", got)
	}
	for k := range min(len(got), len(want)) {
		if got[k] != want[k] {
			t.Errorf("got %q, want %q", got[k], want[k])
		}
	}
	shares, err := m.Shares(t.Context(), r)
	if want := "[{nager holiday 3} {offline holiday 6}]"; err != nil || fmt.Sprint(shares) != want {
		t.Errorf("shares %v, %v; want %s", shares, err, want)
	}
	if got := rows(t, holiday.Merged{holiday.Offline{}}, r2(t), holiday.Public); !slices.Equal(got, rows(t, holiday.Offline{}, r2(t), holiday.Public)) {
		t.Errorf("a merge of one source differs from it: %q", got)
	}
}

func r2(t *testing.T) signal.Request {
	return request(t, "2022-01-01", "2023-12-31", britain, bavaria)
}

func TestMerge(t *testing.T) {
	w := newWorld(t, "2026-03-02")
	if s := holiday.Merge(holiday.Offline{}); s.Name() != "offline" {
		t.Errorf("one source is %s", s.Name())
	}
	if _, ok := holiday.Merge(holiday.Offline{}, holiday.Offline{}).(signal.Fetcher); ok {
		t.Error("sources without an API are fetched")
	}
	m, ok := holiday.Merge(w.source("calendarific"), w.source("nager"), holiday.Offline{}).(signal.Fetcher)
	if !ok {
		t.Fatal("sources with an API are not fetched")
	}
	r := request(t, "2025-01-01", "2026-12-31", britain)
	if p, err := m.Plan(t.Context(), r); err != nil || p.Now != 4 {
		t.Errorf("plan %+v, %v", p, err)
	}
	w.calendarific.Fail(signaltest.BadKey)
	if err := m.Fetch(t.Context(), r, nil); daycast.CodeOf(err) != daycast.Unauthorized {
		t.Errorf("fetch: %v", err)
	}
	signaltest.Run(t, m, r)
	if s, err := m.Status(t.Context()); err != nil || s.Stale == 0 || s.Error == "" || s.Spent != 3 || !s.Answered.IsZero() || s.Left != -1 {
		t.Errorf("status %+v, %v", s, err)
	}
	if one, err := m.Try(t.Context(), r); one.Code == "" || daycast.CodeOf(err) != daycast.Unauthorized {
		t.Errorf("try %+v, %v", one, err)
	}
}
