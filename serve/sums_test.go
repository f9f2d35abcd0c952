package serve_test

import (
	"fmt"
	"testing"

	"daycast"
	"daycast/model/interval"
	"daycast/serve"
)

// A week's interval is narrower than those of its days put together, and that
// of two series than theirs.
func TestSums(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", &interval.Fitted{Inner: constant{}}))
	type sum struct {
		First, Last string
		Mean        float64
		Quantiles   map[string]float64
	}
	var body struct {
		Forecasts []struct {
			Days []struct {
				Quantiles map[string]float64
			}
			Sums []sum
		}
		Together []sum
	}
	a := ask(t, h.URL+"/v1/predict", `{"series":["85123A","mug@paris","85123A"],"horizon":15,"sums":true}`)
	a.decode(t, &body)
	if a.status != 200 || len(body.Forecasts) != 3 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	said := func(sums []sum) (out []string) {
		for _, s := range sums {
			out = append(out, fmt.Sprintf("%s %s %g", s.First, s.Last, s.Mean))
		}
		return out
	}
	one := body.Forecasts[0]
	other := body.Forecasts[1].Sums[0].Mean / 7
	weeks := func(a float64) string {
		return fmt.Sprint([]string{
			fmt.Sprintf("2011-01-27 2011-02-02 %g", 7*a), fmt.Sprintf("2011-02-03 2011-02-09 %g", 7*a), fmt.Sprintf("2011-01-27 2011-02-10 %g", 15*a),
		})
	}
	if got := fmt.Sprint(said(one.Sums)); got != weeks(20) {
		t.Errorf("%s, want %s", got, weeks(20))
	}
	if got := fmt.Sprint(said(body.Together[15:])); len(body.Together) != 18 || got != weeks(20+other) {
		t.Errorf("%d: %s, want %s", len(body.Together), got, weeks(20+other))
	}
	width := func(q map[string]float64) float64 { return q["0.9"] - q["0.1"] }
	var days float64
	for _, d := range one.Days[:7] {
		days += width(d.Quantiles)
	}
	if week := width(one.Sums[0].Quantiles); week <= 0 || week > .8*days {
		t.Errorf("a week's interval is %g wide, its days' %g together", week, days)
	}
	apart := width(one.Sums[2].Quantiles) + width(body.Forecasts[1].Sums[2].Quantiles)
	if both := width(body.Together[17].Quantiles); both <= 0 || both > apart {
		t.Errorf("the interval of both is %g wide, theirs %g together", both, apart)
	}
	if fmt.Sprint(body.Forecasts[2]) != fmt.Sprint(one) {
		t.Error("a series that is asked for twice has two answers")
	}
}

func TestSumsRefused(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	wantProblem(t, ask(t, h.URL+"/v1/predict", `{"series":["85123A"],"horizon":7,"sums":true}`), 422, daycast.Invalid, "past errors")
	many := `"85123A"`
	for range 99 {
		many += `,"85123A"`
	}
	wantProblem(t, ask(t, h.URL+"/v1/predict", `{"series":[`+many+`],"horizon":365,"sums":true}`), 422, daycast.Invalid, "body.sums", "at most 30000")
}
