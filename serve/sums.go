package serve

import (
	"context"

	"daycast"
	"daycast/model"
	"daycast/model/interval"
)

type sumForecast struct {
	First     string    `json:"first" format:"date" doc:"The first day that is added up."`
	Last      string    `json:"last" format:"date" doc:"The last one."`
	Mean      number    `json:"mean" doc:"Expected units."`
	Quantiles quantiles `json:"quantiles,omitzero"`
}

// mostSums is how many periods of series are drawn for one answer: some seconds.
const mostSums = 30_000

// sumSeed makes the same question have the same answer.
const sumSeed = 1

// checkSums refuses a question whose draws would take long.
func (in *predictInput) checkSums(series int) error {
	if n := series * in.Body.Horizon; in.Body.Sums && n > mostSums {
		return daycast.Errorf(daycast.Invalid, "sums over %d series and %d periods: want at most %d in all", series, in.Body.Horizon, mostSums).
			WithField("body.sums").WithHint("ask for fewer series at a time; daycast forecast --totals has those of the whole shop")
	}
	return nil
}

// addSums draws what each series of p could sell, gives the sums of each and adds
// all to together. Panels of one question may be added one by one.
func addSums(
	ctx context.Context, fitted model.Fitted, p *daycast.Panel, f *daycast.Forecasts, names forecastNames, together *interval.Total,
) ([][]sumForecast, error) {
	paths, err := interval.PathsOf(fitted, p, f, sumSeed, "body.sums")
	if err != nil {
		return nil, err
	}
	spans := interval.Sums(f.Step, f.Horizon)
	own, drawn, out := interval.NewTotal(f.Horizon), make([]float32, interval.Draws*f.Horizon), make([][]sumForecast, len(p.Series))
	for i := range out {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		paths.Series(i, drawn)
		own.Clear()
		own.Add(f.MeanOf(i), drawn)
		together.Plus(own)
		out[i] = sumsOf(f, names, own, spans)
	}
	return out, nil
}

func sumsOf(f *daycast.Forecasts, names forecastNames, total *interval.Total, spans []interval.Span) []sumForecast {
	out := make([]sumForecast, len(spans))
	for k, span := range spans {
		first, last := span.Days(f)
		mean, values := total.Over(span, f.Levels)
		out[k] = sumForecast{First: first.String(), Last: last.String(), Mean: number(mean), Quantiles: quantiles{keys: names.levels, values: values}}
	}
	return out
}
