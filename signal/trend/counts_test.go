package trend_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/signal"
	"daycast/signal/fetch"
	"daycast/signal/signaltest"
	"daycast/signal/trend"
	"daycast/signal/trend/trendtest"
)

var (
	_ signal.Fetcher = (*trend.Counts)(nil)
	_ signal.Source  = (*trend.Google)(nil)
)

// world is both APIs at one moment.
type world struct {
	x         *trendtest.X
	wikimedia *trendtest.Wikimedia
	now       time.Time
	archive   *fetch.Archive
	at        map[string]string // address by API
}

func newWorld(t *testing.T, now string) *world {
	t.Helper()
	w := &world{}
	w.now = day(t, now).Time().Add(6 * time.Hour)
	clock := func() time.Time { return w.now }
	w.x = &trendtest.X{Token: "t0ken", Now: clock}
	w.wikimedia = &trendtest.Wikimedia{Now: clock}
	w.archive, w.at = signaltest.Serve(t, map[string]http.Handler{"x": w.x, "wikimedia": w.wikimedia})
	return w
}

func day(t *testing.T, s string) daycast.Day {
	t.Helper()
	d, err := daycast.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func request(t *testing.T, from, to string) signal.Request {
	t.Helper()
	return signal.Request{From: day(t, from), To: day(t, to), Places: []daycast.Place{{ID: daycast.OnlyPlace}}}
}

var shoes = []trend.Query{
	{Name: "boots", Text: `(boots OR "rain boots") lang:en -is:retweet`, Scope: daycast.ScopeCategory, Keys: []string{"boots"}},
	{Name: "brand", Text: "Acme & Söhne/100%", Scope: daycast.ScopeItem, Keys: []string{"i1", "i2"}},
	{Name: "shop", Text: "shoe shop", Scope: daycast.ScopeShop},
}

func (w *world) counts(t *testing.T, api string, change ...func(*trend.Options, *bool)) *trend.Counts {
	t.Helper()
	o := trend.Options{Queries: shoes, Options: fetch.Options{Base: w.at[api], Wait: time.Millisecond, PerSecond: 1e6, Now: func() time.Time { return w.now }}}
	all := true
	for _, c := range change {
		c(&o, &all)
	}
	var c *trend.Counts
	var err error
	if api == "x" {
		o.Key = fetch.Key{Secret: "t0ken", Env: "X_BEARER_TOKEN"}
		c, err = trend.NewX(w.archive, trend.XOptions{Options: o, All: all})
	} else {
		c, err = trend.NewWikimedia(w.archive, trend.WikimediaOptions{Options: o, Contact: "shop@example.org"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fetched(t *testing.T, s signal.Fetcher, r signal.Request) {
	t.Helper()
	if err := s.Fetch(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s signal.Source, r signal.Request) []daycast.Signal {
	t.Helper()
	var all []daycast.Signal
	for row, err := range s.Signals(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}

// of are "day known value" of a signal.
func of(t *testing.T, s signal.Source, r signal.Request, name string) (all []string) {
	t.Helper()
	for _, row := range read(t, s, r) {
		if row.Name == name {
			all = append(all, fmt.Sprintf("%s %s %g", row.Day, row.KnownAt, row.Value))
		}
	}
	return all
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCounts(t *testing.T) {
	for api, want := range map[string]struct{ plan, later, lag int }{"x": {9, 3, 0}, "wikimedia": {3, 3, 1}} {
		t.Run(api, func(t *testing.T) {
			w := newWorld(t, "2026-03-10")
			s := w.counts(t, api)
			r := request(t, "2025-12-20", "2026-03-09")
			plan, err := s.Plan(t.Context(), r)
			if err != nil || plan != (signal.Plan{Now: want.plan}) {
				t.Fatalf("plan %+v, %v", plan, err)
			}
			fetched(t, s, r)
			signaltest.Run(t, s, r)
			rows := read(t, s, r)
			if days := 80 - want.lag; len(rows) != 4*days { // one query has two keys
				t.Errorf("%d rows, want %d", len(rows), 4*days)
			}
			for _, row := range rows {
				if row.KnownAt != row.Day+daycast.Day(want.lag) {
					t.Fatalf("%+v known at %s", row, row.KnownAt)
				}
				if text := "shoe shop"; row.Name == "trend_shop" && api == "x" && row.Value != float32(trendtest.Usual(text, row.Day)) {
					t.Fatalf("%+v, want %d", row, trendtest.Usual(text, row.Day))
				}
			}
			if plan, err = s.Plan(t.Context(), r); err != nil || plan.Now != 0 || plan.Kept != want.plan {
				t.Errorf("plan %+v, %v after all was fetched", plan, err)
			}
			w.now = w.now.AddDate(0, 0, 2)
			r.To += 2
			asked := len(w.x.Asked()) + len(w.wikimedia.Asked())
			w.x.Count = func(string, daycast.Day) int { return 7 } // posts were deleted
			signaltest.Unchanged(t, s, r, day(t, "2026-03-09"), func() { fetched(t, s, r) })
			if n := len(w.x.Asked()) + len(w.wikimedia.Asked()) - asked; n != want.later {
				t.Errorf("asked %d times two days later, want %d", n, want.later)
			}
			if got := of(t, s, r, "trend_shop"); len(got) != 82-want.lag {
				t.Errorf("%d days, want %d", len(got), 82-want.lag)
			}
			one, err := s.Try(t.Context(), r)
			if err != nil || one.Name != "trend_boots" || one.Key != "boots" || one.Day != day(t, "2026-03-11")-daycast.Day(want.lag) {
				t.Errorf("try: %+v, %v", one, err)
			}
			if status, err := s.Status(t.Context()); err != nil || status.Stale != 0 || status.Answered.IsZero() {
				t.Errorf("status: %+v, %v", status, err)
			}
		})
	}
}

// TestXRecent: without the archive there is a week, of whole days that are over.
func TestXRecent(t *testing.T) {
	w := newWorld(t, "2026-03-10")
	s := w.counts(t, "x", func(o *trend.Options, all *bool) { *all = false; o.Queries = shoes[2:] })
	r := request(t, "2025-12-20", "2026-03-31")
	fetched(t, s, r)
	got := of(t, s, r, "trend_shop")
	if len(got) != 6 || !strings.HasPrefix(got[0], "2026-03-04") || !strings.HasPrefix(got[5], "2026-03-09 2026-03-09") {
		t.Errorf("got %q", got)
	}
	if n := len(w.x.Asked()); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestXPages(t *testing.T) {
	w := newWorld(t, "2026-03-10")
	w.x.PageDays = 10
	s := w.counts(t, "x", func(o *trend.Options, _ *bool) { o.Queries = shoes[2:] })
	r := request(t, "2026-02-01", "2026-03-09")
	w.x.Next(signaltest.Sound, signaltest.Sound, signaltest.BadKey) // the last page of the newest days
	if err := s.Fetch(t.Context(), r, nil); daycast.CodeOf(err) != daycast.Unauthorized {
		t.Fatalf("got %v", err)
	}
	fetched(t, s, r)
	if got := of(t, s, r, "trend_shop"); len(got) != 37 || !strings.HasPrefix(got[0], "2026-02-01 2026-02-01") {
		t.Errorf("%d days: %q", len(got), got)
	}
	signaltest.Run(t, s, r)
}

// TestXLimit: a limit that is used up ends a fetch, and the next one after it
// goes on where that one was.
func TestXLimit(t *testing.T) {
	w := newWorld(t, "2026-03-10")
	w.x.Limit = 4
	s := w.counts(t, "x")
	r := request(t, "2025-12-20", "2026-03-09")
	for k := range 2 {
		if err := s.Fetch(t.Context(), r, nil); daycast.CodeOf(err) != daycast.Unavailable {
			t.Fatalf("fetch %d: %v", k, err)
		}
		w.now = w.now.Add(16 * time.Minute)
	}
	fetched(t, s, r)
	if asked := len(w.x.Asked()); asked != 9 {
		t.Errorf("asked %d times, want 9", asked)
	}
	if status, err := s.Status(t.Context()); err != nil || status.Left != 3 {
		t.Errorf("status %+v, %v", status, err)
	}
	if got := read(t, s, r); len(got) != 4*80 {
		t.Errorf("%d rows", len(got))
	}
}

// TestWikimediaLate: views that were not there when they were due are known when
// they came; a day without any is 0.
func TestWikimediaLate(t *testing.T) {
	w := newWorld(t, "2026-03-10")
	w.wikimedia.Lag = 30 * time.Hour
	quiet := day(t, "2026-03-05")
	w.wikimedia.Views = func(_, _ string, d daycast.Day) int {
		if d == quiet || d < day(t, "2026-03-03") {
			return 0
		}
		return int(d - quiet + 10)
	}
	s := w.counts(t, "wikimedia", func(o *trend.Options, _ *bool) { o.Queries = shoes[2:] })
	r := request(t, "2026-03-01", "2026-03-09")
	w.now = w.now.Add(-time.Hour) // before March 8th is there, which is due
	fetched(t, s, r)
	equal(t, of(t, s, r, "trend_shop"), "2026-03-03 2026-03-04 8", "2026-03-04 2026-03-05 9", "2026-03-05 2026-03-06 0", "2026-03-06 2026-03-07 11", "2026-03-07 2026-03-08 12")
	w.now = w.now.Add(26 * time.Hour)
	fetched(t, s, r)
	equal(t, of(t, s, r, "trend_shop")[4:], "2026-03-07 2026-03-08 12", "2026-03-08 2026-03-10 13", "2026-03-09 2026-03-10 14")
}

// TestKnown: a day of UTC may be over in the middle of the shop's.
func TestKnown(t *testing.T) {
	for zone, want := range map[string]string{
		"America/Los_Angeles": "2026-03-08", "Europe/Berlin": "2026-03-08", "Asia/Kolkata": "2026-03-08", "Asia/Tokyo": "2026-03-09", "Pacific/Auckland": "2026-03-09",
	} {
		w := newWorld(t, "2026-03-10")
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		s := w.counts(t, "x", func(o *trend.Options, _ *bool) { o.Zone = place })
		r := request(t, "2026-03-08", "2026-03-08")
		fetched(t, s, r)
		if got := read(t, s, r)[0].KnownAt.String(); got != want {
			t.Errorf("%s: known at %s, want %s", zone, got, want)
		}
	}
}

func TestCountsFail(t *testing.T) {
	for _, test := range []struct {
		api   string
		fault signaltest.Fault
		code  daycast.Code
		text  string
	}{
		{"x", signaltest.BadKey, daycast.Unauthorized, "X_BEARER_TOKEN"},
		{"x", signaltest.Unpaid, daycast.Unauthorized, "CreditsDepleted"},
		{"x", signaltest.Forbidden, daycast.Unauthorized, "Client Forbidden"},
		{"x", signaltest.TooMany, daycast.Unavailable, "429"},
		{"x", signaltest.Down, daycast.Unavailable, "503"},
		{"x", signaltest.HTML, daycast.Unavailable, "HTML"},
		{"x", signaltest.Truncated, daycast.Unavailable, "cut off"},
		{"wikimedia", signaltest.Broken, daycast.Unavailable, "500"},
		{"wikimedia", signaltest.Forbidden, daycast.Unauthorized, "403"},
		{"wikimedia", signaltest.Hangup, daycast.Unavailable, "broke off"},
		{"wikimedia", signaltest.HTML, daycast.Unavailable, "HTML"},
	} {
		t.Run(test.api+" "+string(test.fault), func(t *testing.T) {
			w := newWorld(t, "2026-03-10")
			s, r := w.counts(t, test.api), request(t, "2026-02-20", "2026-03-09")
			w.x.Fail(test.fault)
			w.wikimedia.Fail(test.fault)
			err := s.Fetch(t.Context(), r, nil)
			if daycast.CodeOf(err) != test.code || !strings.Contains(fmt.Sprint(err), test.text) || strings.Contains(fmt.Sprint(err), "t0ken") {
				t.Errorf("fetch: %v", err)
			}
			if _, err := s.Try(t.Context(), r); err == nil {
				t.Error("try succeeds")
			}
			if status, err := s.Status(t.Context()); err != nil || status.Stale == 0 || status.Error == "" {
				t.Errorf("status: %+v, %v", status, err)
			}
		})
	}
}

// TestCountsOneInFive: a server that often fails costs no day.
func TestCountsOneInFive(t *testing.T) {
	w := newWorld(t, "2026-03-10")
	w.x.Every = 5
	s := w.counts(t, "x")
	r := request(t, "2024-03-01", "2026-03-09")
	fetched(t, s, r)
	if got, want := len(read(t, s, r)), 4*int(r.To-r.From+1); got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
}

func TestWikimediaTitle(t *testing.T) {
	w := newWorld(t, "2026-03-10")
	s := w.counts(t, "wikimedia", func(o *trend.Options, _ *bool) {
		o.Queries = []trend.Query{
			{Name: "a", Text: "iPhone 17/Söhne?", Scope: daycast.ScopeShop},
			{Name: "b", Text: "schuh", Project: "de.wiktionary", Scope: daycast.ScopeShop},
		}
	})
	fetched(t, s, request(t, "2026-03-08", "2026-03-08"))
	const path = "/api/rest_v1/metrics/pageviews/per-article/"
	equal(t, w.wikimedia.Asked(), path+"en.wikipedia/all-access/user/IPhone_17%2FS%C3%B6hne%3F/daily/2026030700/2026030800",
		path+"de.wiktionary/all-access/user/schuh/daily/2026030700/2026030800")
}

func TestNothingOnAnArticle(t *testing.T) {
	w := newWorld(t, "2026-03-10")
	w.wikimedia.Views = func(string, string, daycast.Day) int { return 0 }
	s, r := w.counts(t, "wikimedia"), request(t, "2026-01-01", "2026-03-09")
	fetched(t, s, r)
	if got := read(t, s, r); got != nil {
		t.Errorf("got %+v", got)
	}
	if _, err := s.Try(t.Context(), r); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "has nothing on") {
		t.Errorf("try: %v", err)
	}
}

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		queries []trend.Query
		text    string
	}{
		"fine":           {shoes, ""},
		"one per item":   {[]trend.Query{{Name: "a", Text: "x", Scope: daycast.ScopeItem, Keys: []string{"1"}}, {Name: "a", Text: "y", Scope: daycast.ScopeItem, Keys: []string{"2"}}}, ""},
		"a name":         {[]trend.Query{{Name: "Big Sale", Text: "x", Scope: daycast.ScopeShop}}, "small letters"},
		"nothing asked":  {[]trend.Query{{Name: "a", Scope: daycast.ScopeShop}}, "asks for nothing"},
		"keys of a shop": {[]trend.Query{{Name: "a", Text: "x", Scope: daycast.ScopeShop, Keys: []string{"1"}}}, "has no keys"},
		"no keys":        {[]trend.Query{{Name: "a", Text: "x", Scope: daycast.ScopeItem}}, "no keys"},
		"an empty key":   {[]trend.Query{{Name: "a", Text: "x", Scope: daycast.ScopeItem, Keys: []string{""}}}, "key is empty"},
		"another scope":  {[]trend.Query{{Name: "a", Text: "x", Scope: daycast.ScopeSeries, Keys: []string{"1"}}}, "want shop, place, category or item"},
		"twice":          {[]trend.Query{shoes[0], shoes[0]}, "there twice"},
	} {
		err := trend.Check(test.queries)
		if (err == nil) != (test.text == "") || !strings.Contains(fmt.Sprint(err), test.text) {
			t.Errorf("%s: %v", name, err)
		}
		if _, made := trend.NewX(nil, trend.XOptions{Options: trend.Options{Queries: test.queries}}); (made == nil) != (err == nil) {
			t.Errorf("%s: %v from NewX", name, made)
		}
	}
	if _, err := trend.NewWikimedia(nil, trend.WikimediaOptions{}); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("without a contact: %v", err)
	}
}
