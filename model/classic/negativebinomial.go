package classic

import (
	"context"
	"math"
	"slices"

	"daycast"
	"daycast/model"
)

// NegativeBinomial is a state model for counts: demand has a level that moves
// and is known the less the longer ago it was seen, times the shape of the
// season, and comes in clumps, so that it varies more than a Poisson number.
//
//	y[t]   ~ negative binomial, mean m = f[t]*A/B, variance Dispersion*m*(1 + f[t]/B)
//	A, B   <- A + y[t], B + f[t]                            where there is evidence
//	A/B    <- Mean + Damping^g * (A/B - Mean)               after g periods,
//	B      <- B / (1 + g*(1/Discount - 1))                  those ahead too
//
// A/B is the mean of a gamma distributed level that Poisson counts are drawn
// from, B the periods it was seen for: Harvey, Fernandes (1989), "Time series
// models for count or qualitative observations", JBES 7(4). Theirs has a
// Dispersion and Damping of 1, and loses evidence by Discount^g, so that the
// variance of the level grows exponentially; ours grows as a random walk's.
// Dispersion and damping are those of Snyder, Ord, Beaumont (2012),
// "Forecasting the intermittent demand for slow-moving inventories: a modelling
// approach", IJF 28(2), whose negative binomials have a constant ratio of
// variance and mean too.
//
// Discount and Dispersion are those of the greatest likelihood. Mean is the
// history's, the first level that of its first eight sales, and f the shape of
// its last year, each position's share of the units drawn to 1 where they are
// few; 1 while it is shorter than two seasons. Units that are no whole numbers
// are counted in the least that was ever sold, and so are the quantiles.
//
// The parameters are discount, dispersion, first level, mean, unit and f.
type NegativeBinomial struct {
	// Damping is what is left in a day of the level's distance to the mean, in
	// (0, 1]; 0 is .99. On items of M5, Online Retail and FreshRetail .99 has no
	// worse pinball loss than 1 (1% better on M5); damping of the greatest
	// likelihood is worse on the last two.
	Damping float64
}

// Name is "negative_binomial".
func (NegativeBinomial) Name() string { return "negative_binomial" }

// Fit searches the parameters; it refuses negative units with code invalid.
func (m NegativeBinomial) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	return fitCounts(ctx, t, m)
}

func (m NegativeBinomial) validate() error {
	if m.Damping == 0 {
		return nil
	}
	return mustBeIn(m.Name(), "damping", m.Damping)
}

// damping is that of a period.
func (m NegativeBinomial) damping(step daycast.Step) float64 {
	const usual = .99
	if m.Damping == 0 {
		m.Damping = usual
	}
	return math.Pow(m.Damping, float64(step))
}

// Learn searches the parameters and reads h.
func (m NegativeBinomial) Learn(h *History) State { return m.LearnFrom(h, nil) }

// LearnFrom begins at the discount and dispersion of warm.
func (m NegativeBinomial) LearnFrom(h *History, warm []float64) State {
	size, chance := firstSales(h.Units, startSales)
	var units runningMoments
	for _, y := range h.Units {
		if y == y {
			units.add(y)
		}
	}
	s := &countState{unit: countedIn(h.Units), start: size * chance, mean: units.mean(), shape: shapeOf(h), damping: m.damping(h.Step)}
	// Where the likelihood has two peaks, the one of the steadier level
	// forecast M5's items better.
	s.discount, s.dispersion = .98, s.unit
	isWarm := len(warm) > countParameters && s.legal(warm[0], warm[1])
	if isWarm {
		s.discount, s.dispersion = warm[0], max(warm[1], s.unit)
	}
	if size > 0 {
		newCountSearch(h, s).run(isWarm)
	}
	s.read(h)
	return s
}

// countParameters is how many are before the shape.
const countParameters = 5

// Filter reads the history with the parameters.
func (m NegativeBinomial) Filter(h *History, p []float64) (State, bool) {
	if len(p) != countParameters+h.Season {
		return nil, false
	}
	s := &countState{discount: p[0], dispersion: p[1], start: p[2], mean: p[3], unit: p[4], shape: p[countParameters:], damping: m.damping(h.Step)}
	inRange := s.unit > 0 && s.unit < maxLevel && s.start >= 0 && s.start < maxLevel && s.mean >= 0 && s.mean < maxLevel
	if !inRange || !s.legal(p[0], p[1]) || !legalShape(s.shape) {
		return nil, false
	}
	s.shape = slices.Clone(s.shape)
	s.read(h)
	return s, true
}

// maxLevel is more than anybody sells in a period.
const maxLevel = 1e15

// The range of discounts: from a level of the last periods' to that of the
// whole history.
const lowDiscount, highDiscount = .6, .9999

func (s *countState) legal(discount, dispersion float64) bool {
	const rounding = 1e-6 // of what was kept in single precision
	return discount >= lowDiscount-rounding && discount <= highDiscount+rounding &&
		dispersion >= s.unit*(1-rounding) && dispersion < maxLevel
}

// countState is 128 bytes and 8 a period of the season.
type countState struct {
	discount    float64
	dispersion  float64 // variance over mean of a period's units at a level that is known, >= unit
	start, mean float64 // levels
	unit        float64 // what is counted: a piece, or the least size
	damping     float64 // of a period
	shape       []float64
	position    int     // of the next period
	level, b    float64 // A/B and B
	since       float64 // periods since the last evidence
}

func (s *countState) read(h *History) {
	s.level, s.b = s.start, startWeight
	for _, y := range h.Units {
		s.Update(y, nil)
	}
}

// startWeight is what the first level counts, in periods.
const startWeight = 4

// after is the level some periods later, and what is then known of it.
func (s *countState) after(periods float64) (level, b float64) {
	damping := s.damping
	if periods != 1 {
		damping = math.Pow(damping, periods)
	}
	return s.mean + damping*(s.level-s.mean), s.b / (1 + periods*(1/s.discount-1))
}

func (s *countState) Update(y float64, _ []float64) {
	f := s.shape[s.position]
	if s.position++; s.position == len(s.shape) {
		s.position = 0
	}
	s.since++
	if y != y {
		return
	}
	level, b := s.after(s.since)
	s.b = b + f
	s.level = (level*b + y) / s.b
	s.since = 0
}

func (s *countState) Forecast(f *Forecast) {
	for h := range f.Mean {
		shape := s.shape[(s.position+h)%len(s.shape)]
		level, b := s.after(s.since + float64(h+1))
		f.Mean[h] = level * shape
		if len(f.Levels) == 0 {
			continue
		}
		variance := s.dispersion * f.Mean[h] * (1 + shape/b)
		d := newNegativeBinomial(f.Mean[h]/s.unit, variance/(s.unit*s.unit))
		for k, level := range f.Levels {
			f.quantilesAt(h)[k] = s.unit * d.quantile(level)
		}
	}
}

func (s *countState) Parameters() []float64 {
	return append([]float64{s.discount, s.dispersion, s.start, s.mean, s.unit}, s.shape...)
}

// countedIn is the unit of counts: a piece for whole numbers, else the least
// that was ever sold, or less where numbers vary less than such counts would.
func countedIn(units []float64) float64 {
	least, whole := math.Inf(1), true
	var all, steps runningMoments
	last := nan
	for _, y := range units {
		if y != y {
			continue
		}
		all.add(y)
		if last == last {
			steps.add((y - last) * (y - last) / 2)
		}
		last = y
		if y > 0 {
			least = min(least, y)
			whole = whole && y == math.Trunc(y)
		}
	}
	if whole {
		return 1
	}
	const finest = 1e-3 // of the mean
	return min(least, max(finest*all.mean(), steps.mean()/all.mean()/2))
}

// shapeOf is each position's factor, 1 on average: what it sold in the last
// year over what it would have were all alike, drawn to 1 as in SeasonalMean.
// A history of less than two seasons is flat.
func shapeOf(h *History) []float64 {
	shape := make([]float64, h.Season)
	fill(shape, 1)
	if len(h.Units) < 2*h.Season {
		return shape
	}
	positions := make([]runningMoments, h.Season)
	var all runningMoments
	for t := max(0, len(h.Units)-max(h.Step.Year(), 2*h.Season)); t < len(h.Units); t++ {
		if y := h.Units[t]; y == y {
			positions[t%h.Season].add(y)
			all.add(y)
		}
	}
	mean := all.mean()
	if mean <= 0 {
		return shape
	}
	within, sum := 0.0, 0.0
	for k := range positions {
		within += positions[k].scatter()
	}
	strength := within / all.n / mean / (spread * spread)
	for k := range positions {
		p := &positions[k]
		if weight := p.n*mean + strength; weight > 0 {
			shape[k] = (p.n*p.mean() + strength) / weight
		}
		sum += shape[k]
	}
	for k := range shape {
		shape[k] *= float64(len(shape)) / sum
	}
	return shape
}
