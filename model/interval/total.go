package interval

import (
	"math"
	"slices"

	"daycast"
	"daycast/model"
)

// Draws is how many paths totals are of: the 10% quantile of 400 has a standard
// error of one and a half percentage points.
const Draws = 400

// PathsOf draws what could come of the forecasts f that fitted made for the series
// of p, see Calibration.Paths. A model that learned nothing of its past errors is
// code invalid, with the field that asked for totals.
func PathsOf(fitted model.Fitted, p *daycast.Panel, f *daycast.Forecasts, seed uint64, field string) (*Paths, error) {
	calibrated, ok := fitted.(*Fitted)
	if !ok {
		return nil, daycast.Errorf(daycast.Invalid, "the champion, a %s, knows nothing of its past errors: no totals can be told", fitted.Kind()).
			WithField(field).WithHint("daycast train makes a model that does")
	}
	return calibrated.Paths(p, f, Draws, seed), nil
}

// A Total is what a group of series could sell: its means by period and its
// draws, draw x period. In float64, sums of millions of series do not depend on
// their order by more than anybody can see.
type Total struct {
	mean, draws []float64
}

// NewTotal is the total of no series.
func NewTotal(horizon int) *Total {
	return &Total{make([]float64, horizon), make([]float64, Draws*horizon)}
}

// Clear makes it the total of no series again.
func (t *Total) Clear() {
	clear(t.mean)
	clear(t.draws)
}

// Add adds one series' means and draws.
func (t *Total) Add(mean, drawn []float32) {
	for h, v := range mean {
		t.mean[h] += float64(v)
	}
	for c, v := range drawn {
		t.draws[c] += float64(v)
	}
}

// Plus adds another group's.
func (t *Total) Plus(o *Total) {
	for h, v := range o.mean {
		t.mean[h] += v
	}
	for c, v := range o.draws {
		t.draws[c] += v
	}
}

// A Span is the periods from one to before another, counted from 0.
type Span struct{ From, To int }

// Periods are the spans of one period each; none where the horizon is one, which
// Sums has.
func Periods(horizon int) []Span {
	var spans []Span
	for h := 0; horizon > 1 && h < horizon; h++ {
		spans = append(spans, Span{h, h + 1})
	}
	return spans
}

// Sums are the whole weeks of a horizon of days, and the horizon.
func Sums(step daycast.Step, horizon int) []Span {
	var spans []Span
	for h := 0; step == daycast.Daily && horizon > 7 && h+7 <= horizon; h += 7 {
		spans = append(spans, Span{h, h + 7})
	}
	return append(spans, Span{0, horizon})
}

// Over is the mean of the sum over a span, and its quantiles.
func (t *Total) Over(s Span, levels []float64) (mean float32, quantiles []float32) {
	horizon := len(t.mean)
	sum, could := 0.0, make([]float64, Draws)
	for h := s.From; h < s.To; h++ {
		sum += t.mean[h]
		for k := range could {
			could[k] += t.draws[k*horizon+h]
		}
	}
	slices.Sort(could)
	quantiles = make([]float32, len(levels))
	for k, level := range levels {
		at := int(math.Ceil(level*Draws)) - 1
		quantiles[k] = float32(could[min(max(at, 0), Draws-1)])
	}
	return float32(sum), quantiles
}

// Days are the first and the last day of a span of f.
func (s Span) Days(f *daycast.Forecasts) (first, last daycast.Day) {
	return f.Day(s.From), f.Day(s.To-1) + daycast.Day(f.Step) - 1
}
