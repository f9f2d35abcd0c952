// Package classic holds the forecasting methods of the textbooks, one a file.
// Each reads one series' history, so that a fitted method serves series and
// days that it was not fitted on. Only periods that are evidence of demand
// move a method's state; on the others time passes.
package classic

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"daycast"
	"daycast/model"
)

// Loaders maps each kind that this package saves to its loader.
func Loaders() map[string]model.Loader {
	return map[string]model.Loader{
		kind(ADIDA{}):                 load[ADIDA],
		kind(AutoETS{}):               load[AutoETS],
		kind(AutoTheta{}):             load[AutoTheta],
		kind(CrostonClassic{}):        load[CrostonClassic],
		kind(CrostonOptimized{}):      load[CrostonOptimized],
		kind(Croston{}):               load[Croston],
		kind(DampedHolt{}):            load[DampedHolt],
		kind(Drift{}):                 load[Drift],
		kind(DynamicOptimizedTheta{}): load[DynamicOptimizedTheta],
		kind(DynamicTheta{}):          load[DynamicTheta],
		kind(HistoricAverage{}):       load[HistoricAverage],
		kind(HoltWinters{}):           load[HoltWinters],
		kind(Holt{}):                  load[Holt],
		kind(IMAPA{}):                 load[IMAPA],
		kind(Naive{}):                 load[Naive],
		kind(NegativeBinomial{}):      load[NegativeBinomial],
		kind(OptimizedTheta{}):        load[OptimizedTheta],
		kind(SES{}):                   load[SES],
		kind(SeasonalNaive{}):         load[SeasonalNaive],
		kind(SeasonalWindowAverage{}): load[SeasonalWindowAverage],
		kind(StandardTheta{}):         load[StandardTheta],
		kind(WindowMean{}):            load[WindowMean],
		kind(TSB{}):                   load[TSB],
		kind(ETS{}):                   load[ETS],
		kind(Theta{}):                 load[Theta],
		kind(SeasonalMean{}):          loadShapes,
		kind(ARIMA{}):                 load[ARIMA],
		kind(AutoARIMA{}):             load[AutoARIMA],
		kind(MSTL{}):                  load[MSTL],
		kind(PoissonGLM{}):            load[PoissonGLM],
	}
}

func kind(m interface{ Name() string }) string { return "classic." + m.Name() }

// fitted serves a method whose constants are known.
type fitted struct {
	method  Method
	factors []factor // of a Regression
	kept    *kept    // of an Estimator
}

func (f *fitted) Kind() string { return kind(f.method) }

// fit makes a Fitted of a method. An Estimator's parameters are searched for
// here, for as many series as may be kept, so that a forecast costs next to
// nothing.
func fit(ctx context.Context, t model.Training, m Method) (model.Fitted, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	f := &fitted{method: m}
	_, regresses := m.(Regression)
	e, estimates := m.(Estimator)
	if !regresses && !estimates {
		return f, nil
	}
	if estimates {
		f.kept = newKept()
	}
	first := true
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		if regresses && first {
			f.factors = factorsOf(p)
		}
		first = false
		if !estimates {
			break // a shop's blocks have the same factors
		}
		found := make([][]float32, len(p.Series))
		err := eachSeries(ctx, len(p.Series), t.Threads, func(w *worker, i int) {
			w.history.read(p, i)
			f.readFactors(&w.history, p, i, 0)
			found[i] = rounded(e.Learn(&w.history).Parameters())
		})
		if err != nil {
			return nil, err
		}
		for i, parameters := range found {
			if !f.kept.add(seriesKey(p.Series[i]), parameters) {
				return f, nil
			}
		}
	}
	return f, ctx.Err()
}

// fitCounts is fit for a method that refuses negative units.
func fitCounts(ctx context.Context, t model.Training, m Method) (model.Fitted, error) {
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
	return fit(ctx, t, m)
}

// state is the method's at the end of a history. The parameters that it
// filters with are those that a saved model has, whether they were kept or
// not: single precision.
func (f *fitted) state(h *History, s daycast.Series) State {
	e, ok := f.method.(Estimator)
	if !ok {
		return f.method.Learn(h)
	}
	if kept, ok := f.kept.of(seriesKey(s)); ok {
		if state, ok := e.Filter(h, widened(kept)); ok {
			return state
		}
	}
	learnt := e.Learn(h)
	if state, ok := e.Filter(h, widened(rounded(learnt.Parameters()))); ok {
		return state
	}
	return learnt
}

func (f *fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, r.Levels)
	return out, eachSeries(ctx, len(r.Panel.Series), r.Threads, func(w *worker, i int) {
		w.history.read(r.Panel, i)
		f.readFactors(&w.history, r.Panel, i, r.Horizon)
		w.ask(r.Horizon, r.Levels)
		w.forecast.Factors = ahead(w.history.Factors, len(w.history.Units))
		f.state(&w.history, r.Panel.Series[i]).Forecast(&w.forecast)
		w.answer(out, i)
		out.Models[i] = f.method.Name()
	})
}

// worker is the memory of one thread.
type worker struct {
	history  History
	forecast Forecast
}

// ask makes room for a forecast.
func (w *worker) ask(horizon int, levels []float64) {
	f := &w.forecast
	if f.Levels = levels; len(f.Mean) != horizon {
		f.Mean, f.Quantiles = make([]float64, horizon), make([]float64, horizon*len(levels))
	}
}

// answer copies the forecast to series i of out.
func (w *worker) answer(out *daycast.Forecasts, i int) {
	for h, v := range w.forecast.Mean {
		out.MeanOf(i)[h] = float32(v)
		for k, q := range w.forecast.quantilesAt(h) {
			out.QuantilesAt(i, h)[k] = float32(q)
		}
	}
}

// seriesPerTurn is how many series a worker takes at once: few enough that
// the last worker to end is not waited for long.
const seriesPerTurn = 16

// eachSeries does work for the series 0..n-1 on several threads.
func eachSeries(ctx context.Context, n, threads int, work func(w *worker, i int)) error {
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range max(1, min(threads, n/seriesPerTurn+1)) {
		g.Go(func() error {
			var w worker
			for ctx.Err() == nil {
				to := int(next.Add(seriesPerTurn))
				if to-seriesPerTurn >= n {
					return nil
				}
				for i := to - seriesPerTurn; i < min(to, n); i++ {
					work(&w, i)
				}
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// mustBeIn refuses a constant outside (0, 1].
func mustBeIn(name, constant string, v float64) error {
	if v > 0 && v <= 1 {
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "model %s: %s %g: want more than 0, at most 1", name, constant, v).WithField(constant)
}

// fill writes one value for all periods.
func fill(out []float64, v float64) {
	for h := range out {
		out[h] = v
	}
}
