package ensemble_test

import (
	"bytes"
	"io"
	"math"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/ensemble"
	"daycast/model/modeltest"
)

// both is the mean of two textbook models.
func both() ensemble.Mean {
	return ensemble.Mean{Label: "both", Members: []model.Model{classic.WindowMean{}, classic.SeasonalNaive{}}}
}

func blendLoaders() map[string]model.Loader {
	l := map[string]model.Loader{"blend": ensemble.Load}
	for kind, load := range classic.Loaders() {
		l[kind] = load
	}
	return l
}

func TestBlend(t *testing.T) {
	modeltest.Run(t, both(), blendLoaders(), modeltest.TracksConstant(.01))
}

func TestBlendIsTheMean(t *testing.T) {
	p := modeltest.Shop(3, 6, 100)
	ask := func(m model.Model) *daycast.Forecasts {
		f, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 9, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		out, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 9, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	a, b, mean := ask(classic.WindowMean{}), ask(classic.SeasonalNaive{}), ask(both())
	for c, v := range mean.Mean {
		if want := (float64(a.Mean[c]) + float64(b.Mean[c])) / 2; math.Abs(float64(v)-want) > 1e-6*(1+want) {
			t.Fatalf("cell %d is %g, want %g", c, v, want)
		}
	}
	if mean.Models[0] != "mean(window_mean,seasonal_naive)" {
		t.Errorf("it calls itself %q", mean.Models[0])
	}
}

func FuzzLoadBlend(f *testing.F) {
	p := modeltest.Shop(2, 3, 60)
	m, err := both().Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	var body bytes.Buffer
	if err := m.Save(&body); err != nil {
		f.Fatal(err)
	}
	f.Add(body.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ensemble.Load(bytes.NewReader(data), func(r io.Reader) (model.Fitted, error) { return model.Load(r, blendLoaders()) })
		if err != nil {
			return
		}
		if _, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 7, Threads: 1}); err != nil {
			t.Error(err)
		}
	})
}
