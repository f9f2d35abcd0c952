package all

import (
	"daycast/model"
	"daycast/model/ensemble"
	"daycast/model/gbm"
	"daycast/model/global"
)

// Boosting is direct, pooled and Poisson. What follows is what else a boosting
// of all series can be; bench/accuracy/LOG.md has what each bought.

// RecursiveBoosting feeds the means of a week back.
func RecursiveBoosting() global.Recursive { return global.Recursive{Model: Boosting()} }

// SampledBoosting feeds draws back.
func SampledBoosting() global.Recursive { return global.Recursive{Model: Boosting(), Paths: 8} }

// AveragedBoosting is the mean of direct and recursive forecasts, of which the
// sampled ones drift less.
func AveragedBoosting() ensemble.Mean {
	return ensemble.Mean{Label: "averaged_" + Boosting().Name(), Members: []model.Model{Boosting(), SampledBoosting()}}
}

// PooledBoosting has a fit for each place or category.
func PooledBoosting() global.Pools { return global.Pools{Inner: Boosting()} }

// TweedieBoosting weighs the days on which nothing is sold as what they are, a
// lump at zero: it errs otherwise than Boosting, so that their mean is better
// than either. It refuses returns that exceed sales, for which it would be
// Boosting again.
func TweedieBoosting() global.Model {
	m := Boosting()
	params, _ := m.Regressor.(gbm.Regressor)
	params.Objective = gbm.Tweedie{Power: 1.5}
	m.Label, m.Regressor, m.Signed = "tweedie_"+m.Name(), params, nil
	return m
}

// ObjectiveBoosting takes the objective that forecast the newest rows best.
func ObjectiveBoosting() global.Contest {
	own := Boosting()
	c := global.Contest{Model: own, By: "objective"}
	params, _ := own.Regressor.(gbm.Regressor)
	for _, o := range []gbm.Objective{gbm.Tweedie{Power: 1.5}, gbm.Squared{}, gbm.Quantile{}} {
		params.Objective = o
		c.Others = append(c.Others, params)
	}
	return c
}
