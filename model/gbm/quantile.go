package gbm

import (
	"cmp"
	"math"

	"daycast/model/tree"
)

// Quantile is the pinball loss, which the quantile of its level minimises;
// level 0.5 is half the absolute error. With a = Level:
//
//	loss     = a * (y - f) where y >= f, (1-a) * (f - y) where y < f
//	gradient = -a          where y >= f, 1-a             where y < f
//	link identity
//
// The loss has no curvature: trees are grown with a hessian of 1, and each
// leaf then gets the quantile of its residuals, as in Friedman (2001),
// "Greedy function approximation: a gradient boosting machine", for level 0.5.
type Quantile struct {
	Level float64 // in (0, 1); default 0.5
}

func (q Quantile) level() float64 { return cmp.Or(q.Level, 0.5) }

func (q Quantile) check([]float32) error { return refuse("level", q.level(), 0, 1) }

func (Quantile) link() tree.Link { return tree.Identity }

func (q Quantile) start(rows []uint32, t target) float64 {
	return q.renew(rows, func(r uint32) float64 { return float64(t.y[r]) - t.shift(r) }, t.w)
}

func (q Quantile) loss(y, f float64) float64 {
	if y >= f {
		return q.level() * (y - f)
	}
	return (1 - q.level()) * (f - y)
}

func (q Quantile) derive(y []float32, f []float64, gradient, hessian []float32) {
	a := float32(q.level())
	sides := [2]float32{-a, 1 - a}
	for i, v := range y {
		// The sign picks the side without a branch, which is wrong half the time.
		gradient[i], hessian[i] = sides[math.Float64bits(float64(v)-f[i])>>63], 1
	}
}

// renew is the lowest residual with at least Level of the rows' weight at or
// below it.
func (q Quantile) renew(rows []uint32, residual func(row uint32) float64, w []float32) float64 {
	values := make([]weighted, len(rows))
	var total float64
	for i, r := range rows {
		values[i] = weighted{residual(r), at(w, r, 1)}
		total += values[i].weight
	}
	return selectWeighted(values, q.level()*total)
}

type weighted struct{ value, weight float64 }

// selectWeighted is the lowest value that has at least want of the weight at
// or below it: Hoare's quickselect, which also reorders values. It walks all
// values a few times, where sorting took most of a fit's time.
func selectWeighted(values []weighted, want float64) float64 {
	for {
		n := len(values)
		pivot := median(values[0].value, values[n/2].value, values[n-1].value)
		// values: below | equal | not seen yet | above
		below, above := 0, n
		var belowWeight, equalWeight float64
		for i := 0; i < above; {
			switch v := values[i]; {
			case v.value < pivot:
				belowWeight += v.weight
				values[i], values[below] = values[below], v
				below++
				i++
			case v.value > pivot:
				above--
				values[i], values[above] = values[above], v
			default:
				equalWeight += v.weight
				i++
			}
		}
		switch {
		case below > 0 && want <= belowWeight:
			values = values[:below]
		case above == n || want <= belowWeight+equalWeight:
			return pivot
		default:
			want -= belowWeight + equalWeight
			values = values[above:]
		}
	}
}

func median(a, b, c float64) float64 {
	return max(min(a, b), min(max(a, b), c))
}
