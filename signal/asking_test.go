package signal_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/signal"
	"daycast/signal/fetch"
)

// asked is a client of a server that answers the days in what it says, and what
// it was asked.
func asked(t *testing.T, o fetch.Options, says map[string]int) (*fetch.Client, *[]string) {
	t.Helper()
	var days []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		day := r.URL.Query().Get("day")
		days = append(days, day)
		w.WriteHeader(max(says[day], http.StatusOK))
		fmt.Fprintf(w, `{"day":%q}`, day)
	}))
	t.Cleanup(server.Close)
	archive, err := fetch.Open(t.Context(), filepath.Join(t.TempDir(), "signals.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { archive.Close() })
	o.Name, o.Base, o.Wait = "api", server.URL, time.Millisecond
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	}
	return fetch.New(archive, o), &days
}

func requests(days ...string) []fetch.Request {
	var all []fetch.Request
	for _, d := range days {
		all = append(all, fetch.Request{Path: "/day", Query: url.Values{"day": {d}}, Fresh: fetch.Forever})
	}
	return all
}

func TestFetchAll(t *testing.T) {
	for name, test := range map[string]struct {
		o     fetch.Options
		says  map[string]int
		asked string // distinct days, in order
		code  daycast.Code
		text  string
	}{
		"all":                       {fetch.Options{}, nil, "a b c d e", "", ""},
		"one fails, the others not": {fetch.Options{}, map[string]int{"b": 400}, "a b c d e", daycast.Invalid, "1 of 5 requests to api"},
		"a refused key":             {fetch.Options{}, map[string]int{"b": 401}, "a b", daycast.Unauthorized, "4 of 5"},
		"the day's requests":        {fetch.Options{PerDay: 3}, nil, "a b c", daycast.Unavailable, "2 of 5"},
		"a server that goes down":   {fetch.Options{}, map[string]int{"b": 500, "c": 500, "d": 500, "e": 500}, "a b c d", daycast.Unavailable, "4 of 5"},
	} {
		t.Run(name, func(t *testing.T) {
			c, days := asked(t, test.o, test.says)
			last := 0
			err := signal.FetchAll(t.Context(), c, requests("a", "b", "c", "d", "e"), func(done, total int) {
				if last++; done != last || total != 5 {
					t.Errorf("told %d of %d, want %d of 5", done, total, last)
				}
			})
			var distinct []string
			for _, d := range *days {
				if len(distinct) == 0 || distinct[len(distinct)-1] != d {
					distinct = append(distinct, d)
				}
			}
			if got := strings.Join(distinct, " "); got != test.asked {
				t.Errorf("asked for %s, want %s", got, test.asked)
			}
			if test.code == "" && err != nil || test.code != "" && daycast.CodeOf(err) != test.code || !strings.Contains(fmt.Sprint(err), test.text) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPlanOf(t *testing.T) {
	c, _ := asked(t, fetch.Options{PerDay: 3}, nil)
	if err := signal.FetchAll(t.Context(), c, requests("a"), nil); err != nil {
		t.Fatal(err)
	}
	p, err := signal.PlanOf(t.Context(), c, requests("a", "b", "c", "d"))
	if want := (signal.Plan{Now: 2, Later: 1, Kept: 1}); err != nil || p != want {
		t.Errorf("got %+v, %v; want %+v", p, err, want)
	}
}

func TestStatusOf(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	says := map[string]int{}
	c, _ := asked(t, fetch.Options{Now: func() time.Time { return now }}, says)
	stale := func(want time.Duration) {
		t.Helper()
		if s, err := signal.StatusOf(t.Context(), c, 24*time.Hour); err != nil || s.Stale != want || s.Left != -1 {
			t.Errorf("got %+v, %v; want stale for %s", s, err, want)
		}
	}
	stale(0) // never asked
	if err := signal.FetchAll(t.Context(), c, requests("a"), nil); err != nil {
		t.Fatal(err)
	}
	now = now.Add(23 * time.Hour)
	says["b"] = 400
	if err := signal.FetchAll(t.Context(), c, requests("b"), nil); err == nil {
		t.Fatal("no error")
	}
	stale(0) // what is there is fresh
	now = now.Add(3 * time.Hour)
	stale(2 * time.Hour)
}
