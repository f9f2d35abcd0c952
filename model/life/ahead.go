package life

import (
	"context"
	"slices"

	"daycast"
	"daycast/model"
)

// sampled is how many mature series are asked what the shop will sell.
const sampled = 2000

// ahead is how the forecasts of mature series become sizes of the days to come:
// relative to their last four weeks, times the shop's.
type ahead struct {
	some           []int // of them
	sold, expected float64
}

func (r *Prior) ahead(p *daycast.Panel) *ahead {
	a := &ahead{some: few(matureOf(p, r.First), sampled)}
	for _, i := range a.some {
		s, e := against(p, i, p.Len(i)-periods(p.Step, aheadDays), p.Len(i), &r.Sizes)
		a.sold, a.expected = a.sold+s, a.expected+e
	}
	return a
}

// sizes are those that were observed, and after them those that f expects.
func (a *ahead) sizes(observed Sizes, f *daycast.Forecasts) Sizes {
	if a.sold <= 0 {
		return observed
	}
	observed.Values = slices.Clip(observed.Values)
	for h := range f.Horizon {
		sum := 0.0
		for _, i := range a.some {
			sum += float64(f.MeanOf(i)[h])
		}
		observed.Values = append(observed.Values, max(0, sum)/float64(len(a.some))*a.expected/a.sold)
	}
	return observed
}

// lookAhead adds to the sizes what inner expects of mature series.
func (r *Prior) lookAhead(ctx context.Context, inner model.Fitted, p *daycast.Panel, horizon, threads int) error {
	a := r.ahead(p)
	q := p.Select(a.some)
	f, err := model.Predict(ctx, inner, model.Request{Panel: q, Horizon: horizon, Threads: threads})
	if err != nil {
		return err
	}
	for k := range a.some {
		a.some[k] = k
	}
	r.Sizes = a.sizes(r.Sizes, f)
	return nil
}
