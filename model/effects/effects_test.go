package effects

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/modeltest"
)

var loaders = map[string]model.Loader{"effects": Load}

func TestModel(t *testing.T) {
	modeltest.Run(t, Model{}, loaders, modeltest.TracksConstant(0.02), modeltest.TracksWeek(0.05))
}

// shop is series whose logarithms follow a week, a promotion that all share
// and a level that doubles half way, with a little noise.
func shop(n, days, ahead int) (p *daycast.Panel, truth [][]float64) {
	rng := rand.New(rand.NewPCG(5, 6))
	week := []float64{0, .1, .2, .3, .5, .8, -.4}
	promoted := make([]float32, days+ahead)
	for t := range promoted {
		if rng.IntN(4) == 0 {
			promoted[t] = 1
		}
	}
	var series []modeltest.Series
	for i := range n {
		units, own := make([]float32, days), make([]float64, days+ahead)
		for t := range days + ahead {
			level := 3.0
			if t > days/2 {
				level += math.Ln2
			}
			own[t] = math.Exp(level + float64(i)/10 + week[t%7] + .6*float64(promoted[t]))
			if t < days {
				units[t] = float32(own[t] * math.Exp(.1*rng.NormFloat64()))
			}
		}
		series, truth = append(series, modeltest.Series{Units: units}), append(truth, own[days:])
	}
	p = modeltest.Panel(modeltest.Origin, series...)
	p.Signals = []daycast.PanelSignal{{
		Name: "promotion", Future: true, Vector: make([]int32, n), First: []daycast.Day{p.Start[0]},
		Vectors: [][]float32{promoted}, Step: daycast.Daily,
	}}
	return p, truth
}

func TestLearnsWhatMovesTheShop(t *testing.T) {
	p, truth := shop(20, 300, 14)
	f, err := Model{}.Fit(t.Context(), model.Training{Panels: p, Horizon: 14, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 14, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Series {
		for h, v := range got.MeanOf(i) {
			if want := truth[i][h]; math.Abs(float64(v)/want-1) > .12 {
				t.Errorf("series %d, day %d: %.1f, truth %.1f", i, h, v, want)
			}
		}
	}
}

func TestUnannouncedHolidaysDoNotBendTheWeek(t *testing.T) {
	week := []float32{30, 40, 50, 60, 90, 140, 80}
	series := make([]modeltest.Series, 8)
	for i := range series {
		series[i].Units = modeltest.Weekly(280, week...)
		for k := 20; k < 280; k += 35 {
			series[i].Units[k] = 1
		}
	}
	p := modeltest.Panel(modeltest.Origin, series...)
	f, err := Model{}.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for h, v := range got.MeanOf(0) {
		if math.Abs(float64(v/week[h])-1) > .08 {
			t.Errorf("day %d: %.1f, want about %.0f", h, v, week[h])
		}
	}
}

// TestSmooth compares the running sums with the plain definition.
func TestSmooth(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var r, w []float64
	var at []int
	for k := range 200 {
		if rng.IntN(3) > 0 {
			r, w, at = append(r, rng.NormFloat64()), append(w, .5+rng.Float64()), append(at, k)
		}
	}
	got := make([]float64, len(r))
	smooth(r, w, at, 9, got)
	for k := range r {
		var sum, weight float64
		for j := range r {
			if at[j] >= at[k]-9 && at[j] <= at[k]+9 {
				sum, weight = sum+w[j]*r[j], weight+w[j]
			}
		}
		if math.Abs(got[k]-sum/weight) > 1e-9 {
			t.Fatalf("at %d: %g, want %g", k, got[k], sum/weight)
		}
	}
}

// TestRidge checks that the gradient vanishes at the solution.
func TestRidge(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	rows, y, w := make([][]float64, 60), make([]float64, 60), make([]float64, 60)
	for k := range rows {
		rows[k] = []float64{rng.NormFloat64(), rng.NormFloat64(), float64(rng.IntN(2))}
		y[k], w[k] = rng.NormFloat64(), rng.Float64()
	}
	prior, sd := []float64{.5, 0, -1}, []float64{.1, 1, .3}
	beta := ridge(rows, y, w, prior, sd, .25)
	for j := range beta {
		gradient := (beta[j] - prior[j]) / (sd[j] * sd[j])
		for k, x := range rows {
			gradient -= w[k] * x[j] * (y[k] - dot(x, beta)) / .25
		}
		if math.Abs(gradient) > 1e-6 {
			t.Errorf("coefficient %d: gradient %g", j, gradient)
		}
	}
}

func FuzzLoad(f *testing.F) {
	p, _ := shop(3, 80, 7)
	m, err := Model{}.Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if err := m.Save(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte(`{"Design":{"Step":1},"HalfLife":1,"Levels":[{"Name":"shop","Groups":{"shop":{"Beta":[1],"Recent":1}}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Load(bytes.NewReader(data), nil)
		if err != nil {
			return
		}
		if _, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 7, Threads: 1}); err != nil {
			t.Error(err)
		}
	})
}
