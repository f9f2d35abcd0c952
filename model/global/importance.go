package global

import (
	"context"
	"math"
	"math/rand/v2"

	"daycast"
	"daycast/feature"
)

// An Importance is what the forecasts owe to one feature.
type Importance struct {
	Feature, Group string
	Increase       float64 // of the mean absolute error, as a share of it
}

// importanceRows bounds the forecasts that are compared: the mean error of so
// many is known to about one part in a hundred.
const importanceRows = 20_000

// Importances compares forecasts from the panel's origin with what came: each
// feature's values are dealt out anew among the rows, and the mean absolute
// error rises by what the model owed to it (permutation importance: Breiman
// 2001, "Random forests"; on days that the model has not seen). Features that
// say the same share what they are worth, so that each of them seems to be
// worth little.
//
// actual is series x horizon, NaN where a pair does not count. It is empty
// where nothing does.
func (f *Fitted) Importances(ctx context.Context, p *daycast.Panel, actual []float32, horizon int, seed uint64) ([]Importance, error) {
	t := f.trial(p, drawPairs(p, actual, horizon, seed))
	base := t.loss()
	if base == 0 || math.IsNaN(base) {
		return nil, ctx.Err()
	}
	var out []Importance
	for c, column := range t.x.Columns {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		own := t.x.Data[c]
		dealt := make([]float32, len(own))
		for k, at := range rand.New(rand.NewPCG(seed, uint64(c)+1)).Perm(len(own)) {
			dealt[k] = own[at]
		}
		t.x.Data[c] = dealt
		out = append(out, Importance{column.Name, column.Group, t.loss()/base - 1})
		t.x.Data[c] = own
	}
	return out, nil
}

// pair is a series, a period ahead and what was sold.
type pair struct {
	i, h   int
	actual float64
}

// drawPairs takes those that count, each with the same chance.
func drawPairs(p *daycast.Panel, actual []float32, horizon int, seed uint64) []pair {
	var all []pair
	for i := range p.Series {
		for h := 1; h <= horizon && p.Len(i) > 0; h++ {
			if y := actual[i*horizon+h-1]; y == y {
				all = append(all, pair{i, h, float64(y)})
			}
		}
	}
	if len(all) > importanceRows {
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
		all = all[:importanceRows]
	}
	return all
}

// trial is rows whose forecasts are compared again and again.
type trial struct {
	f           *Fitted
	pairs       []pair
	x           *feature.Frame
	scales      []float64
	nonNegative bool
}

func (f *Fitted) trial(p *daycast.Panel, pairs []pair) *trial {
	t := &trial{f: f, pairs: pairs, x: feature.NewFrame(f.Set.Columns(), len(pairs)), scales: make([]float64, len(pairs)), nonNegative: p.NonNegative}
	reader := f.Set.Bind(p).Live()
	for k, one := range pairs {
		reader.Open(one.i, []feature.Want{{T: p.Len(one.i) - 1, H: one.h}})
		reader.Fill(t.x, k)
		t.scales[k] = reader.Scale(0)
	}
	return t
}

// loss is the mean absolute error, NaN without rows.
func (t *trial) loss() float64 {
	y := make([]float32, len(t.pairs))
	var sum float64
	for from, block := range t.f.Blocks {
		for k := range y {
			y[k] = 1
		}
		if block.predictor != nil {
			block.predictor.Predict(t.x, y)
		}
		for k, one := range t.pairs {
			if t.f.block(one.h) != from {
				continue
			}
			mean := float64(y[k]) * t.scales[k]
			if t.nonNegative {
				mean = max(0, mean)
			}
			sum += math.Abs(one.actual - mean)
		}
	}
	return sum / float64(len(t.pairs))
}

// block is the index of the fit that answers for a period ahead.
func (f *Fitted) block(h int) int {
	for k, b := range f.Blocks {
		if h <= b.Last {
			return k
		}
	}
	return len(f.Blocks) - 1
}
