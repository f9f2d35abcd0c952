package classic

import (
	"math"
	"slices"
)

// The usual region of the constants; phi below .8 forgets a trend at once, and
// near 1 it cannot be told from none.
const (
	leastConstant, mostConstant = 1e-4, .9999
	leastPhi, mostPhi           = .8, .98
)

// etsSearch finds the form with the least AICc for a history.
type etsSearch struct {
	units    []float64
	positive bool
	errors   innovationErrors
	squares  leastSquares
	seasons  [3][]float64 // decomposed, by etsSeason
	warm     *innovations // of an earlier history; may be nil
	found    []etsFound
	best     []float64 // numbers to begin with
	value    float64   // of best
}

type etsFound struct {
	model innovations
	aicc  float64
}

// fewestEvidence is what a search needs: a constant, a level and a variance of
// less are chance.
const fewestEvidence = 5

// searchETS is the best of the forms for h, or of their twins with errors and
// seasons A where those are for units above zero and h has others. It has read h.
func searchETS(h *History, forms []etsForm, warm []float64) *innovations {
	s := &etsSearch{}
	s.warm, _ = innovationsOf(h, warm, everyETS)
	m := plainETS(h, forms[0].additive())
	if s.look(h) {
		least := math.Inf(1)
		for _, form := range forms {
			if form.positive() && !s.positive {
				form = form.additive()
			}
			if !s.fits(form) || s.has(form) {
				continue
			}
			if f := s.search(form); f.aicc < least {
				m, least = &f.model, f.aicc
			}
		}
	}
	m.start = h.Start
	m.first = append([]float64{m.level, m.trend}, m.season...)
	m.read(h.Units)
	return m
}

var everyETS, _ = parseETS("")

// plainETS is a slow level without a search, from the mean of little evidence
// or from what all evidence is.
func plainETS(h *History, form etsForm) *innovations {
	m := &innovations{form: form, alpha: .1}
	n := 0.0
	for _, y := range h.Units {
		if y == y {
			n++
			m.level += (y - m.level) / n
		}
	}
	switch form.trend {
	case damped:
		m.phi = mostPhi
	case undamped:
		m.phi = 1
	}
	if form.season != noSeason {
		m.season = make([]float64, h.Season)
	}
	return m
}

// look reads h. It reports false where there is nothing to search for.
func (s *etsSearch) look(h *History) bool {
	e := &s.errors
	s.units, e.units, e.season = h.Units, h.Units, h.Season
	seen := make([]bool, h.Season)
	least, most := math.Inf(1), math.Inf(-1)
	for t, y := range h.Units {
		if y == y {
			e.evidence++
			seen[t%h.Season] = true
			least, most = min(least, y), max(most, y)
		}
	}
	for k, ok := range seen {
		if ok {
			e.positions = append(e.positions, k)
		}
	}
	s.positive = least > leastMean
	return e.evidence >= fewestEvidence && least < most
}

// fits reports whether there is enough evidence for the form: two seasons, and
// more than it has numbers.
func (s *etsSearch) fits(form etsForm) bool {
	if form.season != noSeason && (len(s.errors.positions) < 2 || len(s.units) < 2*s.errors.season) {
		return false
	}
	return s.errors.evidence > float64(s.numbers(form))+1
}

// numbers is what AICc counts: what is free, and the variance.
func (s *etsSearch) numbers(form etsForm) int { return form.free(len(s.errors.positions)) + 1 }

func (s *etsSearch) has(form etsForm) bool {
	return slices.ContainsFunc(s.found, func(f etsFound) bool { return f.model.form == form })
}

// searchTolerance is the share of the sum of squares that a last round wins: a
// likelihood of a year of days is then within .001 of its best.
const searchTolerance = 1e-6

// search finds the form's constants and first state.
func (s *etsSearch) search(form etsForm) etsFound {
	e := &s.errors
	s.squares.start(e.prepare(form))
	s.bound()
	s.begin()
	copy(s.squares.x, s.best)
	enough := 0.0
	for _, y := range s.units {
		if y == y {
			enough += y * y
		}
	}
	const rounding = 1e-12 // relative, far above that of sums
	enough *= rounding
	sum := max(enough, s.squares.minimise(e, searchTolerance, enough))
	e.model(s.squares.x)
	f := etsFound{model: e.at}
	f.model.position, f.model.n, f.model.squares, f.model.logs, f.model.season = 0, 0, 0, logSum{}, nil
	if form.season != noSeason {
		f.model.season = slices.Clone(e.shape)
	}
	f.aicc = aiccOf(e.evidence*math.Log(sum), e.evidence, s.numbers(form))
	s.found = append(s.found, f)
	return f
}

// bound sets the box.
func (s *etsSearch) bound() {
	e, l := &s.errors, &s.squares
	box := func(k int, from, to float64) {
		if k >= 0 {
			l.lower[k], l.upper[k] = from, to
		}
	}
	box(0, leastConstant, mostConstant)
	box(e.betas, leastConstant, mostConstant)
	box(e.gammas, leastConstant, mostConstant)
	box(e.phis, leastPhi, mostPhi)
	if e.form.season == multiplicative {
		for k := e.shapes; k < len(l.x); k++ {
			box(k, 10*leastShape, mostShape)
		}
	}
}
