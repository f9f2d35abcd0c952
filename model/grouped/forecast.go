package grouped

import (
	"context"
	"math"

	"daycast"
	"daycast/model"
)

// Fitted is the inner model, with what it takes to see a panel's groups.
type Fitted struct {
	header
	inner model.Fitted
}

// Kind names the type for its loader.
func (f *Fitted) Kind() string { return "grouped" }

// memory is how many half-lives back anything weighs.
const memory = 5

// Forecast asks the inner model for the groups, and gives each series its
// shares. A series of no group that is forecast gets no number.
func (f *Fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	n := f.nodes(r.Panel)
	means, err := f.means(ctx, r, n)
	if err != nil {
		return nil, err
	}
	sum := make([]float64, r.Horizon)
	for i := range r.Panel.Series {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(sum)
		groups := 0.0
		for _, level := range f.Levels {
			own, known := n.of[level.Name]
			if !known || own[i] < 0 {
				continue
			}
			if share, ok := f.share(r.Panel, i, n.panel, own[i]); ok {
				groups++
				for h, v := range means.MeanOf(own[i]) {
					sum[h] += share * float64(v)
				}
			}
		}
		for h, v := range sum {
			out.MeanOf(i)[h] = float32(v / groups)
		}
		out.Models[i] = f.Label
	}
	return out, nil
}

// means are the groups' forecasts.
func (f *Fitted) means(ctx context.Context, r model.Request, n nodes) (*daycast.Forecasts, error) {
	if len(n.list) == 0 {
		return daycast.NewForecasts(n.panel, r.Horizon, nil), nil
	}
	r.Panel, r.Levels = n.panel, nil
	return model.Predict(ctx, f.inner, r)
}

// share is series i's recent units to those of node k; it is not ok where the
// series shows no day of both.
func (f *Fitted) share(p *daycast.Panel, i int, nodes *daycast.Panel, k int) (float64, bool) {
	units, state := p.TrainOf(i), p.StateOf(i)
	whole, states := nodes.TrainOf(k), nodes.StateOf(k)
	decay := math.Exp2(-1 / f.HalfLife)
	var own, all float64
	for t := max(0, len(units)-int(memory*f.HalfLife)-1, len(units)-len(whole)); t < len(units); t++ {
		own, all = own*decay, all*decay
		if j := t - len(units) + len(whole); state[t].Evidence() && states[j].Evidence() {
			own += float64(units[t])
			all += float64(whole[j])
		}
	}
	return own / all, all > 0
}
