package serve_test

import (
	"net/http"
	"strings"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/serve"
)

// A weekly shop's periods are named by their first day, and a horizon counts
// them.
func TestWeekly(t *testing.T) {
	st := state("r1", constant{})
	st.Panel.Step = daycast.Weekly
	for i := range st.Panel.Series {
		st.Panel.Start[i] = origin - 7*daycast.Day(st.Panel.Len(i)-1)
	}
	f, err := model.Predict(t.Context(), constant{}, model.Request{Panel: st.Panel, Horizon: 4, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	st.Forecasts = f
	_, h := start(t, serve.Options{}, st)
	for path, want := range map[string]string{
		"/v1/series/85123A/history?from=2011-01-20": `{"series":"85123A","step":7,"days":[{"day":"2011-01-26","units":2,"state":"sold","price":1.1}]}`,
		"/v1/series/85123A/forecast": `{"series":"85123A","origin":"2011-01-26","model":"constant","days":[{"day":"2011-02-02","mean":20},` +
			`{"day":"2011-02-09","mean":20},{"day":"2011-02-16","mean":20},{"day":"2011-02-23","mean":20}]}`,
	} {
		if a := ask(t, h.URL+path, ""); a.status != http.StatusOK || strings.TrimSpace(a.body) != want {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
