package classic

import (
	"context"

	"daycast"
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
func (m SeasonalNaive) Fit(ctx context.Context, _ model.Training) (model.Fitted, error) {
	return fit(ctx, m)
}

func (SeasonalNaive) valid() error { return nil }

func (SeasonalNaive) forecast(p *daycast.Panel, i int, out []float32) {
	units, state := p.SpreadOf(i), p.StateOf(i)
	n, season := len(units), p.Step.Season()
	var otherwise float32
	for t := n - 1; n < season && t >= 0; t-- {
		if state[t].Evidence() {
			otherwise = units[t]
			break
		}
	}
	for h := range out {
		if h >= season {
			out[h] = out[h-season]
			continue
		}
		out[h] = otherwise
		for t := n + h - season; t >= 0; t -= season {
			if state[t].Evidence() {
				out[h] = units[t]
				break
			}
		}
	}
}
