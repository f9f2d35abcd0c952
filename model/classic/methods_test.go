package classic

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"daycast"
	"daycast/model/modeltest"
)

// methods are all that this package has. Where updates is true, a state that
// took the last periods one by one forecasts as one that read them all with the
// same parameters; of others the doc comment says why it cannot.
func methods() []methodCase {
	return []methodCase{
		{AutoETS{}, true},
		{AutoTheta{}, true},
		{DampedHolt{}, true},
		{DynamicOptimizedTheta{}, true},
		{DynamicTheta{}, true},
		{Holt{}, true},
		{HoltWinters{}, true},
		{HoltWinters{Multiplicative: true}, true},
		{OptimizedTheta{}, true},
		{SES{}, true},
		{StandardTheta{}, true},
		{ARIMA{P: 1, D: 1, Q: 1, SeasonalP: 1, SeasonalQ: 1}, true},
		{ARIMA{P: 2, SeasonalD: 1, SeasonalQ: 1, NoConstant: true}, true},
		{AutoARIMA{}, true},
		{PoissonGLM{}, true},
		{MSTL{}, false},                    // splits the history anew
		{MSTL{Trend: "auto_arima"}, false}, // the same
		{SeasonalNaive{}, true},
		{ADIDA{}, true},
		{Croston{}, true},
		{CrostonClassic{}, true},
		{CrostonOptimized{}, true},
		{Drift{}, true},
		{HistoricAverage{}, true},
		{IMAPA{}, true},
		{Naive{}, true},
		{NegativeBinomial{}, true},
		{SeasonalWindowAverage{}, true},
		{WindowMean{}, true},
		{TSB{}, true},
		{ETS{}, false},   // chooses its form anew
		{Theta{}, false}, // looks at a year that ends with the history
	}
}

type methodCase struct {
	method  Method
	updates bool
}

// histories are what a method must stand.
func histories() map[string]*History {
	week := []float32{3, 4, 5, 6, 9, 14, 8}
	holes := historyOf(modeltest.Noisy(1, modeltest.Weekly(200, week...), 2))
	for t := range holes.Units {
		if t%5 == 0 || t > 100 && t < 130 {
			holes.Units[t] = nan
		}
	}
	empty := historyOf(make([]float32, 30))
	fill(empty.Units, nan)
	weekly := historyOf(modeltest.Noisy(2, modeltest.Trend(150, 20, .2), 3))
	weekly.Season, weekly.Step = 52, daycast.Weekly
	withFactor := historyOf(modeltest.Noisy(3, modeltest.Weekly(150, week...), 2))
	column := make([]float64, 300)
	for t := range column {
		column[t] = float64(t % 3 % 2)
	}
	withFactor.Factors = [][]float64{column}
	out := map[string]*History{
		"week": historyOf(modeltest.Noisy(4, modeltest.Weekly(200, week...), 2)), "holes": holes, "empty": empty, "weekly": weekly,
		"none": historyOf(nil), "one": historyOf([]float32{3}), "two": historyOf([]float32{3, 4}), "short": historyOf([]float32{3, 0, 0, 2, 5, 1, 0, 4, 4}),
		"constant": historyOf(modeltest.Constant(90, 5)), "zero": historyOf(make([]float32, 90)), "trend": historyOf(modeltest.Trend(90, 10, .5)),
		"seldom": historyOf(modeltest.Intermittent(5, 300, .05, 2)), "huge": historyOf(modeltest.Constant(90, 1e12)),
		"spike":    historyOf(append(modeltest.Constant(60, 1), append(modeltest.Constant(1, 1e9), modeltest.Constant(20, 1)...)...)),
		"fraction": historyOf(modeltest.Noisy(6, modeltest.Constant(90, .01), .01)), "factor": withFactor,
	}
	return out
}

var levels = []float64{.05, .5, .95}

func (c methodCase) forecast(t *testing.T, s State, h *History, horizon int) Forecast {
	t.Helper()
	f := Forecast{Mean: make([]float64, horizon), Levels: levels, Quantiles: make([]float64, horizon*len(levels)), Factors: ahead(h.Factors, len(h.Units))}
	for k := range f.Factors {
		f.Factors[k] = f.Factors[k][:horizon]
	}
	s.Forecast(&f)
	for k, v := range slices.Concat(f.Mean, f.Quantiles) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("%s: number %d is %g", c.method.Name(), k, v)
		}
	}
	for at := range horizon {
		if !slices.IsSorted(f.quantilesAt(at)) {
			t.Fatalf("%s: quantiles %v", c.method.Name(), f.quantilesAt(at))
		}
	}
	return f
}

// cut is h up to its n-th period; its factors reach on.
func (h *History) cut(n int) *History {
	out := *h
	out.Units = h.Units[:n]
	return &out
}

// Each method forecasts finite numbers after every history, and quantiles that
// do not cross; learning keeps none of the history's memory.
func TestMethodsStandEveryHistory(t *testing.T) {
	for _, c := range methods() {
		for name, h := range histories() {
			t.Run(c.method.Name()+"/"+name, func(t *testing.T) {
				own := *h
				own.Units = slices.Clone(h.Units)
				s := c.method.Learn(&own)
				want := c.forecast(t, s, &own, 16)
				fill(own.Units, 1e6)
				got := c.forecast(t, s, &own, 16)
				if !slices.Equal(got.Mean, want.Mean) || !slices.Equal(got.Quantiles, want.Quantiles) {
					t.Error("the state reads the history that it was learnt from, or a forecast changes it")
				}
				for k := range 10 {
					s.Update([]float64{2, nan, 0, 7}[k%4], valuesAt(h.Factors, len(h.Units)+k))
				}
				c.forecast(t, s, h, 16)
			})
		}
	}
}

func valuesAt(columns [][]float64, t int) []float64 {
	out := make([]float64, len(columns))
	for c := range columns {
		out[c] = columns[c][t]
	}
	return out
}

// reread is what the method makes of h with the parameters of s.
func (c methodCase) reread(t *testing.T, s State, h *History) State {
	t.Helper()
	e, ok := c.method.(Estimator)
	if !ok {
		return c.method.Learn(h)
	}
	out, ok := e.Filter(h, s.Parameters())
	if !ok {
		t.Fatalf("%s refuses its own parameters %v", c.method.Name(), s.Parameters())
	}
	return out
}

func TestUpdateIsReading(t *testing.T) {
	for _, c := range methods() {
		if !c.updates {
			continue
		}
		for _, name := range []string{"week", "holes", "seldom", "trend", "factor"} {
			t.Run(c.method.Name()+"/"+name, func(t *testing.T) {
				h := histories()[name]
				n := len(h.Units) - 10
				s := c.method.Learn(h.cut(n))
				for k, y := range h.Units[n:] {
					s.Update(y, valuesAt(h.Factors, n+k))
				}
				got, want := c.forecast(t, s, h, 9), c.forecast(t, c.reread(t, s, h), h, 9)
				near(t, "means", got.Mean, want.Mean)
				near(t, "quantiles", got.Quantiles, want.Quantiles)
			})
		}
	}
}

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for k := range want {
		if math.Abs(got[k]-want[k]) > 1e-6*(1+math.Abs(want[k])) {
			t.Fatalf("%s: got %v, want %v", what, got, want)
		}
	}
}

// An Estimator's own parameters give its own state again, a search that begins
// at them ends near them, and no parameters make it panic.
func TestParametersAreTheState(t *testing.T) {
	for _, c := range methods() {
		e, ok := c.method.(Estimator)
		if !ok {
			if got := c.method.Learn(histories()["week"]).Parameters(); got != nil {
				t.Errorf("%s has parameters %v and is no Estimator", c.method.Name(), got)
			}
			continue
		}
		for name, h := range histories() {
			t.Run(e.Name()+"/"+name, func(t *testing.T) {
				s := e.Learn(h)
				want := c.forecast(t, s, h, 9)
				near(t, "filtered", c.forecast(t, c.reread(t, s, h), h, 9).Mean, want.Mean)
				c.forecast(t, e.LearnFrom(h, s.Parameters()), h, 9)
				odd := slices.Clone(s.Parameters())
				for k := range odd {
					for _, v := range []float64{nan, math.Inf(1), -1, 0, 1e300, 99} {
						was := odd[k]
						odd[k] = v
						if s, ok := e.Filter(h, odd); ok {
							s.Update(3, valuesAt(h.Factors, 0))
						}
						odd[k] = was
					}
					e.Filter(h, odd[:k])
				}
			})
		}
	}
}

// What a period costs does not grow with the history: no memory is taken.
func TestUpdateTakesNoMemory(t *testing.T) {
	h := histories()["week"]
	for _, c := range methods() {
		s := c.method.Learn(h)
		for range 60 {
			s.Update(5, nil) // room for a window
		}
		if n := testing.AllocsPerRun(100, func() { s.Update(5, nil) }); n > 0 {
			t.Errorf("%s: %g allocations an update", c.method.Name(), n)
		}
	}
}

// A longer history makes a horizon's intervals cover what they say: of Gaussian
// noise around what the method can learn, nine in ten. The naive ones expect
// that it adds up.
func TestIntervalsCover(t *testing.T) {
	if testing.Short() {
		t.Skip("many series")
	}
	for _, c := range methods() {
		inside, n := 0.0, 0.0
		for seed := range uint64(40) {
			units := modeltest.Noisy(seed+1, modeltest.Constant(240, 100), 10)
			h := historyOf(units)
			switch c.method.(type) {
			case Naive, Drift:
				walk(h.Units)
			}
			f := c.forecast(t, c.method.Learn(h.cut(212)), h, 28)
			for k, y := range h.Units[212:] {
				if q := f.quantilesAt(k); y >= q[0] && y <= q[2] {
					inside++
				}
				n++
			}
		}
		if share := inside / n; share < .82 || share > .985 {
			t.Errorf("%s: 90%% intervals cover %.3f", c.method.Name(), share)
		}
	}
}

// walk adds up the distances to 100.
func walk(units []float64) {
	for t := 1; t < len(units); t++ {
		units[t] += units[t-1] - 100
	}
}

func ExampleMethod() {
	h := &History{Units: []float64{1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7}, Season: 7, Step: daycast.Daily}
	state := SeasonalNaive{}.Learn(h)
	state.Update(9, nil)
	f := Forecast{Mean: make([]float64, 3)}
	state.Forecast(&f)
	fmt.Println(f.Mean)
	// Output: [2 3 4]
}
