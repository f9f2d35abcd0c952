package linear_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/linear"
	"daycast/model/modeltest"
)

var nan = float32(math.NaN())

// rows is a frame of two numbers, one with gaps, and a category with a rare
// level, with targets that are a line of them plus noise.
func rows(n int) (x *feature.Frame, y []float32) {
	r := rand.New(rand.NewPCG(1, 1))
	x = feature.NewFrame([]feature.Column{{Name: "a"}, {Name: "b"}, {Name: "c", Levels: 4}, {Name: "constant"}}, n)
	y = make([]float32, n)
	for i := range n {
		a, b, c := float32(5+3*r.NormFloat64()), float32(r.ExpFloat64()), float32(r.IntN(3))
		y[i] = 2*a - b + 4*c + float32(r.NormFloat64())
		if i%7 == 0 {
			b = nan
		}
		switch {
		case i < 5:
			c = 3 // rare
		case i%11 == 0:
			c = nan
		}
		x.Set(i, []float32{a, b, c, 9})
	}
	return x, y
}

func fit(t testing.TB, m model.Regressor, x *feature.Frame, y, w []float32, threads int) model.Predictor {
	t.Helper()
	p, err := m.Fit(t.Context(), x, y, w, model.FitOptions{Threads: threads})
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

// slow is ridge by its definition: a dense design, normalised the obvious
// way, and least squares by QR with one more row for each coefficient.
func slow(x *feature.Frame, y, w []float32, lambda float64) []float32 {
	n := x.Rows
	var columns [][]float64
	for c := range 2 {
		values, missing := make([]float64, n), make([]float64, n)
		sum, squares, weight := 0.0, 0.0, 0.0
		for r, v := range x.Data[c] {
			if v == v {
				sum += float64(w[r]) * float64(v)
				weight += float64(w[r])
			} else {
				missing[r] = 1
			}
		}
		for r, v := range x.Data[c] {
			if v == v {
				squares += float64(w[r]) * math.Pow(float64(v)-sum/weight, 2)
			}
		}
		for r, v := range x.Data[c] {
			if v == v {
				values[r] = max(-8, min(8, (float64(v)-sum/weight)/math.Sqrt(squares/weight)))
			}
		}
		columns = append(columns, values)
		if slices.Max(missing) > 0 {
			columns = append(columns, missing)
		}
	}
	for level := range 3 {
		values := make([]float64, n)
		for r, v := range x.Data[2] {
			if v == float32(level) {
				values[r] = 1
			}
		}
		columns = append(columns, values)
	}
	k, mean := len(columns), 0.0
	for _, v := range w {
		mean += float64(v) / float64(n)
	}
	a, b := mat.NewDense(n+k, k+1, nil), mat.NewVecDense(n+k, nil)
	for r := range n {
		root := math.Sqrt(float64(w[r]))
		a.Set(r, k, root)
		b.SetVec(r, root*float64(y[r]))
		for c, column := range columns {
			a.Set(r, c, root*column[r])
		}
	}
	for c := range k {
		a.Set(n+c, c, math.Sqrt(lambda*mean))
	}
	var beta mat.VecDense
	if err := beta.SolveVec(a, b); err != nil {
		panic(err)
	}
	out := make([]float32, n)
	for r := range out {
		sum := beta.AtVec(k)
		for c, column := range columns {
			sum += beta.AtVec(c) * column[r]
		}
		out[r] = float32(sum)
	}
	return out
}

func TestRidgeIsItsDefinition(t *testing.T) {
	x, y := rows(400)
	w := make([]float32, x.Rows)
	for r := range w {
		w[r] = float32(r%3) + .5
	}
	for _, lambda := range []float64{.01, 1, 20, 1000} {
		got, want := predict(fit(t, linear.Ridge{Lambda: lambda}, x, y, w, 2), x), slow(x, y, w, lambda)
		for r := range got {
			if math.Abs(float64(got[r]-want[r])) > 1e-4 {
				t.Fatalf("lambda %g, row %d: %g, want %g", lambda, r, got[r], want[r])
			}
		}
	}
}

func TestRidgeDoesNotDependOnThreads(t *testing.T) {
	x, y := rows(1000)
	one, five := fit(t, linear.Ridge{}, x, y, nil, 1), fit(t, linear.Ridge{}, x, y, nil, 5)
	if !bytes.Equal(saved(t, one), saved(t, five)) {
		t.Error("1 and 5 threads give different coefficients")
	}
}

func TestRidgeScaleOfWeightsDoesNotMatter(t *testing.T) {
	x, y := rows(300)
	w := make([]float32, x.Rows)
	for r := range w {
		w[r] = 64
	}
	got, want := predict(fit(t, linear.Ridge{}, x, y, w, 1), x), predict(fit(t, linear.Ridge{}, x, y, nil, 1), x)
	for r := range got {
		if math.Abs(float64(got[r]-want[r])) > 1e-4 {
			t.Fatalf("row %d: %g, want %g", r, got[r], want[r])
		}
	}
}

// Rows that are there twice, and are said to be, teach what they teach once.
func TestAlikeRowsCountOnce(t *testing.T) {
	x, y := rows(300)
	twice := feature.NewFrame(x.Columns, 600)
	for c := range x.Data {
		copy(twice.Data[c], x.Data[c])
		copy(twice.Data[c][300:], x.Data[c])
	}
	for _, m := range []model.Regressor{linear.Ridge{}, linear.Ridge{Lambda: 200}, linear.ElasticNet{}} {
		p, err := m.Fit(t.Context(), twice, append(slices.Clone(y), y...), nil, model.FitOptions{Threads: 1, Alike: 2})
		if err != nil {
			t.Fatal(err)
		}
		want, got := predict(fit(t, m, x, y, nil, 1), x), predict(p, x)
		for k := range want {
			if math.Abs(float64(want[k]-got[k])) > 1e-4*(1+math.Abs(float64(want[k]))) {
				t.Fatalf("%s: row %d is %g, once %g", m.Name(), k, got[k], want[k])
			}
		}
	}
}

func TestHardlyKnownNumbersSayNothing(t *testing.T) {
	x, y := rows(300)
	modeltest.HardlyKnown(t, linear.Ridge{}, x, y)
}

func TestRidgeDoesNotExplode(t *testing.T) {
	x, y := rows(300)
	p := fit(t, linear.Ridge{}, x, y, nil, 1)
	far := feature.NewFrame(x.Columns, 4)
	far.Set(0, []float32{1e30, -1e30, 99, 9})
	far.Set(1, []float32{-1e30, float32(math.Inf(1)), -1, 9})
	far.Set(2, []float32{nan, nan, nan, nan})
	far.Set(3, []float32{5, 1, 1, 1e30})
	least, most := slices.Min(y), slices.Max(y)
	for r, v := range predict(p, far) {
		if !(v >= least-3*(most-least) && v <= most+3*(most-least)) {
			t.Errorf("row %d: %g, far from targets of %g to %g", r, v, least, most)
		}
	}
}

func TestRidgeOddRows(t *testing.T) {
	columns := []feature.Column{{Name: "a"}, {Name: "all missing"}}
	for name, y := range map[string][]float32{"one row": {3}, "constant": {3, 3, 3, 3}, "huge": {1e38, -1e38, 3e38}} {
		x := feature.NewFrame(columns, len(y))
		for r := range y {
			x.Set(r, []float32{float32(r), nan})
		}
		p := fit(t, linear.Ridge{}, x, y, nil, 1)
		for r, v := range predict(p, x) {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) || name != "huge" && math.Abs(float64(v-3)) > 1e-5 {
				t.Errorf("%s: row %d: %g", name, r, v)
			}
		}
		if _, err := linear.Load(bytes.NewReader(saved(t, p))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRidgeRefuses(t *testing.T) {
	x, y := rows(10)
	none := feature.NewFrame(x.Columns, 0)
	tests := map[string]struct {
		m    linear.Ridge
		x    *feature.Frame
		y, w []float32
	}{
		"lambda below 0":  {linear.Ridge{Lambda: -1}, x, y, nil},
		"lambda NaN":      {linear.Ridge{Lambda: math.NaN()}, x, y, nil},
		"no rows":         {linear.Ridge{}, none, nil, nil},
		"too few targets": {linear.Ridge{}, x, y[1:], nil},
		"too few weights": {linear.Ridge{}, x, y, y[1:]},
		"target NaN":      {linear.Ridge{}, x, append(slices.Clone(y[1:]), nan), nil},
		"negative weight": {linear.Ridge{}, x, y, append(make([]float32, 9), -1)},
		"no weight":       {linear.Ridge{}, x, y, make([]float32, 10)},
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
	if _, err := (linear.Ridge{}).Fit(ctx, x, y, nil, model.FitOptions{Threads: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func saved(t testing.TB, p model.Predictor) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := p.Save(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSaveLoad(t *testing.T) {
	x, y := rows(300)
	p := fit(t, linear.Ridge{}, x, y, nil, 1)
	loaded, err := linear.Load(bytes.NewReader(saved(t, p)))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(predict(loaded, x), predict(p, x)) {
		t.Error("the loaded predictor answers otherwise")
	}
}

func FuzzLoad(f *testing.F) {
	x, y := rows(60)
	f.Add(saved(f, fit(f, linear.Ridge{}, x, y, nil, 1)))
	f.Add(saved(f, fit(f, linear.Lasso{}, x, y, nil, 1)))
	f.Add(saved(f, fit(f, linear.GLM{}, x, make([]float32, x.Rows), nil, 1)))
	f.Add([]byte(`{"Model":"magic","Encoder":{"Inputs":[]}}`))
	f.Add([]byte(`{"Encoder":{"Inputs":[{"Column":7}]},"Coefficients":[1]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := linear.Load(bytes.NewReader(file))
		if err == nil {
			predict(p, x)
			if _, err := linear.Load(bytes.NewReader(saved(t, p))); err != nil {
				t.Errorf("what was loaded cannot be saved and loaded: %v", err)
			}
		} else if daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("code %s: %v", daycast.CodeOf(err), err)
		}
	})
}
