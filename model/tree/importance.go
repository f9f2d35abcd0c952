package tree

import (
	"math/rand/v2"

	"daycast"
	"daycast/feature"
)

// SplitCounts is how many splits test each column.
func (e *Ensemble) SplitCounts() []int {
	counts := make([]int, len(e.bins.columns))
	for _, t := range e.trees {
		for _, n := range t.nodes {
			if n.right != 0 {
				counts[n.column]++
			}
		}
	}
	return counts
}

// A Metric says how far predictions are from targets; lower is better. weight
// may be nil: all 1.
type Metric = func(y, prediction, weight []float32) float64

// Permutation measures what a column is worth to predictions by shuffling it
// among rows: Breiman (2001), "Random forests", on rows of the caller's choice
// rather than on those out of bag. On rows of training it tells what the model
// uses, on others what helps.
type Permutation struct {
	Metric  Metric
	Rows    []uint32 // to predict; nil: all
	Repeats int      // shuffles to take the mean of; 0: 5, scikit-learn's
	Seed    uint64
	Threads int
}

// Importance is by how much the metric of what predict fills out grows where a
// column is shuffled, by column; below zero where the column does harm. It
// refuses with code invalid data of other sizes than x, and rows beyond it.
func (p Permutation) Importance(predict func(x *feature.Frame, out []float32), x *feature.Frame, y, w []float32) ([]float64, error) {
	if len(y) != x.Rows || (w != nil && len(w) != x.Rows) {
		return nil, daycast.Errorf(daycast.Invalid, "%d rows, %d targets, %d weights: want as many of each", x.Rows, len(y), len(w))
	}
	for _, r := range p.Rows {
		if int(r) >= x.Rows {
			return nil, daycast.Errorf(daycast.Invalid, "row %d of %d: want rows that there are", r, x.Rows).WithField("rows")
		}
	}
	x, y, w = p.choose(x, y, w)
	repeats := p.Repeats
	if repeats == 0 {
		repeats = 5
	}
	loss := func(x *feature.Frame) float64 {
		out := make([]float32, x.Rows)
		predict(x, out)
		return p.Metric(y, out, w)
	}
	plain := loss(x)
	growth := make([]float64, len(x.Data))
	team := NewTeam(p.Threads)
	defer team.Stop()
	team.Each(len(x.Data), func(c int) {
		rng := rand.New(rand.NewPCG(p.Seed, uint64(c)))
		shuffled := *x
		shuffled.Data = append([][]float32(nil), x.Data...)
		shuffled.Data[c] = append([]float32(nil), x.Data[c]...)
		values := shuffled.Data[c]
		for range repeats {
			rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
			growth[c] += (loss(&shuffled) - plain) / float64(repeats)
		}
	})
	return growth, nil
}

// choose copies the rows that are asked for.
func (p Permutation) choose(x *feature.Frame, y, w []float32) (*feature.Frame, []float32, []float32) {
	if p.Rows == nil {
		return x, y, w
	}
	pick := func(from []float32) []float32 {
		out := make([]float32, len(p.Rows))
		for i, r := range p.Rows {
			out[i] = from[r]
		}
		return out
	}
	out := &feature.Frame{Columns: x.Columns, Data: make([][]float32, len(x.Data)), Rows: len(p.Rows)}
	for c, values := range x.Data {
		out.Data[c] = pick(values)
	}
	if w != nil {
		w = pick(w)
	}
	return out, pick(y), w
}
