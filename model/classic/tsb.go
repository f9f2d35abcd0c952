package classic

import (
	"context"

	"daycast"
	"daycast/model"
)

// TSB is the method of Teunter, Syntetos and Babai for intermittent demand:
// it smooths the chance of a sale and the size of a sale apart, so that the
// forecast of a dying item falls towards zero, which Croston's does not.
//
//	p[t] = p[t-1] + Beta  * ((y[t] > 0) - p[t-1])
//	z[t] = z[t-1] + Alpha * (y[t] - z[t-1])        only where y[t] > 0
//	forecast of every later period = p[n] * z[n]
//
// Teunter, Syntetos, Babai (2011), "Intermittent demand: linking forecasting
// to inventory obsolescence", EJOR 214(3). We start at the means of the first
// eight sales rather than at the first sale, which is noisy on short series.
type TSB struct {
	Alpha float64 // smoothing of the size, in (0, 1]; 0 is .1
	Beta  float64 // smoothing of the chance, in (0, 1]; 0 is .1
}

// Name is "tsb".
func (TSB) Name() string { return "tsb" }

// Fit learns nothing, but refuses negative units with code invalid.
func (m TSB) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	m.Alpha, m.Beta = orUsual(m.Alpha), orUsual(m.Beta)
	return fitCounts(ctx, t, m)
}

func (m TSB) valid() error {
	if err := mustBeIn(m.Name(), "alpha", m.Alpha); err != nil {
		return err
	}
	return mustBeIn(m.Name(), "beta", m.Beta)
}

// tsbState is all that a period's update needs: 16 bytes a series.
type tsbState struct{ chance, size float64 }

// update takes one period of evidence: units sold, in pieces.
func (m TSB) update(s *tsbState, units float64) {
	if units > 0 {
		s.chance += m.Beta * (1 - s.chance)
		s.size += m.Alpha * (units - s.size)
		return
	}
	s.chance -= m.Beta * s.chance
}

func (s tsbState) mean() float64 { return s.chance * s.size }

func (m TSB) forecast(p *daycast.Panel, i int, out []float32) {
	units, state := p.SpreadOf(i), p.StateOf(i)
	var s tsbState
	s.size, s.chance = firstSales(units, state)
	for t, y := range units {
		if state[t].Evidence() {
			m.update(&s, float64(y))
		}
	}
	fill(out, s.mean())
}
