package forest

import (
	"math"
	"sync/atomic"

	"daycast/model/tree"
)

// OutOfBag is the error on rows of training as if they were new: each row is
// predicted by the trees only that were grown without it, which is nearly as
// good as cross-validation and costs no second fit: Breiman (1996),
// "Out-of-bag estimation". Rows that belong together, such as days of one
// series, see each other even so: then it is too low.
type OutOfBag struct {
	// Metric is given weights with a mean of about 1, or nil where there are
	// none; nil: the mean squared error.
	Metric tree.Metric

	// What Train tells.

	Error      float64   // by Metric, of the rows that some tree has not seen; NaN where there is none
	Prediction []float32 // by row; NaN where all trees have seen it, and of rows that do not count
	Trees      []uint32  // by row: how many have not seen it
}

// outside adds up what trees say of rows that they did not see, in whole
// numbers, so that it does not matter which tree comes first.
type outside struct {
	*fit
	out  *OutOfBag
	unit float64 // of the sums, for one tree's value
	sums []int64
}

// The units that a target's distance from the mean has at most, and a tree's
// value for one: leaves are means, but for what rounding does where weights
// differ by many orders. No sum of 10^6 trees overflows.
const (
	unitsOfTarget = 1 << 40
	unitsOfTree   = 1 << 43
)

func newOutside(f *fit, out *OutOfBag) *outside {
	var most float64
	for _, r := range f.rows {
		most = max(most, math.Abs(f.mean-float64(f.Y[r])))
	}
	out.Trees = make([]uint32, len(f.Y))
	return &outside{
		fit: f, out: out, sums: make([]int64, len(f.Y)),
		unit: max(math.SmallestNonzeroFloat32, most) / unitsOfTarget / float64(f.Trees),
	}
}

// add takes a tree that was grown on rows.
func (o *outside) add(t *tree.Tree, rows []uint32) {
	for _, r := range o.rows {
		if len(rows) > 0 && rows[0] == r {
			rows = rows[1:]
			continue
		}
		units := math.Round(float64(t.Value(o.X, r)) / o.unit)
		atomic.AddInt64(&o.sums[r], int64(max(-unitsOfTree, min(unitsOfTree, units))))
		atomic.AddUint32(&o.out.Trees[r], 1)
	}
}

func (o *outside) finish() {
	o.out.Prediction = make([]float32, len(o.Y))
	for i := range o.out.Prediction {
		o.out.Prediction[i] = float32(math.NaN())
	}
	var y, guess, w []float32
	for _, r := range o.rows {
		n := o.out.Trees[r]
		if n == 0 {
			continue
		}
		// A tree's value is a share of the forest's.
		v := tree.Finite(o.mean + float64(o.sums[r])*o.unit*float64(o.Regressor.Trees)/float64(n))
		o.out.Prediction[r] = v
		y, guess = append(y, o.Y[r]), append(guess, v)
		if o.Weight != nil {
			w = append(w, o.Weight[r])
		}
	}
	metric := o.out.Metric
	if metric == nil {
		metric = meanSquared
	}
	o.out.Error = math.NaN()
	if len(y) > 0 {
		o.out.Error = metric(y, guess, w)
	}
}

func meanSquared(y, prediction, weight []float32) float64 {
	var sum, weights float64
	for i, v := range y {
		w := 1.
		if weight != nil {
			w = float64(weight[i])
		}
		sum += w * math.Pow(float64(v)-float64(prediction[i]), 2)
		weights += w
	}
	return sum / weights
}
