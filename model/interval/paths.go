package interval

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"daycast"
	"daycast/model"
)

// Paths are draws of all that could come of a panel's forecasts, series and
// periods together: a sum over any of them has the quantiles of the draws'
// sums. Each forecast by itself has its own quantiles.
type Paths struct {
	Draws   int
	f       *daycast.Forecasts
	p       *daycast.Panel
	learned Calibration
	seed    uint64
	level   []float64 // by draw
	day     []float64 // draw x period
}

// Paths draws for the forecasts f of the series of p. Draws are the same
// whatever else is asked for, and whatever series are in the same panel: paths of
// a shop's blocks add up.
func (c Calibration) Paths(p *daycast.Panel, f *daycast.Forecasts, draws int, seed uint64) *Paths {
	s := &Paths{Draws: draws, f: f, p: p, learned: c, seed: seed, level: make([]float64, draws), day: make([]float64, draws*f.Horizon)}
	rng := rand.New(rand.NewPCG(seed, 0))
	for k := range draws {
		s.level[k] = rng.NormFloat64()
		carried(rng, c.Dependence.DayCarry, s.day[k*f.Horizon:(k+1)*f.Horizon])
	}
	return s
}

// carried fills out with normal numbers of variance 1, each of which has the
// correlation with the one before.
func carried(rng *rand.Rand, correlation float64, out []float64) {
	fresh := math.Sqrt(1 - correlation*correlation)
	for h := range out {
		out[h] = rng.NormFloat64()
		if h > 0 {
			out[h] = correlation*out[h-1] + fresh*out[h]
		}
	}
}

// seedOf is a series' own.
func seedOf(s daycast.Series) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.ID())) // a hash takes all
	return h.Sum64()
}

// Series fills out, draws x periods, with what series i could sell. It is safe
// for concurrent use.
func (s *Paths) Series(i int, out []float32) {
	horizon := s.f.Horizon
	if s.f.Models[i] == model.Ended {
		clear(out)
		return
	}
	rng := rand.New(rand.NewPCG(s.seed, seedOf(s.p.Series[i])))
	own := OwnOf(s.p, i)
	forecasts := make([]marginal, horizon)
	var ratio float64
	for h := range forecasts {
		forecasts[h] = s.learned.Table.marginal(h+1, s.f.MeanOf(i)[h], own, s.p.NonNegative)
		ratio += math.Abs(forecasts[h].mean) / forecasts[h].u / float64(horizon)
	}
	in := unlearnt
	if d := s.learned.Dependence; len(d.Strata) > 0 {
		in = d.Strata[d.stratum(float32(ratio))]
	}
	level, day, series := math.Sqrt(in.Level), math.Sqrt(in.Day), math.Sqrt(in.Series)
	rest := math.Sqrt(max(0, 1-in.Level-in.Day-in.Series))
	chance := make([]float64, horizon)
	for k := range s.Draws {
		common := level*s.level[k] + series*rng.NormFloat64()
		carried(rng, s.learned.Dependence.OwnCarry, chance)
		for h, m := range forecasts {
			z := common + day*s.day[k*horizon+h] + rest*chance[h]
			out[k*horizon+h] = m.quantile(0.5 * math.Erfc(-z/math.Sqrt2))
			if h < s.p.Ahead.Periods && s.p.Ahead.Closed[i*s.p.Ahead.Periods+h] {
				out[k*horizon+h] = 0
			}
		}
	}
}
