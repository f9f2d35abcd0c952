package forest

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// data bins x.
func data(t *testing.T, x *feature.Frame, y, w []float32) Data {
	t.Helper()
	d, err := binned(x, y, w, one)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func trained(t *testing.T, r Regressor, d Data, o TrainOptions) *Predictor {
	t.Helper()
	p, err := r.Train(ctx, d, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// weights has every fourth row count for nothing.
func weights(n int) []float32 {
	w := make([]float32, n)
	for i := range w {
		w[i] = float32(i % 4)
	}
	return w
}

func TestTrainIsFitOnBins(t *testing.T) {
	x, y, _ := steps(2000)
	w := weights(2000)
	r := Regressor{Trees: 5, Bootstrap: true}
	p := trained(t, r, data(t, x, y, w), TrainOptions{FitOptions: one})
	if !bytes.Equal(save(t, p), save(t, fitted(t, r, x, y, w, one))) {
		t.Error("Train gives another forest than Fit")
	}
	if p.Trees() != 5 || p.Bins().Columns() != 4 {
		t.Errorf("%d trees of %d columns, want 5 of 4", p.Trees(), p.Bins().Columns())
	}
}

func TestTrainRefuses(t *testing.T) {
	x, y, _ := steps(10)
	good := data(t, x, y, nil)
	for name, d := range map[string]Data{
		"no matrix":     {Y: y},
		"targets":       {X: good.X, Y: y[1:]},
		"weights":       {X: good.X, Y: y, Weight: y[1:]},
		"weight":        {X: good.X, Y: y, Weight: slices.Repeat([]float32{-1}, 10)},
		"no weight":     {X: good.X, Y: y, Weight: make([]float32, 10)},
		"target is nan": {X: good.X, Y: slices.Repeat([]float32{nan}, 10)},
	} {
		if _, err := (Regressor{}).Train(ctx, d, TrainOptions{}); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
}

// TestBootstrapCounts: as many rows are drawn as there are, each as often as
// Poisson says, and their gradients weigh as often.
func TestBootstrapCounts(t *testing.T) {
	x, y, _ := steps(20_000)
	f, err := Regressor{Bootstrap: true}.newFit(data(t, x, y, weights(x.Rows)), TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := f.newBag()
	rows := b.draw(f, 1)
	if !slices.IsSorted(rows) || len(slices.Compact(slices.Clone(rows))) != len(rows) {
		t.Fatal("rows are not ascending, each once")
	}
	drawn, often := 0, map[uint32]int{}
	for _, r := range rows {
		n := b.counts[r]
		drawn += int(n)
		often[n]++
		grad, hess := b.grower.Gradients().At(r)
		oneGrad, oneHess := f.gradients.At(r)
		if r%4 == 0 || math.Abs(float64(grad-float32(n)*oneGrad)) > 1e-5 || hess != float32(n)*oneHess {
			t.Fatalf("row %d, drawn %d times: gradient %g, hessian %g; once %g, %g", r, n, grad, hess, oneGrad, oneHess)
		}
	}
	if drawn != 15_000 {
		t.Errorf("%d draws, want one for each row with a weight", drawn)
	}
	for n, want := range map[uint32]float64{1: 1, 2: .5, 3: 1. / 6} {
		if got := float64(often[n]) / 15_000; math.Abs(got-want/math.E) > .01 {
			t.Errorf("%.3f of the rows are drawn %d times, want %.3f", got, n, want/math.E)
		}
	}
	for i := range b.draw(f, 1) {
		if b.rows[i] != rows[i] {
			t.Fatal("the same seed draws other rows")
		}
	}
}

// TestBootstrapIsRepetition: a tree on counts is the tree on a frame that has
// each row as often as it was drawn, but for how gradients are rounded.
func TestBootstrapIsRepetition(t *testing.T) {
	x, y := normal(3000, 11)
	f, err := Regressor{Bootstrap: true, Trees: 1, FeatureFraction: 1, Leaves: 8}.newFit(data(t, x, y, nil), TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := f.newBag()
	grown := f.grow(b, 0)
	var rows []uint32
	for _, r := range b.rows {
		for range b.counts[r] {
			rows = append(rows, r)
		}
	}
	again := feature.NewFrame(x.Columns, len(rows))
	twice := make([]float32, len(rows))
	for i, r := range rows {
		for c := range x.Data {
			again.Data[c][i] = x.Data[c][r]
		}
		twice[i] = y[r]
	}
	d := Data{X: f.X.Bins().Matrix(again, 1), Y: twice}
	p := trained(t, Regressor{Trees: 1, FeatureFraction: 1, Leaves: 8, Sample: 1}, d, TrainOptions{})
	for i, want := range predict(p, again) {
		if got := f.mean + float64(grown.Value(d.X, uint32(i))); math.Abs(got-float64(want)) > 1e-4 {
			t.Fatalf("row %d: %g, want %g", i, got, want)
		}
	}
}

// slowOutOfBag keeps all trees and asks each for each row.
func slowOutOfBag(t *testing.T, r Regressor, d Data, o model.FitOptions) (prediction []float64, seen []uint32) {
	t.Helper()
	f, err := r.newFit(d, TrainOptions{FitOptions: o})
	if err != nil {
		t.Fatal(err)
	}
	prediction, seen = make([]float64, len(d.Y)), make([]uint32, len(d.Y))
	for tr := range f.Trees {
		b := f.newBag()
		grown := f.grow(b, tr)
		rows := b.draw(f, rand.New(rand.NewPCG(o.Seed, uint64(tr))).Uint64())
		for _, row := range f.rows {
			if !slices.Contains(rows, row) {
				prediction[row] += float64(f.Trees) * float64(grown.Value(d.X, row))
				seen[row]++
			}
		}
	}
	for i, n := range seen {
		prediction[i] = f.mean + prediction[i]/float64(n) // NaN where n is 0
	}
	return prediction, seen
}

func TestOutOfBagAgreesWithSlowTwin(t *testing.T) {
	x, y, _ := steps(1500)
	for name, r := range map[string]Regressor{
		"sample":      {Trees: 9},
		"bootstrap":   {Trees: 7, Bootstrap: true},
		"random cuts": {Trees: 5, RandomCuts: true, Sample: .9},
	} {
		for _, w := range [][]float32{nil, weights(x.Rows)} {
			d := data(t, x, y, w)
			want, trees := slowOutOfBag(t, r, d, one)
			var sum, total float64
			got := OutOfBag{}
			p := trained(t, r, d, TrainOptions{FitOptions: one, OutOfBag: &got})
			for i := range y {
				if got.Trees[i] != trees[i] || math.Abs(float64(got.Prediction[i])-want[i]) > 1e-4 || (got.Prediction[i] == got.Prediction[i]) != (trees[i] > 0) {
					t.Fatalf("%s, row %d: %g by %d trees, want %g by %d", name, i, got.Prediction[i], got.Trees[i], want[i], trees[i])
				}
				if trees[i] > 0 {
					v := 1.
					if w != nil {
						v = float64(w[i])
					}
					sum, total = sum+v*math.Pow(want[i]-float64(y[i]), 2), total+v
				}
			}
			if math.Abs(got.Error-sum/total) > 1e-4 {
				t.Errorf("%s: error %g, want %g", name, got.Error, sum/total)
			}
			again := OutOfBag{}
			two := trained(t, r, d, TrainOptions{FitOptions: model.FitOptions{Seed: 1, Threads: 2}, OutOfBag: &again})
			if again.Error != got.Error || !bytes.Equal(save(t, p), save(t, two)) {
				t.Errorf("%s: two threads give error %g, one gives %g", name, again.Error, got.Error)
			}
		}
	}
}

// TestOutOfBagIsHonest: it is close to the error on new rows, far above that
// on rows seen.
func TestOutOfBagIsHonest(t *testing.T) {
	x, y, _ := steps(8000)
	seen := data(t, x.Slice(0, 4000), y[:4000], nil)
	out := OutOfBag{}
	p := trained(t, Regressor{Trees: 60, FeatureFraction: .7}, seen, TrainOptions{FitOptions: one, OutOfBag: &out})
	guess := predict(p, x)
	old, fresh := meanSquared(y[:4000], guess[:4000], nil), meanSquared(y[4000:], guess[4000:], nil)
	if math.Abs(out.Error/fresh-1) > .1 || old > .8*out.Error {
		t.Errorf("out of bag %.3f, on new rows %.3f, on rows seen %.3f", out.Error, fresh, old)
	}
	absolute := OutOfBag{Metric: func(y, prediction, _ []float32) float64 { return float64(len(y)) }}
	trained(t, Regressor{Trees: 60}, seen, TrainOptions{FitOptions: one, OutOfBag: &absolute})
	if absolute.Error != 4000 {
		t.Errorf("the metric was not asked about all rows: %g", absolute.Error)
	}
}

func TestOddDataOutOfBag(t *testing.T) {
	missing := feature.NewFrame(make([]feature.Column, 2), 40)
	for c := range missing.Data {
		for i := range missing.Data[c] {
			missing.Data[c][i] = nan
		}
	}
	y := make([]float32, 40)
	for i := range y {
		y[i] = float32(i)
	}
	steep := make([]float32, 40) // weights apart by 40 orders
	for i := range steep {
		steep[i] = float32(math.Pow(10, float64(i-20)))
	}
	for name, c := range map[string]struct {
		x    *feature.Frame
		y, w []float32
		all  bool // trees see all rows
	}{
		"one row":      {feature.NewFrame(make([]feature.Column, 2), 1), y[:1], nil, true},
		"constant":     {feature.NewFrame(make([]feature.Column, 2), 40), slices.Repeat([]float32{7}, 40), nil, false},
		"missing":      {missing, y, nil, false},
		"weights":      {missing, y, append(make([]float32, 39), 1), true},
		"steep":        {missing, y, steep, false},
		"no columns":   {feature.NewFrame(nil, 40), y, nil, false},
		"huge targets": {missing, slices.Repeat([]float32{-3e38, 3e38}, 20), nil, false},
	} {
		for _, r := range []Regressor{{Trees: 20}, {Trees: 20, Bootstrap: true}, {Trees: 20, Bootstrap: true, RandomCuts: true}} {
			out := OutOfBag{}
			p := trained(t, r, data(t, c.x, c.y, c.w), TrainOptions{FitOptions: one, OutOfBag: &out})
			low, high := slices.Min(c.y), slices.Max(c.y)
			for i, v := range predict(p, c.x) {
				if slack := 1e-5 * max(1, high); !(v >= low-slack && v <= high+slack) {
					t.Fatalf("%s: prediction %g of row %d outside the targets", name, v, i)
				}
			}
			if none := out.Error != out.Error; none != c.all {
				t.Errorf("%s, bootstrap %v: out of bag %g", name, r.Bootstrap, out.Error)
			}
		}
	}
}
