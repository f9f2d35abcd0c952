package classic

import (
	"context"
	"math"

	"daycast/model"
)

// SeasonalNaive repeats the last season:
//
//	forecast[n+h] = y[n+h-k*m]    m the season, k the least with n+h-k*m evidence
//	variance      = k * mean((y[t] - y[t-j*m])^2 / j)    j as k, of the past
//
// Where a position of the season has never been evidence the forecast is 0,
// as on a weekday on which the shop never opens; a series shorter than a season
// repeats its last evidence there.
//
// Hyndman, Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd
// edition, sections 5.2 and 5.5. We step back over periods without evidence.
type SeasonalNaive struct{}

// Name is "seasonal_naive".
func (SeasonalNaive) Name() string { return "seasonal_naive" }

// Repeats says that it is a model.Repeating.
func (SeasonalNaive) Repeats() {}

// Fit learns nothing: the forecast reads the request's panel.
func (m SeasonalNaive) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (SeasonalNaive) validate() error { return nil }

// Learn reads h's last season.
func (SeasonalNaive) Learn(h *History) State {
	s := &seasonalNaive{last: make([]float64, h.Season), age: make([]float64, h.Season), young: true}
	fill(s.last, nan)
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

// seasonalNaive is 16 bytes a period of the season.
type seasonalNaive struct {
	last     []float64 // by position, from the history's first period; NaN without evidence
	age      []float64 // by position: seasons that have passed since
	position int       // of the next period
	young    bool      // there is no season yet
	newest   float64   // evidence, while there is less than a season
	errors   residuals
}

func (s *seasonalNaive) Update(y float64, _ []float64) {
	k := s.position
	if s.position++; s.position == len(s.last) {
		s.position, s.young = 0, false
	}
	s.age[k]++
	if y != y {
		return
	}
	s.errors.addOver(y-s.last[k], s.age[k])
	s.last[k], s.age[k] = y, 0
	if s.young {
		s.newest = y
	}
}

func (s *seasonalNaive) Forecast(f *Forecast) {
	season := len(s.last)
	for h := range f.Mean {
		k := (s.position + h) % season
		f.Mean[h] = s.last[k]
		if f.Mean[h] != f.Mean[h] {
			f.Mean[h] = 0
			if s.young {
				f.Mean[h] = s.newest
			}
		}
		f.normal(h, s.errors.deviation()*math.Sqrt(float64(h/season+1)+s.age[k]))
	}
}

func (s *seasonalNaive) Parameters() []float64 { return nil }
