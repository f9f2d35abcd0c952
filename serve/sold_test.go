package serve_test

import (
	"testing"

	"daycast/model/supply"
	"daycast/serve"
)

// TestSold has a shop that serves part of its demand, and one of which nobody
// learnt what it serves.
func TestSold(t *testing.T) {
	type forecast struct {
		Days []struct {
			Mean float64
			Sold *float64
		}
	}
	of := func(s *supply.Shop) (made, stored forecast) {
		st := state("r1", constant{})
		st.Supply = s
		_, h := start(t, serve.Options{}, st)
		var body struct{ Forecasts []forecast }
		ask(t, h.URL+"/v1/predict", `{"series":["85123A"],"horizon":40}`).decode(t, &body)
		ask(t, h.URL+"/v1/series/85123A/forecast", "").decode(t, &stored)
		return body.Forecasts[0], stored
	}
	made, stored := of(&supply.Shop{All: 0})
	for what, f := range map[string]forecast{"made": made, "stored": stored} {
		for h, d := range f.Days {
			if d.Sold == nil || *d.Sold <= 0 || *d.Sold > .2*d.Mean {
				t.Fatalf("%s: of %g on day %d is sold %v, want some of it", what, d.Mean, h, d.Sold)
			}
		}
	}
	made, stored = of(nil)
	if made.Days[0].Sold != nil || stored.Days[0].Sold != nil {
		t.Error("without a supply it is told what will be sold")
	}
}
