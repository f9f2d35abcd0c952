package classic

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"daycast"
)

// plain is a fit of given columns, without a calendar.
func plain(columns [][]float64, y []float64) *glmFit {
	n, p := len(y), len(columns)
	make1 := func(n int) []float64 { return make([]float64, n) }
	f := &glmFit{
		n: n, p: p, columns: columns, y: y, eta: make1(n), mean: make1(n), work: make1(n), weighed: make1(n),
		gram: make1(p * p), factor: make1(p * p), rhs: make1(p), b: make1(p), next: make1(p), penalty: make1(p),
	}
	return f
}

// Coefficients are scikit-learn's.
func TestPoissonRegressionIsScikitLearns(t *testing.T) {
	text, err := os.ReadFile("testdata/poissonglm.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		X    [][]float64
		Y    []float64
		Fits []struct {
			Penalty      float64
			Coefficients []float64
		}
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	ones := make([]float64, len(golden.Y))
	fill(ones, 1)
	for _, want := range golden.Fits {
		f := plain(append([][]float64{ones}, golden.X...), golden.Y)
		for k := 1; k < f.p; k++ {
			f.penalty[k] = want.Penalty
		}
		f.iterate()
		for k, b := range want.Coefficients {
			if math.Abs(f.b[k]-b) > 1e-5 { // both stop where the likelihood is flat
				t.Fatalf("penalty %g: coefficient %d is %.7f, want %.7f", want.Penalty, k, f.b[k], b)
			}
		}
		slowFreedom(t, f)
	}
}

// slowFreedom is the trace of (G+P)^-1 G, column by column.
func slowFreedom(t *testing.T, f *glmFit) {
	t.Helper()
	f.equations()
	got, _ := f.score()
	want := 0.0
	for j := range f.p {
		column := make([]float64, f.p)
		for i := range f.p {
			column[i] = f.gram[max(i, j)*f.p+min(i, j)]
		}
		solveFactorised(f.factor, f.p, column)
		want += column[j]
	}
	if math.Abs(got-want) > 1e-6*want {
		t.Errorf("%g degrees of freedom, want %g", got, want)
	}
}

// shopping is a series of Poisson counts with a week, a promotion that doubles
// sales, and a level that falls to a third at a day.
func shopping(seed uint64, n, fall int) *History {
	r := rand.New(rand.NewPCG(seed, 1))
	h := &History{Season: 7, Step: daycast.Daily, Factors: [][]float64{make([]float64, n+60)}}
	for t := range n + 60 {
		if r.IntN(6) == 0 {
			h.Factors[0][t] = 1
		}
	}
	for t := range n {
		m := 6 * []float64{.6, .8, .9, 1, 1.2, 1.6, .9}[t%7] * (1 + h.Factors[0][t])
		if t >= fall {
			m /= 3
		}
		h.Units = append(h.Units, distuv.Poisson{Lambda: m, Src: r}.Rand())
	}
	return h
}

// The regression finds the effects that made the series, and its quantiles
// cover the counts.
func TestPoissonGLMFindsEffects(t *testing.T) {
	c := methodCase{method: PoissonGLM{}}
	below, n, effect := 0.0, 0.0, 0.0
	const series = 30
	for seed := range uint64(series) {
		h := shopping(seed+1, 428, 1000)
		s := c.method.Learn(h.cut(400)).(*glmState)
		effect += s.coefficients[len(s.coefficients)-1] / series
		f := c.forecast(t, s, h.cut(400), 28)
		for k, y := range h.Units[400:] {
			if y <= f.quantilesAt(k)[2] {
				below++
			}
			n++
		}
	}
	if math.Abs(effect-math.Ln2) > .05 {
		t.Errorf("a promotion multiplies by %.2f, want 2", math.Exp(effect))
	}
	if share := below / n; share < .93 || share > .99 {
		t.Errorf("%.3f of the days are below the 95%% quantile", share)
	}
}

// A state that takes further days follows a level that has changed, and
// forgets it.
func TestPoissonGLMFollows(t *testing.T) {
	h := shopping(7, 460, 400)
	h.Factors = nil
	c := methodCase{method: PoissonGLM{}}
	s := c.method.Learn(h.cut(400))
	before := c.forecast(t, s, h, 7)
	for _, y := range h.Units[400:] {
		s.Update(y, nil)
	}
	after := c.forecast(t, s, h, 300)
	sum := func(x []float64) (v float64) {
		for _, y := range x[:7] {
			v += y
		}
		return v
	}
	if share := sum(after.Mean) / sum(before.Mean); share > .6 || share < .3 {
		t.Errorf("after sales fell to a third the forecast is %.2f of what it was", share)
	}
	if share := sum(after.Mean[287:]) / sum(before.Mean); share < .9 {
		t.Errorf("far ahead it is %.2f of what it was", share)
	}
}
