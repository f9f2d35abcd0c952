package gbm

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/tree"
)

const plenty = 1 << 30

// stored writes the rows to a file, in blocks of random sizes.
func stored(t testing.TB, bins *tree.Bins, x *feature.Frame, d Data) *tree.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows")
	w, err := bins.NewStoreWriter(path, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	rng := rand.New(rand.NewPCG(7, 7))
	for begin := 0; begin < x.Rows; {
		end := min(x.Rows, begin+rng.IntN(1+x.Rows/4))
		part := tree.Targets{Y: d.Y[begin:end]}
		if d.Weight != nil {
			part.Weight = d.Weight[begin:end]
		}
		if d.Offset != nil {
			part.Offset = d.Offset[begin:end]
		}
		if err := w.Write(x.Slice(begin, end), part); err != nil {
			t.Fatal(err)
		}
		begin = end
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	s, err := tree.OpenStore(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// extras are weights and offsets.
func extras(rows int) Data {
	rng := rand.New(rand.NewPCG(8, 9))
	d := Data{Weight: make([]float32, rows), Offset: make([]float32, rows)}
	for r := range rows {
		d.Weight[r], d.Offset[r] = .5+rng.Float32(), rng.Float32()
	}
	return d
}

// streams are ways of training that a file allows.
var streams = map[string]Regressor{
	"plain":        {},
	"levels":       {DepthWise: true, Depth: 5},
	"many levels":  {DepthWise: true, Leaves: 50, MinRows: 3},
	"bagged":       {RowFraction: .5, FeatureFraction: .5, SplitFraction: .7},
	"random":       {RandomCuts: true, L1: .1, PathSmooth: 3},
	"poisson":      {Objective: Poisson{}, LearningRate: .4, Leaves: 200, MinRows: 2},
	"tweedie":      {Objective: Tweedie{}, DepthWise: true},
	"asymmetric":   {Objective: Asymmetric{Under: 3}},
	"monotone":     {Monotone: []int8{1, 0, -1, 0}},
	"interactions": {Interactions: [][]int{{0, 1}, {2, 3}}},
	"stump":        {Leaves: 2},
	"no split":     {MinRows: 1e6},
}

func TestStoredRowsGiveThePredictorOfRowsInMemory(t *testing.T) {
	x, y, _ := demand(5000)
	bins := tree.NewBins(x, upTo(x.Rows), 1, 1)
	m := bins.Matrix(x, 1)
	extra := extras(x.Rows)
	for name, r := range streams {
		r.Trees = 4
		for threads, d := range map[int]Data{1: {X: m, Y: y}, 2: {X: m, Y: y, Weight: extra.Weight, Offset: extra.Offset}} {
			want := save(t, trained(t, r, d, TrainOptions{}))
			s := stored(t, bins, x, d)
			p, err := r.TrainStore(ctx, s, TrainOptions{FitOptions: model.FitOptions{Seed: 1, Threads: threads}}, plenty)
			if err != nil {
				t.Fatal(name, err)
			}
			if !bytes.Equal(want, save(t, p)) {
				t.Errorf("%s, %d threads: another predictor than in memory", name, threads)
			}
		}
	}
}

func refusedInvalid(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("%s: error %v, want code invalid", what, err)
	}
}

func TestStoredRowsNeedTheLeastMemory(t *testing.T) {
	train, _, _ := binned(3000, 2000)
	x, _, _ := demand(3000)
	s := stored(t, train.X.Bins(), x.Slice(0, 2000), train)
	r := Regressor{Trees: 3}
	least := s.StreamBytes(r.withDefaults().growth(nil)) + scoreBytes*int64(s.Rows())
	p, err := r.TrainStore(ctx, s, TrainOptions{FitOptions: one}, least)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(save(t, trained(t, r, train, TrainOptions{})), save(t, p)) {
		t.Error("another predictor than in memory")
	}
	_, err = r.TrainStore(ctx, s, TrainOptions{FitOptions: one}, least-1)
	refusedInvalid(t, "too little memory", err)
}

func TestStoredRowsOfWeightZeroAreLeftOut(t *testing.T) {
	x, y, _ := demand(5000)
	d := Data{Y: y, Weight: make([]float32, x.Rows)}
	half := feature.NewFrame(x.Columns, x.Rows/2)
	var kept Data
	for r := range x.Rows {
		if r%2 == 0 {
			d.Weight[r] = 2
			for c := range x.Data {
				half.Data[c][r/2] = x.Data[c][r]
			}
			kept.Y = append(kept.Y, y[r])
		}
	}
	bins := tree.NewBins(half, upTo(half.Rows), 1, 1)
	kept.X = bins.Matrix(half, 1)
	s := stored(t, bins, x, d)
	if s.Rows() != half.Rows {
		t.Fatalf("%d rows, want %d", s.Rows(), half.Rows)
	}
	r := Regressor{Trees: 5}
	got, err := r.TrainStore(ctx, s, TrainOptions{FitOptions: one}, plenty)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(save(t, trained(t, r, kept, TrainOptions{})), save(t, got)) {
		t.Error("another predictor than without the rows of weight zero")
	}
}

func TestStoredRowsGoOnFromAPredictorAndAreJudged(t *testing.T) {
	train, valid, _ := binned(6000, 4000)
	x, _, _ := demand(6000)
	s := stored(t, train.X.Bins(), x.Slice(0, 4000), train)
	r := Regressor{Trees: 6}
	first, err := r.TrainStore(ctx, s, TrainOptions{FitOptions: one}, plenty)
	if err != nil {
		t.Fatal(err)
	}
	more, err := r.TrainStore(ctx, s, TrainOptions{FitOptions: one, From: first}, plenty)
	if err != nil {
		t.Fatal(err)
	}
	r.Trees = 12
	if !bytes.Equal(save(t, trained(t, r, train, TrainOptions{})), save(t, more)) {
		t.Error("6 trees and 6 more are not 12 at once")
	}
	r = Regressor{Trees: 300, LearningRate: .5}
	o := TrainOptions{FitOptions: one, Valid: &valid, Patience: 5}
	judged, err := r.TrainStore(ctx, s, o, plenty)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(save(t, trained(t, r, train, o)), save(t, judged)) {
		t.Error("early stopping gives another predictor than in memory")
	}
}

func TestTrainStoreRefusesWhatItCannotDo(t *testing.T) {
	x, y, _ := demand(500)
	y[77] = -1
	bins := tree.NewBins(x, upTo(x.Rows), 1, 1)
	s := stored(t, bins, x, Data{Y: y})
	for what, r := range map[string]Regressor{
		"median": {Objective: Absolute{}}, "huber": {Objective: Huber{}}, "quantile": {Objective: Quantile{}},
		"goss": {GOSS: GOSS{Top: .2, Other: .1}}, "dart": {DART: DART{Drop: .1}}, "leaves": {Leaves: 10_000},
		"a negative target": {Objective: Poisson{}}, "monotone": {Monotone: []int8{1}},
	} {
		_, err := r.TrainStore(ctx, s, TrainOptions{FitOptions: one}, plenty)
		refusedInvalid(t, what, err)
	}
	_, err := Regressor{}.TrainStore(ctx, s, TrainOptions{FitOptions: one, Progress: func(int, float64) {}}, plenty)
	refusedInvalid(t, "progress without data to judge", err)
}

func TestTrainStoreStopsWhenCancelled(t *testing.T) {
	train, valid, _ := binned(3000, 2000)
	x, _, _ := demand(3000)
	s := stored(t, train.X.Bins(), x.Slice(0, 2000), train)
	cancelled, cancel := context.WithCancel(ctx)
	o := TrainOptions{FitOptions: one, Valid: &valid, Progress: func(round int, _ float64) {
		if round == 3 {
			cancel()
		}
	}}
	if _, err := (Regressor{}).TrainStore(cancelled, s, o, plenty); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want cancelled", err)
	}
}
