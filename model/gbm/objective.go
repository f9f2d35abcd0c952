package gbm

import (
	"math"
	"slices"

	"daycast"
	"daycast/model/tree"
)

// An Objective is the loss that boosting lowers: Squared, Asymmetric,
// Absolute, Huber, Quantile, Poisson, Tweedie or Logistic. Score f is what
// trees add up to, and the offset; a prediction is the link's inverse of it.
type Objective interface {
	// check refuses its own parameters and targets outside the loss's domain.
	check(y []float32) error
	// start is the best constant score of rows.
	start(rows []uint32, t target) float64
	// loss of one row at score f, up to a constant of the row.
	loss(y, f float64) float64
	// derive fills in the first and second derivative of the loss of rows at
	// scores f, all slices of one length.
	derive(y []float32, f []float64, gradient, hessian []float32)
	link() tree.Link
}

// A renewer sets the value of a leaf itself, from its rows, where a Newton
// step does not fit the loss. residual is y - f by row.
type renewer interface {
	renew(rows []uint32, residual func(row uint32) float64, w []float32) float64
}

// A target is what is known of rows beside their features, by row.
type target struct {
	y      []float32
	w      []float32 // nil: all 1
	offset []float32 // nil: all 0
}

func (t *target) weight(row uint32) float64 { return at(t.w, row, 1) }
func (t *target) shift(row uint32) float64  { return at(t.offset, row, 0) }

func at(values []float32, row uint32, byDefault float64) float64 {
	if values == nil {
		return byDefault
	}
	return float64(values[row])
}

// examples walks over rows, as often as it is asked to.
type examples func(yield func(y, w, shift float64))

func (t *target) of(rows []uint32) examples {
	return func(yield func(y, w, shift float64)) {
		for _, r := range rows {
			yield(float64(t.y[r]), t.weight(r), t.shift(r))
		}
	}
}

// A starter is an objective whose start takes walks over the rows, which need
// not be in memory then.
type starter interface{ startOf(rows examples) float64 }

// mean is the weighted mean of y less the offset.
func mean(rows examples) float64 {
	var sum, weights float64
	rows(func(y, w, shift float64) {
		sum += w * (y - shift)
		weights += w
	})
	return sum / weights
}

// minMean bounds the means that log links start from: all-zero targets start
// at 1e-10, which predicts zero for any use.
const minMean = 1e-10

// root is the score at which the derivatives of rows sum up to zero, between
// low and high: Newton's method, halving where it leaves the bracket (Press et
// al. 2007, "Numerical recipes", 9.4).
func root(o Objective, rows examples, low, high float64) float64 {
	f := (low + high) / 2
	for range 200 {
		slope, curve := sums(o, rows, f)
		if slope == 0 {
			return f
		}
		if slope > 0 {
			high = f
		} else {
			low = f
		}
		next := f - slope/curve
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		if math.Abs(next-f) <= 1e-9*(1+math.Abs(f)) {
			return next
		}
		f = next
	}
	return f
}

// sums are those of the derivatives of rows at one score.
func sums(o Objective, rows examples, f float64) (slope, curve float64) {
	var target, gradient, hessian [1]float32
	var score [1]float64
	rows(func(y, w, shift float64) {
		target[0], score[0] = float32(y), f+shift
		o.derive(target[:], score[:], gradient[:], hessian[:])
		slope += w * float64(gradient[0])
		curve += w * float64(hessian[0])
	})
	return slope, curve
}

// bracket is the range of y less the offset.
func bracket(rows examples) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	rows(func(y, _, shift float64) {
		low, high = min(low, y-shift), max(high, y-shift)
	})
	return low, high
}

// CheckTargets refuses, with code invalid, parameters of an objective that are
// not legal and targets that it does not take.
func CheckTargets(o Objective, y []float32) error { return o.check(y) }

func refuseNegative(y []float32, objective string) error {
	if i := slices.IndexFunc(y, func(v float32) bool { return v < 0 }); i >= 0 {
		return daycast.Errorf(daycast.Invalid, "target of row %d is %g: %s needs targets >= 0", i, y[i], objective).
			WithHint("take squared error for data with returns")
	}
	return nil
}

// refuse names the parameter of an objective that is not legal, if one is.
func refuse(field string, value, from, to float64) error {
	if value > from && value < to {
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "gbm: %s is %g: want a number above %g and below %g", field, value, from, to).WithField(field)
}
