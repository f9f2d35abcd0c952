package gbm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	inf = float32(math.Inf(1))
	ctx = context.Background()
	one = model.FitOptions{Seed: 1, Threads: 1}
)

var objectives = map[string]Objective{
	"squared": Squared{}, "poisson": Poisson{}, "tweedie": Tweedie{}, "quantile": Quantile{Level: .8},
	"absolute": Absolute{}, "huber": Huber{Delta: 1.5}, "asymmetric": Asymmetric{Under: 3}, "logistic": Logistic{},
}

// fitting makes targets >= 0 such as the objective takes.
func fitting(o Objective, y []float32) []float32 {
	if _, ok := o.(Logistic); !ok {
		return y
	}
	out := make([]float32, len(y))
	for i, v := range y {
		out[i] = 1
		if v < 1 {
			out[i] = v
		}
	}
	return out
}

// demand is a shop's day in small: the mean depends on a wave, on a level of a
// category and on whether a number is missing; noise is exponential.
func demand(rows int) (x *feature.Frame, y, truth []float32) {
	rng := rand.New(rand.NewPCG(1, 1))
	x = feature.NewFrame([]feature.Column{{Name: "wave"}, {Name: "level", Levels: 40}, {Name: "gap"}, {Name: "noise"}}, rows)
	y, truth = make([]float32, rows), make([]float32, rows)
	for i := range rows {
		wave, level := 6*rng.Float64(), rng.IntN(40)
		mean := 3 + 2*math.Sin(wave) + float64(level*7%10)
		x.Data[0][i], x.Data[1][i] = float32(wave), float32(level)
		x.Data[2][i], x.Data[3][i] = rng.Float32(), rng.Float32()
		if rng.IntN(3) == 0 {
			x.Data[2][i] = nan
			mean *= 2
		}
		truth[i], y[i] = float32(mean), float32(mean*(.5+.5*rng.ExpFloat64()))
	}
	return x, y, truth
}

func fit(t *testing.T, r Regressor, x *feature.Frame, y, w []float32, o model.FitOptions) *Predictor {
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

func rmse(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]-b[i]) * float64(a[i]-b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

func TestLearnsWaveLevelAndGap(t *testing.T) {
	x, y, truth := demand(20_000)
	var mean float32
	for _, v := range y {
		mean += v / float32(len(y))
	}
	constant := make([]float32, len(y))
	for i := range constant {
		constant[i] = mean
	}
	worst := rmse(constant, truth)
	for _, name := range []string{"squared", "poisson", "tweedie"} {
		objective := objectives[name]
		p := fit(t, Regressor{Objective: objective, Trees: 80}, x, y, nil, one)
		if got := rmse(predict(p, x), truth); got > .25*worst {
			t.Errorf("%s: error %.3f, of the mean %.3f", name, got, worst)
		}
		share := p.Importance()
		if share[0] < .02 || share[1] < .2 || share[2] < .2 || share[3] > .1 {
			t.Errorf("%s: importance %.3f", name, share)
		}
	}
}

func TestQuantileCoversItsLevel(t *testing.T) {
	x, y, _ := demand(20_000)
	for _, level := range []float64{.1, .5, .9} {
		got := predict(fit(t, Regressor{Objective: Quantile{level}, Trees: 60}, x, y, nil, one), x)
		below := 0
		for i := range y {
			if y[i] <= got[i] {
				below++
			}
		}
		if share := float64(below) / float64(len(y)); math.Abs(share-level) > .02 {
			t.Errorf("level %g covers %.3f", level, share)
		}
	}
}

func TestThreadsAndSaving(t *testing.T) {
	rows := 20_000
	if testing.Short() {
		rows = 9000 // more than two spans
	}
	x, y, w := demand(rows)
	for name, objective := range objectives {
		y := fitting(objective, y)
		for _, fraction := range []float64{1, .6} {
			t.Run(fmt.Sprint(name, fraction), func(t *testing.T) {
				r := Regressor{Objective: objective, Trees: 10, FeatureFraction: fraction, RowFraction: fraction}
				p := fit(t, r, x, y, w, one)
				file := save(t, p)
				for _, threads := range []int{2, 3} {
					again := save(t, fit(t, r, x, y, w, model.FitOptions{Seed: 1, Threads: threads}))
					if !bytes.Equal(file, again) {
						t.Fatalf("%d threads give another model", threads)
					}
				}
				if bytes.Equal(file, save(t, fit(t, r, x, y, w, model.FitOptions{Seed: 2, Threads: 2}))) && fraction < 1 {
					t.Error("another seed gives the same model")
				}
				loaded, err := Load(bytes.NewReader(file))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(predict(p, x), predict(loaded, x)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestOneRowPredictsAsMany(t *testing.T) {
	x, y, _ := demand(1000)
	p := fit(t, Regressor{Trees: 20}, x, y, nil, one)
	many := predict(p, x)
	row := feature.NewFrame(x.Columns, 1)
	for i := range 300 {
		for c := range x.Data {
			row.Data[c][0] = x.Data[c][i]
		}
		if got := predict(p, row)[0]; got != many[i] {
			t.Fatalf("row %d: alone %g, among others %g", i, got, many[i])
		}
	}
}

func TestWeights(t *testing.T) {
	x, y, _ := demand(4000)
	w := make([]float32, len(y))
	for i := range w {
		w[i] = float32(i % 3)
	}
	for name, objective := range objectives {
		r, y := Regressor{Objective: objective, Trees: 10}, fitting(objective, y)
		want := predict(fit(t, r, x, y, w, one), x)
		scaled := make([]float32, len(w))
		for i := range w {
			scaled[i] = w[i] * (1 << 20)
		}
		if diff := cmp.Diff(want, predict(fit(t, r, x, y, scaled, one), x)); diff != "" {
			t.Errorf("%s: weights 2^20 times as large change the model", name)
		}
		// What a row without weight holds does not matter.
		other := append([]float32(nil), y...)
		for i := range other {
			if w[i] == 0 {
				other[i] = 1 - other[i]/1e6
			}
		}
		if diff := cmp.Diff(want, predict(fit(t, r, x, other, w, one), x)); diff != "" {
			t.Errorf("%s: rows without weight change the model", name)
		}
	}
}

// Where rows are few there are more and smaller steps.
func TestFewRows(t *testing.T) {
	x, y, _ := demand(400)
	usual := Regressor{Trees: 10, LearningRate: .2}
	paced := Regressor{Trees: 25, LearningRate: .1}
	for few, want := range map[int]Regressor{399: usual, 400: paced} {
		r := usual
		r.FewRows = few
		if diff := cmp.Diff(predict(fit(t, want, x, y, nil, one), x), predict(fit(t, r, x, y, nil, one), x)); diff != "" {
			t.Errorf("few are %d of 400: %s", few, diff)
		}
	}
}

func TestOddData(t *testing.T) {
	column := func(values ...float32) *feature.Frame {
		return &feature.Frame{Columns: make([]feature.Column, 1), Data: [][]float32{values}, Rows: len(values)}
	}
	many := make([]float32, 200)
	extremes := make([]float32, 200)
	for i := range many {
		many[i] = float32(i)
		extremes[i] = []float32{nan, inf, -inf, 0, math.MaxFloat32}[i%5]
	}
	for name, c := range map[string]struct {
		x *feature.Frame
		y []float32
	}{
		"one row":       {column(1), []float32{7}},
		"constant":      {column(make([]float32, 200)...), many},
		"equal targets": {column(many...), make([]float32, 200)},
		"extremes":      {column(extremes...), many},
		"huge targets":  {column(many...), extremesOf(200)},
		"no columns":    {&feature.Frame{Rows: 3}, []float32{1, 2, 3}},
	} {
		for objective, o := range objectives {
			y := fitting(o, c.y)
			p := fit(t, Regressor{Objective: o, Trees: 20}, c.x, y, nil, one)
			for _, v := range append(predict(p, c.x), predict(p, column(nan, inf, -inf))...) {
				if v-v != 0 || v < -.1 {
					t.Errorf("%s, %s: prediction %g", name, objective, v)
				}
				if name == "one row" && math.Abs(float64(v-y[0])) > 1e-3 {
					t.Errorf("%s, %s: prediction %g, want %g", name, objective, v, y[0])
				}
				if name == "equal targets" && v > 1e-6 {
					t.Errorf("%s, %s: prediction %g, want 0", name, objective, v)
				}
			}
		}
	}
}

func extremesOf(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = []float32{0, math.MaxFloat32, 1, math.SmallestNonzeroFloat32}[i%4]
	}
	return out
}

func TestRefuses(t *testing.T) {
	x := feature.NewFrame(make([]feature.Column, 2), 3)
	good := []float32{1, 2, 3}
	ragged := &feature.Frame{Columns: make([]feature.Column, 1), Data: [][]float32{{1}}, Rows: 3}
	for name, c := range map[string]struct {
		r    Regressor
		x    *feature.Frame
		y, w []float32
	}{
		"no rows":          {x: &feature.Frame{}},
		"short target":     {x: x, y: good[:2]},
		"short weights":    {x: x, y: good, w: good[:2]},
		"ragged":           {x: ragged, y: good},
		"no data":          {x: &feature.Frame{Columns: make([]feature.Column, 1), Rows: 3}, y: good},
		"nan target":       {x: x, y: []float32{1, nan, 2}},
		"infinite target":  {x: x, y: []float32{1, inf, 2}},
		"nan weight":       {x: x, y: good, w: []float32{1, nan, 2}},
		"negative weight":  {x: x, y: good, w: []float32{1, -1, 2}},
		"no weight":        {x: x, y: good, w: make([]float32, 3)},
		"negative poisson": {r: Regressor{Objective: Poisson{}}, x: x, y: []float32{1, -1, 2}},
		"negative tweedie": {r: Regressor{Objective: Tweedie{}}, x: x, y: []float32{1, -1, 2}},
		"power":            {r: Regressor{Objective: Tweedie{Power: 2}}, x: x, y: good},
		"level":            {r: Regressor{Objective: Quantile{Level: 1}}, x: x, y: good},
		"trees":            {r: Regressor{Trees: -1}, x: x, y: good},
		"fraction":         {r: Regressor{RowFraction: 1.5}, x: x, y: good},
		"nan rate":         {r: Regressor{LearningRate: math.NaN()}, x: x, y: good},
	} {
		if _, err := c.r.Fit(ctx, c.x, c.y, c.w, one); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
}

func TestCancel(t *testing.T) {
	x, y, _ := demand(100)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := (Regressor{}).Fit(cancelled, x, y, nil, one); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("daycast.trees\n\x01\x00\x03gbm"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Load(bytes.NewReader(b)); err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Fatalf("%v, want code invalid", err)
		}
	})
}
