package classic

import (
	"context"
	"math"

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
func (m Theta) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fit(ctx, t, m)
}

func (Theta) validate() error { return nil }

// Learn chooses alpha for h.
func (Theta) Learn(h *History) State {
	season := h.Season
	from := max(0, len(h.Units)-max(h.Step.Year(), 2*season))
	units := h.Units[from:]
	start, _ := etsStart(units, season, len(units)/season+1)
	intercept, slope := line(units, &start, season)
	start.level = intercept
	var best gridTheta
	for _, c := range thetaGrid {
		s := gridTheta{gridETS{constants: c, season: season, state: start}, slope}
		s.read(units)
		if best.constants.alpha == 0 || s.errors.squares < best.errors.squares {
			best = s
		}
	}
	return &best
}

// gridTheta is a chosen alpha with its state.
type gridTheta struct {
	gridETS
	slope float64 // of the line through the history that was learnt
}

// Forecast has the variances of simple exponential smoothing.
func (s *gridTheta) Forecast(f *Forecast) {
	alpha, n := s.constants.alpha, float64(s.errors.n)
	state := s.state
	state.level += s.slope / 2 * (1 - alpha) * (1 - math.Pow(1-alpha, n)) / alpha
	state.trend = s.slope / 2
	state.extend(1, s.position, s.season, f.Mean)
	variance := s.errors.squares / max(1, n)
	for h := range f.Mean {
		f.normal(h, math.Sqrt(variance*(1+float64(h)*alpha*alpha)))
	}
}

// thetaGrid holds the smoothing constants that are tried.
var thetaGrid = []etsConstants{{alpha: .02}, {alpha: .05}, {alpha: .1}, {alpha: .2}}

// line is the least-squares line through the deseasonalised evidence: its
// value one period before the first, and its slope per period.
func line(units []float64, s *etsState, season int) (intercept, slope float64) {
	var n, sumT, sumX, sumTT, sumTX float64
	for t, y := range units {
		if y != y {
			continue
		}
		u, x := float64(t+1), y-s.season[t%season]
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
