package xgboost

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/gbm"
	"daycast/model/global"
	"daycast/model/modeltest"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
	one = model.FitOptions{Seed: 1, Threads: 1}
)

// library is XGBoost's, or the test is skipped.
func library(t *testing.T) *Library {
	t.Helper()
	l, err := Open()
	if err != nil {
		t.Skip("NOT TESTED without the library: ", err)
	}
	return l
}

// demand depends on a wave, on a category and on whether a number is missing.
func demand(rows int) (x *feature.Frame, y, truth []float32) {
	rng := rand.New(rand.NewPCG(1, 1))
	x = feature.NewFrame([]feature.Column{{Name: "wave"}, {Name: "level", Levels: 40}, {Name: "gap"}, {Name: "noise"}}, rows)
	y, truth = make([]float32, rows), make([]float32, rows)
	for i := range rows {
		wave, level := 6*rng.Float64(), rng.IntN(40)
		mean := 3 + 2*math.Sin(wave) + float64(level*7%10)
		x.Data[0][i], x.Data[1][i] = float32(wave), float32(level)
		x.Data[2][i], x.Data[3][i] = rng.Float32(), rng.Float32()
		if rng.IntN(3) == 0 {
			x.Data[2][i] = nan
			mean *= 2
		}
		truth[i], y[i] = float32(mean), float32(mean*(.5+.5*rng.ExpFloat64()))
	}
	return x, y, truth
}

func predict(p model.Predictor, x *feature.Frame) []float32 {
	out := make([]float32, x.Rows)
	p.Predict(x, out)
	return out
}

func rmse(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]-b[i]) * float64(a[i]-b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

func TestLearnsAsGBMDoes(t *testing.T) {
	l := library(t)
	x, y, truth := demand(10_000)
	for name, o := range map[string]gbm.Objective{"default": nil, "squared": gbm.Squared{}, "poisson": gbm.Poisson{}, "tweedie": gbm.Tweedie{}} {
		p, err := Regressor{Library: l, Objective: o, Trees: 80}.Fit(t.Context(), x, y, nil, one)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := gbm.Regressor{Objective: o, Trees: 80}.Fit(t.Context(), x, y, nil, one)
		if err != nil {
			t.Fatal(err)
		}
		got, want := rmse(predict(p, x), truth), rmse(predict(ours, x), truth)
		t.Logf("%s: error %.3f, of gbm %.3f", name, got, want)
		if got > 1.3*want {
			t.Errorf("%s: error %.3f, of gbm %.3f", name, got, want)
		}
		share := p.(*gbm.Predictor).Importance()
		if share[1] < .2 || share[2] < .2 || share[3] > .1 {
			t.Errorf("%s: importance %.3f", name, share)
		}
	}
}

func TestQuantileCoversItsLevel(t *testing.T) {
	x, y, _ := demand(10_000)
	p, err := Regressor{Library: library(t), Objective: gbm.Quantile{Level: .9}, Trees: 60}.Fit(t.Context(), x, y, nil, one)
	if err != nil {
		t.Fatal(err)
	}
	below := 0
	for i, v := range predict(p, x) {
		if y[i] <= v {
			below++
		}
	}
	if share := float64(below) / float64(len(y)); math.Abs(share-.9) > .03 {
		t.Errorf("level 0.9 covers %.3f", share)
	}
}

func TestWeightsCountRows(t *testing.T) {
	l := library(t)
	x, y, _ := demand(2000)
	twice := x.Slice(0, x.Rows)
	twice.Data = append([][]float32(nil), twice.Data...)
	twice.Append(x.Slice(0, 1000))
	w := make([]float32, x.Rows)
	for i := range w {
		w[i] = 1
		if i < 1000 {
			w[i] = 2
		}
	}
	a, err := Regressor{Library: l, Trees: 20}.Fit(t.Context(), x, y, w, one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Regressor{Library: l, Trees: 20}.Fit(t.Context(), twice, append(append([]float32(nil), y...), y[:1000]...), nil, one)
	if err != nil {
		t.Fatal(err)
	}
	// Weights are relative, and L2 is 0, so that only min_child_weight differs.
	if got := rmse(predict(a, x), predict(b, x)); got > .3 {
		t.Errorf("weights of 2 and rows taken twice differ by %.3f", got)
	}
}

func TestSameBytesWhateverTheThreads(t *testing.T) {
	l := library(t)
	x, y, _ := demand(5000)
	var files [2]bytes.Buffer
	for i := range files {
		p, err := Regressor{Library: l, Trees: 20, RowFraction: .7, FeatureFraction: .7}.
			Fit(t.Context(), x, y, nil, model.FitOptions{Seed: 5, Threads: 1 + 3*i})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Save(&files[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("fits on 1 and 4 threads save different bytes")
	}
	if _, err := gbm.Load(&files[0]); err != nil {
		t.Error(err)
	}
}

func TestOddValuesAreLearntFrom(t *testing.T) {
	x, y, _ := demand(500)
	x.Data[0][0], x.Data[0][1], x.Data[0][2] = inf, -inf, nan
	x.Data[1][3], x.Data[1][4], x.Data[1][5] = -1, 4000, nan
	before := append([]float32(nil), x.Data[1]...)
	p, err := Regressor{Library: library(t), Trees: 5}.Fit(t.Context(), x, y, nil, one)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range predict(p, x) {
		if v-v != 0 {
			t.Errorf("row %d: %g", i, v)
		}
	}
	if before[3] != x.Data[1][3] || before[4] != x.Data[1][4] {
		t.Error("the fit changed the frame")
	}
	zero := make([]float32, x.Rows)
	for _, o := range []gbm.Objective{gbm.Squared{}, gbm.Poisson{}, gbm.Tweedie{}} {
		p, err := Regressor{Library: library(t), Objective: o, Trees: 5}.Fit(t.Context(), x, zero, nil, one)
		if err != nil {
			t.Errorf("%T: targets of zero: %v", o, err)
			continue
		}
		if got := predict(p, x)[0]; !(got >= 0 && got < .01) {
			t.Errorf("%T: targets of zero predict %g", o, got)
		}
	}
}

func TestFitRefuses(t *testing.T) {
	x, y, _ := demand(50)
	l := library(t)
	for name, c := range map[string]struct {
		r Regressor
		y []float32
	}{
		"trees":    {Regressor{Trees: -1}, y},
		"rate":     {Regressor{LearningRate: 2}, y},
		"tweedie":  {Regressor{Objective: gbm.Tweedie{Power: 3}}, y},
		"quantile": {Regressor{Objective: gbm.Quantile{Level: 1}}, y},
		"negative": {Regressor{Objective: gbm.Poisson{}}, append([]float32{-1}, y[1:]...)},
		"nan":      {Regressor{}, append([]float32{nan}, y[1:]...)},
		"rows":     {Regressor{}, y[1:]},
	} {
		c.r.Library = l
		if _, err := c.r.Fit(t.Context(), x, c.y, nil, one); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Regressor{Library: l}).Fit(ctx, x, y, nil, one); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled fit: %v", err)
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	t.Setenv(libraryVariable, filepath.Join(t.TempDir(), "libxgboost.so"))
	_, err := Open()
	if daycast.CodeOf(err) != daycast.Unavailable || err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), libraryVariable) {
		t.Errorf("%v, want code unavailable, in one line, with %s", err, libraryVariable)
	}
	if _, err := (Regressor{}).Fit(t.Context(), nil, nil, nil, one); daycast.CodeOf(err) != daycast.Unavailable {
		t.Errorf("without a library: %v, want code unavailable", err)
	}
}

// TestOpenRefusesOldLibraries has a library that tells the version of Debian's
// and has nothing else.
func TestOpenRefusesOldLibraries(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("NOT TESTED without a C compiler")
	}
	dir := t.TempDir()
	for name, c := range map[string]struct{ code, says string }{
		"old":   {"void XGBoostVersion(int *a, int *b, int *c) { *a = 1; *b = 7; *c = 4; }", "is version 1.7.4: want 3.0 or newer"},
		"empty": {"void XGBoostVersion(int *a, int *b, int *c) { *a = 3; *b = 9; *c = 0; }", "version 3.9.0, lacks XG"},
		"other": {"int nothing;", "is no XGBoost library"},
	} {
		source, lib := filepath.Join(dir, name+".c"), filepath.Join(dir, name+".so")
		if err := os.WriteFile(source, []byte(c.code), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", lib, source).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		t.Setenv(libraryVariable, lib)
		if _, err := Open(); daycast.CodeOf(err) != daycast.Unavailable || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want code unavailable and %q", name, err, c.says)
		}
	}
}

func TestConformance(t *testing.T) {
	r := Regressor{Library: library(t), Trees: 30, Leaves: 15}
	counts := r
	counts.Objective = gbm.Poisson{}
	modeltest.Run(t, global.Model{Regressor: counts, Signed: r, Power: 1},
		map[string]model.Loader{"global": global.Loader(map[string]model.PredictorLoader{"gbm": gbm.Load})})
}
