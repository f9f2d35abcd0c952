package linear_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/linear"
)

// counts are the frame of rows with Poisson targets whose logarithm is a line of it.
func counts(n int) (x *feature.Frame, y []float32) {
	x, _ = rows(n)
	r := rand.New(rand.NewPCG(4, 2))
	for i := range n {
		log := .2*float64(x.Data[0][i]) - 1
		if c := x.Data[2][i]; c == 1 {
			log += .7
		}
		y = append(y, float32(poisson(r, math.Exp(log))))
	}
	return x, y
}

func poisson(r *rand.Rand, mean float64) (n int) {
	for p := r.Float64(); p > math.Exp(-mean); n++ {
		p *= r.Float64()
	}
	return n
}

// deviance is what the fit minimises, but for the penalty.
func deviance(p model.Predictor, x *feature.Frame, y, w []float32) (sum float64) {
	for r, m := range predict(p, x) {
		sum += 2 * float64(w[r]) * (float64(m) - float64(y[r])*math.Log(float64(m)))
	}
	return sum
}

// TestGLMIsLeast changes each coefficient a little: all that comes is worse.
func TestGLMIsLeast(t *testing.T) {
	x, y := counts(800)
	w := make([]float32, x.Rows)
	for r := range w {
		w[r] = float32(r%3) + .5
	}
	for _, lambda := range []float64{.01, 20, 500} {
		p := fit(t, linear.GLM{Lambda: lambda}, x, y, w, 2).(*linear.Predictor)
		loss := func() float64 {
			sum := deviance(p, x, y, w)
			for _, b := range p.Coefficients {
				sum += lambda * 1.5 * b * b
			}
			return sum
		}
		least := loss()
		check := func(what string, v *float64) {
			for _, by := range []float64{-.02, .02} {
				*v += by
				if got := loss(); got < least-1e-4*math.Abs(least) {
					t.Errorf("lambda %g: %s changed by %g makes %g of %g", lambda, what, by, got, least)
				}
				*v -= by
			}
		}
		check("the intercept", &p.Intercept)
		for k := range p.Coefficients {
			check("a coefficient", &p.Coefficients[k])
		}
	}
}

func TestGLMFindsTheLine(t *testing.T) {
	x, y := counts(20_000)
	p := fit(t, linear.GLM{Lambda: 1e-6}, x, y, nil, 1)
	for r, got := range predict(p, x) {
		log := .2*float64(x.Data[0][r]) - 1
		if x.Data[2][r] == 1 {
			log += .7
		}
		if x.Data[2][r] != 3 && math.Abs(math.Log(float64(got))-log) > .15 {
			t.Fatalf("row %d: %g, want %g", r, got, math.Exp(log))
		}
	}
}

func TestGLMDoesNotDependOnThreads(t *testing.T) {
	x, y := counts(1000)
	if one, five := fit(t, linear.GLM{}, x, y, nil, 1), fit(t, linear.GLM{}, x, y, nil, 5); !bytes.Equal(saved(t, one), saved(t, five)) {
		t.Error("1 and 5 threads give different coefficients")
	}
}

func TestGLMOddRows(t *testing.T) {
	for name, y := range map[string][]float32{
		"one row": {3}, "constant": {3, 3, 3, 3}, "nothing": {0, 0, 0}, "huge": {1e38, 0, 3e38}, "one sale": {0, 0, 0, 0, 5},
	} {
		x := feature.NewFrame([]feature.Column{{Name: "a"}, {Name: "all missing"}}, len(y))
		for r := range y {
			x.Set(r, []float32{float32(r), nan})
		}
		p := fit(t, linear.GLM{}, x, y, nil, 1)
		for r, v := range predict(p, x) {
			if !(v >= 0 && v <= 4*slices.Max(y)) && name != "huge" || math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Errorf("%s: row %d: %g", name, r, v)
			}
		}
		loaded, err := linear.Load(bytes.NewReader(saved(t, p)))
		if err != nil || !slices.Equal(predict(loaded, x), predict(p, x)) {
			t.Errorf("%s: what was saved is another model: %v", name, err)
		}
	}
}

func TestGLMRefuses(t *testing.T) {
	x, y := counts(10)
	for name, c := range map[string]struct {
		m    linear.GLM
		y, w []float32
	}{
		"lambda below 0":  {linear.GLM{Lambda: -1}, y, nil},
		"too few targets": {linear.GLM{}, y[1:], nil},
		"below zero":      {linear.GLM{}, append(slices.Clone(y[1:]), -1), nil},
		"no weight":       {linear.GLM{}, y, make([]float32, 10)},
	} {
		if _, err := c.m.Fit(t.Context(), x, c.y, c.w, model.FitOptions{Threads: 1}); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
}
