package gbm

import (
	"math"
	"slices"

	"daycast"
	"daycast/model/tree"
)

// An Objective is the loss that boosting lowers: Squared, Poisson, Tweedie or
// Quantile. Score f is what trees add up to; a prediction is the link's
// inverse of it.
type Objective interface {
	// check refuses its own parameters and targets outside the loss's domain.
	check(y []float32) error
	// start is the best constant score for the rows with weights w (nil: 1).
	start(rows []uint32, y, w []float32) float64
	// derive returns the first and second derivative of the loss at score f.
	derive(y, f float64) (gradient, hessian float64)
	link() tree.Link
}

// A renewer sets the value of a leaf itself, from its rows, where a Newton
// step does not fit the loss. residual is y - f by row.
type renewer interface {
	renew(rows []uint32, residual func(row uint32) float64, w []float32) float64
}

// mean is the weighted mean of y over rows.
func mean(rows []uint32, y, w []float32) float64 {
	var sum, weights float64
	for _, r := range rows {
		wr := weight(w, r)
		sum += wr * float64(y[r])
		weights += wr
	}
	return sum / weights
}

func weight(w []float32, row uint32) float64 {
	if w == nil {
		return 1
	}
	return float64(w[row])
}

// logMean is the start of the objectives with a log link. All-zero targets
// start at 1e-10, which predicts zero for any use.
func logMean(rows []uint32, y, w []float32) float64 {
	return math.Log(max(mean(rows, y, w), 1e-10))
}

func refuseNegative(y []float32, objective string) error {
	if i := slices.IndexFunc(y, func(v float32) bool { return v < 0 }); i >= 0 {
		return daycast.Errorf(daycast.Invalid, "target of row %d is %g: %s needs targets >= 0", i, y[i], objective).
			WithHint("take squared error for data with returns")
	}
	return nil
}
