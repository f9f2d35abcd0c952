package holiday_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/signal"
	"daycast/signal/fetch"
	"daycast/signal/holiday"
	"daycast/signal/holiday/holidaytest"
	"daycast/signal/signaltest"
)

var (
	_ signal.Fetcher = (*holiday.Online)(nil)
	_ signal.Source  = holiday.Merged(nil)
	_ signal.Source  = (*holiday.Events)(nil)
)

// world is both APIs at one moment.
type world struct {
	calendarific *holidaytest.Calendarific
	nager        *holidaytest.Nager
	now          time.Time
	archive      *fetch.Archive
	at           map[string]string // address by API
}

func newWorld(t *testing.T, now string) *world {
	t.Helper()
	w := &world{calendarific: &holidaytest.Calendarific{Key: "k3y"}, nager: &holidaytest.Nager{}}
	w.now = day(t, now).Time().Add(9 * time.Hour)
	w.archive, w.at = signaltest.Serve(t, map[string]http.Handler{"calendarific": w.calendarific, "nager": w.nager})
	return w
}

func (w *world) options(api string) holiday.Options {
	o := holiday.Options{Options: fetch.Options{Base: w.at[api], Wait: time.Millisecond, Now: func() time.Time { return w.now }}}
	if api == "calendarific" {
		o.Key = fetch.Key{Secret: "k3y", Env: "CALENDARIFIC_KEY"}
	}
	return o
}

func (w *world) source(api string) *holiday.Online {
	if api == "nager" {
		return holiday.NewNager(w.archive, w.options(api))
	}
	return holiday.NewCalendarific(w.archive, w.options(api))
}

func request(t *testing.T, from, to string, places ...daycast.Place) signal.Request {
	t.Helper()
	return signal.Request{From: day(t, from), To: day(t, to), Places: places}
}

func fetched(t *testing.T, s signal.Fetcher, r signal.Request) {
	t.Helper()
	if err := s.Fetch(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
}

// rows are "day known code" of a signal; a code of - is a day taken back.
func rows(t *testing.T, s signal.Source, r signal.Request, name string) []string {
	t.Helper()
	var all []string
	for row, err := range s.Signals(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Name == name {
			code := row.Code
			if code == "" && row.Value == 0 {
				code = "-"
			}
			all = append(all, fmt.Sprintf("%s %s %s", row.Day, row.KnownAt, code))
		}
	}
	return all
}

var (
	germany = daycast.Place{ID: daycast.OnlyPlace, Country: "de"}
	bavaria = daycast.Place{ID: "munich", Country: "DE", Region: "de-by"}
	britain = daycast.Place{ID: "leeds", Country: "GB"}
)

func TestOnline(t *testing.T) {
	for _, api := range []string{"calendarific", "nager"} {
		t.Run(api, func(t *testing.T) {
			w := newWorld(t, "2026-03-02")
			s := w.source(api)
			r := request(t, "2023-05-10", "2027-03-03", germany, bavaria, britain, daycast.Place{ID: "nowhere"})
			plan, err := s.Plan(t.Context(), r)
			if want := (signal.Plan{Now: 10}); err != nil || plan != want {
				t.Fatalf("plan %+v, %v; want %+v", plan, err, want)
			}
			fetched(t, s, r)
			signaltest.Run(t, s, r)
			if plan, err := s.Plan(t.Context(), r); err != nil || plan.Now != 0 || plan.Kept != 10 {
				t.Errorf("plan %+v, %v after all was fetched", plan, err)
			}
			if got := rows(t, s, request(t, "2025-12-20", "2025-12-31", britain), holiday.Public); !slices.Equal(got, []string{
				"2025-12-25 2015-12-28 Christmas Day", "2025-12-26 2015-12-29 Boxing Day",
			}) {
				t.Errorf("got %q", got)
			}
			asked := len(w.calendarific.Asked()) + len(w.nager.Asked())
			w.now = w.now.AddDate(0, 0, 8) // this year and the next one are read again
			fetched(t, s, r)
			if n := len(w.calendarific.Asked()) + len(w.nager.Asked()) - asked; n != 4 {
				t.Errorf("asked %d times a week later, want 4", n)
			}
			one, err := s.Try(t.Context(), r)
			if err != nil || one.Name != holiday.Public || one.Code == "" || one.Day < day(t, "2026-03-10") {
				t.Errorf("try: %+v, %v", one, err)
			}
			status, err := s.Status(t.Context())
			if err != nil || status.Stale != 0 || status.Answered.IsZero() {
				t.Errorf("status: %+v, %v", status, err)
			}
		})
	}
}

// TestOnlineKnownAt: what the first answer has is known by rule; what comes
// later is known late, and what goes stays for those who looked before.
func TestOnlineKnownAt(t *testing.T) {
	w := newWorld(t, "2026-03-02")
	s := w.source("nager")
	fixed := holidaytest.Day{Day: "2026-05-01", Name: "Tag der Arbeit", Types: []string{"Public"}}
	young := holidaytest.Day{Day: "2026-03-08", Name: "Frauentag", Types: []string{"Public"}, Since: 2019}
	mourning := holidaytest.Day{Day: "2026-04-10", Name: "Trauertag", Types: []string{"Public"}}
	w.nager.Set("DE", "2026", fixed, young)
	r := request(t, "2026-01-01", "2026-12-31", germany)
	fetched(t, s, r)
	check := func(want ...string) {
		t.Helper()
		if got := rows(t, s, r, holiday.Public); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	check("2026-03-08 2019-03-08 Frauentag", "2026-05-01 2016-05-03 Tag der Arbeit")

	w.now = w.now.AddDate(0, 0, 8) // March 10
	w.nager.Set("DE", "2026", fixed, young, mourning)
	fetched(t, s, r)
	check("2026-03-08 2019-03-08 Frauentag", "2026-04-10 2026-03-09 Trauertag", "2026-05-01 2016-05-03 Tag der Arbeit")

	w.now = w.now.AddDate(0, 0, 8) // March 18
	w.nager.Set("DE", "2026", young, mourning)
	signaltest.Unchanged(t, s, r, day(t, "2026-03-16"), func() { fetched(t, s, r) })
	check("2026-03-08 2019-03-08 Frauentag", "2026-04-10 2026-03-09 Trauertag",
		"2026-05-01 2016-05-03 Tag der Arbeit", "2026-05-01 2026-03-17 -")
	signaltest.Run(t, s, r)
}

// TestOnlineNew: a holiday that the year before lacks is known on its first day,
// or from the answer on that had it ahead.
func TestOnlineNew(t *testing.T) {
	w := newWorld(t, "2026-03-02")
	s := w.source("calendarific")
	old := holidaytest.Day{Name: "Old Day", Types: []string{"National holiday"}}
	fresh := holidaytest.Day{Name: "New Day", Types: []string{"National holiday"}}
	for _, year := range []string{"2024", "2025", "2026"} {
		old.Day, fresh.Day = year+"-02-01", year+"-06-01"
		days := []holidaytest.Day{old, fresh}
		if year == "2024" {
			days = days[:1]
		}
		if year == "2026" {
			days = append(days, holidaytest.Day{Name: "Jubilee", Types: fresh.Types, Day: "2026-07-01"})
		}
		w.calendarific.Set("DE", year, days...)
	}
	r := request(t, "2024-01-01", "2026-12-31", germany)
	fetched(t, s, r)
	want := []string{
		"2024-02-01 2014-02-03 Old Day", "2025-02-01 2015-02-04 Old Day", "2025-06-01 2025-06-01 New Day",
		"2026-02-01 2016-02-04 Old Day", "2026-06-01 2025-06-01 New Day", "2026-07-01 2026-03-01 Jubilee",
	}
	if got := rows(t, s, r, holiday.Public); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestOnlineKinds(t *testing.T) {
	w := newWorld(t, "2026-03-02")
	for api, types := range map[string][]string{"calendarific": {"National holiday", "Observance", "School holiday", "Local holiday"}, "nager": {"Public", "Bank", "School", "Public"}} {
		t.Run(api, func(t *testing.T) {
			days := []holidaytest.Day{
				{Day: "2026-05-01", Name: "Labour Day observed", Types: types[:1]},
				{Day: "2026-05-10", Name: "Mother's Day", Types: types[1:2]},
				{Day: "2026-06-01", Name: "Summer", Types: types[2:3]},
				{Day: "2026-08-15", Name: "Assumption", Types: types[3:], Regions: []string{"DE-BY", "DE-SL"}},
				{Day: "2026-08-15", Name: "A fair", Types: types[3:], Regions: []string{"DE-SL"}},
				{Day: "2026-09-20", Name: "Children's Day", Types: []string{types[0], types[2]}},
			}
			if api == "nager" {
				w.nager.Set("DE", "2026", days...)
			} else {
				w.calendarific.Set("DE", "2026", days...)
			}
			s := w.source(api)
			r := request(t, "2026-01-01", "2026-12-31", bavaria, germany)
			fetched(t, s, r)
			var got []string
			for row, err := range s.Signals(t.Context(), r) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", row.Key, row.Name, row.Day, row.Code)))
			}
			want := []string{
				"munich holiday 2026-05-01 Labour Day (observed)", "munich holiday 2026-08-15 Assumption", "munich holiday 2026-09-20 Children's Day",
				"munich observance 2026-05-10 Mother's Day", "munich school_free 2026-06-01 school_free", "munich school_free 2026-09-20 school_free",
				"holiday 2026-05-01 Labour Day (observed)", "holiday 2026-09-20 Children's Day",
				"observance 2026-05-10 Mother's Day", "school_free 2026-06-01 school_free", "school_free 2026-09-20 school_free",
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestOnlineFails(t *testing.T) {
	for _, test := range []struct {
		api   string
		fault signaltest.Fault
		code  daycast.Code
		text  string
	}{
		{"calendarific", signaltest.BadKey, daycast.Unauthorized, "CALENDARIFIC_KEY"},
		{"calendarific", signaltest.Unpaid, daycast.Unauthorized, "402"},
		{"calendarific", signaltest.Forbidden, daycast.Unauthorized, "403"},
		{"calendarific", holidaytest.InMeta, daycast.Unauthorized, "meta.code 401"},
		{"calendarific", signaltest.TooMany, daycast.Unavailable, "429"},
		{"calendarific", signaltest.Broken, daycast.Unavailable, "500"},
		{"calendarific", signaltest.HTML, daycast.Unavailable, "HTML"},
		{"calendarific", signaltest.Truncated, daycast.Unavailable, "cut off"},
		{"nager", signaltest.Down, daycast.Unavailable, "503"},
		{"nager", signaltest.Hangup, daycast.Unavailable, "broke off"},
		{"nager", signaltest.HTML, daycast.Unavailable, "HTML"},
		{"nager", signaltest.Truncated, daycast.Unavailable, "cut off"},
	} {
		t.Run(test.api+" "+string(test.fault), func(t *testing.T) {
			w := newWorld(t, "2026-03-02")
			s, r := w.source(test.api), request(t, "2025-06-01", "2026-12-31", germany)
			fail := w.nager.Fail
			if test.api == "calendarific" {
				fail = w.calendarific.Fail
			}
			fail(test.fault)
			for name, err := range map[string]error{"fetch": s.Fetch(t.Context(), r, nil), "try": func() error { _, err := s.Try(t.Context(), r); return err }()} {
				if daycast.CodeOf(err) != test.code || name == "fetch" && !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "k3y") {
					t.Errorf("%s: %v", name, err)
				}
			}
			status, err := s.Status(t.Context())
			if err != nil || status.Stale == 0 || status.Error == "" {
				t.Errorf("status: %+v, %v", status, err)
			}
		})
	}
}

// TestOnlineUnknownCountry: an API without the country has nothing, which is no
// error until somebody tries it out.
func TestOnlineUnknownCountry(t *testing.T) {
	for _, api := range []string{"calendarific", "nager"} {
		w := newWorld(t, "2026-03-02")
		s, r := w.source(api), request(t, "2026-01-01", "2026-12-31", daycast.Place{ID: "x", Country: "XX"})
		fetched(t, s, r)
		if got := rows(t, s, r, holiday.Public); got != nil {
			t.Errorf("%s: got %q", api, got)
		}
		w.now = w.now.AddDate(0, 0, 8)
		if _, err := s.Try(t.Context(), r); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "XX") {
			t.Errorf("%s: try: %v", api, err)
		}
	}
}
