package trendtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"daycast"
	"daycast/signal/signaltest"
)

// Wikimedia answers as Wikimedia's pageviews do, by article and day.
type Wikimedia struct {
	signaltest.Faults
	// Views are those of an article of a project on a day; a day of 0 is left out,
	// as Wikimedia does. nil: Usual.
	Views func(project, article string, d daycast.Day) int
	Now   func() time.Time // nil: time.Now
	Lag   time.Duration    // from a day's end until its views are there; 0: 20 hours
}

func (m *Wikimedia) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.Serve(w, r, m.views, func(status int) (string, string) { return wikimediaError(status, http.StatusText(status), r.URL.Path) }, nil)
}

func wikimediaError(status int, detail, uri string) (kind, body string) {
	return "application/problem+json", fmt.Sprintf(`{"detail":%q,"method":"get","status":%d,"title":%q,"type":"about:blank","uri":%q}`,
		detail, status, http.StatusText(status), uri)
}

const pageviews = "/api/rest_v1/metrics/pageviews/per-article/"

func (m *Wikimedia) views(w http.ResponseWriter, r *http.Request) {
	fail := func(status int, detail string) {
		kind, body := wikimediaError(status, detail, r.URL.Path)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), pageviews)
	parts := strings.Split(rest, "/") // project, access, agent, article, granularity, start, end
	if !ok || len(parts) != 7 || parts[4] != "daily" {
		fail(http.StatusNotFound, "Route not found")
		return
	}
	if !strings.ContainsAny(r.UserAgent(), "@/") {
		fail(http.StatusForbidden, "Please set a user-agent that says whom to write to. See https://w.wiki/4wJS")
		return
	}
	start, err := stamp(parts[5])
	end, err2 := stamp(parts[6])
	if err != nil || err2 != nil || end.Before(start) {
		fail(http.StatusBadRequest, "start timestamp is invalid, must be a valid date in YYYYMMDD format")
		return
	}
	article, err := url.PathUnescape(parts[3])
	if err != nil {
		fail(http.StatusBadRequest, "article is invalid")
		return
	}
	var items []any
	for d := daycast.DayOf(start); d <= daycast.DayOf(end); d++ {
		if n := m.count(parts[0], article, d); n > 0 {
			items = append(items, map[string]any{
				"project": parts[0], "article": article, "granularity": "daily", "timestamp": d.Time().Format("2006010215"),
				"access": parts[1], "agent": parts[2], "views": n,
			})
		}
	}
	if items == nil {
		fail(http.StatusNotFound, "The date(s) you used are valid, but we either do not have data for those date(s), or the project you asked for is not loaded yet. Please check documentation for more information.")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
}

// count is 0 for days that are not loaded yet.
func (m *Wikimedia) count(project, article string, d daycast.Day) int {
	now, lag := time.Now(), m.Lag
	if m.Now != nil {
		now = m.Now()
	}
	if lag == 0 {
		lag = 20 * time.Hour
	}
	switch {
	case now.Before((d + 1).Time().Add(lag)):
		return 0
	case m.Views != nil:
		return m.Views(project, article, d)
	}
	return Usual(project+"/"+article, d)
}

// stamp is a day, as YYYYMMDD or YYYYMMDDHH.
func stamp(s string) (time.Time, error) {
	if len(s) == len("20060102") {
		s += "00"
	}
	return time.Parse("2006010215", s)
}
