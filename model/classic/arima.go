package classic

import (
	"context"
	"math"

	"daycast/model"
)

// ARIMA is the autoregressive integrated moving average of fixed orders, with a
// seasonal part and outside factors:
//
//	y[t] = c*t^(D+SeasonalD) + b'x[t] + z[t]
//	(1 - phi(B)) (1 - Phi(B^m)) (1-B)^D (1-B^m)^SeasonalD z[t] = (1 + theta(B)) (1 + Theta(B^m)) e[t]
//
// Box, Jenkins, Reinsel (1994), "Time series analysis", 3rd edition, chapter 9;
// Hyndman, Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd
// edition, chapters 9 and 10. Coefficients are those of the exact Gaussian
// likelihood, of R's and statsforecast's arima: without gaps by the recursions
// of armaexact.go on the differenced series, with gaps by the Kalman filter.
// They are kept as partial autocorrelations, so that they are stationary and
// invertible whatever is done to their last digit. Factors that are constant,
// that others say already, or for which there are less than ten periods each,
// are dropped. Fewer periods than the orders want give the mean.
type ARIMA struct {
	P int // autoregressive lags, 0 to 5
	D int // differences, 0 to 2
	Q int // moving-average lags, 0 to 5

	SeasonalP int // 0 to 2; without effect in a series without season
	SeasonalD int // 0 to 1
	SeasonalQ int // 0 to 2

	// NoConstant leaves out the mean, or with one difference the drift; with
	// two there is none.
	NoConstant bool
}

// Name is "arima".
func (ARIMA) Name() string { return "arima" }

// Fit finds the coefficients of every series.
func (m ARIMA) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (m ARIMA) validate() error { return m.order(2).validate("arima") }

func (ARIMA) regresses() {}

func (m ARIMA) order(season int) arimaOrder {
	o := arimaOrder{P: m.P, D: m.D, Q: m.Q, Season: season, Constant: !m.NoConstant}
	if season > 1 {
		o.SP, o.SD, o.SQ = m.SeasonalP, m.SeasonalD, m.SeasonalQ
	}
	return o
}

// Learn finds the coefficients for h.
func (m ARIMA) Learn(h *History) State { return m.LearnFrom(h, nil) }

// LearnFrom searches from the coefficients that h had.
func (m ARIMA) LearnFrom(h *History, warm []float64) State {
	o := m.order(h.Season)
	d := newArimaData(h, nil)
	places := d.choose(o)
	d.shift(o)
	if d.n-o.lost() < o.coefficients()+3 {
		return arimaMean(h, d.n > 0)
	}
	f := &arimaFitter{data: d}
	best := f.fit(o, startOf(warm, o), false, precise)
	if warm != nil || best.loglik != best.loglik {
		if cold := f.fit(o, nil, false, precise); !(cold.loglik <= best.loglik) {
			best = cold
		}
	}
	if s, ok := filterArima(h, arimaParameters(best, 0, places, d.scales)); ok {
		return s
	}
	return arimaMean(h, d.n > 0)
}

// precise is where a search for the final coefficients ends, rough where one
// between orders does, dear where the filter of gaps is in it: 1e-5 of the
// squares is .003 of the log-likelihood of two years.
const precise, rough, dear = 1e-9, 1e-6, 1e-5

// startOf is where to search from: coefficients that an order had, those that
// o has not left out.
func startOf(parameters []float64, o arimaOrder) []float64 {
	was, ok := orderOf(parameters, o.Season)
	if !ok || len(parameters) < orderNumbers+1+was.coefficients() {
		return nil
	}
	return carried(was, parameters[orderNumbers+1:], o)
}

// carried are the coordinates of an order's partial autocorrelations in
// another order.
func carried(was arimaOrder, partial []float64, o arimaOrder) []float64 {
	out := make([]float64, 0, o.coefficients())
	for _, part := range [][2]int{{was.P, o.P}, {was.Q, o.Q}, {was.SP, o.SP}, {was.SQ, o.SQ}} {
		for k := range part[1] {
			x := 0.0
			if k < part[0] {
				const inside = .999 // a start at the border would not move
				x = math.Atanh(min(max(partial[k], -inside), inside))
			}
			if x != x {
				x = 0
			}
			out = append(out, x)
		}
		partial = partial[part[0]:]
	}
	return out
}

// Filter reads h with parameters that are known.
func (m ARIMA) Filter(h *History, parameters []float64) (State, bool) {
	return filterArima(h, parameters)
}

// arimaMean is white noise around the mean of the evidence; around 0 without.
func arimaMean(h *History, evidence bool) State {
	o := arimaOrder{Season: h.Season, Constant: true}
	mean, n := 0.0, 0.0
	for _, y := range h.Units {
		if evidence && y == y {
			n++
			mean += (y - mean) / n
		}
	}
	mean = min(max(mean, -math.MaxFloat32), math.MaxFloat32)
	s, _ := filterArima(h, append(append(o.numbers(), 0, mean), make([]float64, len(h.Factors))...))
	return s
}
