package app

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
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
	"daycast/web"
)

// A Tuning is what `daycast tune` was asked for.
type Tuning struct {
	Model  string
	Method string  // tpe, random, halving or grid
	Trials int     // beside the default, >= 1
	Seed   uint64  // of what is drawn
	Keep   float64 // share of the trials that go on after each origin, in (0, 1]; 0: half where halving, else all
	Time   time.Duration
	Out    string // the page with the picture; "": none, "-": the standard output
}

// A Tuned is what came of it.
type Tuned struct {
	Model      string           `json:"model"`
	Method     string           `json:"method"`
	Metric     string           `json:"metric"`
	Parameters []TunedParameter `json:"parameters"`
	Trials     []TunedTrial     `json:"trials"`  // the best first
	Holdout    []TunedTrial     `json:"holdout"` // the default, then the best, on origins that the search has not seen
	Verdict    string           `json:"verdict"`
	Config     string           `json:"config,omitempty"` // for daycast.yaml; empty where it should stay as it is
	Notes      []string         `json:"notes,omitempty"`  // what was kept of before, and what there was no time for
}

// A TunedParameter is what was searched: all numbers from Low to High, or of a
// grid three of them.
type TunedParameter struct {
	Name string  `json:"name"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// A TunedTrial is one set of parameters, scored over its origins together.
type TunedTrial struct {
	Number     int                `json:"trial"` // in the order of trying; 0: the default
	Parameters map[string]float64 `json:"parameters"`
	Text       string             `json:"-"`
	Origins    int                `json:"origins,omitempty"` // fewer than the best's where it was given up
	Loss       pipeline.Figure    `json:"loss"`              // by the metric
	WAPE       pipeline.Figure    `json:"wape"`
	RMSE       pipeline.Figure    `json:"rmse"`
	Bias       pipeline.Figure    `json:"bias"`
	Seconds    float64            `json:"seconds"`
	Error      string             `json:"error,omitempty"`
}

// Tune looks for better parameters of a model on what the last run cleaned,
// and changes nothing but the log of trials, by which a search goes on. The
// default is what the config says now.
func Tune(ctx context.Context, c config.Config, w World, t Tuning) (*Tuned, error) {
	search, err := t.search()
	if err != nil {
		return nil, err
	}
	write := func(*Tuned) error { return nil }
	if t.Out != "" {
		o, err := createOutput(t.Out)
		if err != nil {
			return nil, err
		}
		defer o.discard()
		write = func(r *Tuned) error {
			return o.write(func(to io.Writer) error { return web.Fill(to, web.Tuning(), r) })
		}
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
	base := all.ForMetric(c.Forecast.Metric, c.Forecast.Parameters)[t.Model]
	search.Build = func(p evaluate.Point) (model.Model, error) {
		models, err := all.With(named, map[string]map[string]float64{t.Model: over(base, p)})
		if err != nil {
			return nil, err
		}
		return models[0], nil
	}
	found, known, err := run.Tune(ctx, search)
	if err != nil {
		return nil, err
	}
	out, err := t.tuned(c, found, known)
	if err != nil {
		return nil, err
	}
	return out, write(out)
}

// tuned is what was found, for people.
func (t Tuning) tuned(c config.Config, found *evaluate.Searched, known int) (*Tuned, error) {
	trials := found.Trials
	if trials[0].Err != nil {
		return nil, trials[0].Err
	}
	out := &Tuned{Model: t.Model, Method: t.Method, Metric: c.Forecast.Metric}
	for _, p := range all.Searched(t.Model) {
		out.Parameters = append(out.Parameters, TunedParameter{p.Name, p.Grid[0], p.Grid[len(p.Grid)-1]})
	}
	for _, trial := range trials {
		out.Trials = append(out.Trials, tunedTrial(trial, trial.Score, trial.Origins, out.Metric))
	}
	if known > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%d fits of earlier searches on the same data were at hand and not made again where this one asked for them", known))
	}
	if found.Untried > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%d of %d sets were not begun: the time of %s would have been over; the same command goes on from here",
			found.Untried, found.Untried+len(trials)-1, t.Time))
	}
	if found.Cut {
		out.Notes = append(out.Notes, fmt.Sprintf("the time of %s ended the search on %d origins; the same command goes on from here", t.Time, trials[0].Origins))
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

// Methods are how a search may choose what it tries.
func Methods() []string { return []string{"tpe", "random", "halving", "grid"} }

// search is the search that was asked for, but for how models are built. A grid
// is over as many of the first parameters, which matter most, as its trials
// allow.
func (t Tuning) search() (pipeline.Tuning, error) {
	parameters := all.Searched(t.Model)
	out := pipeline.Tuning{Model: t.Model, Trials: t.Trials, Keep: t.Keep, Budget: t.Time}
	switch {
	case len(parameters) == 0:
		return out, daycast.Errorf(daycast.Invalid, "model %q has no parameters to tune", t.Model).
			WithField("model").WithHint("want one of %s", strings.Join(Tunable(), ", "))
	case t.Trials < 1:
		return out, daycast.Errorf(daycast.Invalid, "%d trials: want at least 1", t.Trials).WithField("trials")
	case t.Method == "tpe" && t.Keep != 0 && t.Keep != 1:
		return out, daycast.Errorf(daycast.Invalid, "keep %g: tpe learns from whole trials and gives none up", t.Keep).
			WithField("keep").WithHint("take --method halving or random")
	case t.Method == "halving" && t.Keep == 0:
		out.Keep = 0.5
	}
	space := spaceOf(parameters)
	switch t.Method {
	case "tpe":
		out.Next = evaluate.TPE{Space: space, Seed: t.Seed, Round: digits}.Next
	case "random", "halving":
		out.Points = rounded(evaluate.Random(space, t.Trials, t.Seed))
	case "grid":
		few, size := evaluate.Space{}, 1
		for _, p := range parameters {
			values := slices.Compact(slices.Clone(p.Grid[:]))
			if size *= len(values); size <= max(t.Trials, len(values)) {
				few[p.Name] = evaluate.List(values)
			}
		}
		out.Points, out.Trials = evaluate.Grid(few), 0
	default:
		return out, daycast.Errorf(daycast.Invalid, "method %q is not known", t.Method).
			WithField("method").WithHint("want one of %s", strings.Join(Methods(), ", "))
	}
	return out, nil
}

// spaceOf is all that the parameters may be in a search.
func spaceOf(parameters []all.Parameter) evaluate.Space {
	space := evaluate.Space{}
	for _, p := range parameters {
		low, high := p.Grid[0], p.Grid[len(p.Grid)-1]
		space[p.Name] = evaluate.LogUniform{Low: low, High: high}
		if p.Integer {
			space[p.Name] = evaluate.Integer{Low: int(low), High: int(high)}
		}
	}
	return space
}

// Tunable are the models that have parameters.
func Tunable() (names []string) {
	for _, m := range all.Known() {
		if len(all.Searched(m.Name())) > 0 {
			names = append(names, m.Name())
		}
	}
	return names
}

// rounded are the points with few digits.
func rounded(points iter.Seq[evaluate.Point]) iter.Seq[evaluate.Point] {
	return func(yield func(evaluate.Point) bool) {
		for p := range points {
			for name, v := range p {
				p[name] = digits(v)
			}
			if !yield(p) {
				return
			}
		}
	}
}

// digits leaves a number three: more of a drawn one says nothing.
func digits(v float64) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return short
}

func tunedTrial(t *evaluate.Trial, s evaluate.Score, origins int, metric string) TunedTrial {
	loss, err := s.Metric(metric)
	if err != nil || s.N == 0 {
		loss = math.NaN()
	}
	out := TunedTrial{
		Number: t.Number, Loss: pipeline.Figure(loss), Parameters: over(nil, t.Point), Text: t.Point.String(), Origins: origins, Seconds: t.Seconds,
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
	out.Holdout = []TunedTrial{tunedTrial(standard, standard.Holdout, 0, out.Metric), tunedTrial(best, best.Holdout, 0, out.Metric)}
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
