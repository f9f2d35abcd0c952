package classic

import (
	"context"
	"math"

	"daycast"
	"daycast/model"
)

// Theta is the method that won the M3 competition, in the plain form that
// Hyndman and Billah showed it to have: simple exponential smoothing of the
// deseasonalised series, plus half the slope of its least-squares line.
//
//	x[t] = y[t] - s[t]                              s: each position's mean deviation
//	l[t] = l[t-1] + alpha*(x[t] - l[t-1])
//	forecast[n+h] = l[n] + b/2*(h + (1-alpha)*(1-(1-alpha)^n)/alpha) + s of h's position
//
// Assimakopoulos, Nikolopoulos (2000), "The theta model: a decomposition
// approach to forecasting", IJF 16(4). Hyndman, Billah (2003), "Unmasking the
// theta method", IJF 19(2), whose l[0] is the first value where ours is the
// line's at 0. We deseasonalise by differences, not ratios, since
// sales touch zero; choose alpha by the one-step errors of a grid; take periods
// without evidence as time that passes; and look at the last year only, since a
// shop's growth of years ago says nothing of its next weeks.
type Theta struct{}

// Name is "theta".
func (Theta) Name() string { return "theta" }

// Fit learns nothing: alpha is chosen from the request's panel.
func (m Theta) Fit(ctx context.Context, _ model.Training) (model.Fitted, error) {
	return fit(ctx, m)
}

func (Theta) valid() error { return nil }

func (Theta) forecast(p *daycast.Panel, i int, out []float32) {
	units, state, season := p.SpreadOf(i), p.StateOf(i), p.Step.Season()
	from := max(0, len(units)-max(p.Step.Year(), 2*season))
	units, state = units[from:], state[from:]
	start, _ := etsStart(units, state, season, len(units)/season+1)
	intercept, slope := line(units, state, &start, season)
	var best etsState
	var alpha, n float64
	least := math.Inf(1)
	for _, c := range thetaGrid {
		s := start
		s.level = intercept
		if e := c.run(&s, units, state, season); alpha == 0 || e.squares < least {
			best, alpha, n, least = s, c.alpha, float64(e.n), e.squares
		}
	}
	best.level += slope / 2 * (1 - alpha) * (1 - math.Pow(1-alpha, n)) / alpha
	best.trend = slope / 2
	best.extend(1, len(units)%season, season, out)
}

// thetaGrid holds the smoothing constants that are tried.
var thetaGrid = []etsConstants{{alpha: .02}, {alpha: .05}, {alpha: .1}, {alpha: .2}}

// line is the least-squares line through the deseasonalised evidence: its
// value one period before the first, and its slope per period.
func line(units []float32, state []daycast.DayState, s *etsState, season int) (intercept, slope float64) {
	var n, sumT, sumX, sumTT, sumTX float64
	for t, y := range units {
		if !state[t].Evidence() {
			continue
		}
		u, x := float64(t+1), float64(y)-s.season[t%season]
		n++
		sumT += u
		sumX += x
		sumTT += u * u
		sumTX += u * x
	}
	if n == 0 {
		return 0, 0
	}
	if spread := n*sumTT - sumT*sumT; spread > 0 {
		slope = (n*sumTX - sumT*sumX) / spread
	}
	return (sumX - slope*sumT) / n, slope
}
