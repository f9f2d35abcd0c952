package classic

import (
	"math"
	"slices"

	"daycast"
)

// arimaOrder are the orders of ARIMA(P,D,Q)(SP,SD,SQ)[Season].
type arimaOrder struct {
	P, D, Q    int  // autoregressive lags, differences, moving-average lags
	SP, SD, SQ int  // the same of the season
	Season     int  // periods; 1: no seasonal part
	Constant   bool // a mean without differences, a drift with one
}

const (
	maxARMA         = 5 // lags, as auto.arima's
	maxSeasonalARMA = 2
	maxDifferences  = 2
)

func (o arimaOrder) validate(name string) error {
	for _, c := range []struct {
		field      string
		value, max int
	}{
		{"p", o.P, maxARMA},
		{"d", o.D, maxDifferences},
		{"q", o.Q, maxARMA},
		{"seasonal_p", o.SP, maxSeasonalARMA},
		{"seasonal_d", o.SD, 1},
		{"seasonal_q", o.SQ, maxSeasonalARMA},
	} {
		if c.value < 0 || c.value > c.max {
			return daycast.Errorf(daycast.Invalid, "model %s: order %s is %d: want 0 to %d", name, c.field, c.value, c.max).WithField(c.field)
		}
	}
	return nil
}

// lost is how many periods the differences cost.
func (o arimaOrder) lost() int { return o.D + o.SD*o.Season }

// coefficients is how many the ARMA part has.
func (o arimaOrder) coefficients() int { return o.P + o.Q + o.SP + o.SQ }

// constant reports whether the order has a constant: more differences than one
// would make it a parabola.
func (o arimaOrder) constant() bool { return o.Constant && o.D+o.SD <= 1 }

// states is the dimension of the ARMA part: Harvey's r.
func (o arimaOrder) states() int { return max(o.P+o.SP*o.Season, o.Q+o.SQ*o.Season+1) }

// numbers writes the order before a state's other parameters; orderOf reads it.
func (o arimaOrder) numbers() []float64 {
	constant := 0.0
	if o.Constant {
		constant = 1
	}
	return []float64{float64(o.P), float64(o.D), float64(o.Q), float64(o.SP), float64(o.SD), float64(o.SQ), constant}
}

const orderNumbers = 7

func orderOf(parameters []float64, season int) (o arimaOrder, ok bool) {
	if len(parameters) < orderNumbers {
		return o, false
	}
	o = arimaOrder{Season: season}
	for k, into := range []*int{&o.P, &o.D, &o.Q, &o.SP, &o.SD, &o.SQ} {
		v := parameters[k]
		if !(v >= 0 && v <= maxARMA) || v != math.Trunc(v) {
			return o, false
		}
		*into = int(v)
	}
	o.Constant = parameters[6] == 1
	return o, o.validate("") == nil
}

// differences are the coefficients of (1-B)^D (1-B^m)^SD after the leading 1.
func (o arimaOrder) differences() []float64 {
	d := make([]float64, 1, o.lost()+1)
	d[0] = 1
	for range o.D {
		d = lessLagged(d, 1)
	}
	for range o.SD {
		d = lessLagged(d, o.Season)
	}
	return d[1:]
}

// lessLagged is p(B) * (1 - B^lag).
func lessLagged(p []float64, lag int) []float64 {
	out := append(slices.Clone(p), make([]float64, lag)...)
	for k := len(out) - 1; k >= lag; k-- {
		out[k] -= out[k-lag]
	}
	return out
}

// difference writes the differences of a column over itself and returns what
// is left of it.
func (o arimaOrder) difference(column []float64) []float64 {
	for range o.D {
		column = lagged(column, 1)
	}
	for range o.SD {
		column = lagged(column, o.Season)
	}
	return column
}

func lagged(column []float64, lag int) []float64 {
	if len(column) <= lag {
		return nil
	}
	for t := range len(column) - lag {
		column[t] = column[t+lag] - column[t]
	}
	return column[:len(column)-lag]
}
