package evaluate

import (
	"context"

	"daycast"
	"daycast/model"
)

// Unseen scores fitted models on days that came after all that they learned
// from. Each period after From is forecast from every origin before it, as one
// would have then:
//
//	|---- learned from ----|  1  2  3 ... n
//	                    From  f  f  f ... f   forecast at From
//	                          .  f  f ... f   forecast a period later
//	                             .  f ... f
//
// so that a few days are evidence of near and far forecasts alike.
type Unseen struct {
	Panel   func(ctx context.Context, origin daycast.Day) (*daycast.Panel, error) // as known at an origin
	Final   *daycast.Panel                                                        // as known now; its origin is the last period
	From    daycast.Day                                                           // the last day that a model has seen
	Threads int
}

// Score gives each model's score over the series on sale at each origin, in
// the order of the models. A model that fails is an error: it cannot serve.
func (u Unseen) Score(ctx context.Context, models ...model.Fitted) ([]Score, error) {
	tallies := make([]tally, len(models))
	step := daycast.Day(u.Final.Step)
	for origin := u.From; origin < u.Final.Origin; origin += step {
		p, err := u.Panel(ctx, origin)
		if err != nil {
			return nil, err
		}
		horizon := int((u.Final.Origin - origin) / step)
		w := newWindow(p, u.Final, horizon, 0)
		for k, m := range models {
			f, err := model.Predict(ctx, m, model.Request{Panel: p, Horizon: horizon, Threads: u.Threads})
			if err != nil {
				return nil, err
			}
			w.add(&tallies[k], f.Mean, nil, nil)
		}
	}
	scores := make([]Score, len(models))
	for k := range tallies {
		scores[k] = tallies[k].score()
	}
	return scores, nil
}

// Biased reports whether the total bias is beyond what any metric may buy.
func (s Score) Biased() bool { return biased(s) }
