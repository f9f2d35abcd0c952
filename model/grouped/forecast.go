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
	inner model.Fitted // nil: no group sold enough
}

// Kind names the type for its loader.
func (f *Fitted) Kind() string { return "grouped" }

// memory is how many half-lives back anything weighs.
const memory = 5

// Forecast asks the inner model for the groups, and gives each series its
// shares. A series of no group that is forecast gets its own recent mean.
func (f *Fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	gathered := gather(r.Panel, f.Levels, f.Signals)
	gathered.add(r.Panel)
	n := f.nodes(r.Panel, gathered)
	means, err := f.means(ctx, r, n)
	if err != nil {
		return nil, err
	}
	for i := range r.Panel.Series {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f.spread(r.Panel, i, n, means, out.MeanOf(i))
		out.Models[i] = f.Label
	}
	return out, nil
}

// means are the groups' forecasts.
func (f *Fitted) means(ctx context.Context, r model.Request, n nodes) (*daycast.Forecasts, error) {
	if f.inner == nil || len(n.panel.Series) == 0 {
		return nil, nil
	}
	r.Panel, r.Levels = n.panel, nil
	return model.Predict(ctx, f.inner, r)
}

// spread forecasts series i into out.
func (f *Fitted) spread(p *daycast.Panel, i int, n nodes, means *daycast.Forecasts, out []float32) {
	sum, groups := make([]float64, len(out)), 0.0
	for _, level := range f.Levels {
		k := n.of(p, level.Name, i)
		if k < 0 || means == nil {
			continue
		}
		if share, ok := f.share(p, i, n.panel, k); ok {
			groups++
			for h, v := range means.MeanOf(k) {
				sum[h] += share * float64(v)
			}
		}
	}
	for h := range out {
		if groups > 0 {
			out[h] = float32(sum[h] / groups)
		} else {
			out[h] = float32(f.recent(p, i))
		}
	}
}

// share is series i's recent units to those of node k; it is not ok where there
// is no day of both.
func (f *Fitted) share(p *daycast.Panel, i int, nodes *daycast.Panel, k int) (float64, bool) {
	units, state := p.TrainOf(i), p.StateOf(i)
	whole, states := nodes.TrainOf(k), nodes.StateOf(k)
	var own, all float64
	f.weigh(len(units), func(t int, w float64) {
		if j := t - len(units) + len(whole); j >= 0 && state[t].Evidence() && states[j].Evidence() {
			own += w * float64(units[t])
			all += w * float64(whole[j])
		}
	})
	return own / all, all > 0
}

// recent is the weighed mean of series i's own units; 0 without any.
func (f *Fitted) recent(p *daycast.Panel, i int) float64 {
	units, state := p.TrainOf(i), p.StateOf(i)
	var sum, weight float64
	f.weigh(len(units), func(t int, w float64) {
		if state[t].Evidence() {
			sum += w * float64(units[t])
			weight += w
		}
	})
	if weight == 0 {
		return 0
	}
	return sum / weight
}

// weigh visits the newest of n periods with their weights.
func (f *Fitted) weigh(n int, visit func(t int, w float64)) {
	w, decay := 1.0, math.Exp2(-1/f.HalfLife)
	for t := n - 1; t >= max(0, n-1-int(memory*f.HalfLife)); t-- {
		visit(t, w)
		w *= decay
	}
}
