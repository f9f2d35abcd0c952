package classic

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// A peer is what statsforecast 2.1.1 made of a series: testdata has the scripts.
type peer struct {
	Likelihood, Aicc      float64
	Constants, Mean, High []float64
}

func golden(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func distance(a, b []float64) float64 {
	top, bottom := 0.0, 0.0
	for k := range a {
		top += math.Abs(a[k] - b[k])
		bottom += math.Abs(b[k])
	}
	return top / bottom
}

// Each form that a series might have, by AICc, is at least as likely as
// statsforecast's, but for a thousandth where its simplex went another way.
// Where both ended at the same constants, forecasts and intervals are the same,
// but for two parts in a hundred, since likelihoods are flat. Of MNM the first
// period alone is compared: statsforecast has the first one's season in the
// variance of all (the state is updated after its loop over the horizon).
func TestETSIsStatsforecasts(t *testing.T) {
	var series []struct {
		Name  string
		Units []float64
		Forms map[string]peer
		Auto  float64
		SES   float64
	}
	golden(t, "ets.json", &series)
	same := 0
	for _, s := range series {
		h := &History{Units: s.Units, Season: 7}
		for form, want := range s.Forms {
			const hopeless = 20 // AICc; relative errors have other valleys there
			if want.Aicc > s.Auto+hopeless {
				continue
			}
			state := AutoETS{Model: form}.Learn(h).(*innovations)
			likelihood, _ := state.Likelihood()
			if likelihood < want.Likelihood-.001*math.Abs(want.Likelihood) {
				t.Errorf("%s, %s: likelihood %.3f, want %.3f", s.Name, form, likelihood, want.Likelihood)
			}
			if math.Abs(likelihood-want.Likelihood) > .02 || math.Abs(state.alpha-want.Constants[0]) > .02 {
				continue
			}
			same++
			f := Forecast{Mean: make([]float64, len(want.Mean)), Levels: []float64{.95}, Quantiles: make([]float64, len(want.Mean))}
			state.Forecast(&f)
			if d := distance(f.Mean, want.Mean); d > .02 {
				t.Errorf("%s, %s: means %v, want %v", s.Name, form, f.Mean, want.Mean)
			}
			if form == "MNM" {
				f.Quantiles, want.High = f.Quantiles[:1], want.High[:1]
			}
			if d := distance(f.Quantiles, want.High); d > .02 {
				t.Errorf("%s, %s: quantiles %v, want %v", s.Name, form, f.Quantiles, want.High)
			}
		}
		if _, aicc := (AutoETS{}).Learn(h).(*innovations).Likelihood(); aicc > s.Auto+1 {
			t.Errorf("%s: AICc %.3f, want %.3f", s.Name, aicc, s.Auto)
		}
		if got := means(SES{}.Learn(h), 1)[0]; math.Abs(got-s.SES) > .01*math.Abs(s.SES) {
			t.Errorf("%s: ses %g, want %g", s.Name, got, s.SES)
		}
	}
	if same < 15 {
		t.Errorf("%d forms ended where statsforecast's did", same)
	}
}
