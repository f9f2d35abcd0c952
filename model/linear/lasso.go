package linear

import (
	"context"

	"daycast/feature"
	"daycast/model"
)

// Lasso is linear least squares that drops columns:
//
//	minimise  sum(w[r] * (y[r] - a - x[r]'b)^2) / (2*sum(w))  +  Alpha * |b|_1
//
// Tibshirani (1996), "Regression shrinkage and selection via the lasso", JRSS B
// 58(1). It is ElasticNet with L1 of 1; all that is said there holds.
type Lasso struct {
	// Alpha is the penalty in units of the target, >= 0; 0 lets the BIC choose.
	Alpha float64
}

// Name is "lasso".
func (Lasso) Name() string { return "lasso" }

// Fit learns y from x. It refuses what ElasticNet.Fit does.
func (m Lasso) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	return penalised(ctx, m.Name(), ElasticNet{Alpha: m.Alpha, L1: 1}, x, y, w, o)
}
