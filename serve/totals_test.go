package serve_test

import (
	"fmt"
	"net/url"
	"testing"

	"daycast"
	"daycast/serve"
)

// Series i of the shop is forecast to sell 10*(i+1) a day.
func TestTotals(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	for level, want := range map[string]string{
		"":         "shop [shop category]: shop 7 28 2011-01-27 280",
		"shop":     "shop [shop category]: shop 7 28 2011-01-27 280",
		"category": "category [shop category]: Garden 2 28 2011-01-27 80, Kitchen 4 28 2011-01-27 160",
	} {
		a := ask(t, h.URL+"/v1/totals?level="+url.QueryEscape(level), "")
		var body struct {
			Level  string
			Levels []string
			Groups []struct {
				Group  string
				Series int
				Days   []struct {
					Day  string
					Mean float64
				}
			}
		}
		a.decode(t, &body)
		got := fmt.Sprintf("%s %v:", body.Level, body.Levels)
		for k, g := range body.Groups {
			if k > 0 {
				got += ","
			}
			got += fmt.Sprintf(" %s %d %d %s %g", g.Group, g.Series, len(g.Days), g.Days[0].Day, g.Days[0].Mean)
		}
		if a.status != 200 || got != want {
			t.Errorf("%q: %d %s, want %s", level, a.status, got, want)
		}
	}
}

func TestTotalsWithoutForecasts(t *testing.T) {
	st := state("r1", constant{})
	st.Forecasts = nil
	_, h := start(t, serve.Options{}, st)
	wantProblem(t, ask(t, h.URL+"/v1/totals", ""), 404, daycast.NotFound, "/v1/series/{id}/forecast")
}
