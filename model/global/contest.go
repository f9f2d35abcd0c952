package global

import (
	"context"
	"math"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// Contest takes the regressor by the data: its own and the others learn from
// the rows that had come by an older day, and forecast those of the newest
// horizon; the best then learns from all.
//
//	|----- targets to learn from -----|-- targets to be judged by --|
//	first                           cut                          origin
//
// It is for objectives, of which none is best for all shops. One that is no
// better by trialGain than the model's own does not take its place.
type Contest struct {
	Model
	By     string // "objective" makes objective_gbm
	Others []model.Regressor
}

const (
	// trialRows are how many a regressor learns from in a trial, and half as
	// many it is judged by.
	trialRows = 60_000
	// trialGain is by how much another has to be better, as the mean of two
	// errors differs by some tenths of a percent from fit to fit.
	trialGain = 0.005
	// trialBias is the total bias beyond which none is taken that has more of it
	// than the model's own; 0.1 is that of choices between models.
	trialBias = 0.1
)

// Name tells what the contest is by.
func (m Contest) Name() string { return m.By + "_" + m.Model.Name() }

// Fit fits the winner.
func (m Contest) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	winner := m.Model
	best, err := m.best(ctx, t)
	if err != nil {
		return nil, err
	}
	if best != nil {
		winner.Regressor, winner.Signed = best, nil
	}
	fitted, err := winner.Fit(ctx, t)
	if f, ok := fitted.(*Fitted); ok {
		f.Label = m.Name()
	}
	return fitted, err
}

// best is the other that wins; nil for the model's own.
func (m Contest) best(ctx context.Context, t model.Training) (model.Regressor, error) {
	if t.Horizon < 1 {
		return nil, nil // the fit refuses it
	}
	if err := feature.CheckGroups(m.Groups); err != nil {
		return nil, err
	}
	c, err := m.count(ctx, t)
	if err != nil {
		return nil, err
	}
	cut := c.origin - daycast.Day(t.Horizon)*daycast.Day(c.set.Step)
	before, after := m.part(t, c, trialRows), m.part(t, c, trialRows/2*spans(c, t.Horizon))
	before.keeps = func(target daycast.Day) bool { return target <= cut }
	after.keeps = func(target daycast.Day) bool { return target > cut }
	judged, err := after.examples(ctx)
	if err != nil || len(judged.units) < minRows {
		return nil, err
	}
	own := m.Regressor
	if c.signed && m.Signed != nil {
		own = m.Signed
	}
	reference, err := before.trial(ctx, own, judged)
	if err != nil {
		return nil, err
	}
	var winner model.Regressor
	least := 2 * (1 - trialGain)
	for _, r := range m.Others {
		e, err := before.trial(ctx, r, judged)
		if daycast.CodeOf(err) == daycast.Invalid && ctx.Err() == nil {
			continue // it refuses such data
		}
		if err != nil {
			return nil, err
		}
		if loss := e.to(reference); loss < least {
			winner, least = r, loss
		}
	}
	return winner, nil
}

// spans is how many times the horizon a usual series is long: of rows drawn from
// all days one in so many is of the newest.
func spans(c census, horizon int) int {
	return max(1, int(sum(c.rows)/float64(len(c.rows))/float64(horizon)))
}

// part is a draw of about so many rows.
func (m Contest) part(t model.Training, c census, most int) rows {
	if t.MaxRows > 0 {
		most = min(most, t.MaxRows)
	}
	return rows{training: t, set: c.set, sampler: sampler{
		seed: t.Seed ^ mix(trialRows), from: 1, to: t.Horizon, each: horizonsEach(c.rows, t.Horizon, most),
		weigh: m.weighing(c), most: m.Most,
		share: newShare(c.rows, c.sizes, float64(most), m.Power),
	}}
}

// examples are rows with what came.
type examples struct {
	x                     *feature.Frame
	units, scales, weight []float64
}

func (r rows) examples(ctx context.Context) (examples, error) {
	var e examples
	err := r.chunks(ctx, func(p *daycast.Panel, c *feature.Chunk) error {
		share := shares(r.share, p)
		c.Each(func(i int, w feature.Want, scale float64) {
			e.units = append(e.units, float64(p.Train[p.Offsets[i]+w.T+w.H]))
			e.scales, e.weight = append(e.scales, scale), append(e.weight, 1/share(i))
		})
		return nil
	})
	if err != nil {
		return e, err
	}
	whole := &collector{frame: feature.NewFrame(r.set.Columns(), len(e.units))}
	e.x = whole.frame
	return e, r.walk(ctx, whole)
}

// trial teaches a regressor the rows and tells its errors of the examples.
func (r rows) trial(ctx context.Context, regressor model.Regressor, e examples) (misses, error) {
	p, err := r.fit(ctx, regressor)
	if err != nil {
		return misses{}, err
	}
	y := make([]float32, len(e.units))
	for k := range y {
		y[k] = 1
	}
	if p != nil {
		parallel(r.training.Threads, len(y), func(lo, hi int) { p.Predict(e.x.Slice(lo, hi), y[lo:hi]) })
	}
	var out misses
	for k, units := range e.units {
		d := float64(y[k])*e.scales[k] - units
		out.absolute += e.weight[k] * math.Abs(d)
		out.squared += e.weight[k] * d * d
		out.signed += e.weight[k] * d
		out.sold += e.weight[k] * math.Abs(units)
	}
	return out, nil
}

// misses are sums of errors.
type misses struct{ absolute, squared, signed, sold float64 }

// to is how large the errors are beside others, 2 where they are as large: their
// absolute and root squared ones, as models are chosen. One that is biased loses,
// unless the other is more so: the median of sales on few days is zero, and
// absolute errors like that.
func (e misses) to(o misses) float64 {
	if e.bias() > trialBias && e.bias() > o.bias() || !(o.absolute > 0) {
		return math.Inf(1)
	}
	return e.absolute/o.absolute + math.Sqrt(e.squared/o.squared)
}

func (e misses) bias() float64 { return math.Abs(e.signed) / e.sold }
