package pipeline

import (
	"context"
	"fmt"
	"math"
	"slices"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/coherent"
	"daycast/model/reconcile"
)

// A Reconciling says how series come to agree with the levels above them: how
// their groups are forecast, by models of their own. Without any the groups are
// what their series add up to.
type Reconciling struct {
	Method coherent.Method
	Models []model.Model // the mean of which, and of the candidates of groups, forecasts the groups
	Levels [][]string    // columns of each level; none: as coherent.Find finds them
}

// upperForecast is what is forecast of the groups at an origin.
type upperForecast struct {
	groups *coherent.Groups
	units  [][]float64 // over the horizon, by model and upper node
}

// aligns reports whether anything is to be brought together: a series alone
// makes no group, and of a group's total a sample has but its own series' part.
func (l Learning) aligns(p *daycast.Panel) bool {
	return len(l.Reconcile.Models) > 0 && len(p.Series) > 1 && !l.Sampled
}

// lookUp forecasts the groups at an origin of the backtest.
func (out *Learned) lookUp(ctx context.Context, l Learning, horizon int, p *daycast.Panel) error {
	up, err := l.forecastGroups(ctx, p, horizon)
	if len(up.units) > 0 && err == nil {
		out.uppers[p.Origin] = up
	}
	return err
}

func (l Learning) forecastGroups(ctx context.Context, p *daycast.Panel, horizon int) (upperForecast, error) {
	g, err := coherent.Of(p, l.Reconcile.Levels, horizon)
	if err != nil {
		return upperForecast{}, err
	}
	units, err := g.Upper(ctx, l.Reconcile.Models, model.Training{Horizon: horizon, Seed: l.Seed, Threads: l.Threads})
	return upperForecast{g, units}, err
}

// at is what is forecast of the groups at a window: the mean of what their own
// models say and of what candidates that forecast groups add up to there.
func (up upperForecast) at(w *evaluate.Window, threads int) []float64 {
	units := slices.Clone(up.units)
	for _, a := range w.Models {
		if a.Grouped && a.Mean != nil {
			units = append(units, up.groups.Sums(a.Mean, threads))
		}
	}
	return coherent.Mean(units)
}

// now is that on the panel as known now, where the candidates may still have to
// be fitted. Those that refuse it are left out.
func (out *Learned) now(ctx context.Context, l Learning, up upperForecast) ([]float64, error) {
	units := slices.Clone(up.units)
	for _, a := range out.Windows[0].Models {
		if !a.Grouped || a.Mean == nil {
			continue
		}
		blend, err := out.fit(ctx, l, evaluate.Choice{Members: []string{a.Model}})
		if err != nil {
			return nil, err
		}
		if len(blend.Members) == 0 {
			continue
		}
		f, err := model.Predict(ctx, blend, model.Request{Panel: out.Panel, Horizon: l.Horizon, Threads: l.Threads})
		if err != nil {
			return nil, err
		}
		units = append(units, up.groups.Sums(f.Mean, l.Threads))
	}
	return coherent.Mean(units), nil
}

// pull is how strongly what a choice forecasts of series is to be brought nearer to
// their groups: as would have come nearest to what came at the windows, see
// coherent.Learn, with the share of the loss that this would have taken away.
func (out *Learned) pull(ctx context.Context, l Learning, windows []*evaluate.Window, c evaluate.Choice) (coherent.Pull, float64, error) {
	p := coherent.Pull{Method: l.Reconcile.Method, Pasts: out.pasts(l, windows, c)}
	strength, gain, err := coherent.Learn(ctx, p.Method, p.Pasts, out.options(l))
	p.Strength = strength
	return p, gain, err
}

// pasts are what a choice forecast at the windows.
func (out *Learned) pasts(l Learning, windows []*evaluate.Window, c evaluate.Choice) (pasts []coherent.Past) {
	for _, w := range windows {
		up, ok := out.uppers[w.Origin]
		if !ok {
			continue
		}
		mean := c.Mean(w)
		if mean == nil {
			continue
		}
		before := w.Score(mean, nil, nil)
		if before.N == 0 {
			continue
		}
		pasts = append(pasts, coherent.Past{Groups: up.groups, Mean: mean, Upper: up.at(w, l.Threads), Came: w.Actual, Loss: func(mean []float32) float64 {
			return relative(w.Score(mean, nil, nil), before, l.Metric)
		}})
	}
	return pasts
}

func (out *Learned) options(l Learning) reconcile.Options {
	return reconcile.Options{NonNegative: out.Panel.NonNegative, Threads: l.Threads}
}

// relative is the loss of a score to that of another, by the metric and the RMSE
// in equal parts, as models are chosen; 1 where there is nothing to compare.
func relative(s, other evaluate.Score, metric string) float64 {
	r := math.Sqrt(gateLoss(s, metric) / gateLoss(other, metric) * s.RMSE / other.RMSE)
	if !(r > 0) || math.IsInf(r, 0) {
		return 1
	}
	return r
}

// aligned is what a choice forecasts at a window once it is brought nearer to the
// groups, without what came there; nil where the choice has nothing there.
func (out *Learned) aligned(ctx context.Context, l Learning, w *evaluate.Window, c evaluate.Choice, by coherent.Pull) ([]float32, error) {
	mean := c.Mean(w)
	up, ok := out.uppers[w.Origin]
	if mean == nil || !ok || by.Strength == 0 {
		return mean, nil
	}
	by.Pasts = slices.DeleteFunc(slices.Clone(by.Pasts), func(p coherent.Past) bool { return p.Groups == up.groups })
	correction, err := up.groups.Correct(ctx, mean, up.at(w, l.Threads), by, out.options(l))
	if err != nil {
		return nil, err
	}
	return up.groups.Scaled(mean, correction), nil
}

// align brings a fitted choice nearer to the groups on the panel as known now, by
// the strength that past windows show.
func (out *Learned) align(ctx context.Context, l Learning, inner model.Fitted, c evaluate.Choice) (model.Fitted, coherent.Pull, error) {
	out.Strength = 0
	by, gain, err := out.pull(ctx, l, out.Windows, c)
	if err != nil || by.Strength == 0 {
		switch {
		case len(out.uppers) == 1:
			out.remark("groups are forecast as what their series add up to: one past origin does not tell whether forecasts of their own help the series")
		case len(out.uppers) > 1:
			out.remark("groups are forecast as what their series add up to: forecasts of their own would not have helped the series at past origins")
		}
		return inner, coherent.Pull{}, err
	}
	up, err := l.forecastGroups(ctx, out.Panel, l.Horizon)
	if err != nil || len(up.units) == 0 {
		return inner, coherent.Pull{}, err
	}
	units, err := out.now(ctx, l, up)
	if err != nil {
		return nil, coherent.Pull{}, err
	}
	fitted, err := up.groups.Wrap(ctx, inner, model.Request{Panel: out.Panel, Horizon: l.Horizon, Threads: l.Threads}, units, by)
	if err != nil {
		return nil, coherent.Pull{}, err
	}
	out.Strength = by.Strength
	out.remark(fmt.Sprintf("series are brought %.0f%% of the way to their groups' own forecasts: that would have taken about %.1f%% off their errors at past origins", 100*by.Strength, 100*gain))
	return fitted, by, nil
}

// remark notes what is not noted yet.
func (out *Learned) remark(note string) {
	if !slices.Contains(out.Notes, note) {
		out.Notes = append(out.Notes, note)
	}
}
