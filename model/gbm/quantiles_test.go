package gbm

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

func TestQuantilesCoverAndNeverCross(t *testing.T) {
	x, y, _ := demand(6000)
	levels := []float64{.1, .2, .5, .55, .9}
	p, err := Quantiles{Regressor: Regressor{Trees: 40}, Levels: levels}.Fit(ctx, x, y, nil, one)
	if err != nil {
		t.Fatal(err)
	}
	predictions := func(p *QuantilePredictor) [][]float32 {
		out := make([][]float32, len(levels))
		for i := range out {
			out[i] = make([]float32, x.Rows)
		}
		p.Predict(x, out)
		return out
	}
	got := predictions(p)
	for i, level := range levels {
		below := 0
		for r := range y {
			if y[r] <= got[i][r] {
				below++
			}
			if i > 0 && got[i][r] < got[i-1][r] {
				t.Fatalf("row %d: the quantile %g lies below that of %g", r, level, levels[i-1])
			}
		}
		if share := float64(below) / float64(len(y)); math.Abs(share-level) > .03 {
			t.Errorf("level %g covers %.3f", level, share)
		}
	}
	alone := make([]float32, x.Rows)
	p.At(2).Predict(x, alone)
	if want := predict(fit(t, Regressor{Objective: Quantile{.5}, Trees: 40}, x, y, nil, one), x); !slices.Equal(alone, want) {
		t.Error("the median among others is not the median alone")
	}
	file := bytes.NewBuffer(nil)
	if err := p.Save(file); err != nil {
		t.Fatal(err)
	}
	all := bytes.Clone(file.Bytes())
	file.WriteString("next")
	loaded, err := LoadQuantiles(file)
	if err != nil || file.String() != "next" {
		t.Fatalf("%v, with %q left", err, file)
	}
	if diff := cmp.Diff(got, predictions(loaded)); diff != "" || !slices.Equal(loaded.Levels(), levels) {
		t.Error(diff)
	}
	for i := range 90 {
		broken := bytes.Clone(all)
		broken[i] ^= 1
		for _, b := range [][]byte{all[:i], broken} {
			if _, err := LoadQuantiles(bytes.NewReader(b)); daycast.CodeOf(err) != daycast.Invalid || err == nil {
				t.Fatalf("byte %d: %v, want code invalid", i, err)
			}
		}
	}
}

func TestQuantilesRefuse(t *testing.T) {
	x, y, _ := demand(50)
	for _, levels := range [][]float64{nil, {0}, {1}, {.5, .5}, {.9, .1}, {math.NaN()}} {
		if _, err := (Quantiles{Levels: levels}).Fit(ctx, x, y, nil, one); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("levels %g: %v, want code invalid", levels, err)
		}
	}
	d, _, _ := binned(50, 50)
	q := Quantiles{Levels: []float64{.5}}
	if _, err := q.Train(ctx, d, TrainOptions{From: &Predictor{}}); daycast.CodeOf(err) != daycast.Invalid || err == nil {
		t.Errorf("going on: %v, want code invalid", err)
	}
}
