// Package all lists the models that daycast has: the candidates, and the
// loaders of what they save. Both are passed to who needs them; nothing is
// registered.
//
//go:generate go test -run TestPage -update .
package all

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/coherent"
	"daycast/model/effects"
	"daycast/model/ensemble"
	"daycast/model/forest"
	"daycast/model/gbm"
	"daycast/model/global"
	"daycast/model/grouped"
	"daycast/model/interval"
	"daycast/model/life"
	"daycast/model/linear"
	"daycast/model/mlp"
	"daycast/model/onnx"
	"daycast/model/xgboost"
)

// Boosting is the boosted trees for counts, and, where returns exceed sales,
// for any numbers.
func Boosting() global.Model {
	params := gbm.Regressor{Trees: 200, Leaves: 31, LearningRate: 0.06, MinRows: 40, L2: 1, FeatureFraction: 0.6, RowFraction: 0.8, FewRows: fewRows}
	counts := params
	counts.Objective = gbm.Poisson{}
	return global.Model{Regressor: counts, Signed: params, Power: 1, Groups: feature.Groups()}
}

// fewRows are learnt from in smaller steps: over fourteen small shops each boosting
// erred 1.8% less by it.
const fewRows = 50_000

// GroupBoosting is boosted trees over the shop's groups, which have few rows:
// more and smaller steps cost little there, and on M5 took 1% off the error of
// the groups' totals.
func GroupBoosting() grouped.Model {
	params := gbm.Regressor{Trees: 500, Leaves: 31, LearningRate: 0.03, MinRows: 40, L2: 1, FeatureFraction: 0.6, RowFraction: 0.8}
	counts := params
	counts.Objective = gbm.Poisson{}
	return grouped.Model{Inner: global.Model{Regressor: counts, Signed: params, Power: 1, Groups: feature.Groups()}}
}

// XGBoost is Boosting by XGBoost's library. Its hessian is the prediction, of
// which a row has about 1: MinHessian is the MinRows there.
func XGBoost(l *xgboost.Library) global.Model {
	params := xgboost.Regressor{Library: l, Trees: 200, Leaves: 31, LearningRate: 0.06, MinHessian: 40, L2: 1, FeatureFraction: 0.6, RowFraction: 0.8}
	counts := params
	counts.Objective = gbm.Poisson{}
	return global.Model{Regressor: counts, Signed: params, Power: 1}
}

// library is XGBoost's and runtime ONNX Runtime's, looked for once, when needed.
var (
	library = sync.OnceValues(xgboost.Open)
	runtime = sync.OnceValues(onnx.Open)
)

// Remark says in one line whether XGBoost is among the candidates of the given
// names, all of them for none; "" where nobody asks for it.
func Remark(names []string) string {
	if name := (xgboost.Regressor{}).Name(); len(names) > 0 && !slices.Contains(names, name) {
		return ""
	}
	l, err := library()
	if err != nil {
		return "xgboost is no candidate: " + err.Error()
	}
	return "xgboost " + l.Version + " is a candidate"
}

// Forest is the random forest; its squared error wants the outliers cut.
func Forest() global.Model {
	return global.Model{Regressor: forest.Regressor{Trees: 60, Leaves: 256, MinRows: 20}, Power: 1, Most: mostRatio}
}

// Ridge is the linear regression.
func Ridge() global.Model {
	return global.Model{Regressor: linear.Ridge{}, Power: 1, Most: mostRatio}
}

// Lasso is the linear regression that leaves out columns.
func Lasso() global.Model {
	return global.Model{Regressor: linear.Lasso{}, Power: 1, Most: mostRatio}
}

// ElasticNet is between Ridge and Lasso.
func ElasticNet() global.Model {
	return global.Model{Regressor: linear.ElasticNet{}, Power: 1, Most: mostRatio}
}

// GLM is the Poisson regression, and where returns exceed sales Ridge.
func GLM() global.Model {
	return global.Model{Regressor: linear.GLM{}, Signed: linear.Ridge{}, Power: 1, Most: mostRatio}
}

// Perceptron is the neural networks for counts, and, where returns exceed sales,
// for any numbers.
func Perceptron() global.Model {
	return global.Model{Regressor: mlp.Regressor{Counts: true}, Signed: mlp.Regressor{}, Power: 1, Most: mostRatio, Groups: feature.Groups()}
}

// mostRatio is where units beyond the scale are cut for squared errors.
const mostRatio = 30

// OfGroups are the models by which the groups of a shop are forecast where series
// are aligned to them: of their own sums, which are many sales.
func OfGroups() []model.Model { return []model.Model{classic.AutoETS{}, classic.Theta{}} }

// Usual stands for the usual models among names.
const Usual = "usual"

// Named are the models of the given names; the usual ones for none. onnx:PATH
// is the network of PATH.onnx, see package onnx.
func Named(names []string) ([]model.Model, error) {
	if len(names) == 0 {
		return Models(), nil
	}
	known := map[string]model.Model{}
	var list []string
	for _, m := range Known() {
		known[m.Name()] = m
		list = append(list, m.Name())
	}
	list = append(list, Usual, onnx.Prefix+"PATH")
	var out []model.Model
	for _, n := range names {
		if path, ok := strings.CutPrefix(n, onnx.Prefix); ok {
			m, err := network(path)
			if err != nil {
				return nil, err
			}
			out = append(out, m)
			continue
		}
		if n == Usual {
			out = append(out, Models()...)
			continue
		}
		m, ok := known[n]
		if _, err := library(); n == (xgboost.Regressor{}).Name() && err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "model %q: %w", n, err).WithField("models")
		}
		if !ok {
			return nil, daycast.Errorf(daycast.Invalid, "model %q is not known", n).WithField("models").WithHint("want some of %v", list)
		}
		out = append(out, m)
	}
	return out, nil
}

// network is the one at a path.
func network(path string) (model.Model, error) {
	l, err := runtime()
	if err != nil {
		return nil, daycast.Errorf(daycast.CodeOf(err), "model %q: %w", onnx.Prefix+path, err).WithField("models")
	}
	m, err := onnx.Read(path, l)
	if err != nil {
		return nil, daycast.Errorf(daycast.CodeOf(err), "model %q: %w", onnx.Prefix+path, err).WithField("models")
	}
	return m, nil
}

// Loaders reads every kind of fitted model.
func Loaders() map[string]model.Loader {
	l := maps.Clone(classic.Loaders())
	l["global"] = global.Loader(map[string]model.PredictorLoader{
		"gbm":           gbm.Load,
		"random_forest": forest.Load,
		"ridge":         linear.Load,
		"lasso":         linear.Load,
		"elastic_net":   linear.Load,
		"glm":           linear.Load,
		"mlp":           mlp.Load,
		"onnx":          onnx.Loader(runtime),
	})
	l["effects"] = effects.Load
	l["recursive"] = global.LoadRecursion
	l["pooled"] = global.LoadPooled
	l["grouped"] = grouped.Load
	l["blend"] = ensemble.Load
	l["choice"] = ensemble.LoadChoice
	l["coherent"] = coherent.Load
	l["interval"] = interval.Load
	l["life"] = life.Load
	return l
}
