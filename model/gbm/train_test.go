package gbm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/tree"
)

// binned are the first rows of demand to learn from and the others to judge by.
func binned(rows, learn int) (train, valid Data, x *feature.Frame) {
	x, y, _ := demand(rows)
	bins := tree.NewBins(x.Slice(0, learn), upTo(learn), 1, 1)
	train = Data{X: bins.Matrix(x.Slice(0, learn), 1), Y: y[:learn]}
	valid = Data{X: bins.Matrix(x.Slice(learn, rows), 1), Y: y[learn:]}
	return train, valid, x
}

func upTo(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

func trained(t *testing.T, r Regressor, d Data, o TrainOptions) *Predictor {
	t.Helper()
	o.FitOptions = model.FitOptions{Seed: 1, Threads: max(1, o.Threads)}
	p, err := r.Train(ctx, d, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// variants are ways of training that each have code of their own.
var variants = map[string]Regressor{
	"plain":   {},
	"bagged":  {RowFraction: .5, FeatureFraction: .5, SplitFraction: .7},
	"goss":    {GOSS: GOSS{Top: .2, Other: .1}, LearningRate: .3},
	"dart":    {DART: DART{Drop: .3, Skip: .2}},
	"random":  {RandomCuts: true},
	"poisson": {Objective: Poisson{}, GOSS: GOSS{Top: .2, Other: .1}, LearningRate: .4},
	"median":  {Objective: Absolute{}, GOSS: GOSS{Top: .2, Other: .1}, LearningRate: .4},
}

func TestVariantsDoNotDependOnThreadsAndLearn(t *testing.T) {
	d, valid, x := binned(24_000, 20_000)
	for name, r := range variants {
		r.Trees = 25
		file := save(t, trained(t, r, d, TrainOptions{}))
		o := TrainOptions{}
		o.Threads = 3
		p := trained(t, r, d, o)
		if !bytes.Equal(file, save(t, p)) {
			t.Errorf("%s: three threads give another model", name)
		}
		constant := make([]float32, len(valid.Y))
		for i := range constant {
			constant[i] = 9
		}
		if got, worst := rmse(predict(p, x.Slice(20_000, 24_000)), valid.Y), rmse(constant, valid.Y); got > .85*worst {
			t.Errorf("%s: error %.3f, of a constant %.3f", name, got, worst)
		}
	}
}

func TestResumedIsUninterrupted(t *testing.T) {
	d, _, _ := binned(3000, 3000)
	d.Weight, d.Offset = make([]float32, 3000), make([]float32, 3000)
	for i := range d.Weight {
		d.Weight[i], d.Offset[i] = float32(i%4), float32(i%3)/8
	}
	for name, r := range variants {
		if name == "dart" {
			continue
		}
		r.Trees = 20
		want := save(t, trained(t, r, d, TrainOptions{}))
		r.Trees = 8
		first := trained(t, r, d, TrainOptions{})
		half := save(t, first)
		r.Trees = 12
		if got := save(t, trained(t, r, d, TrainOptions{From: first})); !bytes.Equal(got, want) {
			t.Errorf("%s: 8 and 12 trees are not 20", name)
		}
		if !bytes.Equal(half, save(t, first)) {
			t.Errorf("%s: going on changes the predictor that it goes on from", name)
		}
	}
}

// TestScoresAreThePredictors: what a metric sees is what the predictor says,
// whatever has been dropped and rescaled on the way.
func TestScoresAreThePredictors(t *testing.T) {
	d, valid, x := binned(4000, 3000)
	for name, r := range variants {
		r.Trees = 30
		var last []float32
		p := trained(t, r, d, TrainOptions{Valid: &valid, Progress: func(int, float64) {}, Metric: func(_, prediction, _ []float32) float64 {
			last = prediction
			return 0
		}})
		for i, v := range predict(p, x.Slice(3000, 4000)) {
			if math.Abs(float64(v-last[i])) > 1e-4 {
				t.Fatalf("%s: predicts %g, was judged for %g", name, v, last[i])
			}
		}
	}
}

func TestEarlyStoppingKeepsTheBestRound(t *testing.T) {
	d, valid, x := binned(1500, 500)
	for name, r := range variants {
		for _, metric := range []tree.Metric{nil, func(y, prediction, _ []float32) float64 { return rmse(y, prediction) }} {
			r.Trees, r.MinRows = 300, 3
			var losses []float64
			p := trained(t, r, d, TrainOptions{Valid: &valid, Patience: 12, Metric: metric, Progress: func(round int, loss float64) {
				losses = append(losses, loss)
				if round != len(losses) {
					t.Fatalf("round %d comes after %d", round, len(losses)-1)
				}
			}})
			best := 0
			for i, loss := range losses {
				if loss < losses[best] {
					best = i
				}
			}
			if p.Trees() != best+1 || len(losses) != best+1+12 {
				t.Errorf("%s: %d trees of %d rounds, of which %d was the best", name, p.Trees(), len(losses), best+1)
			}
			if got := rmse(valid.Y, predict(p, x.Slice(500, 1500))); metric != nil && math.Abs(got-losses[best]) > 1e-5 {
				t.Errorf("%s: error %g, was judged to have %g", name, got, losses[best])
			}
		}
	}
}

func TestPatienceKeepsNoTreeThatHarms(t *testing.T) {
	d, valid, _ := binned(1500, 500)
	worse := 0.
	p := trained(t, Regressor{}, d, TrainOptions{Valid: &valid, Patience: 3, Metric: func(_, _, _ []float32) float64 {
		worse++
		return worse
	}})
	if p.Trees() != 0 || worse != 4 {
		t.Errorf("%d trees after %g losses", p.Trees(), worse)
	}
	p = trained(t, Regressor{Trees: 5}, d, TrainOptions{Valid: &valid, Patience: 9, Metric: func(_, _, _ []float32) float64 { return math.NaN() }})
	if p.Trees() != 0 {
		t.Errorf("%d trees of a loss that is no number", p.Trees())
	}
}

// TestOffsetIsExposure: a day of twice the exposure counts as two days.
func TestOffsetIsExposure(t *testing.T) {
	d, _, x := binned(8000, 8000)
	scaled := d
	scaled.Y, scaled.Offset = append([]float32(nil), d.Y...), make([]float32, len(d.Y))
	for i := range scaled.Y {
		exposure := float32(int(1) << (i % 3))
		scaled.Y[i] *= exposure
		scaled.Offset[i] = float32(math.Log(float64(exposure)))
	}
	for _, o := range []Objective{Poisson{}, Tweedie{Power: 1.5}} {
		r := Regressor{Objective: o, Trees: 40}
		want, got := predict(trained(t, r, d, TrainOptions{}), x), predict(trained(t, r, scaled, TrainOptions{}), x)
		if off := rmse(want, got); off > .1*rmse(want, make([]float32, len(want))) {
			t.Errorf("%T: rates differ by %g", o, off)
		}
	}
	for i := range scaled.Y {
		scaled.Offset[i] = float32(i % 5)
		scaled.Y[i] = d.Y[i] + scaled.Offset[i]
	}
	want, got := predict(trained(t, Regressor{}, d, TrainOptions{}), x), predict(trained(t, Regressor{}, scaled, TrainOptions{}), x)
	if off := rmse(want, got); off > 1e-4 {
		t.Errorf("squared: an offset of the target's own is not taken off, but %g", off)
	}
}

func TestRefit(t *testing.T) {
	d, _, x := binned(4000, 4000)
	doubled := d
	doubled.Y = make([]float32, len(d.Y))
	for i := range d.Y {
		doubled.Y[i] = 2 * d.Y[i]
	}
	for name, r := range variants {
		if name == "dart" { // its trees were fitted beside others
			continue
		}
		r.GOSS, r.Trees = GOSS{}, 10
		p := trained(t, r, d, TrainOptions{})
		refit := func(d Data, decay float64, threads int) *Predictor {
			got, err := r.Refit(ctx, p, d, decay, model.FitOptions{Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if name != "bagged" { // refit takes all rows
			if diff := rmse(predict(refit(d, 0, 1), x), predict(p, x)); diff > 1e-3 { // of 10: training rounds gradients to quanta
				t.Errorf("%s: the same data give other leaves, by %g", name, diff)
			}
		}
		if !bytes.Equal(save(t, refit(doubled, 1, 1)), save(t, p)) {
			t.Errorf("%s: a decay of 1 changes leaves", name)
		}
		got := refit(doubled, .5, 1)
		if !bytes.Equal(save(t, got), save(t, refit(doubled, .5, 3))) {
			t.Errorf("%s: three threads give other leaves", name)
		}
		if before, after := rmse(predict(p, x), doubled.Y), rmse(predict(got, x), doubled.Y); after >= before {
			t.Errorf("%s: error %g on the new data, before %g", name, after, before)
		}
	}
}

func TestTrainRefuses(t *testing.T) {
	d, valid, _ := binned(300, 200)
	other, _, _ := binned(100, 90)
	p := trained(t, Regressor{Trees: 1}, d, TrainOptions{})
	with := func(change func(d *Data)) Data {
		out := d
		change(&out)
		return out
	}
	weights := make([]float32, 200)
	for field, c := range map[string]struct {
		r Regressor
		d Data
		o TrainOptions
	}{
		"patience":         {d: d, o: TrainOptions{Patience: 3}},
		"goss_other":       {d: d, r: Regressor{GOSS: GOSS{Top: .9, Other: .2}}},
		"row_fraction":     {d: d, r: Regressor{GOSS: GOSS{Top: .2, Other: .2}, RowFraction: .5}},
		"dart_drop":        {d: d, r: Regressor{DART: DART{Drop: 2}}},
		"split_fraction":   {d: d, r: Regressor{SplitFraction: -1}},
		"l1":               {d: d, r: Regressor{L1: -1}},
		"path_smooth":      {d: d, r: Regressor{PathSmooth: math.NaN()}},
		"monotone":         {d: d, r: Regressor{Monotone: []int8{1}}},
		"interactions":     {d: d, r: Regressor{Interactions: [][]int{{0, 9}}}},
		"delta":            {d: d, r: Regressor{Objective: Huber{Delta: -1}}},
		"under":            {d: d, r: Regressor{Objective: Asymmetric{Under: -1}}},
		"over":             {d: d, r: Regressor{Objective: Asymmetric{Over: math.Inf(1)}}},
		"power":            {d: d, r: Regressor{Objective: Tweedie{Power: 2}}},
		"level":            {d: d, r: Regressor{Objective: Quantile{Level: 1}}},
		"objective":        {d: d, r: Regressor{Objective: Poisson{}}, o: TrainOptions{From: p}},
		"no matrix":        {d: with(func(d *Data) { d.X = nil })},
		"short targets":    {d: with(func(d *Data) { d.Y = d.Y[1:] })},
		"short offsets":    {d: with(func(d *Data) { d.Offset = weights[1:] })},
		"offset":           {d: with(func(d *Data) { d.Offset = append([]float32{inf}, weights[1:]...) })},
		"nan target":       {d: with(func(d *Data) { d.Y = append([]float32{nan}, d.Y[1:]...) })},
		"no weight":        {d: with(func(d *Data) { d.Weight = weights })},
		"not yes or no":    {d: d, r: Regressor{Objective: Logistic{}}},
		"bins of from":     {d: other, o: TrainOptions{From: p}},
		"bins to judge by": {d: d, o: TrainOptions{Valid: &other}},
		"nothing to judge": {d: d, o: TrainOptions{Valid: &Data{X: valid.X, Y: valid.Y, Weight: weights[:100]}}},
	} {
		_, err := c.r.Train(ctx, c.d, c.o)
		var e *daycast.Error
		if !errors.As(err, &e) || e.Code != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", field, err)
		} else if e.Field != "" && e.Field != field {
			t.Errorf("%s: the error names %q", field, e.Field)
		}
	}
	for _, decay := range []float64{-.1, 1.1, math.NaN()} {
		if _, err := (Regressor{}).Refit(ctx, p, d, decay, one); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("decay %g: %v, want code invalid", decay, err)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := (Regressor{}).Refit(cancelled, p, d, .5, one); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

// TestGOSSDrawsTheLargest: the rows of the largest gradients are all there,
// and the others' weights sum up to what all of theirs do.
func TestGOSSDrawsTheLargest(t *testing.T) {
	d, _, _ := binned(5000, 5000)
	r := Regressor{GOSS: GOSS{Top: .2, Other: .1}, LearningRate: 1}.withDefaults()
	b := r.newBooster(d, upTo(5000), TrainOptions{FitOptions: one}, nil)
	b.add(0)
	b.differentiate(b.rows)
	before := slices.Clone(b.gradients)
	rows := b.draw(7)
	if len(rows) != 1500 {
		t.Fatalf("%d rows, want 1500", len(rows))
	}
	var weights float64
	least, most := math.Inf(1), 0.
	drawn := map[uint32]bool{}
	for i, row := range rows {
		if drawn[row] = true; i > 0 && rows[i-1] >= row {
			t.Fatal("rows are not ascending")
		}
		weights += float64(b.drawn[row])
		if b.drawn[row] == 1 {
			least = min(least, math.Abs(float64(gradient(before, row))))
		} else if want, got := 8*gradient(before, row), gradient(b.gradients, row); b.drawn[row] != 8 || got != want {
			t.Fatalf("row %d stands for %g, its gradient is %g, want %g", row, b.drawn[row], got, want)
		}
	}
	for _, row := range b.rows {
		if !drawn[row] {
			most = max(most, math.Abs(float64(gradient(before, row))))
		}
	}
	if weights != 5000 || most > least {
		t.Errorf("rows stand for %g, want 5000; the largest left out %g, the smallest large %g", weights, most, least)
	}
}

func TestTrainsOddData(t *testing.T) {
	constant, _, _ := binned(200, 200)
	constant.Y = make([]float32, 200)
	single, _, _ := binned(1, 1)
	extreme, _, _ := binned(200, 200)
	extreme.Y = extremesOf(200)
	extreme.Offset = make([]float32, 200)
	for i := range extreme.Offset {
		extreme.Offset[i] = []float32{-1e30, 0, 1e30, 50}[i%4]
	}
	for data, d := range map[string]Data{"constant": constant, "one row": single, "extreme": extreme} {
		for name, o := range objectives {
			for variant, r := range variants {
				r.Objective, r.Trees = o, 8
				d.Y = fitting(o, d.Y)
				p := trained(t, r, d, TrainOptions{Valid: &d, Patience: 3})
				out := make([]float32, 3)
				p.Predict(feature.NewFrame(make([]feature.Column, 4), 3), out)
				if diff := cmp.Diff(out[0]-out[0], float32(0)); diff != "" {
					t.Error(fmt.Sprint(data, name, variant, out))
				}
			}
		}
	}
}

// TestExplainsItsScores passes through to model/tree, which has the twins.
func TestExplainsItsScores(t *testing.T) {
	d, _, x := binned(2000, 2000)
	p := trained(t, Regressor{Objective: Poisson{}, Trees: 20}, d, TrainOptions{})
	scores := make([]float64, x.Rows)
	p.Scores(x, scores)
	byCover := p.Explain(x, 2)
	byBackground, err := p.ExplainAgainst(x.Slice(0, 50), x, 2)
	if err != nil {
		t.Fatal(err)
	}
	for r, prediction := range predict(p, x) {
		for _, got := range []float64{byCover.Score(r), byBackground.Score(r)} {
			if math.Abs(got-scores[r]) > 1e-9*(1+math.Abs(got)) {
				t.Fatalf("row %d: explained as %g, scored %g", r, got, scores[r])
			}
		}
		if want := math.Exp(scores[r]); math.Abs(float64(prediction)-want) > 1e-5*want {
			t.Fatalf("row %d: prediction %g, want exp(%g)", r, prediction, scores[r])
		}
	}
	if leaves := p.LeafIndices(x, 1); len(leaves) != x.Rows || len(leaves[0]) != 20 {
		t.Errorf("%d rows of leaves", len(leaves))
	}
	if counts := p.SplitCounts(); counts[1] == 0 {
		t.Errorf("splits %d: want some by the level", counts)
	}
}

func gradient(g tree.Gradients, row uint32) float32 {
	grad, _ := g.At(row)
	return grad
}
