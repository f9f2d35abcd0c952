package classic

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"daycast"
)

// slowLikelihood is the exact Gaussian log-likelihood of a stationary series by
// its covariance matrix, errors having variance 1: the quadratic form and the
// logarithm of the determinant.
func slowLikelihood(t *testing.T, a *arma, y []float64) (squares, logs float64) {
	t.Helper()
	// Autocovariances from 20,000 weights of the moving average without end.
	psi := make([]float64, 20000)
	for k := range psi {
		if k == 0 {
			psi[0] = 1
			continue
		}
		if k <= len(a.theta) {
			psi[k] = a.theta[k-1]
		}
		for j, c := range a.phi {
			if j < k {
				psi[k] += c * psi[k-1-j]
			}
		}
	}
	n := len(y)
	v := make([]float64, n*n)
	for l := range n {
		g := dot(psi[l:], psi)
		for i := range n - l {
			v[(i+l)*n+i], v[i*n+i+l] = g, g
		}
	}
	if !factorise(v, n) {
		t.Fatal("no covariance")
	}
	e := make([]float64, n)
	for i := range n {
		d := v[i*n+i]
		e[i] = (y[i] - dot(v[i*n:i*n+i], e[:i])) / d
		logs += 2 * math.Log(d)
		squares += e[i] * e[i]
	}
	return squares, logs
}

func randomARMA(r *rand.Rand) (arimaOrder, []float64) {
	o := arimaOrder{P: r.IntN(4), Q: r.IntN(4), SP: r.IntN(3), SQ: r.IntN(3), Season: 4}
	partial := make([]float64, o.coefficients())
	for k := range partial {
		partial[k] = 1.9*r.Float64() - .95
	}
	return o, partial
}

// The fast filter, the Kalman filter and the covariance matrix are one.
func TestARMALikelihoods(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		o, partial := randomARMA(r)
		var a arma
		a.set(o, partial)
		y := make([]float64, 80)
		for k := range y {
			y[k] = r.NormFloat64()
		}
		want, logs := slowLikelihood(t, &a, y)
		out := make([]float64, len(y))
		for name, f := range map[string]whitener{"exact": &exact{}, "kalman": &gapped{units: y}} {
			f.prepare(&a, len(y))
			f.apply(y, out)
			got, n := f.variances()
			if math.Abs(got-logs) > 1e-5*(1+math.Abs(logs)) || n != len(y) || math.Abs(dot(out, out)-want) > 1e-5*want {
				t.Fatalf("%s of %+v %.3f: determinant %g and squares %g, want %g and %g", name, o, partial, got, dot(out, out), logs, want)
			}
		}
	}
}

// goldenARIMA are testdata/arima.json's: what statsforecast makes of a series.
type goldenARIMA struct {
	Y        []*float64
	X        [][]float64
	Order    []int // p, d, q, P, D, Q
	Constant bool
	Loglik   float64
	Mean     []float64
	Upper    []float64 // 95% quantiles
}

func readGoldenARIMA(t *testing.T) (out struct{ Fixed, Auto []goldenARIMA }) {
	t.Helper()
	text, err := os.ReadFile("testdata/arima.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (g goldenARIMA) history() *History {
	h := &History{Season: 7, Step: daycast.Daily, Factors: g.X}
	for _, y := range g.Y {
		v := nan
		if y != nil {
			v = *y
		}
		h.Units = append(h.Units, v)
	}
	return h
}

func (g goldenARIMA) order() arimaOrder {
	return arimaOrder{P: g.Order[0], D: g.Order[1], Q: g.Order[2], SP: g.Order[3], SD: g.Order[4], SQ: g.Order[5], Season: 7, Constant: g.Constant}
}

// Of the same orders the likelihood is statsforecast's or better: both end
// where it is flat, theirs at times earlier or on a lower hill. Forecasts differ
// by as much as a flat optimum lets them: a fiftieth of an interval's half.
func TestARIMAIsStatsforecasts(t *testing.T) {
	better := 0
	for k, g := range readGoldenARIMA(t).Fixed {
		h, o := g.history(), g.order()
		d := newArimaData(h, nil)
		places := d.choose(o)
		d.shift(o)
		got := (&arimaFitter{data: d}).fit(o, nil, false, precise)
		if !(got.loglik > g.Loglik-.01) {
			t.Errorf("series %d, %+v: log-likelihood %.4f, want %.4f", k, o, got.loglik, g.Loglik)
		}
		s, ok := filterArima(h, arimaParameters(got, 0, places, d.scales))
		if !ok {
			t.Fatalf("series %d: its own parameters are refused", k)
		}
		if l, _ := s.(*arimaState).Likelihood(); math.Abs(l-got.loglik) > .01 {
			t.Errorf("series %d: the state's log-likelihood is %.4f, the search's %.4f", k, l, got.loglik)
		}
		if got.loglik > g.Loglik+1 { // another, better optimum
			better++
			continue
		}
		g.near(t, k, s)
	}
	if better > 1 {
		t.Errorf("%d optima are others than statsforecast's", better)
	}
}

func (g goldenARIMA) near(t *testing.T, k int, s State) {
	t.Helper()
	n := len(g.Mean)
	f := Forecast{Mean: make([]float64, n), Levels: []float64{.95}, Quantiles: make([]float64, n), Factors: ahead(g.X, len(g.Y))}
	s.Forecast(&f)
	for i := range n {
		half := g.Upper[i] - g.Mean[i]
		if math.Abs(f.Mean[i]-g.Mean[i]) > .02*half || math.Abs(f.Quantiles[i]-g.Upper[i]) > .02*half {
			t.Errorf("series %d, %v: forecast %d is %.4f up to %.4f, want %.4f up to %.4f", k, g.Order, i, f.Mean[i], f.Quantiles[i], g.Mean[i], g.Upper[i])
			return
		}
	}
}

// The orders that are found are as good as statsforecast's by the AICc, and
// where they are the same so are the forecasts. Both climb to the next hill, and
// paths part where one refuses a root that the other takes: 2 is what nobody
// would tell models apart by (Burnham, Anderson 2002).
func TestAutoARIMAIsStatsforecasts(t *testing.T) {
	same := 0
	for k, g := range readGoldenARIMA(t).Auto {
		h, want := g.history(), g.order()
		s := autoARIMA(h, nil)
		d := newArimaData(h, nil)
		d.choose(want)
		d.shift(want)
		theirs := (&arimaFitter{data: d}).fit(want, nil, false, precise)
		got := s.best.order
		if got.D != want.D || got.SD != want.SD || s.best.aicc > theirs.aicc+2 {
			t.Errorf("series %d: %+v has AICc %.2f, statsforecast's %+v %.2f", k, got, s.best.aicc, want, theirs.aicc)
		}
		got.Constant = got.constant()
		if got == want {
			same++
			state, _ := filterArima(h, s.parameters())
			g.near(t, k, state)
		}
	}
	if same == 0 {
		t.Error("no orders are statsforecast's")
	}
}

// Without gaps the Kalman filter of the series is the filter of its
// differences, and with their first errors taken for 0 conditional sums of
// squares are the definition.
func TestFiltersOfDifferences(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		o, partial := randomARMA(r)
		o.D, o.SD = r.IntN(2), r.IntN(2)
		var a arma
		a.set(o, partial)
		y := make([]float64, 90)
		for k := range y {
			y[k] = r.NormFloat64() + float64(k%4)
		}
		w := o.difference(slices.Clone(y))
		want, out := make([]float64, len(w)), make([]float64, len(y))
		var f exact
		f.prepare(&a, len(w))
		f.apply(w, want)
		logs, n := f.variances()
		g := gapped{difference: o.differences(), units: y}
		g.prepare(&a, len(y))
		g.apply(y, out)
		got, m := g.variances()
		if m != n || math.Abs(got-logs) > .01 || math.Abs(dot(out, out)-dot(want, want)) > 1e-3*dot(want, want) {
			t.Fatalf("%+v: %d errors, determinant %g, squares %g; want %d, %g, %g", o, m, got, dot(out, out), n, logs, dot(want, want))
		}
		c := conditional{difference: o.differences(), units: y}
		c.prepare(&a, len(y))
		c.apply(y, out)
		near(t, "conditional errors", out[o.lost():], conditionalErrors(&a, w))
	}
}

// conditionalErrors are those of a differenced series, 0 in the periods that
// the autoregression looks back to.
func conditionalErrors(a *arma, w []float64) []float64 {
	p := 0
	for k, c := range a.phi {
		if c != 0 {
			p = k + 1
		}
	}
	e := make([]float64, len(w))
	for t := p; t < len(w); t++ {
		e[t] = w[t]
		for k := range min(t, len(a.phi)) {
			e[t] -= a.phi[k]*w[t-1-k] + a.theta[k]*e[t-1-k]
		}
	}
	return e
}

// Two years of weeks have Fourier terms of the year, and forecasts follow it.
func TestAutoARIMAKnowsTheYearOfWeeks(t *testing.T) {
	h := &History{Season: 52, Step: daycast.Weekly, Start: 17000}
	r := rand.New(rand.NewPCG(8, 8))
	for week := range 182 {
		h.Units = append(h.Units, 100+30*math.Sin(2*math.Pi*float64(week)*7/365.25)+5*r.NormFloat64())
	}
	n := len(h.Units) - 26
	c := methodCase{method: AutoARIMA{}}
	f := c.forecast(t, c.method.Learn(h.cut(n)), h.cut(n), 26)
	for k, v := range f.Mean {
		if want := 100 + 30*math.Sin(2*math.Pi*float64(n+k)*7/365.25); math.Abs(v-want) > 10 {
			t.Fatalf("week %d: %g, want %g", k, v, want)
		}
	}
}

// Gaps, however many, leave the coefficients nearly what they are without, and
// a factor's effect is found through them; a factor said twice is dropped.
func TestAutoARIMAThroughGaps(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	h := &History{Season: 7, Step: daycast.Daily, Factors: [][]float64{make([]float64, 430), make([]float64, 430), make([]float64, 430)}}
	level := 50.0
	for t := range 430 {
		if r.IntN(8) == 0 {
			h.Factors[0][t], h.Factors[1][t] = 1, 2
		}
		h.Factors[2][t] = 4
		if t < 400 {
			level += r.NormFloat64() / 2
			h.Units = append(h.Units, level+3*float64(t%7)+20*h.Factors[0][t]+2*r.NormFloat64())
		}
	}
	c := methodCase{method: AutoARIMA{}}
	whole := c.forecast(t, c.method.Learn(h), h, 21)
	for t := range h.Units {
		if t%7 == 2 || t > 200 && t < 215 || t < 5 {
			h.Units[t] = nan
		}
	}
	s := c.method.Learn(h).(*arimaState)
	if math.Abs(s.beta[0]-20) > 2 || s.beta[1] != 0 || s.beta[2] != 0 {
		t.Errorf("coefficients %v, want 20 0 0", s.beta)
	}
	holes := c.forecast(t, s, h, 21)
	for k := range holes.Mean {
		if (400+k)%7 != 2 && math.Abs(holes.Mean[k]-whole.Mean[k]) > 4 {
			t.Errorf("day %d: %.2f with gaps, %.2f without", k, holes.Mean[k], whole.Mean[k])
		}
	}
}

// Roots are where the eigenvalues of the companion matrix say that they are.
func TestNearCircleIsTheRoots(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for range 300 {
		c := make([]float64, 1+r.IntN(maxARMA))
		for k := range c {
			c[k] = r.NormFloat64() / float64(len(c))
		}
		companion := mat.NewDense(len(c), len(c), nil)
		for k, v := range c {
			companion.Set(0, k, v)
			if k > 0 {
				companion.Set(k, k-1, 1)
			}
		}
		var e mat.Eigen
		if !e.Factorize(companion, mat.EigenNone) {
			t.Fatal("no eigenvalues")
		}
		largest := 0.0
		for _, v := range e.Values(nil) {
			largest = max(largest, cmplx.Abs(v))
		}
		if math.Abs(largest*nearestRoot-1) > 1e-9 && nearCircle(c, nearestRoot) != (largest*nearestRoot >= 1) {
			t.Fatalf("%v: near %v, the nearest root is at %g", c, nearCircle(c, nearestRoot), 1/largest)
		}
	}
}

// A search without derivatives, with the covariance matrix for the likelihood,
// finds no likelier coefficients.
func TestARIMASearchIsTheMaximum(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, o := range []arimaOrder{{P: 1, Season: 4}, {P: 1, Q: 1, Season: 4}, {Q: 2, SP: 1, Season: 4}, {P: 2, SQ: 1, Season: 4}} {
		y := make([]float64, 60)
		e := r.NormFloat64()
		for k := range y {
			last := e
			e = r.NormFloat64()
			y[k] = e + .4*last
			if k > 3 {
				y[k] += .5 * y[k-4]
			}
		}
		d := newArimaData(&History{Units: y, Season: 4}, nil)
		got := (&arimaFitter{data: d}).fit(o, nil, false, precise)
		n := float64(len(y))
		problem := optimize.Problem{Func: func(x []float64) float64 {
			partial := make([]float64, len(x))
			for k, v := range x {
				partial[k] = math.Tanh(v)
			}
			var a arma
			a.set(o, partial)
			squares, logs := slowLikelihood(t, &a, y)
			return n/2*(math.Log(2*math.Pi*squares/n)+1) + logs/2
		}}
		want, err := optimize.Minimize(problem, make([]float64, o.coefficients()), &optimize.Settings{FuncEvaluations: 60}, &optimize.NelderMead{})
		if want == nil {
			t.Fatal(err)
		}
		if got.loglik < -want.F-1e-3 {
			t.Errorf("%+v: log-likelihood %.4f, want %.4f", o, got.loglik, -want.F)
		}
	}
}

// No parameters make a filter panic, whatever a file says.
func FuzzFilter(f *testing.F) {
	h := histories()["factor"]
	short := h.cut(60)
	methods := []Estimator{AutoARIMA{}, PoissonGLM{}}
	for _, m := range methods {
		var seed []byte
		for _, v := range m.Learn(short).Parameters() {
			seed = binary.LittleEndian.AppendUint32(seed, math.Float32bits(float32(v)))
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var parameters []float64
		for ; len(text) >= 4; text = text[4:] {
			parameters = append(parameters, float64(math.Float32frombits(binary.LittleEndian.Uint32(text))))
		}
		for _, m := range methods {
			s, ok := m.Filter(short, parameters)
			if !ok {
				continue
			}
			s.Forecast(&Forecast{Mean: make([]float64, 9), Levels: levels, Quantiles: make([]float64, 27), Factors: ahead(h.Factors, 60)})
		}
	})
}
