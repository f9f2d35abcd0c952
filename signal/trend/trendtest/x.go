// Package trendtest holds servers that answer as the APIs of trends do, by their
// documentation, for tests and for trying things out without a key.
package trendtest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"sync"
	"time"

	"daycast"
	"daycast/signal/signaltest"
)

// X answers as X's API v2 does under /2/tweets/counts/recent and /all.
type X struct {
	signaltest.Faults
	Token    string                                // that requests must bear; empty: any
	Count    func(query string, d daycast.Day) int // nil: Usual
	Now      func() time.Time                      // nil: time.Now
	PageDays int                                   // days of a page; 0: 31
	Limit    int                                   // requests in 15 minutes; 0: 300

	mu    sync.Mutex
	reset time.Time
	left  int
}

// Usual is a count of a query on a day: a level of its own, a week and noise,
// the same whenever one asks.
func Usual(query string, d daycast.Day) int {
	h := fnv.New64a()
	fmt.Fprint(h, query)
	level := 50 + h.Sum64()%400
	fmt.Fprint(h, d)
	return int(level*(4+uint64(d.Weekday())%3)/4 + h.Sum64()%40) //nolint:gosec // below a thousand
}

func (x *X) now() time.Time {
	if x.Now == nil {
		return time.Now().UTC()
	}
	return x.Now().UTC()
}

func (x *X) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !x.allowed(w) {
		kind, body := xError(http.StatusTooManyRequests)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, body)
		return
	}
	x.Serve(w, r, x.counts, xError, nil)
}

// allowed counts the request and tells the limit in the headers.
func (x *X) allowed(w http.ResponseWriter) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	limit, now := x.Limit, x.now()
	if limit == 0 {
		limit = 300
	}
	if !now.Before(x.reset) {
		x.reset, x.left = now.Add(15*time.Minute), limit
	}
	ok := x.left > 0
	x.left = max(x.left-1, 0)
	w.Header().Set("x-rate-limit-limit", strconv.Itoa(limit))
	w.Header().Set("x-rate-limit-remaining", strconv.Itoa(x.left))
	w.Header().Set("x-rate-limit-reset", strconv.FormatInt(x.reset.Unix(), 10))
	return ok
}

func xError(status int) (kind, body string) {
	title, of := http.StatusText(status), "about:blank"
	detail := title
	switch status {
	case http.StatusPaymentRequired:
		title, detail, of = "CreditsDepleted", "Your enrolled account does not have any credits to fulfill this request.", "https://api.twitter.com/2/problems/credits"
	case http.StatusForbidden:
		title, detail, of = "Client Forbidden", "Your client app is not configured with the appropriate access for this endpoint.", "https://api.twitter.com/2/problems/client-forbidden"
	}
	return "application/problem+json", fmt.Sprintf(`{"title":%q,"detail":%q,"type":%q,"status":%d}`, title, detail, of, status)
}

// wrong is an error of a parameter.
func wrong(w http.ResponseWriter, parameter, value, why string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"errors": []any{map[string]any{"parameters": map[string]any{parameter: []string{value}}, "message": "Invalid '" + parameter + "':'" + value + "'. " + why}},
		"title":  "Invalid Request", "detail": "One or more parameters to your request was invalid.", "type": "https://api.twitter.com/2/problems/invalid-request",
	})
}

func (x *X) counts(w http.ResponseWriter, r *http.Request) {
	bearer := r.Header.Get("Authorization")
	recent := r.URL.Path == "/2/tweets/counts/recent"
	if !recent && r.URL.Path != "/2/tweets/counts/all" {
		http.NotFound(w, r)
		return
	}
	if len(bearer) <= len("Bearer ") || x.Token != "" && bearer != "Bearer "+x.Token {
		kind, body := xError(http.StatusUnauthorized)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, body)
		return
	}
	from, to, query, ok := x.parameters(w, r, recent)
	if !ok {
		return
	}
	// The newest page comes first; within a page the days ascend.
	days := x.PageDays
	if days == 0 {
		days = 31
	}
	if token := r.URL.Query().Get("next_token"); token != "" {
		before, err := strconv.Atoi(token[1:])
		if err != nil || daycast.Day(before) <= from || daycast.Day(before) > to {
			wrong(w, "next_token", token, "")
			return
		}
		to = daycast.Day(before)
	}
	first := max(from, to-daycast.Day(days))
	count := x.Count
	if count == nil {
		count = Usual
	}
	const stamp = "2006-01-02T15:04:05.000Z"
	var data []any
	total := 0
	for d := first; d < to; d++ {
		n := count(query, d)
		total += n
		data = append(data, map[string]any{"start": d.Time().Format(stamp), "end": (d + 1).Time().Format(stamp), "tweet_count": n})
	}
	meta := map[string]any{"total_tweet_count": total}
	if first > from {
		meta["next_token"] = fmt.Sprintf("b%d", first)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data, "meta": meta})
}

// parameters checks a request; to is the first day that is not wanted. The
// server knows whole days alone.
func (x *X) parameters(w http.ResponseWriter, r *http.Request, recent bool) (from, to daycast.Day, query string, ok bool) {
	q := r.URL.Query()
	for name := range q {
		switch name {
		case "query", "start_time", "end_time", "granularity", "next_token":
		default:
			wrong(w, name, q.Get(name), "The query parameter ["+name+"] is not one of [query,start_time,end_time,granularity,next_token].")
			return
		}
	}
	query = q.Get("query")
	most := 1024
	if recent {
		most = 512
	}
	start, err := time.Parse(time.RFC3339, q.Get("start_time"))
	end, err2 := time.Parse(time.RFC3339, q.Get("end_time"))
	switch now := x.now(); {
	case query == "" || len(query) > most:
		wrong(w, "query", query, fmt.Sprintf("'query' must be a non-empty string of at most %d characters.", most))
	case q.Get("granularity") != "day":
		wrong(w, "granularity", q.Get("granularity"), "This server counts days.")
	case err != nil || !start.Equal(start.Truncate(24*time.Hour)):
		wrong(w, "start_time", q.Get("start_time"), "")
	case err2 != nil || !end.Equal(end.Truncate(24*time.Hour)) || !end.After(start):
		wrong(w, "end_time", q.Get("end_time"), "'end_time' must be after 'start_time'.")
	case recent && start.Before(now.Add(-7*24*time.Hour)):
		wrong(w, "start_time", q.Get("start_time"), "'start_time' must be on or after "+now.Add(-7*24*time.Hour).Format(time.RFC3339)+".")
	case end.After(now.Add(-10 * time.Second)):
		wrong(w, "end_time", q.Get("end_time"), "'end_time' must be a minimum of 10 seconds prior to the request time.")
	default:
		return daycast.DayOf(start.UTC()), daycast.DayOf(end.UTC()), query, true
	}
	return 0, 0, "", false
}
