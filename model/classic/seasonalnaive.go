package classic

import (
	"context"
	"math"

	"daycast/model"
)

// SeasonalNaive repeats the last season:
//
//	forecast[n+h] = y[n+h-k*m]    m the season, k the least with n+h-k*m evidence
//
// Where a position of the season has never been evidence the forecast is 0,
// as on a weekday on which the shop never opens; a series shorter than a season
// repeats its last evidence there.
//
// Hyndman, Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd
// edition, section 5.2. We step back over periods without evidence.
type SeasonalNaive struct{}

// Name is "seasonal_naive".
func (SeasonalNaive) Name() string { return "seasonal_naive" }

// Fit learns nothing: the forecast reads the request's panel.
func (m SeasonalNaive) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (SeasonalNaive) validate() error { return nil }

// Learn reads h's last season.
func (SeasonalNaive) Learn(h *History) State {
	s := &seasonalNaive{last: make([]float64, h.Season)}
	fill(s.last, nan)
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

// seasonalNaive is 8 bytes a period of the season.
type seasonalNaive struct {
	last   []float64 // by position, from the history's first period; NaN without evidence
	newest float64   // evidence, while there is less than a season
	n      int       // periods
	errors residuals
}

func (s *seasonalNaive) Update(y float64, _ []float64) {
	last := &s.last[s.n%len(s.last)]
	s.n++
	if y != y {
		return
	}
	s.errors.add(y - *last)
	*last = y
	if s.n <= len(s.last) {
		s.newest = y
	}
}

// Forecast has deviations that grow with the number of seasons ahead: Hyndman,
// Athanasopoulos (2021), section 5.5.
func (s *seasonalNaive) Forecast(f *Forecast) {
	season := len(s.last)
	for h := range f.Mean {
		f.Mean[h] = s.last[(s.n+h)%season]
		if f.Mean[h] != f.Mean[h] {
			f.Mean[h] = 0
			if s.n < season {
				f.Mean[h] = s.newest
			}
		}
		f.normal(h, s.errors.deviation()*math.Sqrt(float64(h/season+1)))
	}
}

func (s *seasonalNaive) Parameters() []float64 { return nil }
