package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"daycast"
)

// script answers the k-th request with the k-th step, and further ones with the
// last.
type step func(w http.ResponseWriter)

func says(code int, body string, header ...string) step {
	return func(w http.ResponseWriter) {
		for k := 0; k+1 < len(header); k += 2 {
			w.Header().Set(header[k], header[k+1])
		}
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

func breaks(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "100")
	fmt.Fprint(w, `{"half`)
}

type fixture struct {
	*Client
	asked atomic.Int32
	now   time.Time
}

func client(t *testing.T, o Options, script ...step) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k := int(f.asked.Add(1)) - 1
		script[min(k, len(script)-1)](w)
	}))
	t.Cleanup(server.Close)
	archive, err := Open(t.Context(), filepath.Join(t.TempDir(), "signals.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := archive.Close(); err != nil {
			t.Error(err)
		}
	})
	o.Name, o.Base, o.Wait = "weather", server.URL, time.Millisecond
	o.Now = func() time.Time { return f.now }
	f.Client = New(archive, o)
	return f
}

var request = Request{Path: "/day", Query: url.Values{"date": {"2026-02-01"}}, Fresh: Forever}

func TestGet(t *testing.T) {
	good := says(200, `{"t":1}`)
	for _, test := range []struct {
		name   string
		o      Options
		script []step
		asked  int32
		code   daycast.Code // "" for an answer
		text   string       // in the error
	}{
		{"an answer", Options{}, []step{good}, 1, "", ""},
		{"nothing to say", Options{}, []step{says(204, "")}, 1, "", ""},
		{"a bad key", Options{}, []step{says(401, `{"cod":401,"message":"Invalid API key"}`)}, 1, daycast.Unauthorized, "Invalid API key"},
		{"no right", Options{}, []step{says(403, `{}`)}, 1, daycast.Unauthorized, "status 403"},
		{"no credits", Options{}, []step{says(402, `{"title":"CreditsDepleted"}`)}, 1, daycast.Unauthorized, "CreditsDepleted"},
		{"a bad request", Options{}, []step{says(400, `{"message":"wrong latitude"}`)}, 1, daycast.Invalid, "wrong latitude"},
		{"a server that stumbles", Options{}, []step{says(500, ""), says(502, "<html>"), breaks, good}, 4, "", ""},
		{"a server that is down", Options{}, []step{says(503, "later")}, tries, daycast.Unavailable, "status 503"},
		{"a page of HTML", Options{}, []step{says(200, "<html>login</html>"), good}, 2, "", ""},
		{"only pages of HTML", Options{}, []step{says(200, "<html>login</html>")}, tries, daycast.Unavailable, "a page of HTML"},
		{"JSON that is cut off", Options{}, []step{says(200, `{"t":[1,2`)}, tries, daycast.Unavailable, "cut off after 9 bytes"},
		{"nothing to say, by a 404", Options{Nothing: func(b []byte) bool { return string(b) == `{"none":1}` }}, []step{says(404, `{"none":1}`)}, 1, "", ""},
		{"another 404", Options{Nothing: func(b []byte) bool { return string(b) == `{"none":1}` }}, []step{says(404, `{}`)}, 1, daycast.Invalid, "status 404"},
		{"another shape", Options{Check: func(b []byte) error { return Drift("weather", "x is gone") }}, []step{good}, 1, daycast.Invalid, "weather: the shape"},
		{"too many, for a moment", Options{}, []step{says(429, "", "Retry-After", "0"), good}, 2, "", ""},
		{"too many, for long", Options{}, []step{says(429, "slow down", "Retry-After", "3600")}, 1, daycast.Unavailable, "asked again in 1h0m0s"},
		{"an error inside a 200", Options{Check: func(b []byte) error { return daycast.Errorf(daycast.Unauthorized, "meta.code is 401") }}, []step{good}, 1, daycast.Unauthorized, "weather: meta.code is 401"},
		{"a passing error inside a 200", Options{Check: func(b []byte) error {
			if strings.Contains(string(b), "429") {
				return daycast.Errorf(daycast.Unavailable, "meta.code is 429")
			}
			return nil
		}}, []step{says(200, `{"code":429}`), good}, 2, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := client(t, test.o, test.script...)
			answer, err := c.Get(t.Context(), request)
			if c.asked.Load() != test.asked {
				t.Errorf("asked %d times, want %d", c.asked.Load(), test.asked)
			}
			if test.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				if again, err := c.Get(t.Context(), request); err != nil || c.asked.Load() != test.asked || string(again.Body) != string(answer.Body) {
					t.Errorf("a kept answer is asked for again: %v", err)
				}
				return
			}
			if daycast.CodeOf(err) != test.code || !strings.Contains(fmt.Sprint(err), test.text) {
				t.Errorf("got %v (%s), want %q (%s)", err, daycast.CodeOf(err), test.text, test.code)
			}
			if _, held, _ := c.Held(t.Context(), request); held {
				t.Error("what is no answer is kept")
			}
		})
	}
}

// TestVintages sees that an answer that changes is kept in both forms, and one
// that does not, once.
func TestVintages(t *testing.T) {
	c := client(t, Options{}, says(200, `1`), says(200, `1`), says(200, `2`))
	r := Request{Path: "/forecast", Fresh: time.Hour}
	for range 6 { // each twice: the second time it is fresh
		if _, err := c.Get(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		c.now = c.now.Add(31 * time.Minute)
	}
	if _, err := c.Get(t.Context(), Request{Path: "/forecasts"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for a, err := range c.Archive().Answers(t.Context(), "weather", "/forecast") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s from %s to %s", a.Body, a.At.Format("15:04"), a.Seen.Format("15:04")))
	}
	if want := "[1 from 12:00 to 13:02 2 from 14:04 to 14:04]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestQuota(t *testing.T) {
	c := client(t, Options{PerDay: 3}, says(200, `{}`))
	get := func(day int) error {
		_, err := c.Get(t.Context(), Request{Path: fmt.Sprintf("/%d", day), Fresh: Forever})
		return err
	}
	for day := range 3 {
		if err := get(day); err != nil {
			t.Fatal(err)
		}
	}
	if err := get(3); daycast.CodeOf(err) != daycast.Unavailable || !strings.Contains(err.Error(), "3 requests are spent") || c.asked.Load() != 3 {
		t.Errorf("beyond the day's requests: %v", err)
	}
	s, err := c.Archive().State(t.Context(), "weather", c.now)
	if err != nil || s.Left(3) != 0 || s.Answered.IsZero() || s.Error == "" {
		t.Errorf("state %+v, %v", s, err)
	}
	c.now = c.now.Add(12 * time.Hour)
	if err := get(3); err != nil {
		t.Errorf("on the next day: %v", err)
	}
}

// TestWeight counts a request as the API does.
func TestWeight(t *testing.T) {
	c := client(t, Options{PerDay: 10}, says(200, `{}`))
	get := func(path string, weight int) error {
		_, err := c.Get(t.Context(), Request{Path: path, Weight: weight})
		return err
	}
	if err := get("/a", 7); err != nil {
		t.Fatal(err)
	}
	if err := get("/b", 4); daycast.CodeOf(err) != daycast.Unavailable || c.asked.Load() != 1 {
		t.Errorf("one of weight 4 where 3 are left: %v", err)
	}
	if err := get("/c", 3); err != nil {
		t.Error(err)
	}
}

// TestCheck keeps no answer that the request's check refuses.
func TestCheck(t *testing.T) {
	c := client(t, Options{}, says(200, `{}`))
	r := Request{Path: "/a", Fresh: Forever, Check: func([]byte) error { return Drift("weather", "daily is missing") }}
	if _, err := c.Get(t.Context(), r); daycast.CodeOf(err) != daycast.Invalid || strings.Count(err.Error(), "weather: ") != 1 {
		t.Errorf("got %v", err)
	}
	if _, held, _ := c.Held(t.Context(), r); held {
		t.Error("what was refused is kept")
	}
}

// TestAfter waits as long as the body of a 429 asks for.
func TestAfter(t *testing.T) {
	c := client(t, Options{After: func(body []byte, now time.Time) time.Duration { return time.Hour }}, says(429, `{"reason":"tomorrow"}`), says(200, `{}`))
	if _, err := c.Get(t.Context(), request); daycast.CodeOf(err) != daycast.Unavailable || c.asked.Load() != 1 {
		t.Errorf("asked %d times: %v", c.asked.Load(), err)
	}
	if _, err := c.Get(t.Context(), request); daycast.CodeOf(err) != daycast.Unavailable || c.asked.Load() != 1 {
		t.Errorf("within the wait it was asked again: %v", err)
	}
	c.now = c.now.Add(time.Hour)
	if _, err := c.Get(t.Context(), request); err != nil {
		t.Error(err)
	}
}

// TestRequests lists what has an answer, and the answers to one of them.
func TestRequests(t *testing.T) {
	c := client(t, Options{}, says(200, `1`), says(200, `2`), says(200, `3`))
	for _, day := range []string{"2", "1", "2"} {
		if _, err := c.Get(t.Context(), Request{Path: "/day", Query: url.Values{"d": {day}}}); err != nil {
			t.Fatal(err)
		}
		c.now = c.now.Add(time.Hour)
	}
	got, err := c.Archive().Requests(t.Context(), "weather", "/day")
	if fmt.Sprint(got) != "[/day?d=1 /day?d=2]" || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	var bodies []string
	for a, err := range c.Archive().History(t.Context(), "weather", "/day?d=2") {
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(a.Body))
	}
	if fmt.Sprint(bodies) != "[1 3]" {
		t.Errorf("answers %v", bodies)
	}
}

// TestServersLimit keeps to what the server tells of its limit, in another
// program too.
func TestServersLimit(t *testing.T) {
	reset := time.Date(2026, 3, 1, 12, 15, 0, 0, time.UTC)
	c := client(t, Options{}, says(200, `{}`, "X-Rate-Limit-Limit", "1", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", fmt.Sprint(reset.Unix())))
	if _, err := c.Get(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	other := New(c.archive, c.o)
	r := Request{Path: "/other"}
	if _, err := other.Get(t.Context(), r); daycast.CodeOf(err) != daycast.Unavailable || c.asked.Load() != 1 {
		t.Errorf("asked %d times: %v", c.asked.Load(), err)
	}
	c.now = reset
	if _, err := other.Get(t.Context(), r); err != nil || c.asked.Load() != 2 {
		t.Errorf("after the reset: %v", err)
	}
}

// TestBreaker stops asking an API that is down.
func TestBreaker(t *testing.T) {
	c := client(t, Options{}, says(500, ""))
	for k := range 10 {
		if _, err := c.Get(t.Context(), request); daycast.CodeOf(err) != daycast.Unavailable {
			t.Fatalf("request %d: %v", k, err)
		}
	}
	if n := c.asked.Load(); n != tries*failures {
		t.Errorf("asked %d times, want %d", n, tries*failures)
	}
}

func TestKeyDoesNotShow(t *testing.T) {
	const secret = "s3cret/+key"
	for _, script := range [][]step{{says(401, "key "+secret+" is bad")}, {says(500, url.QueryEscape(secret))}, {breaks}, {says(200, secret)}} {
		c := client(t, Options{Key: Key{Secret: secret, Param: "appid"}}, script...)
		_, err := c.Get(t.Context(), request)
		s, _ := c.Archive().State(t.Context(), "weather", c.now)
		for _, text := range []string{fmt.Sprint(err), s.Error} {
			if text == "" || strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
				t.Errorf("%q shows the key or nothing", text)
			}
		}
	}
	c := New(nil, Options{Name: "x", Base: "http://127.0.0.1:1", Key: Key{Secret: secret, Param: "appid"}})
	c.archive = client(t, Options{}, says(200, "1")).archive
	c.o.Wait = 0
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := c.try(ctx, request); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a server that is not there: %v", err)
	}
}

func TestGetStops(t *testing.T) {
	c := client(t, Options{}, says(503, ""))
	c.Client = New(c.archive, Options{Name: "weather", Base: c.o.Base, Wait: time.Hour, Patience: time.Hour, Now: c.o.Now})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Get(ctx, request); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestDecode(t *testing.T) {
	var into struct {
		Daily []struct{ Temp struct{ Min float64 } }
	}
	err := Decode("openweather", []byte(`{"daily":[{"temp":{"min":"cold"}}]}`), &into)
	if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "is a string, and was none") {
		t.Errorf("got %v", err)
	}
}

func FuzzWellFormed(f *testing.F) {
	for _, s := range []string{`{"a":1}`, "<html>", `{"a":`, "", "\xff", "nul", " [1] "} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var any any
		if err := wellFormed(body); err == nil && Decode("x", body, &any) != nil {
			t.Error("a body that is well-formed cannot be decoded")
		}
		if len(excerpt(body)) > 1000 {
			t.Error("an excerpt is long")
		}
	})
}
