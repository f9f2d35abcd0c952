package classic

import (
	"context"
	"slices"

	"daycast"
	"daycast/model"
)

// MSTL splits a series into seasons, a trend and a rest, repeats the last of
// each season, and forecasts what is left by another method:
//
//	y[t] = sum of s_k[t] + x[t]
//	forecast[n+h] = sum of s_k[n+h-m_k*ceil(h/m_k)] + forecast of x
//
// Its seasons are the panel's, a week or a year of weeks, and, of days with two
// years of history, 364 days: a year that keeps the weekday. Each is found by
// stl on the series less the others, the shorter first, twice round.
//
// Bandara, Hyndman, Bergmeir (2021), "MSTL: a seasonal-trend decomposition
// algorithm for time series with multiple seasonal patterns", arXiv:2107.13462.
// Windows are those of R and statsforecast, of 11 and 15 seasons. We take gaps,
// which weigh nothing in the decomposition and are gaps to the trend's method.
// A state's seasons stay as they are while it takes further periods: longer
// histories are split anew, so that reading one is not the same as updating.
type MSTL struct {
	// Trend names the method that forecasts the series without its seasons,
	// which may be negative: "auto_ets", "auto_arima", "ets", "theta",
	// "window_mean", "drift" or "naive". "" is "auto_ets".
	Trend string
}

// Name is "mstl".
func (MSTL) Name() string { return "mstl" }

// Fit finds the parameters of every series' trend.
func (m MSTL) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (m MSTL) validate() error {
	if _, ok := m.trend(); !ok {
		return daycast.Errorf(daycast.Invalid, "model mstl: trend %q is no method that it knows", m.Trend).
			WithField("trend").WithHint("want auto_ets, auto_arima, ets, theta, window_mean, drift or naive")
	}
	return nil
}

// trend is the method by name.
func (m MSTL) trend() (Method, bool) {
	if m.Trend == "" {
		return AutoETS{}, true
	}
	for _, t := range []Method{AutoETS{}, AutoARIMA{}, ETS{}, Theta{}, WindowMean{}, Drift{}, Naive{}} {
		if t.Name() == m.Trend {
			return t, true
		}
	}
	return nil, false
}

// Learn splits h and learns its trend.
func (m MSTL) Learn(h *History) State { return m.LearnFrom(h, nil) }

// LearnFrom searches from the parameters that the trend had.
func (m MSTL) LearnFrom(h *History, warm []float64) State {
	s, rest := newMSTLState(h)
	t, _ := m.trend()
	if e, ok := t.(Estimator); ok && warm != nil {
		s.trend = e.LearnFrom(rest, warm)
	} else {
		s.trend = t.Learn(rest)
	}
	return s
}

// Filter splits h and reads it with the parameters of its trend.
func (m MSTL) Filter(h *History, parameters []float64) (State, bool) {
	t, _ := m.trend()
	e, ok := t.(Estimator)
	if !ok {
		return m.Learn(h), len(parameters) == 0
	}
	s, rest := newMSTLState(h)
	if s.trend, ok = e.Filter(rest, parameters); !ok {
		return nil, false
	}
	return s, true
}

// mstlState is 8 bytes for each period of each season, and the trend's state.
type mstlState struct {
	seasons []ring
	trend   State
}

// ring is a season that repeats.
type ring struct {
	values []float64
	at     int // of the next period
}

// newMSTLState splits h: the seasons' rings behind its last period, and the
// series without them.
func newMSTLState(h *History) (*mstlState, *History) {
	rest := *h
	rest.Season, rest.Factors = 1, nil
	s := &mstlState{}
	lengths := seasonLengths(h)
	if len(lengths) == 0 {
		return s, &rest
	}
	seasons := mstl(h.Units, lengths)
	rest.Units = slices.Clone(h.Units)
	for k, season := range seasons {
		for t, v := range season {
			rest.Units[t] -= v
		}
		s.seasons = append(s.seasons, ring{values: slices.Clone(season[len(season)-lengths[k]:])})
	}
	return s, &rest
}

// yearOfWeeks is the longest season of days: it keeps the weekday.
const yearOfWeeks = 364

// seasonLengths are those that h has more than twice, as Hyndman's mstl wants
// them.
func seasonLengths(h *History) []int {
	var out []int
	from, to := evidenceSpan(h.Units)
	for _, m := range []int{h.Season, yearOfWeeks} {
		if m > 1 && to-from > 2*m && (m == h.Season || h.Step == daycast.Daily) {
			out = append(out, m)
		}
	}
	return out
}

// mstl are the seasons of the given lengths, ascending, each by period. NaN in
// units is a gap.
func mstl(units []float64, lengths []int) [][]float64 {
	const rounds, shortest, wider = 2, 11, 4 // of R's mstl
	left, weights := gapWeights(units)
	seasons, plans := make([][]float64, len(lengths)), make([]*stl, len(lengths))
	for k, m := range lengths {
		seasons[k] = make([]float64, len(units))
		plans[k] = newSTL(len(units), m, shortest+wider*k, weights)
	}
	for round := range rounds {
		if round > 0 && len(lengths) == 1 {
			break
		}
		for k, s := range plans {
			for t, v := range seasons[k] {
				left[t] += v
			}
			s.split(left)
			copy(seasons[k], s.season)
			for t, v := range seasons[k] {
				left[t] -= v
			}
		}
	}
	return seasons
}

func (s *mstlState) Update(y float64, _ []float64) {
	for k := range s.seasons {
		r := &s.seasons[k]
		y -= r.values[r.at]
		if r.at++; r.at == len(r.values) {
			r.at = 0
		}
	}
	s.trend.Update(y, nil)
}

// Forecast has the quantiles of the trend's method around the seasons, which
// count as known.
func (s *mstlState) Forecast(f *Forecast) {
	factors := f.Factors
	f.Factors = nil
	s.trend.Forecast(f)
	f.Factors = factors
	for h := range f.Mean {
		season := 0.0
		for _, r := range s.seasons {
			season += r.values[(r.at+h)%len(r.values)]
		}
		f.Mean[h] += season
		for k := range f.quantilesAt(h) {
			f.quantilesAt(h)[k] += season
		}
	}
}

func (s *mstlState) Parameters() []float64 { return s.trend.Parameters() }
