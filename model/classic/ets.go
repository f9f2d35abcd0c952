package classic

import (
	"context"
	"math"

	"daycast/model"
)

// ETS is exponential smoothing with additive errors, an additive damped trend
// and an additive season, each of the last two only where it pays:
//
//	e[t] = y[t] - (l[t-1] + phi*b[t-1] + s[t-m])
//	l[t] = l[t-1] + phi*b[t-1] + alpha*e[t]
//	b[t] = phi*b[t-1] + beta*e[t]
//	s[t] = s[t-m] + gamma*e[t]
//	forecast[n+h] = l[n] + (phi + ... + phi^h)*b[n] + s of h's position
//
// Hyndman, Koehler, Ord, Snyder (2008), "Forecasting with Exponential
// Smoothing", chapter 2: ETS(A,N,N), (A,Ad,N), (A,N,A) and (A,Ad,A). For each
// series the constants are those of a small grid with the least AICc of the
// one-step errors (section 7.2) where the book maximises the likelihood: cheap,
// and a coarse grid loses little on noisy sales. A period without evidence has
// no error: e[t] = 0. Multiplicative forms are left out since most series
// touch zero.
type ETS struct{}

// Name is "ets".
func (ETS) Name() string { return "ets" }

// Fit learns nothing: the constants are chosen from the request's panel.
func (m ETS) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (ETS) validate() error { return nil }

// etsConstants are one point of the grid.
type etsConstants struct {
	alpha, beta, gamma float64 // 0 <= beta <= alpha <= 1, 0 <= gamma <= 1-alpha
	phi                float64 // in [0, 1); 0: no trend
	seasonal           bool
}

// etsState is all that a period's update needs: 432 bytes a series.
type etsState struct {
	level, trend float64
	season       [maxSeason]float64 // by position, from the history's first period
}

// etsStartSeasons is how many seasons start the season: half a year of weeks.
// Eight cost 1% of the shop's daily error on M5, more gain nothing.
const etsStartSeasons = 26

// maxSeason is the longest season of a daycast.Step, in periods.
const maxSeason = 52

// etsGrid is every point that is tried, simplest first: of equals the first
// wins. An alpha of .4 fits one step ahead and cost 1 to 4% of RMSE over 28 days
// on M5's items; phi is the middle of the usual range of .8 to .98; the trend
// moves slower than the level.
func etsGrid(seasonal bool) []etsConstants {
	gammas := []float64{0}
	if seasonal {
		gammas = []float64{0, .01, .05}
	}
	var grid []etsConstants
	for k, gamma := range gammas {
		for _, phi := range []float64{0, .9} {
			for _, alpha := range []float64{.02, .05, .1, .2} {
				c := etsConstants{alpha: alpha, gamma: gamma, phi: phi, seasonal: k > 0}
				if phi > 0 {
					c.beta = alpha / 10
				}
				grid = append(grid, c)
			}
		}
	}
	return grid
}

// The two grids, made once.
var etsPlain, etsSeasonal = etsGrid(false), etsGrid(true)

// parameters counts what the data chose: constants and starting values.
func (c etsConstants) parameters(season int) int {
	n := 2 // alpha, level
	if c.phi > 0 {
		n += 3 // beta, phi, trend
	}
	if c.seasonal {
		n += season // gamma, and season-1 free positions
	}
	return n
}

// Learn chooses the form and the constants for h.
func (ETS) Learn(h *History) State {
	start, seasonal := etsStart(h.Units, h.Season, etsStartSeasons)
	grid := etsPlain
	if seasonal {
		grid = etsSeasonal
	}
	var best gridETS
	least := math.Inf(1)
	for k, c := range grid {
		s := gridETS{constants: c, season: h.Season, state: start}
		if !c.seasonal {
			s.state.season = [maxSeason]float64{}
		}
		s.read(h.Units)
		if score := aicc(s.errors, c.parameters(h.Season)); k == 0 || score < least {
			best, least = s, score
		}
	}
	return &best
}

// gridETS is a chosen form with its state.
type gridETS struct {
	constants etsConstants
	season    int
	position  int // of the next period
	state     etsState
	errors    etsErrors
}

// read is Update for many periods.
func (s *gridETS) read(units []float64) {
	for _, y := range units {
		s.Update(y, nil)
	}
}

func (s *gridETS) Update(y float64, _ []float64) {
	c := &s.constants
	s.state.trend *= c.phi
	s.state.level += s.state.trend
	if y == y {
		e := y - s.state.level - s.state.season[s.position]
		s.state.level += c.alpha * e
		s.state.trend += c.beta * e
		s.state.season[s.position] += c.gamma * e
		s.errors.n++
		s.errors.squares += e * e
		s.errors.unitsSquared += y * y
	}
	if s.position++; s.position == s.season {
		s.position = 0
	}
}

// Forecast has the variances of the book's table 6.1.
func (s *gridETS) Forecast(f *Forecast) {
	c := &s.constants
	s.state.extend(c.phi, s.position, s.season, f.Mean)
	variance := s.errors.squares / float64(max(1, s.errors.n))
	weight, trend, damp := 1.0, 0.0, 1.0
	for h := range f.Mean {
		f.normal(h, math.Sqrt(variance*weight))
		damp *= c.phi
		trend += damp
		w := c.alpha + c.beta*trend
		if (h+1)%s.season == 0 {
			w += c.gamma
		}
		weight += w * w
	}
}

func (s *gridETS) Parameters() []float64 { return nil }

// etsErrors are a run's one-step errors.
type etsErrors struct {
	n            int
	squares      float64 // sum of squared errors
	unitsSquared float64
}

// aicc is Akaike's criterion with the correction for short series, of
// Gaussian errors: n*log(SSE/n) + 2k + 2k(k+1)/(n-k-1). Errors that are
// nothing but rounding count alike, so that a constant stays a constant.
func aicc(e etsErrors, parameters int) float64 {
	n, k := float64(e.n), float64(parameters)
	if n-k-1 <= 0 {
		return math.Inf(1)
	}
	const rounding = 1e-12 // relative, far above that of float64 sums
	variance := max(e.squares, rounding*e.unitsSquared, math.SmallestNonzeroFloat64) / n
	return n*math.Log(variance) + 2*k + 2*k*(k+1)/(n-k-1)
}

// etsStart is the state before the first period: the mean of the first two
// weeks of evidence, no trend, and each position's deviation over the first
// seasons. It is seasonal where there are two seasons.
func etsStart(units []float64, season, seasons int) (s etsState, seasonal bool) {
	var sums, counts [maxSeason]float64
	const startPeriods = 14
	sum, n := 0.0, 0.0
	for t, y := range units {
		if y != y {
			continue
		}
		if n < startPeriods {
			sum += y
			n++
		}
		if t < seasons*season {
			sums[t%season] += y
			counts[t%season]++
		}
	}
	s.level = sum / max(1, n)
	if len(units) < 2*season {
		return s, false
	}
	mean, positions := 0.0, 0.0
	for k := range season {
		if counts[k] > 0 {
			sums[k] /= counts[k]
			mean += sums[k]
			positions++
		}
	}
	for k := range season {
		if counts[k] > 0 {
			s.season[k] = sums[k] - mean/positions
		}
	}
	return s, true
}

// extend forecasts from a state whose next position is given.
func (s *etsState) extend(phi float64, position, season int, out []float64) {
	level, trend := s.level, s.trend
	for h := range out {
		trend *= phi
		level += trend
		out[h] = level + s.season[(position+h)%season]
	}
}
