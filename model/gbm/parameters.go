package gbm

import (
	"cmp"
	"math"

	"daycast"
	"daycast/model/tree"
)

func (r Regressor) withDefaults() Regressor {
	if r.Objective == nil {
		r.Objective = Squared{}
	}
	r.Trees = cmp.Or(r.Trees, 150)
	r.Leaves = cmp.Or(r.Leaves, 31)
	r.LearningRate = cmp.Or(r.LearningRate, 0.1)
	r.MinRows = cmp.Or(r.MinRows, 20)
	r.MinHessian = cmp.Or(r.MinHessian, 1e-3)
	r.Levels = cmp.Or(r.Levels, 254)
	r.FeatureFraction = cmp.Or(r.FeatureFraction, 1)
	r.SplitFraction = cmp.Or(r.SplitFraction, 1)
	r.RowFraction = cmp.Or(r.RowFraction, 1)
	r.DART.MaxDrop = cmp.Or(r.DART.MaxDrop, 50)
	return r
}

// paced takes smaller steps where so many rows are few.
func (r Regressor) paced(rows int) Regressor {
	if rows <= r.FewRows {
		r.Trees, r.LearningRate = r.Trees*5/2, r.LearningRate/2
	}
	return r
}

// check refuses parameters outside their range, by name.
func (r Regressor) check() error {
	if err := tree.CheckRanges("gbm",
		tree.In("trees", float64(r.Trees), 1, 1e6),
		tree.In("leaves", float64(r.Leaves), 1, 1e6),
		tree.In("depth", float64(r.Depth), 0, 1e6),
		tree.In("learning_rate", r.LearningRate, 1e-9, 1),
		tree.In("min_rows", float64(r.MinRows), 1, math.MaxInt32),
		tree.In("min_hessian", r.MinHessian, 1e-30, math.MaxFloat32),
		tree.In("l1", r.L1, 0, math.MaxFloat32),
		tree.In("l2", r.L2, 0, math.MaxFloat32),
		tree.In("path_smooth", r.PathSmooth, 0, math.MaxFloat32),
		tree.In("min_gain", r.MinGain, 0, math.MaxFloat32),
		tree.In("few_rows", float64(r.FewRows), 0, math.MaxInt32),
		tree.In("levels", float64(r.Levels), 1, 65_534),
		tree.In("feature_fraction", r.FeatureFraction, 1e-9, 1),
		tree.In("split_fraction", r.SplitFraction, 1e-9, 1),
		tree.In("row_fraction", r.RowFraction, 1e-9, 1),
		tree.In("goss_top", r.GOSS.Top, 0, 1),
		tree.In("goss_other", r.GOSS.Other, 0, 1),
		tree.In("dart_drop", r.DART.Drop, 0, 1),
		tree.In("dart_skip", r.DART.Skip, 0, 1),
		tree.In("dart_max_drop", float64(r.DART.MaxDrop), 1, 1e6),
	); err != nil {
		return err
	}
	return r.checkSampling()
}

func (r Regressor) checkSampling() error {
	switch on := r.GOSS.on(); {
	case on && (r.GOSS.Top == 0 || r.GOSS.Other == 0 || r.GOSS.Top+r.GOSS.Other > 1):
		return daycast.Errorf(daycast.Invalid, "gbm: goss_top is %g and goss_other %g: want both above 0 and a sum of at most 1",
			r.GOSS.Top, r.GOSS.Other).WithField("goss_other")
	case on && r.RowFraction < 1:
		return daycast.Errorf(daycast.Invalid, "gbm: row_fraction is %g and GOSS draws rows too", r.RowFraction).
			WithField("row_fraction").WithHint("take one of the two")
	}
	return nil
}

// checkColumns refuses constraints of columns that there are not.
func (r Regressor) checkColumns(columns int) error {
	if r.Monotone != nil && len(r.Monotone) != columns {
		return daycast.Errorf(daycast.Invalid, "gbm: monotone has %d signs for %d columns", len(r.Monotone), columns).WithField("monotone")
	}
	for c, sign := range r.Monotone {
		if sign < -1 || sign > 1 {
			return daycast.Errorf(daycast.Invalid, "gbm: monotone is %d for column %d: want -1, 0 or 1", sign, c).WithField("monotone")
		}
	}
	for _, set := range r.Interactions {
		for _, c := range set {
			if c < 0 || c >= columns {
				return daycast.Errorf(daycast.Invalid, "gbm: interactions name column %d: want 0 to %d", c, columns-1).WithField("interactions")
			}
		}
	}
	return nil
}

// growth are the options of the trees.
func (r Regressor) growth(team *tree.Team) tree.Options {
	o := tree.Options{
		Leaves: r.Leaves, Depth: r.Depth, DepthWise: r.DepthWise, MinRows: r.MinRows, MinHessian: r.MinHessian,
		L1: r.L1, L2: r.L2, MinGain: r.MinGain, PathSmooth: r.PathSmooth,
		TreeColumns: r.FeatureFraction, SplitColumns: r.SplitFraction, RandomCuts: r.RandomCuts,
		Monotone: r.Monotone, Interactions: r.Interactions, Team: team,
	}
	if r.Objective.link() != tree.Identity {
		o.MaxStep = maxStep
	}
	return o
}
