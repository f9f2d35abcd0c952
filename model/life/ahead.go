package life

import (
	"context"

	"daycast"
	"daycast/model"
)

// sampled is how many mature series are asked what the shop will sell.
const sampled = 2000

// lookAhead adds to the sizes what the model expects of mature series: its
// means relative to their last four weeks, times the shop's.
func (r *Prior) lookAhead(ctx context.Context, inner model.Fitted, p *daycast.Panel, horizon, threads int) error {
	some := few(matureOf(p, r.First), sampled)
	q := p.Select(some)
	f, err := model.Predict(ctx, inner, model.Request{Panel: q, Horizon: horizon, Threads: threads})
	if err != nil {
		return err
	}
	var sold, expected float64
	for k := range some {
		s, e := against(q, k, q.Len(k)-periods(q.Step, aheadDays), q.Len(k), &r.Sizes)
		sold, expected = sold+s, expected+e
	}
	if sold <= 0 {
		return nil
	}
	for h := range horizon {
		sum := 0.0
		for k := range some {
			sum += float64(f.MeanOf(k)[h])
		}
		r.Sizes.Values = append(r.Sizes.Values, max(0, sum)/float64(len(some))*expected/sold)
	}
	return nil
}
