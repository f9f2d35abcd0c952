package mlp_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/global"
	"daycast/model/mlp"
	"daycast/model/modeltest"
)

var nan = float32(math.NaN())

var loaders = map[string]model.Loader{"global": global.Loader(map[string]model.PredictorLoader{"mlp": mlp.Load})}

func TestModel(t *testing.T) {
	r := mlp.Regressor{Networks: 2, Epochs: 2}
	counts := r
	counts.Counts = true
	modeltest.Run(t, global.Model{Regressor: counts, Signed: r, Power: 1}, loaders)
}

// rows is a frame of two numbers, one with gaps and a long tail, and a category
// with a rare level, with targets that are counts of a curved mean.
func rows(n int) (x *feature.Frame, y []float32) {
	r := rand.New(rand.NewPCG(1, 1))
	x = feature.NewFrame([]feature.Column{{Name: "a"}, {Name: "b"}, {Name: "c", Levels: 4}, {Name: "constant"}, {Name: "absent"}}, n)
	y = make([]float32, n)
	for i := range n {
		a, b, c := r.NormFloat64(), math.Exp(2*r.NormFloat64()), float32(r.IntN(3))
		y[i] = float32(truth(a, b, c) * (.8 + .4*r.Float64()))
		row := []float32{float32(a), float32(b), c, 9, nan}
		switch {
		case i < 5:
			row[2] = 3 // rare
		case i%29 == 0:
			row[1] = nan
		}
		x.Set(i, row)
	}
	return x, y
}

func truth(a, b float64, c float32) float64 {
	return 1 + math.Abs(a)*float64(1+c) + math.Log1p(b)
}

func fit(t testing.TB, m mlp.Regressor, x *feature.Frame, y, w []float32, threads int) model.Predictor {
	t.Helper()
	p, err := m.Fit(t.Context(), x, y, w, model.FitOptions{Seed: 1, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func predict(p model.Predictor, x *feature.Frame) []float32 {
	out := make([]float32, x.Rows)
	p.Predict(x, out)
	return out
}

func saved(t testing.TB, p model.Predictor) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := p.Save(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestLearnsACurve checks that rows not seen are told within a tenth of how
// much they differ.
func TestLearnsACurve(t *testing.T) {
	x, y := rows(6000)
	for _, m := range []mlp.Regressor{{Counts: true}, {}} {
		p := fit(t, m, x.Slice(0, 5000), y[:5000], nil, 2)
		var missed, spread float64
		test := x.Slice(5000, 6000)
		for r, v := range predict(p, test) {
			if b := test.Data[1][r]; b == b {
				want := truth(float64(test.Data[0][r]), float64(b), test.Data[2][r])
				missed += math.Pow(float64(v)-want, 2)
				spread += math.Pow(want-4.5, 2)
			}
		}
		if missed > .1*spread {
			t.Errorf("%+v: %.3f of the variance is missed", m, missed/spread)
		}
	}
}

func TestThreadsAndBlocksDoNotMatter(t *testing.T) {
	x, y := rows(1000)
	m := mlp.Regressor{Counts: true, Networks: 3, Epochs: 1}
	want := saved(t, fit(t, m, x, y, nil, 1))
	if !bytes.Equal(saved(t, fit(t, m, x, y, nil, 5)), want) {
		t.Error("1 and 5 threads give different weights")
	}
	blocks, err := m.FitBlocks(t.Context(), func(s feature.Sink) error {
		return errors.Join(s.Write(x.Slice(0, 1)), s.Write(x.Slice(1, 700)), s.Write(x.Slice(700, 1000)))
	}, y, nil, model.FitOptions{Seed: 1, Threads: 1})
	if err != nil || !bytes.Equal(saved(t, blocks), want) {
		t.Errorf("three blocks give different weights: %v", err)
	}
}

func TestHardlyKnownNumbersSayNothing(t *testing.T) {
	x, y := rows(600)
	modeltest.HardlyKnown(t, mlp.Regressor{Epochs: 1, Networks: 1}, x, y)
}

func TestOddRows(t *testing.T) {
	columns := []feature.Column{{Name: "a"}, {Name: "absent"}}
	for name, y := range map[string][]float32{
		"one row": {3}, "constant": {3, 3, 3, 3}, "zero": {0, 0}, "huge": {1e38, 0, 3e38}, "tiny": {1e-38, 0, 3e-38},
	} {
		for _, counts := range []bool{true, false} {
			x := feature.NewFrame(columns, len(y))
			for r := range y {
				x.Set(r, []float32{float32(r) * 1e37, nan})
			}
			p := fit(t, mlp.Regressor{Counts: counts}, x, y, nil, 1)
			far := feature.NewFrame(columns, 3)
			far.Set(0, []float32{3e38, float32(math.Inf(1))})
			far.Set(1, []float32{-3e38, 1})
			far.Set(2, []float32{nan, nan})
			for r, v := range slices.Concat(predict(p, x), predict(p, far)) {
				if !(v >= slices.Min(y) && v <= slices.Max(y)) {
					t.Errorf("%s: row %d: %g, beyond the targets", name, r, v)
				}
			}
			if _, err := mlp.Load(bytes.NewReader(saved(t, p))); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	x, y := rows(10)
	tests := map[string]struct {
		m    mlp.Regressor
		x    *feature.Frame
		y, w []float32
	}{
		"rate NaN":         {mlp.Regressor{Rate: math.NaN()}, x, y, nil},
		"decay above 1":    {mlp.Regressor{Decay: 2}, x, y, nil},
		"networks below 0": {mlp.Regressor{Networks: -1}, x, y, nil},
		"no rows":          {mlp.Regressor{}, feature.NewFrame(x.Columns, 0), nil, nil},
		"too few targets":  {mlp.Regressor{}, x, y[1:], nil},
		"too few weights":  {mlp.Regressor{}, x, y, y[1:]},
		"target NaN":       {mlp.Regressor{}, x, append(slices.Clone(y[1:]), nan), nil},
		"count below 0":    {mlp.Regressor{Counts: true}, x, append(slices.Clone(y[1:]), -1), nil},
		"negative weight":  {mlp.Regressor{}, x, y, append(make([]float32, 9), -1)},
		"no weight":        {mlp.Regressor{}, x, y, make([]float32, 10)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := test.m.Fit(t.Context(), test.x, test.y, test.w, model.FitOptions{Threads: 1})
			if err == nil || daycast.CodeOf(err) != daycast.Invalid {
				t.Errorf("%v, want code invalid", err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (mlp.Regressor{}).Fit(ctx, x, y, nil, model.FitOptions{Threads: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestSaveLoad(t *testing.T) {
	x, y := rows(600)
	p := fit(t, mlp.Regressor{Counts: true, Epochs: 1}, x, y, nil, 1)
	loaded, err := mlp.Load(bytes.NewReader(saved(t, p)))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(predict(loaded, x), predict(p, x)) {
		t.Error("the loaded predictor answers otherwise")
	}
}

func FuzzLoad(f *testing.F) {
	x, y := rows(60)
	f.Add(saved(f, fit(f, mlp.Regressor{Networks: 1, Epochs: 1}, x, y, nil, 1)))
	f.Add(saved(f, fit(f, mlp.Regressor{Networks: 1, Epochs: 1, Counts: true}, x, y, nil, 1)))
	f.Add([]byte(`{"Encoder":{"Inputs":[]},"Networks":[]}`))
	f.Add([]byte(`{"Encoder":{"Inputs":[{"Column":7}],"Dense":1},"Networks":[{"Weights":[1]}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := mlp.Load(bytes.NewReader(file))
		if err == nil {
			for r, v := range predict(p, x) {
				if v != v {
					t.Fatalf("row %d is not a number", r)
				}
			}
			if _, err := mlp.Load(bytes.NewReader(saved(t, p))); err != nil {
				t.Errorf("what was loaded cannot be saved and loaded: %v", err)
			}
		} else if daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("code %s: %v", daycast.CodeOf(err), err)
		}
	})
}
