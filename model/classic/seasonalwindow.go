package classic

import (
	"context"

	"daycast"
	"daycast/model"
)

// SeasonalWindowAverage forecasts each position of the season with the mean of
// its last Seasons values:
//
//	forecast[n+h] = (y[t] + y[t-m] + ... + y[t-(Seasons-1)*m]) / Seasons
//	t = n+h-k*m, m the season, k the least with t <= n
//
// The seasonal counterpart of WindowMean. The values of a position are the
// last ones that are evidence, fewer where there are not as many; a position
// without any is as in SeasonalNaive, whose means are those of one season. The
// variance is that of
// the means' errors one season ahead; it hardly grows with the horizon.
type SeasonalWindowAverage struct {
	Seasons int // >= 0, <= 1000; 0 is four: a month of weeks
}

// Name is "seasonal_window_average".
func (SeasonalWindowAverage) Name() string { return "seasonal_window_average" }

// Fit learns nothing: the forecast reads the request's panel.
func (m SeasonalWindowAverage) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

// maxSeasons bounds the memory of a state: twenty years of weeks.
const maxSeasons = 1000

func (m SeasonalWindowAverage) validate() error {
	if m.Seasons < 0 || m.Seasons > maxSeasons {
		return daycast.Errorf(daycast.Invalid, "model %s: %d seasons: want 0 to %d", m.Name(), m.Seasons, maxSeasons).WithField("seasons")
	}
	return nil
}

// Learn reads h's last seasons.
func (m SeasonalWindowAverage) Learn(h *History) State {
	seasons := m.Seasons
	if seasons == 0 {
		seasons = 4
	}
	s := &seasonalWindow{seasons: seasons, season: h.Season, recent: make([]float64, seasons*h.Season), seen: make([]int32, h.Season), at: make([]int32, h.Season), sums: make([]float64, h.Season)}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

// seasonalWindow is 8 bytes a period of the window and a position.
type seasonalWindow struct {
	seasons, season int
	n, position     int       // periods; of the next one
	recent          []float64 // by position a ring of its last values
	seen, at        []int32   // by position how many values it has, and where the next one goes
	sums            []float64 // by position of its values
	newest          float64   // evidence, while there is less than a season
	errors          residuals
}

func (s *seasonalWindow) Update(y float64, _ []float64) {
	k := s.position
	if s.position++; s.position == s.season {
		s.position = 0
	}
	s.n++
	if y != y {
		return
	}
	if s.seen[k] > 0 {
		s.errors.add(y - s.mean(k))
	}
	ring := s.recent[k*s.seasons : (k+1)*s.seasons]
	s.sums[k] += y - ring[s.at[k]]
	ring[s.at[k]] = y
	if s.at[k]++; int(s.at[k]) == s.seasons {
		s.at[k], s.sums[k] = 0, total(ring) // so that rounding does not pile up
	}
	s.seen[k] = min(s.seen[k]+1, int32(s.seasons))
	if s.n <= s.season {
		s.newest = y
	}
}

// mean is that of position k, which has values.
func (s *seasonalWindow) mean(k int) float64 { return s.sums[k] / float64(s.seen[k]) }

func (s *seasonalWindow) Forecast(f *Forecast) {
	for h := range f.Mean {
		switch k := (s.n + h) % s.season; {
		case h >= s.season:
			f.Mean[h] = f.Mean[h-s.season]
		case s.seen[k] > 0:
			f.Mean[h] = s.mean(k)
		case s.n < s.season:
			f.Mean[h] = s.newest
		default:
			f.Mean[h] = 0
		}
		f.normal(h, s.errors.deviation())
	}
}

func (s *seasonalWindow) Parameters() []float64 { return nil }
