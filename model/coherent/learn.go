package coherent

import (
	"context"
	"math"
	"slices"

	"daycast/model"
	"daycast/model/reconcile"
)

// Upper is what each upper node will sell over the horizon by models of its own,
// one list for each of them. Models that refuse the groups' history are left out.
func (g *Groups) Upper(ctx context.Context, models []model.Model, t model.Training) ([][]float64, error) {
	var out [][]float64
	for _, m := range models {
		own, err := g.Forecast(ctx, m, t)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			out = append(out, own)
		}
	}
	return out, nil
}

// Sums are what forecasts of series, series x horizon, add up to over the horizon
// by upper node.
func (g *Groups) Sums(mean []float32, threads int) []float64 {
	return g.sums(mean, threads).Upper
}

func (g *Groups) sums(mean []float32, threads int) reconcile.Values {
	h := g.Hierarchy
	out := reconcile.NewValues(h, 1)
	horizon := len(mean) / max(1, len(h.Series))
	for i := range h.Series {
		var sum float64
		for _, v := range mean[i*horizon : (i+1)*horizon] {
			sum += float64(v)
		}
		out.Bottom[i] = float32(min(math.MaxFloat32, max(-math.MaxFloat32, sum)))
	}
	h.Sum(out, threads)
	return out
}

// Mean of some lists by upper node, NaN where one is.
func Mean(lists [][]float64) []float64 {
	if len(lists) == 0 {
		return nil
	}
	out := make([]float64, len(lists[0]))
	for _, own := range lists {
		for u, v := range own {
			out[u] += v / float64(len(lists))
		}
	}
	return out
}

// A Past is an origin of which it is known what came.
type Past struct {
	Groups *Groups
	Mean   []float32 // series x horizon, as the series' models forecast
	Upper  []float64 // by upper node
	Came   []float32 // series x horizon, NaN where it is not known; MinT alone asks for it
	// Loss of other means, > 0, relative to that of Mean.
	Loss func(mean []float32) float64
}

const (
	// margin is by how much of the loss alignment has to pay in the mean over past
	// origins: less is noise.
	margin = .001
	// few is how many origins are as good as none: of n the strength is n/(n+few)
	// of the best, a choice.
	few = 2
)

// strengths that are tried. Finer ones differ by less than origins do.
var strengths = []float64{.25, .5, .75}

// Learn is the strength with which a method would have forecast series best at past
// origins, where MinT goes by the errors at the others. It is 0 unless that helps
// by the margin in the mean of the logarithms of losses, and at more than half of
// the origins; and it is shrunk where they are few. gain is the share of the loss
// that it takes away there.
func Learn(ctx context.Context, m Method, pasts []Past, o reconcile.Options) (strength, gain float64, err error) {
	if len(pasts) < 2 {
		return 0, 0, nil
	}
	best := 0.0
	for _, s := range strengths {
		logs := make([]float64, len(pasts))
		for k, p := range pasts {
			others := slices.Delete(slices.Clone(pasts), k, k+1)
			c, err := p.Groups.Correct(ctx, p.Mean, p.Upper, Pull{m, s, others}, o)
			if err != nil {
				return 0, 0, err
			}
			logs[k] = math.Log(p.Loss(p.Groups.Scaled(p.Mean, c)))
		}
		if mean, ok := pays(logs); ok && mean < best {
			best, strength = mean, s
		}
	}
	n := float64(len(pasts))
	return strength * n / (n + few), 1 - math.Exp(best), nil
}

// pays is the mean of losses' logarithms, and whether it is worth anything.
func pays(logs []float64) (mean float64, ok bool) {
	n, better := float64(len(logs)), 0
	for _, l := range logs {
		mean += l / n
		if l < 0 {
			better++
		}
	}
	return mean, mean < -margin && 2*better > len(logs)
}

// Wrap makes of a model one that is corrected for what it forecasts on a panel.
func (g *Groups) Wrap(ctx context.Context, inner model.Fitted, r model.Request, upper []float64, pull Pull) (model.Fitted, error) {
	r.Levels = nil
	f, err := model.Predict(ctx, inner, r)
	if err != nil {
		return nil, err
	}
	c, err := g.Correct(ctx, f.Mean, upper, pull, reconcile.Options{NonNegative: r.Panel.NonNegative, Threads: r.Threads})
	if err != nil {
		return nil, err
	}
	return &Fitted{Inner: inner, Factors: g.named(c)}, nil
}
