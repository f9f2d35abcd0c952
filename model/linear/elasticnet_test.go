package linear_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/linear"
)

// Coefficients are scikit-learn's.
func TestElasticNetIsScikitLearns(t *testing.T) {
	text, err := os.ReadFile("testdata/elasticnet.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		X    [][]float32
		Y, W []float32
		Fits []struct {
			Alpha, L1, Intercept float64
			Coefficients         []float64
		}
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	x := feature.NewFrame(make([]feature.Column, len(golden.X[0])), len(golden.X))
	for r, row := range golden.X {
		x.Set(r, row)
	}
	for _, want := range golden.Fits {
		p := fit(t, linear.ElasticNet{Alpha: want.Alpha, L1: want.L1}, x, golden.Y, golden.W, 2).(*linear.Predictor)
		// scikit-learn's duality gap is 1e-12 of y's squares.
		for k, got := range append(slices.Clone(p.Coefficients), p.Intercept) {
			if w := append(slices.Clone(want.Coefficients), want.Intercept)[k]; math.Abs(got-w) > 1e-5 {
				t.Fatalf("alpha %g, l1 %g: coefficient %d is %g, want %g", want.Alpha, want.L1, k, got, w)
			}
		}
		if want.L1 == 1 {
			lasso := fit(t, linear.Lasso{Alpha: want.Alpha}, x, golden.Y, golden.W, 1).(*linear.Predictor)
			if !slices.Equal(lasso.Coefficients, p.Coefficients) {
				t.Errorf("alpha %g: the lasso is not the elastic net of l1 1", want.Alpha)
			}
		}
	}
}

// Without an alpha the columns that say nothing are dropped, and those that say
// something hardly shrunk.
func TestLassoChooses(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	x := feature.NewFrame(make([]feature.Column, 30), 2000)
	y := make([]float32, x.Rows)
	row := make([]float32, 30)
	for i := range x.Rows {
		for c := range row {
			row[c] = float32(r.NormFloat64())
		}
		x.Set(i, row)
		y[i] = 3*row[0] - 2*row[7] + float32(r.NormFloat64())
	}
	for _, m := range []model.Regressor{linear.Lasso{}, linear.ElasticNet{}} {
		p := fit(t, m, x, y, nil, 2).(*linear.Predictor)
		kept := 0
		for _, b := range p.Coefficients {
			if b != 0 {
				kept++
			}
		}
		if kept > 8 || math.Abs(p.Coefficients[0]-3) > .2 || math.Abs(p.Coefficients[7]+2) > .2 {
			t.Errorf("%s keeps %d columns: %v", m.Name(), kept, p.Coefficients)
		}
		if p.Kind() != m.Name() {
			t.Errorf("kind %q of %s", p.Kind(), m.Name())
		}
		loaded, err := linear.Load(bytes.NewReader(saved(t, p)))
		if err != nil {
			t.Fatal(err)
		}
		if loaded.Kind() != p.Kind() || !slices.Equal(predict(loaded, x), predict(p, x)) {
			t.Errorf("%s: the loaded predictor is another", m.Name())
		}
		if !bytes.Equal(saved(t, p), saved(t, fit(t, m, x, y, nil, 5))) {
			t.Errorf("%s depends on the threads", m.Name())
		}
	}
}

func TestElasticNetOddRows(t *testing.T) {
	columns := []feature.Column{{Name: "a"}, {Name: "all missing"}}
	for name, y := range map[string][]float32{"one row": {3}, "constant": {3, 3, 3, 3}, "huge": {1e38, -1e38, 3e38}} {
		x := feature.NewFrame(columns, len(y))
		for r := range y {
			x.Set(r, []float32{float32(r), nan})
		}
		for _, alpha := range []float64{0, 1, 1e9} {
			for r, v := range predict(fit(t, linear.ElasticNet{Alpha: alpha}, x, y, nil, 1), x) {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) || name != "huge" && math.Abs(float64(v-3)) > 1e-5 {
					t.Errorf("%s, alpha %g: row %d: %g", name, alpha, r, v)
				}
			}
		}
	}
}

func TestElasticNetRefuses(t *testing.T) {
	x, y := rows(10)
	tests := map[string]struct {
		m model.Regressor
		y []float32
	}{
		"alpha below 0": {linear.ElasticNet{Alpha: -1}, y},
		"alpha NaN":     {linear.Lasso{Alpha: math.NaN()}, y},
		"l1 above 1":    {linear.ElasticNet{L1: 1.1}, y},
		"too few":       {linear.Lasso{}, y[1:]},
		"target NaN":    {linear.Lasso{}, append(slices.Clone(y[1:]), nan)},
	}
	for name, test := range tests {
		if _, err := test.m.Fit(t.Context(), x, test.y, nil, model.FitOptions{Threads: 1}); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (linear.Lasso{}).Fit(ctx, x, y, nil, model.FitOptions{Threads: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
