package global_test

import (
	"bytes"
	"math"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/gbm"
	"daycast/model/global"
	"daycast/model/linear"
	"daycast/model/modeltest"
)

var predictors = map[string]model.PredictorLoader{"gbm": gbm.Load, "ridge": linear.Load, "glm": linear.Load}

var loaders = map[string]model.Loader{"global": global.Loader(predictors)}

func boosting() global.Model {
	r := gbm.Regressor{Trees: 30, Leaves: 15, MinRows: 5}
	counts := r
	counts.Objective = gbm.Poisson{}
	return global.Model{Regressor: counts, Signed: r, Power: 1}
}

func TestBoosting(t *testing.T) { modeltest.Run(t, boosting(), loaders) }

func TestRidge(t *testing.T) {
	modeltest.Run(t, global.Model{Regressor: linear.Ridge{}, Power: 1, Most: 30}, loaders)
}

func TestGLM(t *testing.T) {
	modeltest.Run(t, global.Model{Regressor: linear.GLM{}, Signed: linear.Ridge{}, Power: 1, Most: 30}, loaders)
}

// TestLearnsAcrossSeries checks that a promotion that every series has seen a
// few times moves the forecast of each.
func TestLearnsAcrossSeries(t *testing.T) {
	const n, days, horizon = 40, 200, 14
	p, promoted := promotions(n, days, horizon)
	f, err := boosting().Fit(t.Context(), model.Training{Panels: p, Horizon: horizon, Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: horizon, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		for h, v := range got.MeanOf(i) {
			want := float64(i+1) * (2 + 3*float64(promoted[days+h]))
			if math.Abs(float64(v)/want-1) > .35 {
				t.Errorf("series %d, day %d: %.2f, want about %.2f", i, h, v, want)
			}
		}
	}
}

// promotions is a panel of n series that each sell thrice as much on some days,
// and on which of these and of those ahead.
func promotions(n, days, horizon int) (*daycast.Panel, []float32) {
	promoted := make([]float32, days+horizon)
	for k := range promoted {
		if k%9 == 0 || k%13 == 0 {
			promoted[k] = 1
		}
	}
	var series []modeltest.Series
	for i := range n {
		units := make([]float32, days)
		for k := range units {
			units[k] = float32(i+1) * (2 + 3*promoted[k])
		}
		series = append(series, modeltest.Series{Units: modeltest.Noisy(uint64(i), units, .1)})
	}
	p := modeltest.Panel(modeltest.Origin, series...)
	p.Signals = []daycast.PanelSignal{{
		Name: "promotion", Future: true, Vector: make([]int32, n), First: []daycast.Day{p.Start[0]},
		Vectors: [][]float32{promoted}, Step: daycast.Daily,
	}}
	return p, promoted
}

// TestRowsAreBounded checks that MaxRows is kept, within the luck of the draw.
func TestRowsAreBounded(t *testing.T) {
	p := modeltest.Shop(1, 30, 300)
	seen := &counter{}
	m := global.Model{Regressor: seen, Power: 1}
	if _, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 28, MaxRows: 2000, Seed: 1, Threads: 1}); err != nil {
		t.Fatal(err)
	}
	if seen.rows < 1000 || seen.rows > 2300 {
		t.Errorf("learnt from %d rows, want at most about 2000", seen.rows)
	}
}

// TestFewOriginsAreSeenFromFar checks that a small shop's origins teach several
// horizons each, all of them different, and a large one's one.
func TestFewOriginsAreSeenFromFar(t *testing.T) {
	rows := func(series, horizon, most int) int {
		seen := &counter{}
		m := global.Model{Regressor: seen, Power: 1}
		if _, err := m.Fit(t.Context(), model.Training{Panels: modeltest.Shop(1, series, 300), Horizon: horizon, MaxRows: most, Seed: 1, Threads: 1}); err != nil {
			t.Fatal(err)
		}
		return seen.rows
	}
	one := rows(4, 28, 1200)
	if got := rows(4, 28, 0); got < 7*one || got > 9*one {
		t.Errorf("%d rows of a small shop, %d of one horizon an origin: want eight times as many", got, one)
	}
	if got, all := rows(4, 3, 0), 3*one; got < all*9/10 || got > all*11/10 {
		t.Errorf("%d rows of three horizons, want about %d", got, all)
	}
	if got := rows(90, 28, 0); got > 27_000 {
		t.Errorf("%d rows, want one horizon of each origin where these are many", got)
	}
}

// TestFirstSalesAreNoTargets checks that nothing is learnt from a series before
// it has sold: it has no scale to divide its first sales by.
func TestFirstSalesAreNoTargets(t *testing.T) {
	const n, days, horizon, each = 20, 200, 14, 8
	rowsOf := func(first int) *counter {
		var series []modeltest.Series
		for range n {
			units := make([]float32, days)
			for k := first; k < days; k++ {
				units[k] = 3
			}
			series = append(series, modeltest.Series{Units: units})
		}
		seen := &counter{}
		m := global.Model{Regressor: seen, Power: 1}
		if _, err := m.Fit(t.Context(), model.Training{Panels: modeltest.Panel(modeltest.Origin, series...), Horizon: horizon, Seed: 1, Threads: 2}); err != nil {
			t.Fatal(err)
		}
		return seen
	}
	late := rowsOf(150)
	if late.most > 100 {
		t.Errorf("a target is %g times its scale", late.most)
	}
	if most := n * (days - 150) * each; late.rows == 0 || late.rows > most {
		t.Errorf("%d rows, want at most %d, %d of each origin since the first sale", late.rows, most, each)
	}
}

func TestRefusesNoHorizon(t *testing.T) {
	_, err := boosting().Fit(t.Context(), model.Training{Panels: modeltest.Shop(1, 3, 60), Threads: 1})
	if daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("horizon 0: %v", err)
	}
}

// A model reads the groups of features that it is given, and no others.
func TestGroups(t *testing.T) {
	m := boosting()
	m.Groups = []string{feature.Lags, feature.SameWeekday}
	p := modeltest.Rich(1, 8, 200)
	f, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range f.(*global.Fitted).Set.Columns() {
		if c.Group != feature.Lags && c.Group != feature.SameWeekday {
			t.Errorf("it reads %s of %s", c.Name, c.Group)
		}
	}
	m.Groups = []string{"moon"}
	if _, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Seed: 1, Threads: 1}); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a group that is not known: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	p := modeltest.Shop(2, 4, 80)
	m, err := boosting().Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Seed: 1, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if err := m.Save(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:100])
	load := global.Loader(predictors)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := load(bytes.NewReader(data), nil)
		if err != nil {
			return
		}
		if _, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 9, Threads: 1}); err != nil {
			t.Error(err)
		}
	})
}

// What moves the forecasts is found important, and noise is not.
func TestImportances(t *testing.T) {
	const n, days, horizon = 30, 120, 14
	var series []modeltest.Series
	for i := range n {
		units := make([]float32, days+horizon)
		for k := range units {
			units[k] = float32(5 + 10*(k%7/5)) // two days of each week sell thrice as much
		}
		series = append(series, modeltest.Series{Units: modeltest.Noisy(uint64(i), units, .05)})
	}
	whole := modeltest.Panel(modeltest.Origin, series...)
	known := make([]modeltest.Series, n)
	actual := make([]float32, 0, n*horizon)
	for i := range series {
		known[i] = modeltest.Series{Units: series[i].Units[:days]}
		actual = append(actual, whole.TrainOf(i)[days:]...)
	}
	p := modeltest.Panel(modeltest.Origin-horizon, known...)
	fitted, err := boosting().Fit(t.Context(), model.Training{Panels: p, Horizon: horizon, Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	found, err := fitted.(*global.Fitted).Importances(t.Context(), p, actual, horizon, 1)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]float64{}
	for _, f := range found {
		by[f.Feature] = f.Increase
	}
	week := by["weekday"] + by["same_1"] + by["same_4"] + by["same_8"] + by["shop_same"]
	if week < .5 || math.Abs(by["day_of_month"]) > .1 || len(found) != len(fitted.(*global.Fitted).Set.Columns()) {
		t.Errorf("the week is worth %g, the day of the month %g: %v", week, by["day_of_month"], by)
	}
	for k := range actual {
		actual[k] = float32(math.NaN())
	}
	if none, err := fitted.(*global.Fitted).Importances(t.Context(), p, actual, horizon, 1); err != nil || none != nil {
		t.Errorf("nothing came: %v, %v", none, err)
	}
}
