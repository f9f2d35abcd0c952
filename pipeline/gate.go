package pipeline

import (
	"context"
	"fmt"
	"math"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/registry"
)

// A Gate says when a new model takes the champion's place: it has to be better
// on the newest days, which neither of them has seen.
type Gate struct {
	Days   int     // the newest days, kept from both; 0: no gate, each new model serves
	Margin float64 // the share by which the new model's loss has to be lower, >= 0
}

// A rival is the champion that a new model has to beat.
type rival struct {
	registry.Version
	fitted model.Fitted
}

// rival is the champion, or nil and why a new model needs no comparison.
func (r *Run) rival(ctx context.Context) (*rival, string, error) {
	if r.Settings.Gate.Days == 0 {
		return nil, "the config asks for no gate", nil
	}
	v, err := r.Registry.Champion()
	if err != nil && daycast.CodeOf(err) == daycast.NotFound {
		return nil, "it is the first model", nil
	}
	var fitted model.Fitted
	if err == nil {
		fitted, v, err = r.Registry.Load(ctx, v.ID)
	}
	switch {
	case err != nil && (daycast.CodeOf(err) == daycast.Invalid || daycast.CodeOf(err) == daycast.NotFound):
		return nil, fmt.Sprintf("the champion cannot be read: %v", err), nil
	case err != nil:
		return nil, "", err
	case v.Step != r.Settings.Step || v.Horizon < r.Settings.Horizon:
		return nil, fmt.Sprintf("the champion forecasts %d periods of %d days, and %d of %d are wanted",
			v.Horizon, v.Step, r.Settings.Horizon, r.Settings.Step), nil
	}
	return &rival{v, fitted}, "", nil
}

// gateOrigin is the last day that a challenger may learn from, so that the gate's
// days are new to it.
func (r *Run) gateOrigin(last daycast.Day) daycast.Day {
	step := int(r.Settings.Step)
	periods := (r.Settings.Gate.Days + step - 1) / step
	return last - daycast.Day(periods*step)
}

// judge compares a challenger, which learned from the days up to origin, with
// the champion on the days after it.
func (g Gate) judge(ctx context.Context, l Learning, champion *rival, challenger *Learned, last daycast.Day) (registry.Decision, error) {
	final, err := l.Panel(ctx, last)
	if err != nil {
		return registry.Decision{}, err
	}
	from := max(champion.Origin, challenger.Panel.Origin)
	scores, err := evaluate.Unseen{Panel: l.Panel, Final: final, From: from, Threads: l.Threads}.
		Score(ctx, champion.fitted, challenger.Fitted)
	if err != nil {
		return registry.Decision{}, err
	}
	return g.decide(l.Metric, scores[0], scores[1], from, final.Origin), nil
}

// decide gives the verdict on the scores of both over the days after from.
func (g Gate) decide(metric string, champion, challenger evaluate.Score, from, last daycast.Day) registry.Decision {
	a, b := gateLoss(champion, metric), gateLoss(challenger, metric)
	gain := 1 - b/a
	d := registry.Decision{Figures: map[string]float64{
		"champion_loss": a, "challenger_loss": b, "champion_bias": champion.Bias, "challenger_bias": challenger.Bias,
		"champion_rmse": champion.RMSE, "challenger_rmse": challenger.RMSE, "margin": g.Margin, "pairs": float64(challenger.N),
	}}
	days := fmt.Sprintf("on %s to %s, which neither had seen", from+1, last)
	switch {
	case challenger.N == 0 || math.IsNaN(gain):
		d.Reasons = []string{"nothing could be scored " + days}
	case challenger.Biased() && !champion.Biased():
		d.Reasons = []string{fmt.Sprintf("its forecasts were %+.1f%% off in total %s, the champion's %+.1f%%", 100*challenger.Bias, days, 100*champion.Bias)}
	case gain <= g.Margin && !(champion.Biased() && !challenger.Biased()):
		d.Reasons = []string{fmt.Sprintf("its %s was %.4f %s, the champion's %.4f: the gain of %+.2f%% is not above the margin of %.2f%%",
			metric, b, days, a, 100*gain, 100*g.Margin)}
	default:
		d.Promoted = true
		d.Reasons = []string{fmt.Sprintf("its %s was %.4f %s, the champion's %.4f: a gain of %+.2f%%", metric, b, days, a, 100*gain)}
		if champion.Biased() && !challenger.Biased() {
			d.Reasons = append(d.Reasons, fmt.Sprintf("the champion's forecasts were %+.1f%% off in total, its own %+.1f%%", 100*champion.Bias, 100*challenger.Bias))
		}
	}
	return d
}

// gateLoss is the metric that chooses; WAPE where that needs quantiles, which
// are not compared here.
func gateLoss(s evaluate.Score, metric string) float64 {
	if v, err := s.Metric(metric); err == nil && !math.IsNaN(v) {
		return v
	}
	return s.WAPE
}
