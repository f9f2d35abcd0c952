package pipeline

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"daycast/evaluate"
	"daycast/model"
	"daycast/model/all"
	"daycast/model/classic"
	"daycast/model/modeltest"
	"daycast/registry"
)

func TestGateDecides(t *testing.T) {
	score := func(wape, bias float64) evaluate.Score { return evaluate.Score{WAPE: wape, Bias: bias, N: 100} }
	gate := Gate{Days: 7, Margin: .01}
	for name, c := range map[string]struct {
		champion, challenger evaluate.Score
		promoted             bool
		reason               string
	}{
		"better":               {score(.5, 0), score(.49, 0), true, "a gain of +2.00%"},
		"by the margin alone":  {score(.5, 0), score(.4951, 0), false, "not above the margin of 1.00%"},
		"as good":              {score(.5, 0), score(.5, 0), false, "the gain of +0.00%"},
		"worse":                {score(.5, 0), score(.6, 0), false, "the gain of -20.00%"},
		"better, but off":      {score(.5, .02), score(.4, -.2), false, "its forecasts were -20.0% off in total"},
		"worse, but not off":   {score(.5, -.2), score(.52, .02), true, "a gain of -4.00%"},
		"both off, and better": {score(.5, .2), score(.4, .2), true, "a gain of +20.00%"},
		"nothing was sold":     {evaluate.Score{WAPE: math.NaN()}, evaluate.Score{WAPE: math.NaN()}, false, "nothing could be scored"},
	} {
		t.Run(name, func(t *testing.T) {
			d := gate.decide("wape", c.champion, c.challenger, 100, 107)
			if d.Promoted != c.promoted || len(d.Reasons) == 0 || !strings.Contains(d.Reasons[0], c.reason) {
				t.Errorf("%+v, want promoted %t and %q", d, c.promoted, c.reason)
			}
		})
	}
}

// weekly is a shop of series with a strong week and some noise.
func weekly() [][]float32 {
	r := rand.New(rand.NewPCG(3, 4))
	var units [][]float32
	for range 30 {
		u := make([]float32, 300)
		for k := range u {
			u[k] = float32(max(0, math.Round(10+6*math.Sin(2*math.Pi*float64(k%7)/7)+2*r.NormFloat64())))
		}
		units = append(units, u)
	}
	return units
}

func changed(units [][]float32, change func(u []float32)) [][]float32 {
	var out [][]float32
	for _, u := range units {
		u = append([]float32(nil), u...)
		change(u)
		out = append(out, u)
	}
	return out
}

// A model that learnt from wrong data is refused, and the reason says why; one
// that is better is not.
func TestGateRefusesWorseModels(t *testing.T) {
	shop := weekly()
	r := rand.New(rand.NewPCG(5, 6))
	week, mean := model.Model(classic.SeasonalMean{}), model.Model(classic.WindowMean{})
	for name, c := range map[string]struct {
		units    [][]float32 // that the challenger learnt from
		model    model.Model
		champion model.Model
		promoted bool
		reason   string
	}{
		"scaled more by the day": {changed(shop, func(u []float32) {
			for k := range u {
				u[k] *= float32(math.Pow(1.02, float64(k))) // every model here divides by a series' scale: a factor alone does no harm
			}
		}), all.Ridge(), all.Ridge(), false, "off in total"},
		"shuffled": {changed(shop, func(u []float32) {
			r.Shuffle(len(u), func(i, j int) { u[i], u[j] = u[j], u[i] })
		}), all.Ridge(), all.Ridge(), false, "not above the margin"},
		"knows no week":  {shop, mean, week, false, "not above the margin"},
		"the same":       {shop, week, week, false, "+0.00%"},
		"knows the week": {shop, week, mean, true, "a gain of"},
	} {
		t.Run(name, func(t *testing.T) {
			gate := Gate{Days: 7, Margin: .005}
			truth := learningOf(shop, c.champion)
			before := modeltest.Origin - 7
			champion, err := truth.Learn(t.Context(), before)
			if err != nil {
				t.Fatal(err)
			}
			challenger, err := learningOf(c.units, c.model).Learn(t.Context(), before)
			if err != nil {
				t.Fatal(err)
			}
			d, err := gate.judge(t.Context(), truth, &rival{registry.Version{ID: "old", Origin: before}, champion.Fitted}, challenger, modeltest.Origin)
			if err != nil {
				t.Fatal(err)
			}
			if d.Promoted != c.promoted || len(d.Reasons) == 0 || !strings.Contains(strings.Join(d.Reasons, "; "), c.reason) {
				t.Errorf("%+v, want promoted %t and %q", d, c.promoted, c.reason)
			}
			if d.Figures["pairs"] != float64(len(shop)*(7+6+5+4+3+2+1)) {
				t.Errorf("%v pairs were compared", d.Figures["pairs"])
			}
			t.Log(d.Reasons)
		})
	}
}
