package coherent

import (
	"bytes"
	"context"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
	"daycast/model/reconcile"
)

// aligned is a textbook model whose groups are forecast by another one.
type aligned struct {
	series, groups model.Model
	pull           Pull
}

// half is a pull of half the way.
func half(m Method) Pull { return Pull{Method: m, Strength: .5} }

func (a aligned) Name() string { return "coherent" }

func (a aligned) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	inner, err := a.series.Fit(ctx, t)
	if err != nil {
		return nil, err
	}
	p, err := modeltest.Join(ctx, t.Panels)
	if err != nil {
		return nil, err
	}
	g, err := Of(p, nil, t.Horizon)
	if err != nil {
		return nil, err
	}
	upper, err := g.Upper(ctx, []model.Model{a.groups}, t)
	if err != nil || len(upper) == 0 {
		return inner, err
	}
	return g.Wrap(ctx, inner, model.Request{Panel: p, Horizon: t.Horizon, Threads: t.Threads}, Mean(upper), a.pull)
}

func loaders() map[string]model.Loader {
	l := map[string]model.Loader{"coherent": Load}
	for kind, load := range classic.Loaders() {
		l[kind] = load
	}
	return l
}

func TestModel(t *testing.T) {
	for _, method := range []Method{Align, OLS, WLS, MinT} {
		t.Run(string(method), func(t *testing.T) {
			modeltest.Run(t, aligned{classic.WindowMean{}, classic.SeasonalNaive{}, half(method)}, loaders(), modeltest.TracksConstant(.01))
		})
	}
}

// TestForecastIsWhatReconcileSays checks that the factors by name give what
// reconcile gives for the whole shop, for some of its series too.
func TestForecastIsWhatReconcileSays(t *testing.T) {
	p := modeltest.Rich(3, 12, 120)
	m := aligned{classic.WindowMean{}, classic.SeasonalNaive{}, half(Align)}
	fitted, err := m.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(f model.Fitted, p *daycast.Panel) *daycast.Forecasts {
		out, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 7, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got, plain := ask(fitted, p), ask(fitted.(*Fitted).Inner, p)
	g, err := Of(p, nil, 7)
	if err != nil {
		t.Fatal(err)
	}
	upper, err := g.Upper(t.Context(), []model.Model{m.groups}, model.Training{Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	base := reconcile.NewValues(g.Hierarchy, 1)
	for i := range p.Series {
		for _, v := range plain.MeanOf(i) {
			base.Bottom[i] += v
		}
	}
	copy(base.Upper, Mean(upper))
	want, err := reconcile.Align{Strength: map[string]float64{"shop": .5, "category": .5, "place": .5}}.Reconcile(
		t.Context(), g.Hierarchy, base, reconcile.Options{NonNegative: true, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	moved := 0.0
	for i := range p.Series {
		var sum float64
		for _, v := range got.MeanOf(i) {
			sum += float64(v)
		}
		w := float64(want.Bottom[i])
		if math.Abs(sum-w) > 1e-4*(1+w) {
			t.Errorf("series %d sells %g, want %g", i, sum, w)
		}
		moved = max(moved, math.Abs(sum-float64(base.Bottom[i])))
	}
	if moved < .01 {
		t.Error("nothing was aligned")
	}
	some := ask(fitted, p.Select([]int{7, 2}))
	if !slices.Equal(some.MeanOf(0), got.MeanOf(7)) || !slices.Equal(some.MeanOf(1), got.MeanOf(2)) {
		t.Error("a series asked for alone has another forecast")
	}
}

// TestOfAddsUp checks a group's history against the definition, with days that
// are lost and closed.
func TestOfAddsUp(t *testing.T) {
	const n = 60
	state := func(k int, s daycast.DayState) []daycast.DayState {
		out := slices.Repeat([]daycast.DayState{daycast.Sold}, n)
		out[k] = s
		return out
	}
	closed := state(50, daycast.Closed)
	closed[40] = daycast.Closed
	p := modeltest.Panel(modeltest.Origin,
		modeltest.Series{Category: "a", Units: modeltest.Constant(n, 3), State: closed},
		modeltest.Series{Category: "a", Units: modeltest.Constant(n, 5), State: state(50, daycast.Closed)},
		modeltest.Series{Category: "b", Units: modeltest.Constant(30, 2)})
	g, err := Of(p, [][]string{{"category"}}, 7)
	if err != nil {
		t.Fatal(err)
	}
	shop, a := g.Panel.TrainOf(g.node[0]), g.Panel.TrainOf(g.node[g.Hierarchy.Upper("category", "a")])
	for _, c := range []struct {
		day     int
		shop, a float32
	}{{0, 8, 8}, {29, 8, 8}, {31, 10, 8}, {40, (5 + 2) * 3 / 2., 10}, {50, 2 * 3, 0}} {
		if shop[c.day] != c.shop || a[c.day] != c.a {
			t.Errorf("day %d: the shop sold %g and a %g, want %g and %g", c.day, shop[c.day], a[c.day], c.shop, c.a)
		}
	}
	if s := g.Panel.StateOf(1)[50]; s != daycast.Closed {
		t.Errorf("all of a is closed on day 50, its state is %s", s)
	}
}

func TestLearn(t *testing.T) {
	g := &Groups{Hierarchy: must(reconcile.New([]daycast.Series{{Item: "a"}, {Item: "b"}}, nil))}
	past := func(mean, upper, sold float64) Past {
		m := []float32{float32(mean), float32(mean)}
		loss := func(m []float32) float64 { return math.Abs(float64(m[0])-sold) + math.Abs(float64(m[1])-sold) + .1 }
		before := loss(m)
		return Past{Groups: g, Mean: m, Upper: []float64{upper}, Loss: func(m []float32) float64 { return loss(m) / before }}
	}
	helps, hurts := past(10, 24, 12), past(10, 24, 9)
	for _, c := range []struct {
		what     string
		pasts    []Past
		strength float64
	}{
		{"one origin", []Past{helps}, 0},
		{"two that it helps at", []Past{helps, helps}, .75 / 2},
		{"six that it helps at", slices.Repeat([]Past{helps}, 6), .75 * 6 / 8},
		{"none that it helps at", slices.Repeat([]Past{hurts}, 6), 0},
		{"half and half", []Past{helps, hurts, helps, hurts}, 0},
		{"what is known already", slices.Repeat([]Past{past(10, 20, 12)}, 6), 0},
	} {
		got, gain, err := Learn(t.Context(), Align, c.pasts, reconcile.Options{Threads: 1})
		if err != nil || math.Abs(got-c.strength) > 1e-9 || (gain > 0) != (c.strength > 0) {
			t.Errorf("%s: strength %g with a gain of %g and %v, want %g", c.what, got, gain, err, c.strength)
		}
	}
}

// TestPullsAreWhatReconcileSays checks each of the methods by covariances, with
// all of the way gone, against reconcile's for the whole shop.
func TestPullsAreWhatReconcileSays(t *testing.T) {
	p := modeltest.Rich(3, 12, 120)
	g, err := Of(p, nil, 2)
	if err != nil {
		t.Fatal(err)
	}
	h, o := g.Hierarchy, reconcile.Options{NonNegative: true, Threads: 1}
	r := rand.New(rand.NewPCG(1, 2))
	drawn := func(scale float64) (out []float32) {
		for range p.Series {
			for range 2 {
				out = append(out, float32(scale*(1+r.Float64())))
			}
		}
		return out
	}
	past := func() Past {
		out := Past{Groups: g, Mean: drawn(5), Came: drawn(6)}
		out.Came[3] = nan // not known: as forecast
		out.Upper = g.Sums(drawn(5.5), 1)
		out.Upper[0] = math.NaN()
		return out
	}
	pasts := []Past{past(), past(), past()}
	var windows []reconcile.Window
	for _, q := range pasts {
		w := reconcile.Window{Hierarchy: h, Base: reconcile.NewValues(h, 1), Actual: reconcile.NewValues(h, 1)}
		for i := range p.Series {
			w.Base.Bottom[i] = q.Mean[2*i] + q.Mean[2*i+1]
			w.Actual.Bottom[i] = q.Came[2*i] + q.Came[2*i+1]
		}
		w.Actual.Bottom[1] = q.Came[2] + q.Mean[3]
		h.Sum(w.Base, 1)
		h.Sum(w.Actual, 1)
		copy(w.Base.Upper[1:], q.Upper[1:])
		windows = append(windows, w)
	}
	shrunk := must(reconcile.Shrunk(h, must(reconcile.ErrorsAt(h, windows)), 1))
	mean, upper := drawn(5), g.Sums(drawn(7), 1)
	upper[1] = math.NaN()
	base := reconcile.NewValues(h, 1)
	for i := range p.Series {
		base.Bottom[i] = mean[2*i] + mean[2*i+1]
	}
	h.Sum(base, 1)
	use := make([]bool, h.Uppers())
	for u, v := range upper {
		if use[u] = u != 1; use[u] {
			base.Upper[u] = v
		}
	}
	for method, w := range map[Method]reconcile.Covariance{OLS: reconcile.OLS(h), WLS: reconcile.Structural(h), MinT: shrunk} {
		want, err := reconcile.MinT{W: w, Use: use}.Reconcile(t.Context(), h, base, o)
		if err != nil {
			t.Fatal(err)
		}
		c, err := g.Correct(t.Context(), mean, upper, Pull{method, 1, pasts}, o)
		if err != nil {
			t.Fatal(err)
		}
		got := g.Scaled(mean, c)
		for i := range p.Series {
			if sum := got[2*i] + got[2*i+1]; math.Abs(float64(sum-want.Bottom[i])) > 1e-3 {
				t.Errorf("%s: series %d sells %g, want %g", method, i, sum, want.Bottom[i])
			}
		}
	}
}

// TestCheck has a level of a group for each of so many series that no covariance
// can be taken of them.
func TestCheck(t *testing.T) {
	p := modeltest.Rich(3, 12, 60)
	if err := WLS.Check(p, nil); err != nil {
		t.Error(err)
	}
	if err := Align.Check(p, [][]string{{"brand"}}); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a column that there is not: %v", err)
	}
	p.Levels[0].Names = make([]string, reconcile.MaxGroups)
	asked := [][]string{{p.Levels[0].Name}}
	if err := Align.Check(p, asked); err != nil {
		t.Error(err)
	}
	if err := MinT.Check(p, asked); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "4097 groups: mint takes up to 4096") {
		t.Errorf("too many groups: %v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func FuzzLoad(f *testing.F) {
	p := modeltest.Rich(2, 6, 80)
	m, err := aligned{classic.WindowMean{}, classic.SeasonalNaive{}, half(WLS)}.Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	var body bytes.Buffer
	if err := m.Save(&body); err != nil {
		f.Fatal(err)
	}
	f.Add(body.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Load(bytes.NewReader(data), func(r io.Reader) (model.Fitted, error) { return model.Load(r, loaders()) })
		if err != nil {
			return
		}
		if _, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 7, Threads: 1}); err != nil {
			t.Error(err)
		}
	})
}
