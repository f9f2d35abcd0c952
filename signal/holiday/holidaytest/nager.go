package holidaytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"daycast/signal/signaltest"
)

// Nager answers as Nager.Date does under /api/v3/PublicHolidays.
type Nager struct {
	signaltest.Faults
	book
}

func (n *Nager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.Serve(w, r, n.holidays, nagerError, nil)
}

// nagerError is a problem of ASP.NET.
func nagerError(status int) (kind, body string) {
	return "application/problem+json; charset=utf-8", fmt.Sprintf(
		`{"type":"https://tools.ietf.org/html/rfc9110","title":%q,"status":%d,"traceId":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}`,
		http.StatusText(status), status)
}

func (n *Nager) holidays(w http.ResponseWriter, r *http.Request) {
	fail := func(code int) {
		kind, body := nagerError(code)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/api/v3/PublicHolidays/")
	year, country, two := strings.Cut(rest, "/")
	if y, err := strconv.Atoi(year); !ok || !two {
		fail(http.StatusNotFound)
		return
	} else if err != nil || y < 1 || y > 9999 || !twoLetters.MatchString(country) {
		fail(http.StatusBadRequest)
		return
	}
	country = strings.ToUpper(country)
	days := n.days(r.Context(), country, year, "Public")
	if len(days) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	var all []any
	for _, d := range days {
		one := map[string]any{
			"date": d.Day, "localName": d.Name, "name": d.Name, "countryCode": country,
			"fixed": false, "global": d.Regions == nil, "counties": nil, "launchYear": nil, "types": d.Types,
		}
		if d.Regions != nil {
			one["counties"] = d.Regions
		}
		if d.Since > 0 {
			one["launchYear"] = d.Since
		}
		all = append(all, one)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(all)
}
