package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/coherent"
	"daycast/model/ensemble"
	"daycast/model/interval"
	"daycast/model/life"
)

// Learning is how a model is chosen and fitted.
type Learning struct {
	Panel    func(ctx context.Context, origin daycast.Day) (*daycast.Panel, error) // as known at an origin
	Models   []model.Model
	Sampled  bool // the panel is a sample of the shop: what is chosen has to serve series that are not in it
	Horizon  int
	Gap      int       // periods of it that are over before a forecast is used: models are compared on the others
	Embargo  int       // periods between the days of one origin of the backtest and the next origin
	Levels   []float64 // of the quantiles, ascending
	Metric   string
	Origins  int // of the backtest
	Scored   int // of them, the newest: proof, with a model chosen on older origins
	MaxRows  int
	Seed     uint64
	Threads  int
	Budget   time.Duration // for the backtest; 0: as long as it takes
	Until    time.Time     // by when what was chosen has to be fitted and has to have forecast; zero: whenever that is
	Now      func() time.Time
	Progress func(done, total int, what string)

	Reconcile Reconciling
}

// Learned is what came of it.
type Learned struct {
	Panel    *daycast.Panel // as known now
	Series   int            // of it
	Fitted   model.Fitted
	Choice   evaluate.Choice
	Windows  []*evaluate.Window // newest first
	Ranked   []evaluate.Choice  // every candidate over all windows, the best first
	Proof    []Proof            // newest first
	Notes    []string
	Seconds  map[string]float64 // by candidate, over the backtest
	Fallback bool               // the shop was too short for a backtest
	Strength float64            // with which series are brought nearer to their groups; 0: not at all

	uppers map[daycast.Day]upperForecast // of the groups, by origin of the backtest
	fits   map[string]model.Fitted       // on everything, by model: choices by series share them
	early  map[string]model.Fitted       // of the newest window, by model that there is no time to fit again
}

// Proof is a scored origin: the model was chosen, and its intervals were
// calibrated, on origins whose days had all come by then.
type Proof struct {
	Window    *evaluate.Window
	Choice    evaluate.Choice
	Mean      []float32
	Quantiles []float32
	Score     evaluate.Score
}

// Release gives the panel away, so that its memory is free once it is used.
func (out *Learned) Release() *daycast.Panel {
	p := out.Panel
	out.Panel = nil
	return p
}

// Learn backtests the candidates up to last, chooses, proves the choice on the
// newest origins, and fits it on everything.
func (l Learning) Learn(ctx context.Context, last daycast.Day) (*Learned, error) {
	final, err := l.Panel(ctx, last)
	if err != nil {
		return nil, err
	}
	if len(final.Series) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "nothing was sold up to %s: there is nothing to learn from", last)
	}
	out := &Learned{Panel: final, Series: len(final.Series), Seconds: map[string]float64{}, fits: map[string]model.Fitted{}, uppers: map[daycast.Day]upperForecast{}}
	horizon, origins := l.origins(final)
	b := evaluate.Backtest{
		Panel: l.Panel, Final: final, Origins: origins, Models: l.Models, Horizon: horizon, Gap: l.gap(horizon),
		MaxRows: l.MaxRows, Seed: l.Seed, Threads: l.Threads, Now: l.Now, Budget: l.Budget, Progress: l.Progress,
		Keep: !l.Until.IsZero() && horizon == l.Horizon,
	}
	if l.aligns(final) {
		if err := l.Reconcile.Method.Check(final, l.Reconcile.Levels); err != nil {
			return nil, err
		}
		b.Look = func(ctx context.Context, p *daycast.Panel) error { return out.lookUp(ctx, l, horizon, p) }
	}
	if out.Windows, err = b.Run(ctx); err != nil {
		return nil, err
	}
	out.note(l, horizon, len(origins))
	if err := out.prove(ctx, l); err != nil {
		return nil, err
	}
	if err := out.choose(ctx, l); err != nil {
		return nil, err
	}
	return out, nil
}

// origins are those of the backtest: windows of the whole horizon that do not
// overlap, or, in a shop too young for two of them, shorter ones.
func (l Learning) origins(p *daycast.Panel) (int, []daycast.Day) {
	first := p.Origin
	for _, s := range p.Start {
		first = min(first, s)
	}
	season := p.Step.Season()
	if p.Step == daycast.Weekly {
		season = 4
	}
	for horizon := l.Horizon; horizon >= 1; horizon /= 2 {
		r := evaluate.RollingOrigin{Period: p.Step, Horizon: horizon, Step: horizon + l.Embargo, Windows: max(l.Origins, 1)}
		if origins := slices.Collect(r.Origins(first, p.Origin, 2*season)); len(origins) >= 2 || horizon == 1 {
			return horizon, origins
		}
	}
	return 1, nil
}

// gap leaves a period to score where the history is too short for the whole horizon.
func (l Learning) gap(horizon int) int { return min(l.Gap, horizon-1) }

func (out *Learned) note(l Learning, horizon, wanted int) {
	if horizon < l.Horizon {
		out.Notes = append(out.Notes, fmt.Sprintf("the history is short: models were compared over %d periods instead of %d", horizon, l.Horizon))
	}
	if len(out.Windows) < wanted {
		out.Notes = append(out.Notes, fmt.Sprintf("the time budget ended the backtest after %d of %d origins", len(out.Windows), wanted))
	}
	refused := map[string]bool{}
	for _, w := range out.Windows {
		for _, a := range w.Models {
			out.Seconds[a.Model] += a.Seconds
			if a.Err != nil && !refused[a.Model] {
				refused[a.Model] = true
				out.Notes = append(out.Notes, fmt.Sprintf("%s was left out: %v", a.Model, a.Err))
			}
		}
	}
}

// prove scores the newest origins with what older ones alone would have chosen.
func (out *Learned) prove(ctx context.Context, l Learning) error {
	for k, w := range out.Windows {
		if k >= l.Scored {
			return nil
		}
		older := before(out.Windows, w)
		choice, ok := l.pick(older)
		if !ok || choice.Score.N == 0 || choice.Mean(w) == nil {
			continue
		}
		pull, _, err := out.pull(ctx, l, older, choice)
		if err != nil {
			return err
		}
		learned, err := out.calibrate(ctx, l, older, choice, pull)
		if err != nil {
			return err
		}
		mean, err := out.aligned(ctx, l, w, choice, pull)
		if err != nil {
			return err
		}
		f := &daycast.Forecasts{Horizon: w.Horizon, Mean: mean}
		learned.Table.Fill(f, w.Own, l.Levels, out.Panel.NonNegative)
		out.Proof = append(out.Proof, Proof{
			Window: w, Choice: choice, Mean: f.Mean, Quantiles: f.Quantiles, Score: w.Score(f.Mean, l.Levels, f.Quantiles),
		})
	}
	return nil
}

// pick chooses on windows: for all series, or, where the panel has them all, for
// each.
func (l Learning) pick(windows []*evaluate.Window) (evaluate.Choice, bool) {
	if l.Sampled {
		return evaluate.Choose(windows, l.Metric)
	}
	return evaluate.Select(windows, l.Metric)
}

// before are the windows whose last day had come at w's origin.
func before(windows []*evaluate.Window, w *evaluate.Window) []*evaluate.Window {
	var older []*evaluate.Window
	for _, o := range windows {
		if o.Origin+daycast.Day(o.Horizon)*daycast.Day(o.Step) <= w.Origin {
			older = append(older, o)
		}
	}
	return older
}

// mostResiduals is how many errors are enough: 14,000 for each of the bins, of
// which 401 quantiles are kept.
const mostResiduals = 1_000_000

// calibrate learns the intervals of what a choice forecasts, brought nearer to the
// groups by a pull.
func (out *Learned) calibrate(ctx context.Context, l Learning, windows []*evaluate.Window, c evaluate.Choice, by coherent.Pull) (interval.Calibration, error) {
	var rs []interval.Residual
	cells := 0
	for _, w := range windows {
		cells += len(w.Actual)
	}
	for k, w := range windows {
		mean, err := out.aligned(ctx, l, w, c, by)
		if err != nil {
			return interval.Calibration{}, err
		}
		own := w.Residuals(mean, 1+cells/mostResiduals)
		for i := range own {
			own[i].Window = int32(k)
		}
		rs = append(rs, own...)
	}
	return interval.Calibrate(rs, out.Panel.Step, l.Horizon), nil
}

// fallback forecasts a shop too young to compare models on.
const fallback = "weekday_mean"

// choose picks the model on all windows and fits it on the final panel. A
// member that refuses what the last days brought, such as a first return, is
// left out.
func (out *Learned) choose(ctx context.Context, l Learning) error {
	out.Ranked = evaluate.Rank(out.Windows, l.Metric)
	choice, ok := l.pick(out.Windows)
	if !ok || choice.Score.N == 0 {
		return out.fallBack(ctx, l)
	}
	out.afford(l, choice)
	return out.install(ctx, l, choice)
}

// install fits a choice on the panel, has new series go by their kin as they did
// at the windows, brings all nearer to their groups and calibrates the intervals.
func (out *Learned) install(ctx context.Context, l Learning, choice evaluate.Choice) error {
	inner, err := out.fitChoice(ctx, l, &choice)
	if err != nil {
		return err
	}
	if inner == nil {
		return out.fallBack(ctx, l)
	}
	out.Choice = choice
	if inner, err = life.Wrap(ctx, inner, out.Panel, l.Horizon, l.Threads); err != nil {
		return err
	}
	inner, pull, err := out.align(ctx, l, inner, choice)
	if err != nil {
		return err
	}
	calibration, err := out.calibrate(ctx, l, out.Windows, choice, pull)
	if err != nil {
		return err
	}
	out.Fitted = &interval.Fitted{Inner: inner, Calibration: calibration}
	return nil
}

// refit fits what was chosen on all that is known on a later day.
func (out *Learned) refit(ctx context.Context, l Learning, last daycast.Day) error {
	if out.Panel.Origin == last {
		return nil
	}
	p, err := l.Panel(ctx, last)
	if err != nil {
		return err
	}
	out.Panel, out.Series, out.fits, out.early = p, len(p.Series), map[string]model.Fitted{}, nil
	if out.Fallback {
		return out.fallBack(ctx, l)
	}
	return out.install(ctx, l, out.Choice)
}

// fitChoice fits what was chosen; nil where every member refuses. A choice by
// series of which a member refuses becomes the one for all.
func (out *Learned) fitChoice(ctx context.Context, l Learning, c *evaluate.Choice) (model.Fitted, error) {
	if c.BySeries != nil {
		by := &ensemble.Choice{Of: c.BySeries.Of}
		for _, own := range c.BySeries.Choices {
			blend, err := out.fit(ctx, l, own)
			if err != nil {
				return nil, err
			}
			if len(blend.Names) == len(own.Members) {
				by.Members, by.Names = append(by.Members, blend), append(by.Names, own.Name())
			}
		}
		if len(by.Members) == len(c.BySeries.Choices) {
			return by, nil
		}
		c.BySeries = nil
	}
	blend, err := out.fit(ctx, l, *c)
	if err != nil || len(blend.Names) == 0 {
		return nil, err
	}
	c.Members, c.Weights = blend.Names, blend.Weights
	return blend, nil
}

// fit fits a choice's models on everything and notes those that refuse.
func (out *Learned) fit(ctx context.Context, l Learning, c evaluate.Choice) (*ensemble.Blend, error) {
	blend := &ensemble.Blend{}
	for k, name := range c.Members {
		m, err := l.named(name)
		if err != nil {
			return nil, err
		}
		fitted, done := out.fits[m.Name()]
		if !done {
			fitted, done = out.early[m.Name()]
		}
		if !done {
			fitted, err = m.Fit(ctx, model.Training{Panels: out.Panel, Horizon: l.Horizon, MaxRows: l.MaxRows, Seed: l.Seed, Threads: l.Threads})
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			out.Notes = append(out.Notes, fmt.Sprintf("%s was left out in the end: %v", m.Name(), err))
		default:
			out.fits[m.Name()] = fitted
			blend.Members, blend.Names = append(blend.Members, fitted), append(blend.Names, m.Name())
			blend.Weights = append(blend.Weights, c.Weight(k))
		}
	}
	return blend, nil
}

// fallBack forecasts with the first model that the shop is old enough for.
func (out *Learned) fallBack(ctx context.Context, l Learning) error {
	names := []string{fallback}
	for _, m := range l.Models {
		names = append(names, m.Name())
	}
	for _, name := range names {
		blend, err := out.fit(ctx, l, evaluate.Choice{Members: []string{name}})
		if err != nil {
			return err
		}
		if len(blend.Names) == 0 {
			continue
		}
		out.Fallback, out.Choice = true, evaluate.Choice{Members: blend.Names}
		out.Notes = append(out.Notes, "too little was sold to compare models: "+blend.Names[0]+" forecasts, with guessed intervals")
		inner, err := life.Wrap(ctx, blend, out.Panel, l.Horizon, l.Threads)
		out.Fitted = &interval.Fitted{Inner: inner}
		return err
	}
	return daycast.Errorf(daycast.Invalid, "none of the models can learn from this shop").WithField("models").
		WithHint("ask for other models; ets and weekday_mean take any shop")
}

func (l Learning) named(name string) (model.Model, error) {
	for _, m := range l.Models {
		if m.Name() == name {
			return m, nil
		}
	}
	if len(l.Models) > 0 {
		return l.Models[0], nil
	}
	return nil, daycast.Errorf(daycast.Invalid, "no models to choose from").WithField("models")
}
