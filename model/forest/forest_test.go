package forest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

var (
	nan = float32(math.NaN())
	ctx = context.Background()
	one = model.FitOptions{Seed: 1, Threads: 1}
)

// steps has a target that depends on a number, a category and a gap.
func steps(rows int) (x *feature.Frame, y, truth []float32) {
	rng := rand.New(rand.NewPCG(1, 1))
	x = feature.NewFrame([]feature.Column{{Name: "number"}, {Name: "level", Levels: 30}, {Name: "gap"}, {Name: "noise"}}, rows)
	y, truth = make([]float32, rows), make([]float32, rows)
	for i := range rows {
		number, level := rng.Float64(), rng.IntN(30)
		mean := 4*math.Round(number) + float64(level*7%5)
		x.Data[0][i], x.Data[1][i] = float32(number), float32(level)
		x.Data[2][i], x.Data[3][i] = rng.Float32(), rng.Float32()
		if rng.IntN(3) == 0 {
			x.Data[2][i] = nan
			mean -= 6
		}
		truth[i], y[i] = float32(mean), float32(mean+rng.NormFloat64())
	}
	return x, y, truth
}

func fitted(t *testing.T, r Regressor, x *feature.Frame, y, w []float32, o model.FitOptions) *Predictor {
	t.Helper()
	p, err := r.Fit(ctx, x, y, w, o)
	if err != nil {
		t.Fatal(err)
	}
	return p.(*Predictor)
}

func predict(p model.Predictor, x *feature.Frame) []float32 {
	out := make([]float32, x.Rows)
	p.Predict(x, out)
	return out
}

func save(t *testing.T, p model.Predictor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLearnsSteps(t *testing.T) {
	x, y, truth := steps(8000)
	for _, random := range []bool{false, true} {
		p := fitted(t, Regressor{Trees: 40, RandomCuts: random, FeatureFraction: .7}, x, y, nil, one)
		var mean, spread, errors float64
		for _, v := range truth {
			mean += float64(v) / float64(len(truth))
		}
		for i, v := range predict(p, x) {
			errors += math.Pow(float64(v-truth[i]), 2)
			spread += math.Pow(mean-float64(truth[i]), 2)
		}
		if errors > .1*spread {
			t.Errorf("random cuts %v: %.3f of the spread is left", random, errors/spread)
		}
		if share := p.Importance(); share[3] > .15 || min(share[0], share[1], share[2]) < .05 {
			t.Errorf("random cuts %v: importance %.3f", random, share)
		}
	}
}

// TestOneDeepTreeIsExact: with all rows and columns and a row to a leaf, a
// tree knows its training data by heart.
func TestOneDeepTreeIsExact(t *testing.T) {
	x := feature.NewFrame(make([]feature.Column, 1), 200)
	y := make([]float32, 200)
	for i := range y {
		x.Data[0][i], y[i] = float32(i), float32(i*i%17)
	}
	p := fitted(t, Regressor{Trees: 1, MinRows: 1, FeatureFraction: 1, Sample: 1}, x, y, nil, one)
	for i, v := range predict(p, x) {
		if math.Abs(float64(v-y[i])) > 1e-5 {
			t.Fatalf("row %d: %g, want %g", i, v, y[i])
		}
	}
}

func TestThreadsAndSaving(t *testing.T) {
	x, y, w := steps(5000)
	for i := range w {
		w[i] = float32(i % 4)
	}
	r := Regressor{Trees: 12}
	p := fitted(t, r, x, y, w, one)
	file := save(t, p)
	if again := save(t, fitted(t, r, x, y, w, model.FitOptions{Seed: 1, Threads: 2})); !bytes.Equal(file, again) {
		t.Error("two threads give another forest")
	}
	if again := save(t, fitted(t, r, x, y, w, model.FitOptions{Seed: 2, Threads: 2})); bytes.Equal(file, again) {
		t.Error("another seed gives the same forest")
	}
	loaded, err := Load(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(predict(p, x), predict(loaded, x)); diff != "" {
		t.Error(diff)
	}
}

// TestExplains passes through to model/tree, which has the twins.
func TestExplains(t *testing.T) {
	x, y, _ := steps(500)
	p := fitted(t, Regressor{Trees: 12}, x, y, nil, one)
	byCover := p.Explain(x, 1)
	byBackground, err := p.ExplainAgainst(x.Slice(0, 20), x, 1)
	if err != nil {
		t.Fatal(err)
	}
	for r, want := range predict(p, x) {
		for _, got := range []float64{byCover.Score(r), byBackground.Score(r)} {
			if math.Abs(got-float64(want)) > 1e-5 {
				t.Fatalf("row %d: explained as %g, predicted %g", r, got, want)
			}
		}
	}
	if leaves := p.LeafIndices(x, 1); len(leaves) != x.Rows || len(leaves[0]) != 12 || p.SplitCounts()[0] == 0 {
		t.Error("want leaves of 12 trees for each row, and splits by the number")
	}
}

func TestOddData(t *testing.T) {
	levels := feature.NewFrame([]feature.Column{{Levels: 100_000}}, 100_000)
	y := make([]float32, levels.Rows)
	for i := range y {
		levels.Data[0][i], y[i] = float32(i), float32(i%2)
	}
	extremes := feature.NewFrame(make([]feature.Column, 2), 100)
	for i := range extremes.Rows {
		extremes.Data[0][i] = []float32{nan, float32(math.Inf(1)), float32(math.Inf(-1)), 0}[i%4]
	}
	for name, c := range map[string]struct {
		x *feature.Frame
		y []float32
	}{
		"100,000 levels": {levels, y},
		"extremes":       {extremes, y[:100]},
		"one row":        {feature.NewFrame(make([]feature.Column, 2), 1), y[:1]},
		"equal targets":  {extremes, make([]float32, 100)},
	} {
		for _, random := range []bool{false, true} {
			for _, v := range predict(fitted(t, Regressor{Trees: 5, RandomCuts: random}, c.x, c.y, nil, one), c.x) {
				if !(v >= -1e-6 && v <= 1+1e-6) {
					t.Fatalf("%s: prediction %g outside the targets", name, v)
				}
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	x, good := feature.NewFrame(make([]feature.Column, 2), 3), []float32{1, 2, 3}
	for name, c := range map[string]struct {
		r    Regressor
		x    *feature.Frame
		y, w []float32
	}{
		"no rows":    {x: &feature.Frame{}},
		"nan target": {x: x, y: []float32{1, nan, 2}},
		"no weight":  {x: x, y: good, w: make([]float32, 3)},
		"trees":      {r: Regressor{Trees: -1}, x: x, y: good},
		"sample":     {r: Regressor{Sample: 2}, x: x, y: good},
	} {
		if _, err := c.r.Fit(ctx, c.x, c.y, c.w, one); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
}

func TestCancel(t *testing.T) {
	x, y, _ := steps(100)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := (Regressor{}).Fit(cancelled, x, y, nil, one); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("daycast.trees\n\x01\x00\x0drandom_forest"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Load(bytes.NewReader(b)); err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Fatalf("%v, want code invalid", err)
		}
	})
}
