package coherent

import (
	"context"
	"math"

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

// Align is the factor of each upper node that brings its series, which are
// forecast as mean says (series x horizon), nearer to what is forecast of it over
// the whole horizon, by a strength in [0, 1] that all levels share. A node of
// which nothing is forecast keeps what its series add up to.
//
// One factor for the horizon leaves the series their own days: of those they know
// more than the models of groups here, which see no promotions and no holidays.
func (g *Groups) Align(ctx context.Context, mean []float32, upper []float64, strength float64, o reconcile.Options) ([]float64, error) {
	h := g.Hierarchy
	base := g.sums(mean, o.Threads)
	a := reconcile.Align{Strength: map[string]float64{}}
	for _, l := range h.Levels {
		a.Strength[l.Name] = strength
	}
	for u, v := range upper {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			base.Upper[u] = v
		}
	}
	return a.Factors(ctx, h, base, o)
}

// Scaled is mean, series x horizon, times the factors of the series' groups.
func (g *Groups) Scaled(mean []float32, factors []float64) []float32 {
	h := g.Hierarchy
	out := make([]float32, len(mean))
	horizon := len(mean) / max(1, len(h.Series))
	for i := range h.Series {
		by := factors[0]
		for k, l := range g.Levels {
			if own := l.Of[i]; own >= 0 {
				by *= factors[h.Levels[k+1].First+int(own)]
			}
		}
		for c := i * horizon; c < (i+1)*horizon; c++ {
			out[c] = float32(float64(mean[c]) * by)
		}
	}
	return out
}

// Named are the factors by level and name, for a Fitted. Those of 1 need no name.
func (g *Groups) Named(factors []float64) []Factors {
	var out []Factors
	for _, l := range g.Hierarchy.Levels {
		own := Factors{Columns: ParseLevel(l.Name), By: map[string]float64{}}
		for k, name := range l.Names {
			if by := factors[l.First+k]; by != 1 {
				own.By[name] = by
			}
		}
		out = append(out, own)
	}
	return out
}

// A Past is an origin of which it is known what came.
type Past struct {
	Groups *Groups
	Mean   []float32 // series x horizon, as the series' models forecast
	Upper  []float64 // by upper node
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

// Learn is the strength with which series would have been forecast best at past
// origins. It is 0 unless that helps by the margin in the mean of the logarithms
// of losses, and at more than half of the origins; and it is shrunk where they are
// few. gain is the share of the loss that it takes
// away there.
func Learn(ctx context.Context, pasts []Past, o reconcile.Options) (strength, gain float64, err error) {
	if len(pasts) < 2 {
		return 0, 0, nil
	}
	best := 0.0
	for _, s := range strengths {
		logs := make([]float64, len(pasts))
		for k, p := range pasts {
			factors, err := p.Groups.Align(ctx, p.Mean, p.Upper, s, o)
			if err != nil {
				return 0, 0, err
			}
			logs[k] = math.Log(p.Loss(p.Groups.Scaled(p.Mean, factors)))
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

// Wrap makes of a model one that is brought nearer to its groups on a panel, as
// Align says, with what it
// forecasts there.
func (g *Groups) Wrap(ctx context.Context, inner model.Fitted, r model.Request, upper []float64, strength float64) (model.Fitted, error) {
	r.Levels = nil
	f, err := model.Predict(ctx, inner, r)
	if err != nil {
		return nil, err
	}
	factors, err := g.Align(ctx, f.Mean, upper, strength, reconcile.Options{NonNegative: r.Panel.NonNegative, Threads: r.Threads})
	if err != nil {
		return nil, err
	}
	return &Fitted{Inner: inner, Factors: g.Named(factors)}, nil
}
