package serve

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"daycast"
	"daycast/model"
	"daycast/model/interval"
)

// defaultLevels are the quantiles of a request that names none: the median
// and the ends of the 80% interval, as the run stores them.
var defaultLevels = []float64{0.1, 0.5, 0.9}

type predictInput struct {
	Body struct {
		Series    []string  `json:"series" minItems:"1" maxItems:"1000" nullable:"false" doc:"Ids of series, as /v1/series lists them." example:"[\"85123A\"]"`
		Horizon   int       `json:"horizon" minimum:"1" maximum:"365" doc:"How many periods (days, or weeks in a weekly shop) after the last known day." example:"7"`
		Quantiles []float64 `json:"quantiles,omitempty" maxItems:"19" nullable:"false" doc:"Levels between 0 and 1; 0.1, 0.5 and 0.9 where none are given." example:"[0.1,0.9]"`
		Sums      bool      `json:"sums,omitempty" doc:"Also what each series sells over whole weeks and the horizon, and all of them together, with quantiles of those sums: quantiles of days do not add up."`
	}
}

type predictBody struct {
	Snapshot  string           `json:"snapshot" doc:"The id of the run whose data was read."`
	Version   string           `json:"version" doc:"The champion model's version."`
	Forecasts []seriesForecast `json:"forecasts" nullable:"false" doc:"In the order of the request."`
	Together  []sumForecast    `json:"together,omitempty" nullable:"false" doc:"Where sums are asked for: what all series sell together, each counted once, by period, whole week and horizon."`
}

type seriesForecast struct {
	Series string        `json:"series" example:"85123A"`
	Origin string        `json:"origin" format:"date" doc:"The last day that the forecast knows."`
	Model  string        `json:"model" doc:"The model that made it." example:"gbm"`
	Days   []forecastDay `json:"days" nullable:"false"`
	Sums   []sumForecast `json:"sums,omitempty" nullable:"false" doc:"Where sums are asked for: whole weeks, in a shop of days, and the horizon."`
}

type forecastDay struct {
	Day       string    `json:"day" format:"date" doc:"The day, or the first day of the week."`
	Mean      number    `json:"mean" doc:"Expected units, as if there were always stock."`
	Sold      *number   `json:"sold,omitempty" doc:"What of the mean will be sold if stock runs out as it did of late, in up to 56 periods; absent where the run did not learn it."`
	Quantiles quantiles `json:"quantiles,omitzero"`
}

// predict forecasts with the champion, each series once however often it is
// asked for.
func (s *Server) predict(ctx context.Context, l *live, in *predictInput) (predictBody, error) {
	levels, err := checkLevels(in.Body.Quantiles)
	if err != nil {
		return predictBody{}, err
	}
	asked, err := l.all(ctx, in.Body.Series)
	if err != nil {
		return predictBody{}, err
	}
	if err := in.checkSums(len(asked)); err != nil {
		return predictBody{}, err
	}
	var together *interval.Total // nil where nobody asks for sums
	if in.Body.Sums {
		together = interval.NewTotal(in.Body.Horizon)
	}
	var newest *daycast.Forecasts // tells the days of together
	made := make(map[daycast.Series]seriesForecast, len(asked))
	out := predictBody{Snapshot: l.Version, Version: l.Champion.ID, Forecasts: make([]seriesForecast, len(asked))}
	for p, err := range l.shop.Panels(ctx, asked) {
		if err != nil {
			return predictBody{}, err
		}
		f, err := model.Predict(ctx, l.Fitted, model.Request{Panel: p, Horizon: in.Body.Horizon, Levels: levels, Threads: 1})
		if err != nil {
			return predictBody{}, err
		}
		names := namesOf(f)
		var sums [][]sumForecast
		if together != nil {
			if sums, err = addSums(ctx, l.Fitted, p, f, names, together); err != nil {
				return predictBody{}, err
			}
			newest = f
		}
		for i, series := range p.Series {
			one := seriesForecastOf(f, names, i, series)
			l.tellSold(one.Days, p, i)
			if sums != nil {
				one.Sums = sums[i]
			}
			made[series] = one
		}
	}
	if newest != nil {
		spans := append(interval.Periods(newest.Horizon), interval.Sums(newest.Step, newest.Horizon)...)
		out.Together = sumsOf(newest, namesOf(newest), together, spans)
	}
	s.metrics.predictions.Add(float64(len(asked)))
	for k, series := range asked {
		out.Forecasts[k] = made[series]
	}
	return out, nil
}

// checkLevels sorts the levels and drops repetitions.
func checkLevels(levels []float64) ([]float64, error) {
	if len(levels) == 0 {
		return slices.Clone(defaultLevels), nil
	}
	for _, level := range levels {
		if level <= 0 || level >= 1 {
			return nil, daycast.Errorf(daycast.Invalid, "quantile %g: want a level between 0 and 1, such as 0.9", level).
				WithField("body.quantiles")
		}
	}
	levels = slices.Clone(levels)
	slices.Sort(levels)
	return slices.Compact(levels), nil
}

// all finds the series; the problem names those that are not there.
func (l *live) all(ctx context.Context, ids []string) ([]daycast.Series, error) {
	found, err := l.resolve(ctx, ids)
	if err != nil {
		return nil, err
	}
	var unknown []fieldError
	missing := 0
	for k, id := range ids {
		if found[k] != (daycast.Series{}) {
			continue
		}
		missing++
		if missing <= maxListed {
			message, err := l.unknown(ctx, id)
			if err != nil {
				return nil, err
			}
			unknown = append(unknown, fieldError{Location: fmt.Sprintf("body.series[%d]", k), Message: message})
		}
	}
	switch missing {
	case 0:
		return found, nil
	case 1:
		return nil, notFound(unknown[0].Message, unknown)
	}
	return nil, notFound(fmt.Sprintf("%d of %d series are not known; %s", missing, len(ids), unknown[0].Message), unknown)
}

// seriesForecastOf is a series' forecast, which is that of row in f.
func seriesForecastOf(f *daycast.Forecasts, names forecastNames, row int, series daycast.Series) seriesForecast {
	out := seriesForecast{
		Series: series.ID(),
		Origin: f.Origin.String(),
		Model:  f.Models[row],
		Days:   make([]forecastDay, f.Horizon),
	}
	for h, mean := range f.MeanOf(row) {
		out.Days[h] = forecastDay{
			Day: names.days[h], Mean: number(mean),
			Quantiles: quantiles{keys: names.levels, values: f.QuantilesAt(row, h)},
		}
	}
	return out
}

// forecastNames are the texts that all series of an answer share.
type forecastNames struct{ days, levels []string }

func namesOf(f *daycast.Forecasts) forecastNames {
	n := forecastNames{days: make([]string, f.Horizon), levels: make([]string, len(f.Levels))}
	for h := range n.days {
		n.days[h] = f.Day(h).String()
	}
	for k, level := range f.Levels {
		n.levels[k] = strconv.FormatFloat(level, 'g', -1, 64)
	}
	return n
}

type forecastInput struct {
	ID string `path:"id" doc:"The series' id, percent-encoded as a path segment." example:"85123A"`
}

// forecast answers what the run stored.
func (s *Server) forecast(ctx context.Context, l *live, in *forecastInput) (seriesForecast, error) {
	series, err := l.one(ctx, in.ID)
	if err != nil {
		return seriesForecast{}, err
	}
	f, err := l.shop.Forecast(ctx, series)
	if err != nil {
		return seriesForecast{}, err
	}
	if f == nil {
		return seriesForecast{}, daycast.Errorf(daycast.NotFound, "this snapshot stores no forecasts").
			WithHint("POST /v1/predict makes one now")
	}
	out := seriesForecastOf(f, namesOf(f), 0, series)
	if l.Supply == nil {
		return out, nil
	}
	for p, err := range l.shop.Panels(ctx, []daycast.Series{series}) {
		if err != nil {
			return seriesForecast{}, err
		}
		l.tellSold(out.Days, p, 0)
	}
	return out, nil
}

// tellSold says of the forecasts of series i of a panel what will be sold.
func (l *live) tellSold(days []forecastDay, p *daycast.Panel, i int) {
	if l.Supply == nil {
		return
	}
	share := number(l.Supply.Share(p, i))
	for h := range days {
		sold := days[h].Mean * share
		days[h].Sold = &sold
	}
}
