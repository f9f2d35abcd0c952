package classic

import (
	"context"

	"daycast/model"
)

// ADIDA is the aggregate-disaggregate approach to intermittent demand: it sums
// up periods until hardly a sum is empty, smooths the sums, and spreads their
// forecast evenly.
//
//	k             = the mean interval between sales, rounded
//	S[j]          = sums of k periods each, the last of which ends with n
//	L[j]          = L[j-1] + alpha * (S[j] - L[j-1])
//	forecast[n+h] = L / k
//
// Nikolopoulos, Syntetos, Boylan, Petropoulos, Assimakopoulos (2011), "An
// aggregate-disaggregate intermittent demand approach (ADIDA) to forecasting",
// JORS 62(3). As statsforecast we choose alpha in [.1, .3] by the least
// squared errors. Periods without evidence are in no sum. k is at most 91.
// Quantiles are those of a hurdle whose sizes vary as those so far.
//
// The parameters are k and alpha.
type ADIDA struct{}

// Name is "adida".
func (ADIDA) Name() string { return "adida" }

// Fit searches k and alpha; it refuses negative units with code invalid.
func (m ADIDA) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fitCounts(ctx, t, m)
}

func (ADIDA) validate() error { return nil }

// Learn searches k and alpha and reads h.
func (m ADIDA) Learn(h *History) State { return m.LearnFrom(h, nil) }

// LearnFrom begins at the alpha of warm.
func (m ADIDA) LearnFrom(h *History, warm []float64) State {
	memory := evidenceOf(make([]float64, 0, 2*len(h.Units)), h)
	k := meanInterval(memory)
	sums := sumsOf(memory[len(memory):], memory, k)
	start := 0.0
	if len(warm) == 2 && warm[0] == float64(k) {
		start = warm[1]
	}
	return m.read(h, k, bestSmoothing(sums, lowSmoothing, highSmoothing, start))
}

// Filter reads h with a whole k and an alpha in (0, 1].
func (m ADIDA) Filter(h *History, parameters []float64) (State, bool) {
	if len(parameters) != 2 || !isAggregation(parameters[0]) || !(parameters[1] > 0 && parameters[1] <= 1) {
		return nil, false
	}
	return m.read(h, int(parameters[0]), parameters[1]), true
}

func (ADIDA) read(h *History, k int, alpha float64) State {
	s := &adida{newAggregated([]int{k}, []float64{alpha})}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

func isAggregation(k float64) bool { return k >= 1 && k <= maxAggregation && k == float64(int(k)) }

// adida is 16 bytes a period of k and 180.
type adida struct{ *aggregated }

func (s adida) Parameters() []float64 {
	a := &s.levels[0]
	return []float64{float64(a.k), a.alpha}
}
