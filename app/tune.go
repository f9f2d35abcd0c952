package app

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"daycast"
	"daycast/config"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/all"
	"daycast/pipeline"
)

// A Tuning is what `daycast tune` was asked for.
type Tuning struct {
	Model  string
	Method string  // random or grid
	Trials int     // beside the default, >= 1
	Seed   uint64  // of random points
	Keep   float64 // share of the trials that go on after each origin, in (0, 1]
	Time   time.Duration
}

// A Tuned is what came of it.
type Tuned struct {
	Model   string       `json:"model"`
	Metric  string       `json:"metric"`
	Trials  []TunedTrial `json:"trials"`  // the best first
	Holdout []TunedTrial `json:"holdout"` // the default, then the best, on origins that the search has not seen
	Verdict string       `json:"verdict"`
	Config  string       `json:"config,omitempty"` // for daycast.yaml; empty where it should stay as it is
}

// A TunedTrial is one set of parameters, scored over its origins together.
type TunedTrial struct {
	Parameters map[string]float64 `json:"parameters"`
	Text       string             `json:"-"`
	Origins    int                `json:"origins,omitempty"`
	WAPE       pipeline.Figure    `json:"wape"`
	RMSE       pipeline.Figure    `json:"rmse"`
	Bias       pipeline.Figure    `json:"bias"`
	Seconds    float64            `json:"seconds"`
	Error      string             `json:"error,omitempty"`
}

// Tune looks for better parameters of a model on what the last run cleaned,
// and changes nothing. The default is what the config says now.
func Tune(ctx context.Context, c config.Config, w World, t Tuning) (*Tuned, error) {
	points, err := t.points()
	if err != nil {
		return nil, err
	}
	run, close, err := openStored(ctx, c, w)
	if err != nil {
		return nil, err
	}
	defer close()
	named, err := all.Named([]string{t.Model})
	if err != nil {
		return nil, err
	}
	trials, err := run.Tune(ctx, pipeline.Tuning{Points: points, Keep: t.Keep, Budget: t.Time, Build: func(p evaluate.Point) (model.Model, error) {
		models, err := all.With(named, map[string]map[string]float64{t.Model: over(c.Forecast.Parameters[t.Model], p)})
		if err != nil {
			return nil, err
		}
		return models[0], nil
	}})
	if err != nil {
		return nil, err
	}
	if trials[0].Err != nil {
		return nil, trials[0].Err
	}
	out := &Tuned{Model: t.Model, Metric: c.Forecast.Metric}
	for _, trial := range trials {
		out.Trials = append(out.Trials, tunedTrial(trial, trial.Score, trial.Origins))
	}
	return out, out.judge(c, trials)
}

// over is the parameters of the config, with those of a point in their place.
func over(base map[string]float64, p evaluate.Point) map[string]float64 {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]float64{}
	}
	maps.Copy(out, p)
	return out
}

// points are those that the method tries. A grid is over as many of the first
// parameters, which matter most, as its trials allow.
func (t Tuning) points() (iter.Seq[evaluate.Point], error) {
	parameters := all.Parameters(t.Model)
	if len(parameters) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "model %q has no parameters to tune", t.Model).
			WithField("model").WithHint("want one of %s", strings.Join(Tunable(), ", "))
	}
	if t.Trials < 1 {
		return nil, daycast.Errorf(daycast.Invalid, "%d trials: want at least 1", t.Trials).WithField("trials")
	}
	space := evaluate.Space{}
	switch t.Method {
	case "random":
		for _, p := range parameters {
			low, high := p.Grid[0], p.Grid[len(p.Grid)-1]
			space[p.Name] = evaluate.LogUniform{Low: low, High: high}
			if p.Integer {
				space[p.Name] = evaluate.Integer{Low: int(low), High: int(high)}
			}
		}
		return rounded(evaluate.Random(space, t.Trials, t.Seed)), nil
	case "grid":
		size := 1
		for _, p := range parameters {
			if size *= len(p.Grid); size <= max(t.Trials, len(p.Grid)) {
				space[p.Name] = evaluate.List(p.Grid[:])
			}
		}
		return evaluate.Grid(space), nil
	}
	return nil, daycast.Errorf(daycast.Invalid, "method %q is not known", t.Method).WithField("method").WithHint("want random or grid")
}

// Tunable are the models that have parameters.
func Tunable() (names []string) {
	for _, m := range all.Known() {
		if len(all.Parameters(m.Name())) > 0 {
			names = append(names, m.Name())
		}
	}
	return names
}

// rounded leaves each value three digits: more of a drawn number says nothing.
func rounded(points iter.Seq[evaluate.Point]) iter.Seq[evaluate.Point] {
	return func(yield func(evaluate.Point) bool) {
		for p := range points {
			for name, v := range p {
				p[name], _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
			}
			if !yield(p) {
				return
			}
		}
	}
}

func tunedTrial(t *evaluate.Trial, s evaluate.Score, origins int) TunedTrial {
	out := TunedTrial{
		Parameters: over(nil, t.Point), Text: t.Point.String(), Origins: origins, Seconds: t.Seconds,
		WAPE: pipeline.Figure(s.WAPE), RMSE: pipeline.Figure(s.RMSE), Bias: pipeline.Figure(s.Bias),
	}
	if t.Err != nil {
		out.Error = t.Err.Error()
	}
	return out
}

// judge compares the default and the best where neither was looked for.
func (out *Tuned) judge(c config.Config, trials []*evaluate.Trial) error {
	best := trials[0]
	k := slices.IndexFunc(trials, (*evaluate.Trial).Default)
	standard := trials[k]
	switch {
	case best.Default():
		out.Verdict = "no trial was better than the default: leave the config as it is"
		return nil
	case best.Holdout.N == 0 || standard.Holdout.N == 0:
		out.Verdict = "the history is too short to hold origins out: whether the best is better than the default is not known"
		return nil
	}
	out.Holdout = []TunedTrial{tunedTrial(standard, standard.Holdout, 0), tunedTrial(best, best.Holdout, 0)}
	old, err := standard.Holdout.Metric(out.Metric)
	if err != nil {
		return err
	}
	now, err := best.Holdout.Metric(out.Metric)
	if err != nil {
		return err
	}
	change := fmt.Sprintf("on the origins held out the best changes %s by %+.1f%%", out.Metric, 100*(now/old-1))
	if !best.Better(standard, out.Metric) {
		out.Verdict = change + ", which with its totals and bias is no better than the default: leave the config as it is"
		return nil
	}
	out.Verdict = change + ", and its totals and bias are no reason against it; for the config:"
	out.Config = snippet(out.Model, over(c.Forecast.Parameters[out.Model], best.Point))
	return nil
}

// snippet is the parameters as daycast.yaml has them.
func snippet(name string, parameters map[string]float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "forecast:\n  parameters:\n    %s:\n", name)
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		fmt.Fprintf(&b, "      %s: %s\n", key, strconv.FormatFloat(parameters[key], 'f', -1, 64))
	}
	return b.String()
}
