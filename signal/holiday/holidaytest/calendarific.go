package holidaytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"daycast/signal/signaltest"
)

// InMeta is Calendarific's own fault: an error code in an answer of status 200.
const InMeta signaltest.Fault = "meta.code"

// Calendarific answers as Calendarific v2 does under /api/v2/holidays.
type Calendarific struct {
	signaltest.Faults
	book
	Key string // that requests must have; empty: any
}

var twoLetters = regexp.MustCompile(`^[A-Za-z]{2}$`)

func (c *Calendarific) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.Serve(w, r, c.holidays, func(status int) (string, string) { return "application/json", calendarificError(status) },
		func(_ signaltest.Fault, w http.ResponseWriter) {
			fmt.Fprint(w, calendarificError(http.StatusUnauthorized))
		})
}

// calendarificError is the body of an error: its response is a list.
func calendarificError(code int) string {
	kind, detail := "server error", "Something went wrong on our side."
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden:
		kind, detail = "auth failed", "Missing or invalid api credentials. See https://calendarific.com/api for details."
	case http.StatusPaymentRequired, http.StatusTooManyRequests:
		kind, detail = "too many requests", "You have exceeded the API requests of your plan."
	case http.StatusUnprocessableEntity:
		kind, detail = "invalid parameters", "The country or the year is invalid."
	}
	return fmt.Sprintf(`{"meta":{"code":%d,"error_type":%q,"error_detail":%q},"response":[]}`, code, kind, detail)
}

func (c *Calendarific) holidays(w http.ResponseWriter, r *http.Request) {
	fail := func(code int) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, calendarificError(code))
	}
	q := r.URL.Query()
	year, country := q.Get("year"), q.Get("country")
	switch {
	case r.URL.Path != "/api/v2/holidays":
		http.NotFound(w, r)
		return
	case q.Get("api_key") == "" || c.Key != "" && q.Get("api_key") != c.Key:
		fail(http.StatusUnauthorized)
		return
	case !twoLetters.MatchString(country) || len(year) != 4 || year > "2049":
		fail(http.StatusUnprocessableEntity)
		return
	}
	holidays := []any{}
	for _, d := range c.days(r.Context(), strings.ToUpper(country), year, "National holiday") {
		holidays = append(holidays, calendarificDay(d, country))
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"meta": map[string]any{"code": 200}, "response": map[string]any{"holidays": holidays}})
}

func calendarificDay(d Day, country string) map[string]any {
	var y, m, day int
	_, _ = fmt.Sscanf(d.Day, "%d-%d-%d", &y, &m, &day)
	one := map[string]any{
		"name": d.Name, "description": d.Name + " is a day in the calendar.",
		"country": map[string]any{"id": strings.ToLower(country), "name": country},
		"date":    map[string]any{"iso": d.Day, "datetime": map[string]any{"year": y, "month": m, "day": day}},
		"type":    d.Types, "primary_type": d.Types[0],
		"canonical_url": "https://calendarific.com/holiday/" + strings.ToLower(country), "urlid": "x/y",
		"locations": "All", "states": "All",
	}
	if d.Regions != nil {
		var states []any
		var names []string
		for k, region := range d.Regions {
			_, abbrev, _ := strings.Cut(region, "-")
			names = append(names, abbrev)
			states = append(states, map[string]any{"id": k + 1, "abbrev": abbrev, "name": abbrev, "exception": nil, "iso": strings.ToLower(region)})
		}
		one["locations"], one["states"] = strings.Join(names, ", "), states
	}
	return one
}
