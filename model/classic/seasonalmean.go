package classic

import (
	"context"
	"encoding/json"
	"io"
	"math"

	"daycast"
	"daycast/model"
)

// SeasonalMean is a recent level times the shape of the week, the shape taken
// from the series as far as its own sales can tell it, else from its groups:
//
//	level     = sum(w[t]*y[t]) / sum(w[t]*f[t])    w[t] = 2^(-(n-t)/half-life)
//	f[k]      = (U[k] + K*g[k]) / (E[k] + K)       k the weekday of t
//	K         = dispersion / spread^2
//	forecast  = level * f[weekday]
//
// U[k] are the series' units on weekday k over the last year and E[k] those
// that it would have sold were all weekdays alike; g is the shape of its
// groups. f is the mean of the posterior of a gamma prior with mean g and
// deviation spread under Poisson sales whose variance is dispersion times
// their mean: Gelman et al. (2013), "Bayesian Data Analysis", section 2.6. A
// group's shape is shrunk in the same way towards the shop's, and the shop's
// towards all alike; a series in several groups takes the mean of their shapes.
// A weekly panel has 52 positions in place of weekdays, and is flat while its
// history is shorter than two years, where growth and season look the same.
type SeasonalMean struct {
	HalfLife float64 // of the level in periods, > 0; 0: Fit chooses
}

// Name is "weekday_mean".
func (SeasonalMean) Name() string { return "weekday_mean" }

// spread is the standard deviation of weekday factors around their group's: a
// Saturday that is a fifth higher than the category's is nothing unusual.
const spread = .2

// Fit learns the shapes of the shop and of its groups, and the half-life
// whose levels came nearest to the units of the last four horizons in sum.
func (m SeasonalMean) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	if m.HalfLife < 0 || math.IsNaN(m.HalfLife) || math.IsInf(m.HalfLife, 0) {
		return nil, daycast.Errorf(daycast.Invalid, "model weekday_mean: half-life %g: want a positive number of periods", m.HalfLife).WithField("half_life")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pool := newPool()
	trials := trials{horizon: max(1, t.Horizon)}
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range p.Series {
			pool.add(p, i)
			trials.add(p, i)
		}
	}
	out := pool.shapes()
	if out.HalfLife = m.HalfLife; m.HalfLife == 0 {
		out.HalfLife = trials.best()
	}
	return out, nil
}

// shapes is a fitted SeasonalMean. A shape is one factor a position of the
// season, 1 on average.
type shapes struct {
	HalfLife float64                         // periods
	Shop     []float64                       // empty: flat
	Groups   map[string]map[string][]float64 // by level and group
}

// Kind is SeasonalMean's.
func (shapes) Kind() string { return kind(SeasonalMean{}) }

func (m shapes) Save(w io.Writer) error { return json.NewEncoder(w).Encode(m) }

func loadShapes(r io.Reader, _ func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var m shapes
	if err := decode(text, &m); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "model %s: %w", SeasonalMean{}.Name(), err)
	}
	return m, m.validate()
}

func (m shapes) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	return out, eachSeries(ctx, len(r.Panel.Series), r.Threads, func(_ *worker, i int) {
		m.forecast(r.Panel, i, out.MeanOf(i))
		out.Models[i] = SeasonalMean{}.Name()
	})
}

func (m shapes) validate() error {
	ok := m.HalfLife > 0 && legalShape(m.Shop)
	for _, groups := range m.Groups {
		for _, shape := range groups {
			ok = ok && legalShape(shape)
		}
	}
	if !ok {
		return daycast.Errorf(daycast.Invalid, "model %s: a half-life or shape is out of range", SeasonalMean{}.Name())
	}
	return nil
}

func legalShape(shape []float64) bool {
	for _, f := range shape {
		if !(f >= 0 && f <= maxSeason) {
			return false
		}
	}
	return len(shape) == 0 || len(shape) == daycast.Daily.Season() || len(shape) == daycast.Weekly.Season()
}

func (m shapes) forecast(p *daycast.Panel, i int, out []float32) {
	season := p.Step.Season()
	first := position(p.Step, p.Start[i])
	shape := m.prior(p, i)
	if seasonal(p, i) {
		own := newProfile(p, i)
		shape = own.shrink(shape)
	}
	decay := math.Exp2(-1 / m.HalfLife)
	units, state := p.SpreadOf(i), p.StateOf(i)
	sum, weight := 0.0, 0.0
	for t, y := range units {
		sum *= decay
		weight *= decay
		if state[t].Evidence() {
			sum += float64(y)
			weight += shape[(first+t)%season]
		}
	}
	level := 0.0
	if weight > 0 {
		level = sum / weight
	}
	for h := range out {
		out[h] = float32(level * shape[(first+len(units)+h)%season])
	}
}

// prior is the shape of series i's groups, or the shop's, or flat.
func (m shapes) prior(p *daycast.Panel, i int) []float64 {
	season := p.Step.Season()
	out := make([]float64, season)
	n := 0.0
	for _, level := range p.Levels {
		if level.Of[i] < 0 {
			continue
		}
		if shape := m.Groups[level.Name][level.Names[level.Of[i]]]; len(shape) == season {
			for k, f := range shape {
				out[k] += f
			}
			n++
		}
	}
	for k := range out {
		switch {
		case n > 0:
			out[k] /= n
		case len(m.Shop) == season:
			out[k] = m.Shop[k]
		default:
			out[k] = 1
		}
	}
	return out
}

// position is a day's place in the season.
func position(step daycast.Step, d daycast.Day) int {
	season := step.Season()
	period := int(d) / int(step)
	if int(d)%int(step) < 0 {
		period--
	}
	return (period%season + season) % season
}
