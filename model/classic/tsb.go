package classic

import (
	"context"

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
// Quantiles are those of a hurdle with chance p[n] and a size of mean z[n].
type TSB struct {
	Alpha float64 // smoothing of the size, in (0, 1]; 0 is .1
	Beta  float64 // smoothing of the chance, in (0, 1]; 0 is .1
	// Start is the number of sales whose means it starts from, >= 1; 0 is 8, and
	// 1 the authors' own start: the first sale's size, and whether the first
	// period has one.
	Start int
}

// Name is "tsb".
func (TSB) Name() string { return "tsb" }

// Fit learns nothing, but refuses negative units with code invalid.
func (m TSB) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	m.Alpha, m.Beta = orUsual(m.Alpha), orUsual(m.Beta)
	return fitCounts(ctx, t, m)
}

func (m TSB) validate() error {
	if err := mustBeIn(m.Name(), "alpha", orUsual(m.Alpha)); err != nil {
		return err
	}
	if err := mustBeIn(m.Name(), "beta", orUsual(m.Beta)); err != nil {
		return err
	}
	return mustStart(m.Name(), m.Start)
}

// Learn reads h.
func (m TSB) Learn(h *History) State {
	s := &tsb{alpha: orUsual(m.Alpha), beta: orUsual(m.Beta)}
	s.size, s.chance = firstSales(h.Units, orStartSales(m.Start))
	if m.Start == 1 && s.chance < 1 {
		s.chance = 0
	}
	for _, y := range h.Units {
		s.Update(y, nil)
	}
	return s
}

// tsb is 56 bytes a series.
type tsb struct {
	alpha, beta  float64
	chance, size float64 // 0 before the first sale
	sizes        sizes
}

func (s *tsb) Update(y float64, _ []float64) {
	if y != y {
		return
	}
	if y <= 0 {
		s.chance -= s.beta * s.chance
		return
	}
	if s.size == 0 {
		s.size = y
	}
	s.sizes.add(y, s.size)
	s.chance += s.beta * (1 - s.chance)
	s.size += s.alpha * (y - s.size)
}

func (s *tsb) Forecast(f *Forecast) {
	fill(f.Mean, s.chance*s.size)
	s.sizes.hurdle(s.chance, s.size).fill(f)
}

func (s *tsb) Parameters() []float64 { return nil }
