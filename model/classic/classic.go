// Package classic holds the forecasting methods of the textbooks, one a file.
// Each reads one series' history from the request's panel, so that a fitted
// method serves series and days that it was not fitted on. Only periods that
// are evidence of demand move a method's state; on the others time passes.
package classic

import (
	"context"
	"encoding/json"
	"io"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"daycast"
	"daycast/model"
)

// A method is a formula with its constants.
type method interface {
	Name() string
	// valid refuses constants outside their legal range with code invalid.
	valid() error
	// forecast fills out with the means of the periods after series i of p,
	// from the series' training units alone.
	forecast(p *daycast.Panel, i int, out []float32)
}

// Loaders maps each kind that this package saves to its loader.
func Loaders() map[string]model.Loader {
	return map[string]model.Loader{
		kind(SeasonalNaive{}): load[SeasonalNaive],
		kind(WindowMean{}):    load[WindowMean],
		kind(Croston{}):       load[Croston],
		kind(TSB{}):           load[TSB],
		kind(ETS{}):           load[ETS],
		kind(Theta{}):         load[Theta],
		kind(shapes{}):        load[shapes],
	}
}

// fitted serves a method whose constants are known.
type fitted[M method] struct{ m M }

func kind(m method) string { return "classic." + m.Name() }

func (f fitted[M]) Kind() string { return kind(f.m) }

func (f fitted[M]) Save(w io.Writer) error { return json.NewEncoder(w).Encode(f.m) }

func load[M method](r io.Reader, _ func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	var f fitted[M]
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&f.m); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "model %s: %w", f.m.Name(), err)
	}
	if err := f.m.valid(); err != nil {
		return nil, err
	}
	return f, nil
}

// fit makes of a method that learns nothing a Fitted.
func fit[M method](ctx context.Context, m M) (model.Fitted, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := m.valid(); err != nil {
		return nil, err
	}
	return fitted[M]{m}, nil
}

// fitCounts is fit for a method that refuses negative units.
func fitCounts[M method](ctx context.Context, t model.Training, m M) (model.Fitted, error) {
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		if !p.NonNegative {
			return nil, daycast.Errorf(daycast.Invalid, "model %s counts pieces: it cannot learn from negative units", m.Name()).
				WithHint("use ets or weekday_mean where returns exceed sales")
		}
		break // the flag is the whole shop's
	}
	return fit(ctx, m)
}

// seriesPerTurn is how many series a worker takes at once: few enough that
// the last worker to end is not waited for long.
const seriesPerTurn = 64

func (f fitted[M]) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	n := len(r.Panel.Series)
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(r.Threads, n/seriesPerTurn+1) {
		g.Go(func() error {
			for ctx.Err() == nil {
				to := int(next.Add(seriesPerTurn))
				if to-seriesPerTurn >= n {
					return nil
				}
				for i := to - seriesPerTurn; i < min(to, n); i++ {
					f.m.forecast(r.Panel, i, out.MeanOf(i))
					out.Models[i] = f.m.Name()
				}
			}
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// mustBeIn refuses a constant outside (0, 1].
func mustBeIn(name, constant string, v float64) error {
	if v > 0 && v <= 1 {
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "model %s: %s %g: want more than 0, at most 1", name, constant, v).WithField(constant)
}

// fill writes one value for all periods.
func fill(out []float32, v float64) {
	for h := range out {
		out[h] = float32(v)
	}
}
