package classic

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/optimize"

	"daycast/model/modeltest"
)

// slowETSForm is the book's recursions with each state kept by period: the
// residuals that the likelihood wants small, and the state after the last.
func slowETSForm(m *innovations, units []float64) (residuals []float64, after *innovations) {
	n, p := len(units), max(1, len(m.season))
	l, b, s := make([]float64, n+1), make([]float64, n+1), make([]float64, n+p)
	l[0], b[0] = m.level, m.trend
	copy(s, m.season)
	logs, evidence := 0.0, 0.0
	for t, y := range units {
		q := l[t] + m.phi*b[t]
		mean := q
		switch m.form.season {
		case additive:
			mean = q + s[t]
		case multiplicative:
			mean = q * s[t]
		}
		e := y - mean
		if y != y {
			e = 0
		} else {
			evidence++
			logs += math.Log(mean)
			residual := e
			if m.form.relative {
				residual = e / mean
			}
			residuals = append(residuals, residual)
		}
		onLevel, onSeason := e, e
		if m.form.season == multiplicative {
			onLevel, onSeason = e/s[t], e/q
		}
		l[t+1] = q + m.alpha*onLevel
		b[t+1] = m.phi*b[t] + m.beta*onLevel
		s[t+p] = s[t] + m.gamma*onSeason
	}
	if m.form.relative {
		for k := range residuals {
			residuals[k] *= math.Exp(logs / evidence)
		}
	}
	out := *m
	out.level, out.trend, out.position = l[n], b[n], n%p
	out.season = slices.Clone(m.season)
	for k := range m.season {
		out.season[(n+k)%p] = s[n+k]
	}
	return residuals, &out
}

// examples are a form of each kind, somewhere in its region, with a history.
func examples(t *testing.T) []*etsSearch {
	t.Helper()
	units := historyOf(modeltest.Noisy(1, modeltest.Weekly(90, 13, 14, 15, 16, 19, 24, 18), 2)).Units
	units[20], units[21], units[50] = nan, nan, nan
	var out []*etsSearch
	for _, form := range everyETS {
		s := &etsSearch{}
		if !s.look(&History{Units: units, Season: 7}) || !s.fits(form) {
			t.Fatalf("%s does not fit", form)
		}
		s.squares.start(s.errors.prepare(form))
		s.bound()
		s.begin()
		x := s.best
		x[0] = .2
		for _, k := range []int{s.errors.betas, s.errors.gammas} {
			if k >= 0 {
				x[k] = .1
			}
		}
		if k := s.errors.phis; k >= 0 {
			x[k] = .9
		}
		out = append(out, s)
	}
	return out
}

// at is the model of numbers x, apart from the search's memory.
func (s *innovationErrors) copyAt(x []float64) *innovations {
	s.model(x)
	m := s.at
	m.position, m.n, m.squares, m.logs, m.season = 0, 0, 0, logSum{}, nil
	if s.form.season != noSeason {
		m.season = slices.Clone(s.shape)
	}
	return &m
}

func TestInnovationsAreTheirFormula(t *testing.T) {
	for _, s := range examples(t) {
		e := &s.errors
		m := e.copyAt(s.best)
		residuals, want := slowETSForm(m, s.units)
		sum := 0.0
		for _, r := range residuals {
			sum += r * r
		}
		var normal normalEquations
		normal.start(len(s.best))
		m.read(s.units)
		name := e.form.String()
		near(t, name+": sums", []float64{e.value(s.best), e.evaluate(s.best, math.Inf(1), &normal)}, []float64{sum, sum})
		near(t, name+": forecast", means(m, 20), means(want, 20))
		near(t, name+": state", append([]float64{m.level, m.trend}, m.season...), append([]float64{want.level, want.trend}, want.season...))
	}
}

// The normal equations are those of slopes by differences.
func TestSlopesAreDifferences(t *testing.T) {
	for _, s := range examples(t) {
		e, n := &s.errors, len(s.best)
		var slopes [][]float64
		base, _ := slowETSForm(e.copyAt(s.best), s.units)
		for k := range n {
			x := slices.Clone(s.best)
			step := 1e-5 * max(1, math.Abs(x[k]))
			x[k] += step
			up, _ := slowETSForm(e.copyAt(x), s.units)
			x[k] -= 2 * step
			down, _ := slowETSForm(e.copyAt(x), s.units)
			slope := make([]float64, len(up))
			for i := range up {
				slope[i] = -(up[i] - down[i]) / (2 * step)
			}
			slopes = append(slopes, slope)
		}
		var got normalEquations
		got.start(n)
		e.evaluate(s.best, math.Inf(1), &got)
		dot := func(a, b []float64) (sum float64) {
			for i := range a {
				sum += a[i] * b[i]
			}
			return sum
		}
		for k := range n {
			for j := range k + 1 {
				want, size := dot(slopes[k], slopes[j]), math.Sqrt(dot(slopes[k], slopes[k])*dot(slopes[j], slopes[j]))
				if math.Abs(*got.at(k, j)-want) > 1e-5*size {
					t.Errorf("%s: slopes %d and %d: %g, want %g", e.form, k, j, *got.at(k, j), want)
				}
			}
			want, size := dot(slopes[k], base), math.Sqrt(dot(slopes[k], slopes[k])*dot(base, base))
			if math.Abs(*got.right.at(k)-want) > 1e-5*size {
				t.Errorf("%s: slope %d and residuals: %g, want %g", e.form, k, *got.right.at(k), want)
			}
		}
	}
}

// The simplex of Nelder and Mead, which needs no slopes, finds nothing lower
// from where the search ends, and mostly ends higher from where it begins.
func TestSearchEndsAtTheBottom(t *testing.T) {
	higher := 0
	for _, s := range examples(t) {
		e, l := &s.errors, &s.squares
		simplex := func(from []float64) float64 {
			problem := optimize.Problem{Func: func(x []float64) float64 {
				inside := slices.Clone(x)
				for k, v := range inside {
					inside[k] = min(l.upper[k], max(l.lower[k], v))
				}
				return math.Log(e.value(inside))
			}}
			result, err := optimize.Minimize(problem, slices.Clone(from), &optimize.Settings{FuncEvaluations: 3000}, &optimize.NelderMead{})
			if result == nil {
				t.Fatal(err)
			}
			return result.F
		}
		copy(l.x, s.best)
		bottom := math.Log(l.minimise(e, searchTolerance, 0))
		if again := simplex(l.x); again < bottom-1e-4 {
			t.Errorf("%s: %g, a simplex goes on to %g", e.form, bottom, again)
		}
		if simplex(s.best) > bottom-1e-9 {
			higher++
		}
	}
	if higher < len(everyETS)*2/3 {
		t.Errorf("of %d forms the simplex ends higher on %d", len(everyETS), higher)
	}
}

func TestParseETS(t *testing.T) {
	for text, want := range map[string]string{
		"": "[ANN AAdN AAN MNN MAdN MAN ANA AAdA AAA MNA MAdA MAA MNM MAdM MAM]", "AAdA": "[AAdA]", "MZM": "[MNM MAdM MAM]", "ZNN": "[ANN MNN]",
		"AAM": "[]", "AN": "[]", "A": "[]", "MMN": "[]", "aan": "[]", "AAddA": "[]", "é": "[]",
	} {
		if got, _ := parseETS(text); fmt.Sprint(got) != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzParseETS(f *testing.F) {
	f.Add("ZZZ")
	f.Add("AAdA")
	f.Fuzz(func(t *testing.T, text string) {
		forms, ok := parseETS(text)
		if ok != (len(forms) > 0) {
			t.Fatal(forms, ok)
		}
		for _, form := range forms {
			again, ok := parseETS(form.String())
			if !ok || len(again) != 1 || again[0] != form {
				t.Errorf("%q allows %s, which reads as %v", text, form, again)
			}
			if read, ok := formOf(form.number()); !ok || read != form {
				t.Errorf("%s is number %g, which is %s", form, form.number(), read)
			}
		}
	})
}
