package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	"daycast"
	"daycast/clean"
	"daycast/evaluate"
	"daycast/registry"
	"daycast/source"
	"daycast/warehouse"
)

// trained is what the training leaves for the summary.
type trained struct {
	Run      string             `json:"run"`      // that trained
	Last     daycast.Day        `json:"last"`     // day that it knew
	Settings string             `json:"settings"` // fingerprint of those that it was made with
	Version  string             `json:"version"`  // that forecasts
	Serves   string             `json:"serves"`   // the name of that version's model
	Decision *registry.Decision `json:"decision"` // why that version forecasts
	Choice   string             `json:"choice"`   // what was learnt
	Models   []ModelLine        `json:"models"`
	Proof    []ProofLine        `json:"proof"`
	Notes    []string           `json:"notes"`
	Absent   string             `json:"absent"`
	Closed   []string           `json:"closed"`
	Days     map[string]int     `json:"days"`
	Inferred map[string]int     `json:"inferred"` // how many inferences there are, by state
	// Inferences are the largest of each state.
	Inferences []clean.Inference `json:"inferences"`
	Series     int               `json:"series"`
}

// A ModelLine is one candidate over the whole backtest.
type ModelLine struct {
	Model   string  `json:"model"`
	Best    bool    `json:"best"`
	RMSE    Figure  `json:"rmse"`
	MAE     Figure  `json:"mae"`
	WAPE    Figure  `json:"wape"`
	Bias    Figure  `json:"bias"`
	Added   Figure  `json:"added"` // forecast value added: the share of seasonal_naive's WAPE that it takes off
	Seconds float64 `json:"seconds"`
}

// A ProofLine is a scored origin: model and intervals came from older ones.
type ProofLine struct {
	Origin   string `json:"origin"`
	Model    string `json:"model"`
	RMSE     Figure `json:"rmse"`
	WAPE     Figure `json:"wape"`
	Median   Figure `json:"wape_q50"` // of the median in the place of the mean
	Bias     Figure `json:"bias"`
	Coverage Figure `json:"coverage"`
}

// train backtests, chooses, and stores how good the candidates were. The model
// that comes of it is put into the registry, and forecasts from now on where
// the gate says so. The gate's days are kept from it until then; once it has
// passed, it learns from them too.
func (r *Run) train(ctx context.Context) error {
	l, err := r.loaded()
	if err != nil {
		return err
	}
	if r.Remark != "" {
		r.Progress.Stage(r.Remark)
	}
	blocks, err := NewBlocks(ctx, r.Warehouse, r.Settings.Memory, l.Spec)
	if err != nil {
		return err
	}
	defer func() { _ = blocks.Close() }()
	champion, why, err := r.rival(ctx)
	if err != nil {
		return err
	}
	learning, last := r.learning(blocks), l.Spec.Last
	learned, decision, err := r.challenge(ctx, learning, champion, last)
	if err != nil {
		return err
	}
	if champion == nil {
		decision = registry.Decision{Promoted: true, Reasons: []string{why}}
	}
	if err := r.storeAccuracy(ctx, learned); err != nil {
		return err
	}
	if err := r.storeProof(ctx, learned); err != nil {
		return err
	}
	if err := r.storeErrors(ctx, learned); err != nil {
		return err
	}
	if err := r.storeImportances(ctx, learning, learned); err != nil {
		return err
	}
	if decision.Promoted {
		if err := learned.refit(ctx, learning, last); err != nil {
			return err
		}
	}
	t := summarise(learned)
	r.found(&t, blocks.Sample())
	t.Notes = append(t.Notes, blocks.Notes(learned)...)
	version, err := r.register(ctx, learned)
	if err != nil {
		return err
	}
	t.Run, t.Last, t.Settings = r.ID, last, r.fingerprint()
	t.Version, t.Serves = version.ID, version.Name
	decision.Run, decision.Challenger, decision.Time = r.ID, version.ID, r.Now()
	if champion != nil {
		decision.Champion = champion.ID
		if !decision.Promoted {
			t.Version, t.Serves = champion.ID, champion.Name
		}
	}
	if err := r.Registry.Decide(decision); err != nil {
		return err
	}
	t.Decision = &decision
	return writeJSON(r.path("trained"), t)
}

// challenge learns a model, and lets it meet the champion where there is one.
// A champion that has seen some of the gate's days stays until enough new ones
// have come.
func (r *Run) challenge(ctx context.Context, learning Learning, champion *rival, last daycast.Day) (*Learned, registry.Decision, error) {
	origin := r.gateOrigin(last)
	if champion == nil || champion.Origin > origin {
		learned, err := learning.Learn(ctx, last)
		d := registry.Decision{}
		if champion != nil {
			d.Reasons = []string{fmt.Sprintf("the champion has seen the days up to %s, and %d new ones are needed to compare them: by %s there are %d",
				champion.Origin, r.Settings.Gate.Days, last, max(0, last-champion.Origin))}
		}
		return learned, d, err
	}
	learned, err := learning.Learn(ctx, origin)
	if err != nil {
		return nil, registry.Decision{}, err
	}
	r.Progress.Step(0, 0, "champion and challenger on new days")
	d, err := r.Settings.Gate.judge(ctx, learning, champion, learned, last)
	return learned, d, err
}

// register puts what was learnt into the registry.
func (r *Run) register(ctx context.Context, learned *Learned) (registry.Version, error) {
	return r.Registry.Put(ctx, registry.Version{
		ID: r.ID, Name: learned.Choice.Name(), Origin: learned.Panel.Origin, Horizon: r.Settings.Horizon, Step: r.Settings.Step,
		Parameters: r.parameters(learned.Choice.Members),
		Data:       fingerprint(learned.Panel), Metrics: metrics(learned), Run: r.ID, Code: r.Code,
	}, learned.Fitted)
}

// trainReads is what a model is learnt from. Until the next training is due,
// it is what the last one read: new days do not make a model anew.
func (r *Run) trainReads(ctx context.Context) (string, error) {
	l, err := r.loaded()
	if err != nil {
		return "", err
	}
	if before, ok := r.journal.earlier(StepTrain); ok {
		var t trained
		_ = readJSON((&Run{ID: before.Run, Dir: r.Dir}).path("trained"), &t) // without it, training is due
		if t.Settings == r.fingerprint() && int(l.Spec.Last-t.Last) < r.Settings.TrainEvery {
			return before.In, nil
		}
	}
	return r.panelReads(ctx)
}

// keepTraining makes what an earlier run learnt this run's.
func (r *Run) keepTraining(ctx context.Context, run string) (bool, error) {
	ok, err := copyJSON((&Run{ID: run, Dir: r.Dir}).path("trained"), r.path("trained"))
	if !ok || err != nil {
		return false, err
	}
	var t trained
	if err := readJSON(r.path("trained"), &t); err != nil {
		return false, err
	}
	if _, _, err := r.Registry.Load(ctx, t.Version); err != nil {
		return false, ctx.Err() // a version that is lost or broken is made anew
	}
	err = r.keepLook(ctx, run)
	return err == nil, err
}

// parameters are all that the training was told, for the registry.
func (r *Run) parameters(members []string) map[string]string {
	out := map[string]string{
		"members": strings.Join(members, ","), "metric": r.Settings.Metric,
		"seed": fmt.Sprint(r.Settings.Seed), "max_rows": fmt.Sprint(r.Settings.MaxRows),
	}
	for _, name := range members {
		for key, v := range r.Settings.Parameters[name] {
			out[name+"."+key] = fmt.Sprint(v)
		}
	}
	return out
}

// found notes what the panel builder inferred about the days.
func (r *Run) found(t *trained, panels *PanelSource) {
	t.found(panels.Found())
	t.Notes = append(t.Notes, panels.OutlookNotes()...)
	if r.Source.Has(source.Sales) {
		t.Absent = "zero: every sale is an order line"
	}
}

func (r *Run) learning(blocks *Blocks) Learning {
	s := r.Settings
	return blocks.Learn(Learning{
		Models: r.Models, Horizon: s.Horizon, Gap: s.Gap, Embargo: s.Embargo, Levels: s.Levels, Metric: s.Metric,
		Origins: s.Origins, Scored: s.Scored, MaxRows: s.MaxRows, Seed: s.Seed, Threads: s.Threads,
		Now: r.Now, Progress: r.Progress.Step, Reconcile: r.Reconcile,
	}, r.BySize)
}

// storeAccuracy writes a row for each candidate and origin, and one for each
// proof with its coverage.
func (r *Run) storeAccuracy(ctx context.Context, learned *Learned) error {
	var rows []warehouse.AccuracyRow
	for _, w := range learned.Windows {
		for _, a := range w.Models {
			if a.Mean != nil {
				served := evaluate.Choice{Members: []string{a.Model}}.Mean(w)
				rows = append(rows, accuracyRow(a.Model, w, w.Score(served, nil, nil), a.Seconds))
			}
		}
	}
	for _, p := range learned.Proof {
		row := accuracyRow("chosen: "+p.Choice.Name(), p.Window, p.Score, math.NaN())
		row.Chosen = true
		rows = append(rows, row)
	}
	_, err := r.Warehouse.Accuracy().Replace(ctx, r.ID, each(rows))
	return err
}

func accuracyRow(name string, w *evaluate.Window, s evaluate.Score, seconds float64) warehouse.AccuracyRow {
	return warehouse.AccuracyRow{
		Model: name, Origin: w.Origin, RMSE: s.RMSE, MAE: s.MAE, WAPE: s.WAPE, Bias: s.Bias, MASE: s.MASE, RMSSE: s.RMSSE,
		Pinball: s.Pinball, Coverage: s.Coverage, Seconds: seconds,
	}
}

// storeProof writes the forecasts of the scored origins, by which anybody can
// compute the accuracy again.
func (r *Run) storeProof(ctx context.Context, learned *Learned) error {
	rows := func(yield func(warehouse.ForecastRow, error) bool) {
		for _, p := range slices.Backward(learned.Proof) {
			f := &daycast.Forecasts{
				Origin: p.Window.Origin, Step: p.Window.Step, Horizon: p.Window.Horizon,
				Mean: p.Mean, Levels: r.Settings.Levels, Quantiles: p.Quantiles,
			}
			for i, s := range p.Window.Series {
				if !yieldForecasts(f, i, s, p.Choice.Name(), ofBacktest(yield)) {
					return
				}
			}
		}
	}
	_, err := r.Warehouse.Forecasts().Replace(ctx, proofRun(r.ID), rows)
	return err
}

// ofBacktest marks rows as of a past origin.
func ofBacktest(yield func(warehouse.ForecastRow, error) bool) func(warehouse.ForecastRow, error) bool {
	return func(row warehouse.ForecastRow, err error) bool {
		row.Backtest = true
		return yield(row, err)
	}
}

// proofRun is the id under which the training keeps forecasts of past origins
// for the step that stores them with the run's own.
func proofRun(run string) string { return run + ".backtest" }

func yieldForecasts(f *daycast.Forecasts, i int, s daycast.Series, name string, yield func(warehouse.ForecastRow, error) bool) bool {
	for h := range f.Horizon {
		q := f.QuantilesAt(i, h)
		row := warehouse.ForecastRow{Series: s, Origin: f.Origin, Day: f.Day(h), Mean: f.MeanOf(i)[h], Model: name}
		row.Q10, row.Q50, row.Q90 = q[0], q[len(q)/2], q[len(q)-1]
		if !yield(row, nil) {
			return false
		}
	}
	return true
}

// naive is the model whose error forecast value added is measured against.
const naive = "seasonal_naive"

func summarise(learned *Learned) trained {
	plain := math.NaN()
	for _, c := range learned.Ranked {
		if c.Name() == naive {
			plain = c.Score.WAPE
		}
	}
	t := trained{Choice: learned.Choice.Name(), Notes: learned.Notes, Series: learned.Series}
	line := func(c evaluate.Choice, best bool) ModelLine {
		m := ModelLine{
			Model: c.Name(), Best: best,
			RMSE: Figure(c.Score.RMSE), MAE: Figure(c.Score.MAE), WAPE: Figure(c.Score.WAPE), Bias: Figure(c.Score.Bias),
			Added: Figure(1 - c.Score.WAPE/plain),
		}
		for _, name := range c.Members {
			m.Seconds += learned.Seconds[name]
		}
		return m
	}
	for _, c := range learned.Ranked {
		t.Models = append(t.Models, line(c, c.Name() == t.Choice))
	}
	if len(learned.Choice.Members) > 1 || learned.Choice.BySeries != nil {
		t.Models = append([]ModelLine{line(learned.Choice, true)}, t.Models...)
	}
	for _, p := range learned.Proof {
		t.Proof = append(t.Proof, ProofLine{
			Origin: p.Window.Origin.String(), Model: p.Choice.Name(),
			RMSE: Figure(p.Score.RMSE), WAPE: Figure(p.Score.WAPE), Median: Figure(p.Score.Median), Bias: Figure(p.Score.Bias), Coverage: Figure(p.Score.Coverage),
		})
	}
	if n := medianNote(learned.Proof); n != "" {
		t.Notes = append(t.Notes, n)
	}
	return t
}

// clearlyLess is the share of the mean's WAPE below which the median's is worth a note.
const clearlyLess = 0.95

// medianNote says where misses of single periods are fewer with the median, as in a
// shop that sells most items seldom: what sells half a piece on average mostly
// sells none.
func medianNote(proofs []Proof) string {
	var mean, median float64
	for _, p := range proofs {
		mean += p.Score.WAPE / float64(len(proofs))
		median += p.Score.Median / float64(len(proofs))
	}
	if !(median < clearlyLess*mean) {
		return ""
	}
	return fmt.Sprintf("where every piece of a miss counts alike (WAPE, MAE), read q50: in the proof its WAPE is %.3f, that of the mean %.3f; what adds up, such as a week's orders, wants the mean", median, mean)
}

// metrics are the means over the proofs, which no selection has seen.
func metrics(learned *Learned) map[string]float64 {
	m := map[string]float64{}
	for _, p := range learned.Proof {
		n := float64(len(learned.Proof))
		m["wape"] += p.Score.WAPE / n
		m["rmse"] += p.Score.RMSE / n
		m["mae"] += p.Score.MAE / n
		m["bias"] += p.Score.Bias / n
		m["coverage"] += p.Score.Coverage / n
	}
	return m
}

// fingerprint tells two panels apart.
func fingerprint(p *daycast.Panel) string {
	h := sha256.New()
	for i, s := range p.Series {
		fmt.Fprintf(h, "%s %d\n", s.ID(), p.Start[i])
	}
	for _, v := range p.Units {
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
		_, _ = h.Write(b[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Backtest compares the models on what the last run cleaned, and stores
// nothing.
func (r *Run) Backtest(ctx context.Context) (*Summary, error) {
	j, err := ReadJournal(r.Dir)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	r.ID = j.Run
	l, err := r.loaded()
	if daycast.CodeOf(err) == daycast.NotFound && err != nil {
		return nil, daycast.Errorf(daycast.NotFound, "nothing has been cleaned yet in %s", r.Dir).WithHint("run daycast etl first")
	}
	if err != nil {
		return nil, err
	}
	blocks, err := NewBlocks(ctx, r.Warehouse, r.Settings.Memory, l.Spec)
	if err != nil {
		return nil, err
	}
	defer func() { _ = blocks.Close() }()
	learned, err := r.learning(blocks).Learn(ctx, l.Spec.Last)
	if err != nil {
		return nil, err
	}
	t := summarise(learned)
	r.found(&t, blocks.Sample())
	t.Notes = append(t.Notes, blocks.Notes(learned)...)
	return &Summary{Run: r.ID, Report: l.Report, Trained: &t, Notes: l.Notes, Sizes: sizes(r.Dir)}, nil
}
