// Package xgboost trains boosted trees with XGBoost's own library, where a
// machine has it. Its models become ours as soon as they are trained, so that
// predicting and loading need no library.
package xgboost

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"strconv"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/gbm"
	"daycast/model/tree"
)

// A Regressor trains as gbm.Regressor does, by XGBoost's tree_method hist. A
// field left at zero takes its default, which is gbm's.
type Regressor struct {
	Library      *Library
	Objective    gbm.Objective // Squared, the default, Poisson, Tweedie or Quantile of gbm
	Trees        int           // default 150
	Leaves       int           // of a tree at most; default 31
	LearningRate float64       // in (0, 1]; default 0.1
	MinHessian   float64       // summed over a leaf's rows, their mean weight being 1; default 1e-3
	L2           float64       // added to a leaf's hessian, >= 0; default 0
	MinGain      float64       // that a split has to pass, >= 0; default 0

	FeatureFraction float64 // of the columns for each tree, in (0, 1]; default 1
	RowFraction     float64 // of the rows for each tree, in (0, 1]; default 1
}

// Name is "xgboost".
func (Regressor) Name() string { return "xgboost" }

// Fit trains on one thread, whatever the options say: XGBoost adds floats up
// in an order that depends on the number of threads, and our results must not.
// The predictor is gbm's, and is saved and loaded as gbm's is. It refuses with
// code invalid what gbm refuses.
func (r Regressor) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	if r.Library == nil {
		return nil, daycast.Errorf(daycast.Unavailable, "there is no XGBoost library to train with")
	}
	parameters, err := r.parameters(y, o.Seed)
	if err != nil {
		return nil, err
	}
	rows, err := tree.Rows(x, y, w)
	if err != nil {
		return nil, err
	}
	if len(x.Columns) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "no column to learn from")
	}
	if !slices.ContainsFunc(rows, func(row uint32) bool { return y[row] != 0 }) {
		// XGBoost takes the logarithm of their mean.
		return gbm.Regressor{Objective: r.Objective, Trees: 1}.Fit(ctx, x, y, w, o)
	}
	// The library keeps its last error by thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	m, err := newMatrix(r.Library, x, y, tree.Relative(w, rows))
	if err != nil {
		return nil, err
	}
	defer m.free()
	file, err := m.train(ctx, parameters, cmp.Or(r.Trees, 150))
	if err != nil {
		return nil, err
	}
	return gbm.ReadXGBoost(bytes.NewReader(file))
}

// train returns the model as UBJSON.
func (m *matrix) train(ctx context.Context, parameters map[string]string, trees int) ([]byte, error) {
	l := m.l
	var booster uintptr
	if err := l.check(l.newBooster(&m.handle, 1, &booster)); err != nil {
		return nil, err
	}
	defer l.freeBooster(booster)
	for name, value := range parameters {
		if err := l.check(l.setParameter(booster, name, value)); err != nil {
			return nil, err
		}
	}
	for round := range trees {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := l.check(l.update(booster, int32(round), m.handle)); err != nil {
			return nil, err
		}
	}
	var n uint64
	var file *byte
	if err := l.check(l.save(booster, `{"format": "ubj"}`, &n, &file)); err != nil {
		return nil, err
	}
	return bytesOf(file, n), nil
}

// parameters are the regressor's by XGBoost's names.
func (r Regressor) parameters(y []float32, seed uint64) (map[string]string, error) {
	p := map[string]string{
		"tree_method": "hist", "grow_policy": "lossguide", "max_depth": "0",
		"nthread": "1", "verbosity": "0", "seed": strconv.FormatUint(seed%math.MaxInt32, 10),
	}
	if err := r.objective(y, p); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name, theirs string
		value        float64
		from, to     float64
	}{
		{"trees", "", float64(cmp.Or(r.Trees, 150)), 1, 1e6},
		{"leaves", "max_leaves", float64(cmp.Or(r.Leaves, 31)), 1, 1e6},
		{"learning_rate", "learning_rate", cmp.Or(r.LearningRate, 0.1), 1e-9, 1},
		{"min_hessian", "min_child_weight", cmp.Or(r.MinHessian, 1e-3), 1e-30, math.MaxFloat32},
		{"l2", "reg_lambda", r.L2, 0, math.MaxFloat32},
		{"min_gain", "gamma", r.MinGain, 0, math.MaxFloat32},
		{"feature_fraction", "colsample_bytree", cmp.Or(r.FeatureFraction, 1), 1e-9, 1},
		{"row_fraction", "subsample", cmp.Or(r.RowFraction, 1), 1e-9, 1},
	} {
		if err := tree.CheckRanges("xgboost", tree.In(f.name, f.value, f.from, f.to)); err != nil {
			return nil, err
		}
		if f.theirs != "" {
			p[f.theirs] = number(f.value)
		}
	}
	return p, nil
}

// objective names the objective in p, with its parameter, and checks both it
// and the targets.
func (r Regressor) objective(y []float32, p map[string]string) error {
	switch o := r.Objective.(type) {
	case nil, gbm.Squared:
		p["objective"] = "reg:squarederror"
		return nil
	case gbm.Poisson:
		p["objective"] = "count:poisson"
	case gbm.Tweedie:
		p["objective"], p["tweedie_variance_power"] = "reg:tweedie", number(cmp.Or(o.Power, 1.1))
	case gbm.Quantile:
		p["objective"], p["quantile_alpha"] = "reg:quantileerror", number(cmp.Or(o.Level, 0.5))
	default:
		return daycast.Errorf(daycast.Invalid, "xgboost does not know the objective %T", o)
	}
	return gbm.CheckTargets(r.Objective, y)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
