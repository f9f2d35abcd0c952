package classic

import (
	"context"

	"daycast/model"
)

// IMAPA is the mean of ADIDA's forecasts for all numbers of periods up to the
// mean interval between sales:
//
//	forecast[n+h] = mean of L[k]/k for k = 1, 2, ..., the mean interval, rounded
//
// Petropoulos, Kourentzes (2015), "Forecast combinations for intermittent
// demand", JORS 66(6). Each level has an alpha of its own in [.1, .3], the one
// with the least squared errors, as in statsforecast. Periods without evidence
// are in no sum; there are at most 91 levels. Quantiles are ADIDA's.
//
// The parameters are the levels' alphas.
type IMAPA struct{}

// Name is "imapa".
func (IMAPA) Name() string { return "imapa" }

// Fit searches the levels; it refuses negative units with code invalid.
func (m IMAPA) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fitCounts(ctx, t, m)
}

func (IMAPA) validate() error { return nil }

// Learn searches the levels and reads h.
func (m IMAPA) Learn(h *History) State { return m.LearnFrom(h, nil) }

// LearnFrom begins at the alphas of warm.
func (m IMAPA) LearnFrom(h *History, warm []float64) State {
	evidence := evidenceOf(make([]float64, 0, 2*len(h.Units)), h)
	alphas := make([]float64, meanInterval(evidence))
	for i := range alphas {
		sums := sumsOf(evidence[len(evidence):], evidence, i+1)
		start := 0.0
		if i < len(warm) {
			start = warm[i]
		}
		alphas[i] = bestSmoothing(sums, lowSmoothing, highSmoothing, start)
	}
	return m.read(h, alphas)
}

// Filter reads h with alphas in (0, 1], one a level.
func (m IMAPA) Filter(h *History, parameters []float64) (State, bool) {
	if len(parameters) == 0 || len(parameters) > maxAggregation {
		return nil, false
	}
	for _, alpha := range parameters {
		if !(alpha > 0 && alpha <= 1) {
			return nil, false
		}
	}
	return m.read(h, parameters), true
}

func (IMAPA) read(h *History, alphas []float64) State {
	ks := make([]int, len(alphas))
	for i := range ks {
		ks[i] = i + 1
	}
	s := &imapa{newAggregated(ks, alphas)}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

// imapa is 4 bytes times k^2 of the k levels, 60 times k, and 180.
type imapa struct{ *aggregated }

func (s imapa) Parameters() []float64 {
	out := make([]float64, len(s.levels))
	for i := range s.levels {
		out[i] = s.levels[i].alpha
	}
	return out
}
