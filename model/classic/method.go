package classic

import (
	"math"

	"daycast"
)

var nan = math.NaN()

// A Method forecasts one series at a time. Its fields are constants that the
// user may set; the zero value is sound. Each is also a model.Model, whose
// Fit applies it to every series of a shop.
type Method interface {
	Name() string
	// Learn chooses what the method leaves open for this history and reads the
	// history to its end. Little or no evidence gives a state all the same,
	// one that forecasts finite numbers. It keeps none of h's memory.
	Learn(h *History) State
	// validate refuses constants outside their legal range with code invalid.
	validate() error
}

// An Estimator is a Method that searches for parameters, which costs far more
// than to read a history with parameters that are known.
type Estimator interface {
	Method
	// LearnFrom is Learn whose search begins at the parameters that an earlier
	// history of the series had.
	LearnFrom(h *History, warm []float64) State
	// Filter reads the history with parameters that are known. It reports
	// false where they cannot be the method's on such a history; they may come
	// from a damaged file, so that it must not panic whatever they are.
	Filter(h *History, parameters []float64) (State, bool)
}

// A Regression is a Method that reads outside factors: History.Factors.
type Regression interface {
	Method
	regresses()
}

// A State is what a method knows of one series after some period. It is not
// safe for concurrent use.
type State interface {
	// Update takes the next period in constant time: its units, NaN where it
	// is no evidence of demand, and its outside factors. The parameters stay.
	Update(units float64, factors []float64)
	// Forecast fills f.Mean and f.Quantiles. It does not change the state.
	Forecast(f *Forecast)
	// Parameters are what an Estimator found for the series, for LearnFrom and
	// Filter; nil of other methods.
	Parameters() []float64
}

// A History is one series as a method sees it, oldest period first.
type History struct {
	Units  []float64    // units sold; NaN where the period is no evidence of demand
	Season int          // periods after which the pattern repeats; 1: never
	Start  daycast.Day  // of the first period
	Step   daycast.Step // of a period
	// Factors are outside factors, column by column: the history's periods,
	// then those to forecast, as far as anybody asks. No value is NaN.
	Factors [][]float64
}

// A Forecast is a method's answer for the periods after a state.
type Forecast struct {
	Mean      []float64 // to fill: units by period
	Levels    []float64 // quantile levels in (0, 1), ascending; may be empty
	Quantiles []float64 // to fill: len(Mean) x len(Levels), ascending along the levels
	// Factors are the outside factors of the periods to forecast, by column.
	Factors [][]float64
}

// quantilesAt are those of the h-th period, from 0.
func (f *Forecast) quantilesAt(h int) []float64 {
	k := len(f.Levels)
	return f.Quantiles[h*k : (h+1)*k : (h+1)*k]
}

// normal fills the h-th period's quantiles with those of a normal distribution
// around its mean.
func (f *Forecast) normal(h int, deviation float64) {
	for k, level := range f.Levels {
		f.quantilesAt(h)[k] = f.Mean[h] + deviation*normalQuantile(level)
	}
}

// Evidence is the number of periods that are evidence.
func (h *History) Evidence() int {
	n := 0
	for _, y := range h.Units {
		if y == y {
			n++
		}
	}
	return n
}

// read fills h from series i of p, into memory that h has.
func (h *History) read(p *daycast.Panel, i int) {
	h.Season, h.Start, h.Step = p.Step.Season(), p.Start[i], p.Step
	h.Units = h.Units[:0]
	state := p.StateOf(i)
	for t, y := range p.SpreadOf(i) {
		v := float64(y)
		if !state[t].Evidence() {
			v = nan
		}
		h.Units = append(h.Units, v)
	}
}

// normalQuantile is that of the standard normal distribution.
func normalQuantile(level float64) float64 { return math.Sqrt2 * math.Erfinv(2*level-1) }

// residuals sum up errors one period ahead; one that is NaN is none.
type residuals struct{ n, squares float64 }

func (s *residuals) add(e float64) {
	if e == e {
		s.n++
		s.squares += e * e
	}
}

// addOver adds an error whose variance is that of some periods.
func (s *residuals) addOver(e, periods float64) {
	if e == e {
		s.n++
		if e *= e; periods != 1 {
			e /= periods
		}
		s.squares += e
	}
}

func (s *residuals) deviation() float64 { return math.Sqrt(s.squares / max(1, s.n)) }
