package clean

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"daycast"
)

// An Outlook counts, over series and the periods ahead of an origin, where a
// signal's value is from: a forecast that was stored by then, or what could be
// expected then.
type Outlook struct {
	Forecast int `json:"forecast"`
	Expected int `json:"expected"`
}

// hasOutlook reports whether a signal takes part, by how its name begins.
func (b PanelBuilder) hasOutlook(name string) bool {
	for _, begins := range b.Outlook {
		if strings.HasPrefix(name, begins) {
			return true
		}
	}
	return false
}

// outlook gives a signal a value for each period of the horizon: the forecast
// that is there, else what its own past and forecasts lead one to expect. Nothing
// that was not known at the origin takes part: c holds no such row.
func (c *compiler) outlook(s *daycast.PanelSignal) (count Outlook) {
	if s.Codes != nil || c.b.Horizon == 0 {
		return count
	}
	step := daycast.Day(s.Step)
	series := make([]int, len(s.Vectors))
	for _, v := range s.Vector {
		if v >= 0 {
			series[v]++
		}
	}
	for v, values := range s.Vectors {
		past := int((c.panel.Origin-s.First[v])/step) + 1 // periods up to the origin; fewer than 1 where all is ahead
		if past < 0 {
			continue // nothing is known of the days before its first
		}
		filled, told, guessed := expect(values, past, past+c.b.Horizon, s.First[v], s.Step)
		s.Vectors[v] = filled
		count.Forecast += told * series[v]
		count.Expected += guessed * series[v]
		s.Future = true
	}
	return count
}

// expect fills values up to until, from past on where they are NaN. The value
// expected of a period is the climate's and what is left of the last known
// value's distance from it, h periods later:
//
//	x[L+h] = climate(L+h) + rho^h * (x[L] - climate(L))
//
// where rho is the correlation of such distances from one period to the next.
// That is the best guess for distances that are a first-order autoregression,
// as those of temperatures nearly are; for rain rho is small, and the climate's
// mean is left. Values that never were negative are not expected to be. told is
// how many were there, guessed how many were filled.
func expect(values []float32, past, until int, first daycast.Day, step daycast.Step) (filled []float32, told, guessed int) {
	known := min(past, len(values))
	c := climateOf(values[:known], first, step)
	if c.mean == nil {
		c = climateOf(values, first, step) // only forecasts are there
	}
	least := math.Inf(-1)
	if !anyNegative(values) {
		least = 0
	}
	for len(values) < until {
		values = append(values, nan)
	}
	last := known - 1
	for last >= 0 && values[last] != values[last] {
		last--
	}
	for t := past; t < until; t++ {
		if values[t] == values[t] {
			last = t
			told++
			continue
		}
		x := c.at(t)
		if last >= 0 {
			x += math.Pow(c.rho, float64(t-last)) * (float64(values[last]) - c.at(last))
		}
		if x == x {
			// What is expected does not move last: what follows looks back to
			// what was known.
			values[t] = float32(max(x, least))
			guessed++
		}
	}
	return values, told, guessed
}

var nan = float32(math.NaN())

func anyNegative(values []float32) bool {
	for _, v := range values {
		if v < 0 {
			return true
		}
	}
	return false
}

// climate is what is expected of a period by its time of the year alone.
type climate struct {
	first daycast.Day
	step  daycast.Step
	mean  []float64 // of the harmonics; of the mean alone in the first year; nil where nothing is known
	rho   float64   // in [0, mostRho]
}

const (
	// yearDays is the year's length, by which dates stay where they are.
	yearDays = 365.2425
	// Choices, none of them tuned. Two waves a year, so that spring need not be
	// autumn's mirror image. Where there is no year yet, the mean of four weeks,
	// which follows the season and is not swayed by one day. A prior of some days
	// without a season, which keeps gaps from becoming one.
	harmonics   = 2
	recentDays  = 28
	prior       = 5
	fewestPairs = 8    // of days in a row tell how one is like the next
	mostRho     = 0.98 // keeps a distance from lasting for ever
)

// climateOf is that of the known periods.
func climateOf(past []float32, first daycast.Day, step daycast.Step) climate {
	c := climate{first: first, step: step}
	from := 0
	if yearRound(past, first, step) {
		c.mean = c.fit(past)
	}
	if c.mean == nil {
		last := len(past) - 1
		for last >= 0 && past[last] != past[last] {
			last--
		}
		from = max(0, last+1-max(recentDays/int(step), fewestPairs))
		sum, n := 0.0, 0
		for _, v := range past[from:] {
			if v == v {
				sum += float64(v)
				n++
			}
		}
		if n > 0 {
			c.mean = []float64{sum / float64(n)}
		}
	}
	c.rho = c.correlation(past, from)
	return c
}

// yearRound reports whether there is a year of values, and some in each twelfth
// of it.
func yearRound(past []float32, first daycast.Day, step daycast.Step) bool {
	var seen [12]bool
	oldest, newest := -1, -1
	for t, v := range past {
		if v != v {
			continue
		}
		day := float64(first) + float64(t)*float64(step)
		seen[int(12*(day/yearDays-math.Floor(day/yearDays)))%12] = true
		if newest = t; oldest < 0 {
			oldest = t
		}
	}
	return oldest >= 0 && (newest-oldest+1)*int(step) >= 365 && seen == [12]bool{true, true, true, true, true, true, true, true, true, true, true, true}
}

// basis is a period's harmonics: of its middle day.
func (c climate) basis(t int, out []float64) {
	day := float64(c.first) + (float64(t)+0.5)*float64(c.step)
	out[0] = 1
	for k := 1; 2*k < len(out); k++ {
		out[2*k-1], out[2*k] = math.Sincos(2 * math.Pi * float64(k) * day / yearDays)
	}
}

// fit is the least-squares fit of the harmonics; nil where there is none.
func (c climate) fit(past []float32) []float64 {
	const n = 1 + 2*harmonics
	var basis [n]float64
	var products [n * n]float64
	var right [n]float64
	for t, v := range past {
		if v != v {
			continue
		}
		c.basis(t, basis[:])
		for i, b := range basis {
			right[i] += b * float64(v)
			for j, d := range basis[:i+1] {
				products[j*n+i] += b * d // the upper half
			}
		}
	}
	for i := 1; i < n; i++ {
		products[i*n+i] += prior / float64(c.step) / 2 // a wave's mean square is a half
	}
	var factor mat.Cholesky
	if !factor.Factorize(mat.NewSymDense(n, products[:])) {
		return nil
	}
	var x mat.VecDense
	if err := factor.SolveVecTo(&x, mat.NewVecDense(n, right[:])); err != nil {
		return nil
	}
	return x.RawVector().Data
}

// at is what is expected of the t-th period, NaN where nothing is known.
func (c climate) at(t int) float64 {
	switch len(c.mean) {
	case 0:
		return math.NaN()
	case 1:
		return c.mean[0]
	}
	var basis [1 + 2*harmonics]float64
	c.basis(t, basis[:])
	x := 0.0
	for k, b := range basis {
		x += b * c.mean[k]
	}
	return x
}

// correlation is how alike the distances from the climate of two periods in a
// row are, from one on.
func (c climate) correlation(past []float32, from int) float64 {
	var cross, square float64
	pairs := 0
	before := math.NaN()
	for t := from; t < len(past); t++ {
		a := float64(past[t]) - c.at(t)
		if a == a && before == before {
			cross += a * before
			square += (a*a + before*before) / 2
			pairs++
		}
		before = a
	}
	if pairs < fewestPairs || square == 0 {
		return 0
	}
	return min(max(cross/square, 0), mostRho)
}
